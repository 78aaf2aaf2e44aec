//! All spellings by the first bytes of their first word; a filter comes before. ASCII words are known by eight bytes, others
//! by two letters. Cost: about 1 ns for a word that the filter stops, 10 ns for another; no allocation.

use super::ascii;
use super::slots::Slots;
use super::stream::{LONGEST, Piece, WordStream};
use crate::heads::{first_eight, folded};
use crate::word_filter::{WordFilter, cut, key};

/// One spelling. Its bytes in the arena: the first word, then the others with a space before each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    from: u32,
    /// Bytes of the first word.
    first: u8,
    /// Bytes of all words.
    len: u8,
    /// How many words it has.
    pub(crate) words: u8,
    /// The first byte of the second word; 0 for none.
    next: u8,
    open: bool,
    /// Index of the spelling.
    pub(crate) spelling: u16,
}

/// The table.
#[derive(Debug)]
pub(super) struct Firsts {
    ascii: ascii::Beginnings,
    filter: WordFilter,
    slots: Slots,
    /// By the first eight bytes, for ASCII words.
    heads: Slots,
    /// ASCII words that longer ones may begin with.
    stems: Vec<usize>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
}

impl Firsts {
    /// `spelled` yields of each spelling its word stream without the first space, and whether its end is open.
    pub(super) fn new(spelled: &[(Vec<u8>, bool)]) -> Self {
        let mut filter = WordFilter::new(spelled.len());
        let mut keyed = Vec::new();
        for (spelling, (bytes, open)) in spelled.iter().enumerate() {
            let first = bytes.iter().position(|&c| c == b' ').unwrap_or(bytes.len());
            filter.add(&bytes[..first], *open && first == bytes.len());
            keyed.push((key(&bytes[..first]), first_eight(&bytes[..first]), spelling, first));
        }
        keyed.sort_unstable();
        let keys: Vec<u64> = keyed.iter().map(|(key, ..)| *key).collect();
        let heads: Vec<u64> = keyed.iter().map(|(_, head, ..)| *head).collect();
        let ascii = spelled
            .iter()
            .filter(|(bytes, _)| bytes[0].is_ascii())
            .map(|(bytes, open)| {
                let first = bytes.split(|&c| c == b' ').next().unwrap_or(bytes);
                (first, *open && first.len() == bytes.len())
            });
        let mut new = Self {
            ascii: ascii::Beginnings::new(ascii),
            filter,
            slots: Slots::new(&keys),
            heads: Slots::new(&heads),
            stems: Vec::new(),
            entries: Vec::new(),
            arena: Vec::new(),
        };
        for (_, _, spelling, first) in keyed {
            let (bytes, open) = &spelled[spelling];
            if *open && first == bytes.len() && bytes[0].is_ascii() {
                new.stems.push(new.entries.len());
            }
            new.entries.push(Entry {
                from: new.arena.len() as u32,
                first: first as u8,
                len: bytes.len() as u8,
                next: bytes.get(first + 1).copied().unwrap_or(0),
                words: 1 + bytes.iter().filter(|&&c| c == b' ').count() as u8,
                open: *open,
                spelling: spelling as u16,
            });
            new.arena.extend_from_slice(bytes);
        }
        new
    }

    /// Which ASCII words may begin a spelling.
    pub(super) const fn filter(&self) -> &ascii::Beginnings {
        &self.ascii
    }

    /// Calls `found` for each spelling that begins with the first `len` bytes of `word`, which is folded; `after` stands
    /// behind it.
    #[inline]
    pub(super) fn find(&self, word: &[u8; LONGEST], len: usize, after: WordStream<'_>, mut found: impl FnMut(&Entry)) {
        let raw = u64::from_le_bytes(*word.first_chunk().expect("eight bytes"));
        if !self.filter.passes_folded(raw, len) {
            return;
        }
        let word = &word[..len];
        let fits = |entry: &Entry| {
            let (first, rest) = self.split(entry);
            if rest.is_empty() {
                word == first || entry.open && word.starts_with(first)
            } else {
                word == first && goes_on(rest, entry.open, after)
            }
        };
        let whole = WordFilter::key_of(raw, len);
        let mut look_up = |key: u64| {
            let entries = self.entries[self.slots.get(key)].iter();
            entries.filter(|entry| fits(entry)).for_each(&mut found);
        };
        look_up(whole);
        for &len in self.filter.short() {
            let stem = cut(word, len);
            if len < word.len() && stem != whole {
                look_up(stem);
            }
        }
    }

    /// [`Self::find`] for an ASCII word in any case that [`Self::filter`] has let pass; `next` is what the word after it
    /// begins with, in lower case.
    #[inline]
    pub(super) fn find_ascii(
        &self,
        word: &[u8],
        next: Option<u8>,
        after: WordStream<'_>,
        mut found: impl FnMut(&Entry),
    ) {
        let fits = |entry: &Entry| {
            let front = usize::from(entry.first);
            if entry.next == 0 && entry.open {
                return word.get(..front).is_some_and(|front| self.is(front, entry));
            }
            word.len() == front
                && (entry.next == 0 || Some(entry.next) == next)
                && self.is(word, entry)
                && (entry.next == 0 || goes_on(self.split(entry).1, entry.open, after))
        };
        let head = lower(word);
        for entry in &self.entries[self.heads.get(head)] {
            if fits(entry) {
                found(entry);
            }
        }
        if self.ascii.has_stems() {
            for entry in self.stems.iter().map(|&stem| &self.entries[stem]) {
                if fits(entry) && lower(&word[..usize::from(entry.first)]) != head {
                    found(entry);
                }
            }
        }
    }

    /// True when the first word of `entry` is `word`, in any case; their lengths are equal.
    #[inline(always)]
    fn is(&self, word: &[u8], entry: &Entry) -> bool {
        let from = entry.from as usize;
        word.eq_ignore_ascii_case(&self.arena[from..from + usize::from(entry.first)])
    }

    fn split(&self, entry: &Entry) -> (&[u8], &[u8]) {
        let bytes = &self.arena[entry.from as usize..entry.from as usize + usize::from(entry.len)];
        bytes.split_at(usize::from(entry.first))
    }
}

/// The first eight bytes of an ASCII word in lower case, zero behind its end.
#[inline(always)]
fn lower(word: &[u8]) -> u64 {
    folded(first_eight(word), word.len())
}

/// True when the words of `rest` follow.
fn goes_on(rest: &[u8], open: bool, mut after: WordStream<'_>) -> bool {
    let follows = rest.iter().all(|&byte| match after.next_piece() {
        Some(Piece::Start) => byte == b' ',
        Some(Piece::Byte(found)) => byte == found,
        None => false,
    });
    follows && (open || after.at_word_end())
}
