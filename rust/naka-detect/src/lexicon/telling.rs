//! What may be said where a word begins, at a glance: for the index of a page, which may say too much but never too
//! little. Fillers say nothing; of spellings of several words only the first one and the next letter are looked at.
//! Cost: about 1 ns for a word that the filter stops, 5 ns for another; no allocation.

use super::slots::Slots;
use crate::word_filter::{ASCII, WordFilter, ascii_key, cut, folded, key};
use crate::word_index::Gist;

/// One first word. Those beyond ASCII are read by the word stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: u64,
    /// Its first eight bytes, zero behind its end.
    head: u64,
    /// Its length in bytes.
    len: u8,
    /// Longer words may begin with it.
    open: bool,
    /// The first byte of the word that must follow; 0 for none.
    next: u8,
    gist: u16,
}

/// The first words of all spellings that say something.
#[derive(Debug)]
pub(crate) struct Telling {
    filter: WordFilter,
    slots: Slots,
    entries: Vec<Entry>,
    gists: Vec<Gist>,
}

impl Telling {
    /// `spelled` yields of each spelling its word stream without the first space, whether its end is open, and what it
    /// says.
    pub(super) fn new<'s>(spelled: impl Iterator<Item = (&'s [u8], bool, Gist)>) -> Self {
        let mut said: Vec<(Entry, Gist)> = Vec::new();
        for (bytes, open, gist) in spelled.filter(|(bytes, _, gist)| bytes[0].is_ascii() && *gist != Gist::NONE) {
            let first = bytes.iter().position(|&c| c == b' ').unwrap_or(bytes.len());
            let entry = Entry {
                key: key(&bytes[..first]),
                head: cut(&bytes[..first], 8),
                len: first as u8,
                open: open && first == bytes.len(),
                next: bytes.get(first + 1).copied().unwrap_or(0),
                gist: 0,
            };
            said.push((entry, gist));
        }
        said.sort_unstable_by_key(|(entry, _)| *entry);
        let mut filter = WordFilter::new(said.len());
        let (mut entries, mut gists) = (Vec::new(), Vec::<Gist>::new());
        for group in said.chunk_by(|a, b| a.0 == b.0) {
            let all = group.iter().fold(Gist::NONE, |all, (_, gist)| all.with(*gist));
            let id = gists.iter().position(|gist| *gist == all).unwrap_or(gists.len());
            if id == gists.len() {
                gists.push(all);
            }
            let entry = Entry {
                gist: id as u16,
                ..group[0].0
            };
            let bytes = entry.head.to_le_bytes();
            // Only the first bytes and the length decide.
            let mut word = bytes.to_vec();
            word.resize(usize::from(entry.len), b'x');
            filter.add(&word, entry.open);
            entries.push(entry);
        }
        let keys: Vec<u64> = entries.iter().map(|entry| entry.key).collect();
        Self {
            filter,
            slots: Slots::new(&keys),
            entries,
            gists,
        }
    }

    /// Which ASCII words may say something.
    pub(crate) const fn filter(&self) -> &WordFilter {
        &self.filter
    }

    /// At least what the spellings say that begin at the ASCII word `text[at..at + len]`, whose first eight bytes are
    /// `raw`.
    #[inline]
    pub(crate) fn gist(&self, text: &[u8], at: usize, len: usize, raw: u64) -> Gist {
        let head = folded(raw, len);
        let mut gist = self.gist_by(ascii_key(raw, len), head, len, text, at);
        for &short in self.filter.short() {
            if short < len.min(ASCII) {
                gist = gist.with(self.gist_by(folded(raw, short), head, len, text, at));
            }
        }
        gist
    }

    #[inline(always)]
    fn gist_by(&self, key: u64, head: u64, len: usize, text: &[u8], at: usize) -> Gist {
        let mut gist = Gist::NONE;
        for entry in &self.entries[self.slots.get(key)] {
            let own = usize::from(entry.len);
            let fits = own == len || (entry.open && own < len);
            if fits && folded(head, own) == entry.head && may_follow(entry.next, text, at + len) {
                gist = gist.with(self.gists[usize::from(entry.gist)]);
            }
        }
        gist
    }
}

/// False when the word behind `end` cannot begin with `next`.
#[inline(always)]
fn may_follow(next: u8, text: &[u8], end: usize) -> bool {
    if next == 0 || next >= 0x80 {
        return true;
    }
    let is_word = |c: &u8| c.is_ascii_alphanumeric();
    match text.get(end) {
        None => false,
        Some(c) if is_word(c) => c.to_ascii_lowercase() == next, // `panNo`
        Some(c) if !c.is_ascii() => true,
        // One sign between them is the rule; behind more, anything may follow.
        Some(_) => text
            .get(end + 1)
            .is_none_or(|c| !is_word(c) || c.to_ascii_lowercase() == next),
    }
}
