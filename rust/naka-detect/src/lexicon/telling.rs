//! What may be said where a word begins, at a glance: for the index of a page, which may say too much but never too
//! little. Fillers say nothing; of spellings of several words only the first one and the next letter are looked at.
//! Cost: about 1 ns for a word that the filter stops, 5 ns for another; no allocation.

use super::ascii::Beginnings;
use crate::heads::{first_eight, folded};
use crate::word_index::Gist;

/// One first word. Those beyond ASCII are read by the word stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct First {
    /// Its first eight bytes, zero behind its end.
    head: u64,
    /// Its length in bytes.
    len: u8,
    /// The first byte of the word that must follow; 0 for none.
    next: u8,
}

/// What the spellings say that begin with one word.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    head: u64,
    /// 0 for a free slot.
    len: u8,
    /// What is said whatever follows, by its place in [`Telling::gists`].
    always: u16,
    /// Which letters and digits must follow for more to be said, as [`follower`] has them.
    nexts: u64,
    /// The range of these in [`Telling::more`].
    more: (u16, u16),
}

/// The first words of all spellings that say something.
#[derive(Debug)]
pub(crate) struct Telling {
    filter: Beginnings,
    /// Open addressing by the head.
    slots: Box<[Slot]>,
    /// What is said when one of the [`follower`]s does follow.
    more: Vec<(u64, u16)>,
    /// The first is [`Gist::NONE`].
    gists: Vec<Gist>,
    /// Beginnings of longer words.
    stems: Vec<(Vec<u8>, Gist)>,
}

impl Telling {
    /// `spelled` yields of each spelling its word stream without the first space, whether its end is open, and what it
    /// says.
    pub(super) fn new<'s>(spelled: impl Iterator<Item = (&'s [u8], bool, Gist)>) -> Self {
        let mut said: Vec<(First, Gist)> = Vec::new();
        let mut words: Vec<&[u8]> = Vec::new();
        let mut stems = Vec::new();
        for (bytes, open, gist) in spelled.filter(|(bytes, _, gist)| bytes[0].is_ascii() && *gist != Gist::NONE) {
            let first = bytes.split(|&c| c == b' ').next().unwrap_or(bytes);
            if open && first.len() == bytes.len() {
                stems.push((bytes.to_vec(), gist));
                continue;
            }
            words.push(first);
            let first = First {
                head: first_eight(first),
                len: first.len() as u8,
                next: bytes.get(first.len() + 1).copied().unwrap_or(0),
            };
            said.push((first, gist));
        }
        said.sort_by(|a, b| a.0.cmp(&b.0));
        let fronts = stems.iter().map(|(stem, _)| (&stem[..], true));
        let filter = Beginnings::new(words.iter().map(|word| (*word, false)).chain(fronts));
        let mut new = Self {
            filter,
            slots: vec![Slot::default(); (2 * said.len()).next_power_of_two().max(2)].into_boxed_slice(),
            more: Vec::new(),
            gists: vec![Gist::NONE],
            stems,
        };
        for word in said.chunk_by(|a, b| (a.0.head, a.0.len) == (b.0.head, b.0.len)) {
            new.insert(word);
        }
        new
    }

    /// Adds all that begins with one word, by what follows.
    fn insert(&mut self, word: &[(First, Gist)]) {
        let mut slot = Slot {
            head: word[0].0.head,
            len: word[0].0.len,
            ..Slot::default()
        };
        let mut always = Gist::NONE;
        let from = self.more.len() as u16;
        for same in word.chunk_by(|a, b| a.0.next == b.0.next) {
            let gist = same.iter().fold(Gist::NONE, |all, (_, gist)| all.with(*gist));
            match same[0].0.next {
                0 | 0x80.. => always = always.with(gist),
                next => {
                    let next = follower(next);
                    slot.nexts |= next;
                    let id = self.id_of(gist);
                    self.more.push((next, id));
                }
            }
        }
        slot.always = self.id_of(always);
        slot.more = (from, self.more.len() as u16);
        let mut at = self.place(slot.head);
        while self.slots[at].len != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    fn id_of(&mut self, gist: Gist) -> u16 {
        let known = self.gists.iter().position(|&known| known == gist);
        known.unwrap_or_else(|| {
            self.gists.push(gist);
            self.gists.len() - 1
        }) as u16
    }

    #[inline(always)]
    const fn place(&self, head: u64) -> usize {
        (head.wrapping_mul(crate::heads::MIX) >> 40) as usize & (self.slots.len() - 1)
    }

    /// Which ASCII words may say something.
    pub(crate) const fn filter(&self) -> &Beginnings {
        &self.filter
    }

    /// At least what the spellings say that begin at the ASCII word `text[at..at + len]`, whose first eight bytes are
    /// `raw`.
    #[inline(always)]
    pub(crate) fn gist(&self, text: &[u8], at: usize, len: usize, raw: u64) -> Gist {
        let head = folded(raw, len);
        let mut place = self.place(head);
        let mut gist = loop {
            let slot = &self.slots[place];
            if (slot.head, usize::from(slot.len)) == (head, len) {
                break self.said(slot, text, at + len);
            }
            if slot.len == 0 {
                break Gist::NONE;
            }
            place = (place + 1) & (self.slots.len() - 1);
        };
        if self.filter.has_stems() {
            let begins = |stem: &[u8]| {
                text[at..at + len]
                    .get(..stem.len())
                    .is_some_and(|front| front.eq_ignore_ascii_case(stem))
            };
            let stems = self.stems.iter().filter(|(stem, _)| begins(stem));
            gist = stems.fold(gist, |all, (_, gist)| all.with(*gist));
        }
        gist
    }

    #[inline(always)]
    fn said(&self, slot: &Slot, text: &[u8], end: usize) -> Gist {
        let mut gist = self.gists[usize::from(slot.always)];
        if slot.nexts != 0 {
            let follows = followers(text, end) & slot.nexts;
            if follows != 0 {
                for (next, id) in &self.more[usize::from(slot.more.0)..usize::from(slot.more.1)] {
                    if next & follows != 0 {
                        gist = gist.with(self.gists[usize::from(*id)]);
                    }
                }
            }
        }
        gist
    }
}

/// The bit of a letter in lower case, or of a digit.
const fn follower(first: u8) -> u64 {
    1 << (first & 0x3F)
}

/// What the word behind `end` may begin with.
#[inline(always)]
fn followers(text: &[u8], end: usize) -> u64 {
    let of = |c: u8| follower(c | 0x20); // digits have that bit
    match text.get(end) {
        None => 0,
        Some(&c) if c.is_ascii_alphanumeric() => of(c), // `panNo`
        Some(c) if !c.is_ascii() => u64::MAX,
        // One sign between them is the rule; behind more, anything may follow.
        Some(_) => match text.get(end + 1) {
            Some(&c) if c.is_ascii_alphanumeric() => of(c),
            _ => u64::MAX,
        },
    }
}
