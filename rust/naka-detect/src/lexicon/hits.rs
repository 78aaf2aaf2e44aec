//! What a walk over a window leaves: the words found, and how many words lie between them and the value.

/// One word found in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index into [`Lexicon::words`].
    pub(crate) word: u16,
    /// First and last word of the hit, counted from the window's start over the words that are not fillers.
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) bytes: u8,
    /// Words that are not fillers up to the end of the hit.
    pub(super) solid: u8,
}

/// The hits of one window; what does not fit is dropped, the nearest to the value are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hits {
    items: [Hit; Self::MAX],
    len: usize,
    /// Words that are not fillers in the whole window.
    pub(crate) solid: u8,
}

impl Hits {
    const MAX: usize = 16;

    pub(crate) const fn new() -> Self {
        let none = Hit {
            word: 0,
            first: 0,
            last: 0,
            bytes: 0,
            solid: 0,
        };
        Self {
            items: [none; Self::MAX],
            len: 0,
            solid: 0,
        }
    }

    pub(crate) fn as_slice(&self) -> &[Hit] {
        &self.items[..self.len]
    }

    /// Words that are not fillers between the hit and the end of the window.
    pub(crate) fn gap_after(&self, hit: &Hit) -> u8 {
        self.solid.saturating_sub(hit.solid)
    }

    /// Words that are not fillers between the start of the window and the hit.
    pub(crate) fn gap_before(&self, hit: &Hit) -> u8 {
        hit.solid.saturating_sub(hit.last - hit.first + 1)
    }

    pub(super) fn push(&mut self, hit: Hit) {
        // A longer spelling covers a shorter one: in `order id` the word `order` says nothing of its own.
        for old in self.as_slice() {
            if old.first <= hit.first
                && old.last >= hit.last
                && (old.last - old.first > hit.last - hit.first || old.bytes > hit.bytes)
            {
                return;
            }
        }
        let mut kept = 0;
        for i in 0..self.len {
            let old = self.items[i];
            let covered = hit.first <= old.first
                && hit.last >= old.last
                && (hit.last - hit.first > old.last - old.first || hit.bytes > old.bytes);
            if !covered {
                self.items[kept] = old;
                kept += 1;
            }
        }
        self.len = kept;
        if self.len == Self::MAX {
            self.items.copy_within(1.., 0);
            self.len -= 1;
        }
        self.items[self.len] = hit;
        self.len += 1;
    }
}

/// A spelling found in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// Its last and first word, counted from the window's start over all words.
    pub(super) last: u8,
    pub(super) first: u8,
    pub(super) spelling: u16,
}

impl Event {
    /// A spelling of `words` words found at the `first`-th one.
    pub(super) const fn at(first: u8, words: u8, spelling: u16) -> Self {
        Self {
            last: first.saturating_add(words - 1),
            first,
            spelling,
        }
    }
}

/// The spellings found in one window; of more than fit, the last ones are dropped.
pub(super) struct Events {
    items: [Event; Self::MAX],
    len: usize,
}

impl Events {
    const MAX: usize = 96;

    pub(super) const fn new() -> Self {
        Self {
            items: [Event {
                last: 0,
                first: 0,
                spelling: 0,
            }; Self::MAX],
            len: 0,
        }
    }

    pub(super) fn push(&mut self, event: Event) {
        if self.len < Self::MAX {
            self.items[self.len] = event;
            self.len += 1;
        }
    }

    /// By their last word, then the longest first.
    pub(super) fn in_order(&mut self) -> &[Event] {
        let items = &mut self.items[..self.len];
        if items.len() > 1 {
            items.sort_unstable();
        }
        items
    }
}
