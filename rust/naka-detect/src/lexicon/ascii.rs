//! Words of ASCII text by bit masks, a block at a time: the word stream's cuts without reading it byte by byte.
//! Held equal to it by `lexicon::tests` and `tests/oracle.rs`.

use super::hits::{Event, Events};
use super::stream::WordStream;
use super::{Kind, Lexicon};
use crate::heads::{self, Heads, WINDOW};
use crate::mask::{self, BLOCK, Classes, Level, Masks};

/// Which ASCII words may begin a spelling.
#[derive(Debug)]
pub(crate) struct Beginnings {
    whole: Heads,
    /// Beginnings of longer words; rules have none today, and then nobody pays for them.
    stems: Option<Heads>,
}

impl Beginnings {
    /// For words in lower case; the flag tells those that longer words may begin with.
    pub(super) fn new<'w>(words: impl Iterator<Item = (&'w [u8], bool)> + Clone) -> Self {
        let stems = words.clone().filter(|(_, open)| *open);
        Self {
            stems: stems.clone().next().map(|_| Heads::fronts(stems)),
            whole: Heads::whole(words.filter(|(_, open)| !open).map(|(word, _)| word)),
        }
    }

    /// Those of the words at `places` that may begin a spelling; see [`Masks::passing`].
    #[inline(always)]
    pub(crate) fn passing<M: Masks>(&self, window: &[u8; WINDOW], places: u64, ends: [u64; 2]) -> u64 {
        let passing = heads::passing::<M>(window, places, ends, &self.whole);
        match &self.stems {
            None => passing,
            Some(stems) => passing | heads::passing::<M>(window, places, ends, stems),
        }
    }

    /// [`Self::passing`], and which of the words another filter holds, which has its own ends.
    #[inline(always)]
    pub(crate) fn passing_with<M: Masks>(
        &self,
        window: &[u8; WINDOW],
        places: u64,
        ends: [u64; 2],
        other: Option<([u64; 2], &Heads)>,
    ) -> (u64, u64) {
        match (&self.stems, other) {
            (None, Some(other)) => {
                let [passing, others] = heads::passing_two::<M>(window, places, [(ends, &self.whole), other]);
                (passing, others)
            }
            (_, other) => {
                let others = other.map_or(0, |(ends, heads)| heads::passing::<M>(window, places, ends, heads));
                (self.passing::<M>(window, places, ends), others)
            }
        }
    }

    /// True when longer words may begin with one of these.
    pub(super) const fn has_stems(&self) -> bool {
        self.stems.is_some()
    }
}

/// Writes down the spellings in an ASCII window and returns how many words it has.
pub(super) fn walk(lexicon: &Lexicon, window: &[u8], events: &mut Events) -> u8 {
    mask::dispatch!(Level::detect(), walk_by<'t>(lexicon: &'t Lexicon, window: &'t [u8], events: &'t mut Events) -> u8)
}

#[inline(always)]
fn walk_by<M: Masks>(lexicon: &Lexicon, window: &[u8], events: &mut Events) -> u8 {
    // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
    let classes = |block: &[u8; WINDOW]| unsafe { M::classes(block.first_chunk().expect("a window holds a block")) };
    let mut count = 0u8;
    let mut before = Kind::Gap;
    let mut bytes = heads::window::<M>(window);
    let mut now = classes(&bytes);
    for base in (0..window.len()).step_by(BLOCK) {
        let (mut next_bytes, mut next) = ([0; WINDOW], Classes::default());
        if base + BLOCK < window.len() {
            next_bytes = heads::window::<M>(&window[base + BLOCK..]);
            next = classes(&next_bytes);
        }
        let cuts = cuts(window, base, &now, before);
        let last = last_kind(&now);
        let words = |classes: &Classes| classes.alpha | classes.digit;
        let next_cuts = if words(&next) == 0 {
            0
        } else {
            self::cuts(window, base + BLOCK, &next, last)
        };
        let ends = [!words(&now) | cuts, !words(&next) | next_cuts];
        let mut passing = lexicon.firsts.filter().passing::<M>(&bytes, cuts, ends);
        while passing != 0 {
            let place = passing.trailing_zeros() as usize;
            let words_before = (cuts & ((1 << place) - 1)).count_ones() as u8;
            passing &= passing - 1;
            let len = heads::length(ends, place).min(window.len() - base - place);
            look_up(
                lexicon,
                window,
                base + place,
                len,
                count.saturating_add(words_before),
                events,
            );
        }
        count = count.saturating_add(cuts.count_ones() as u8);
        (bytes, now, before) = (next_bytes, next, last);
    }
    count
}

/// Looks up the word of `len` bytes at `at`, of which `count` words stand before.
#[inline(never)]
fn look_up(lexicon: &Lexicon, window: &[u8], at: usize, len: usize, count: u8, events: &mut Events) {
    let (word, rest) = window[at..].split_at(len);
    let next = rest
        .iter()
        .find(|c| c.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase);
    let after = WordStream::behind(window, at + len);
    lexicon.firsts.find_ascii(word, next, after, |entry| {
        events.push(Event::at(count, entry.words, entry.spelling));
    });
}

/// Where words begin in an ASCII block behind a byte of the kind `before`, as `WordStream::cuts_before` has it.
#[inline(always)]
pub(crate) fn cuts(text: &[u8], base: usize, classes: &Classes, before: Kind) -> u64 {
    let (upper, digit) = (classes.upper, classes.digit);
    let lower = classes.alpha & !upper;
    let was = |kind| u64::from(before == kind);
    let after_lower = lower << 1 | was(Kind::Lower);
    let after_upper = upper << 1 | was(Kind::Upper);
    let after_digit = digit << 1 | was(Kind::Digit);
    let after_high = was(Kind::High);
    let after_word = after_lower | after_upper | after_digit | after_high;
    let cuts = (classes.alpha | digit) & !after_word
        | upper & after_lower
        | digit & (after_lower | after_upper | after_high)
        | classes.alpha & (after_digit | after_high);
    let humps = upper & after_upper;
    if humps == 0 {
        return cuts;
    }
    let next = |by: usize| {
        let mut beyond = 0;
        for i in 0..by {
            let is_lower = text.get(base + BLOCK + i).is_some_and(u8::is_ascii_lowercase);
            beyond |= u64::from(is_lower) << (BLOCK - by + i);
        }
        lower >> by | beyond
    };
    cuts | humps & next(1) & next(2) & next(3)
}

/// The kind of the last byte of an ASCII block.
#[inline(always)]
pub(crate) fn last_kind(classes: &Classes) -> Kind {
    let last = |mask: u64| mask >> (BLOCK - 1) != 0;
    if last(classes.upper) {
        Kind::Upper
    } else if last(classes.alpha) {
        Kind::Lower
    } else if last(classes.digit) {
        Kind::Digit
    } else {
        Kind::Gap
    }
}
