//! Words and phrases by their first bytes: thousands of literals, each tried only where a word begins.
//!
//! A literal is found when it stands at a word start, in any case of its ASCII letters if it says so.
//! Where it ends is the caller's matter: whole words, or the rest of a pattern.
//! Three filters keep the cost of a word that is none of ours at two or three reads: the first two
//! bytes, a bitmap on a hash of the first four (six outside ASCII, that is two letters), then a table.
//! Cost: 1-2 ns a word start, no allocation. 10,000 literals take about 1 MB.

use std::collections::HashMap;

use crate::heads::{Heads, first_eight};
use crate::mask::{Classes, Leads};

/// True when a word begins at `at`: a letter or digit after something else, or a character beyond
/// ASCII after ASCII that is neither, or after punctuation (U+2000-2BFF, Latin-1 signs, dandas, emoji).
pub(crate) fn starts_word(text: &[u8], at: usize) -> bool {
    let Some(&byte) = text.get(at) else { return false };
    let before = &text[..at];
    if byte.is_ascii() {
        return byte.is_ascii_alphanumeric() && !before.last().is_some_and(u8::is_ascii_alphanumeric);
    }
    if byte < 0xC0 {
        return false; // inside a character
    }
    match before {
        [] => true,
        [.., last] if last.is_ascii() => !last.is_ascii_alphanumeric(),
        [.., 0xC2, _] | [.., 0xE2, _, _] | [.., 0xF0, _, _, _] | [.., 0xE0, 0xA5, 0xA4 | 0xA5] => true,
        _ => false,
    }
}

/// What the last blocks leave for the next one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Carry {
    word: u64,
    high: u64,
    leads: Leads,
}

impl Carry {
    /// Bits of all positions for which [`starts_word`] holds, and few others. `leads` is asked only when
    /// the block holds bytes beyond ASCII.
    #[inline(always)]
    pub(crate) fn starts(&mut self, classes: &Classes, leads: impl FnOnce() -> Leads) -> u64 {
        let word = classes.alpha | classes.digit;
        let after_word = (word << 1) | (self.word >> 63);
        let mut starts = word & !after_word;
        if classes.high | self.high != 0 {
            let leads = if classes.high == 0 { Leads::default() } else { leads() };
            let old = &self.leads;
            let after_high = (classes.high << 1) | (self.high >> 63);
            let after_sign = (leads.c2 << 2 | old.c2 >> 62)
                | (leads.e2 << 3 | old.e2 >> 61)
                | (leads.f0 << 4 | old.f0 >> 60)
                | (leads.danda << 1 | old.danda >> 63);
            starts |= leads.all & !after_word & (!after_high | after_sign);
            self.leads = leads;
        } else {
            self.leads = Leads::default();
        }
        (self.word, self.high) = (word, classes.high);
        starts
    }
}

/// One literal, as it is given to [`WordTable::new`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal<'a> {
    /// At least two bytes.
    pub(crate) bytes: &'a [u8],
    /// ASCII letters match in both cases.
    pub(crate) any_case: bool,
    /// A word ends where it ends.
    pub(crate) whole: bool,
    /// What the caller knows it by.
    pub(crate) owner: u32,
}

/// One literal of the table; its bytes lie in the arena.
#[derive(Debug, Clone, Copy)]
struct Entry {
    from: u32,
    len: u16,
    any_case: bool,
    owner: u32,
}

/// Lengths of keys: how many of a literal's first bytes find its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Two,
    Three,
    Four,
    Six,
}

impl Key {
    fn of(literal: &[u8]) -> Self {
        match literal.len() {
            2 => Self::Two,
            3 => Self::Three,
            4 | 5 => Self::Four,
            _ if literal[0].is_ascii() => Self::Four,
            _ => Self::Six,
        }
    }

    /// The bit in [`WordTable::pairs`].
    const fn flag(self) -> u8 {
        1 << self as u8
    }

    /// The first bytes, ASCII letters folded.
    const fn cut(self, first: u64) -> u64 {
        let folded = first | 0x2020_2020_2020_2020;
        match self {
            Self::Two => folded & 0xFFFF,
            Self::Three => folded & 0xFF_FFFF,
            Self::Four => folded & 0xFFFF_FFFF,
            Self::Six => folded & 0xFFFF_FFFF_FFFF,
        }
    }
}

/// The compiled literals.
#[derive(Debug)]
pub(crate) struct WordTable {
    /// By the first two bytes: which kinds of keys are worth a look. Small enough for the first-level cache.
    pairs: Box<[u8; 4096]>,
    /// One bit per hash of a key.
    bitmap: Vec<u64>,
    /// Open addressing by the same hash: key, then the range of its literals. An empty range ends a probe.
    slots: Vec<Slot>,
    /// Sorted by key.
    entries: Vec<Entry>,
    arena: Vec<u8>,
    shift: u32,
    /// Which words may begin a literal, by the letters and digits in front.
    heads: Heads,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    from: u32,
    to: u32,
}

/// The bitmap has two to the power of this bits for each slot.
const BITMAP: u32 = 4;

const fn pair(first: u64) -> usize {
    ((first & 0x1F) | (first >> 3 & 0x3E0) | (first >> 4 & 0x400) | (first << 4 & 0x800)) as usize
}

const fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl WordTable {
    /// Compiles the literals. Shorter than two bytes, or longer than 65,535, is a fault of the caller.
    pub(crate) fn new(mut literals: Vec<Literal<'_>>) -> Self {
        let key_of = |literal: &Literal<'_>| {
            let first = first_eight(literal.bytes);
            let kind = Key::of(literal.bytes);
            (first, kind, kind.cut(first))
        };
        let fits = |literal: &Literal<'_>| (2..=usize::from(u16::MAX)).contains(&literal.bytes.len());
        assert!(literals.iter().all(fits), "literals have two bytes or more");
        literals.sort_by_cached_key(|literal| {
            let (_, kind, key) = key_of(literal);
            (kind as u8, key, literal.bytes, literal.owner)
        });
        let mut keys: HashMap<(Key, u64), (u32, u32)> = HashMap::with_capacity(literals.len());
        let mut pairs = Box::new([0u8; 4096]);
        let mut entries = Vec::with_capacity(literals.len());
        let mut arena = Vec::with_capacity(literals.iter().map(|literal| literal.bytes.len()).sum());
        for (i, literal) in literals.iter().enumerate() {
            let (first, kind, key) = key_of(literal);
            for case in [0, 0x20, 0x2000, 0x2020] {
                pairs[pair(first ^ case)] |= kind.flag();
            }
            let range = keys.entry((kind, key)).or_insert((i as u32, i as u32));
            range.1 = i as u32 + 1;
            let (from, len) = (arena.len() as u32, literal.bytes.len() as u16);
            entries.push(Entry {
                from,
                len,
                any_case: literal.any_case,
                owner: literal.owner,
            });
            arena.extend_from_slice(literal.bytes);
        }
        // Two slots a key keep probes short, and the bitmap has 32 bits a key.
        let bits = (keys.len() * 2).next_power_of_two().trailing_zeros().max(6);
        let mut table = Self {
            pairs,
            bitmap: vec![0; 1 << (bits + BITMAP - 6)],
            slots: vec![Slot::default(); 1 << bits],
            entries,
            arena,
            shift: 64 - bits,
            heads: heads(&literals),
        };
        for ((kind, key), (from, to)) in keys {
            table.insert(kind.salted(key), from, to);
        }
        table
    }

    fn insert(&mut self, key: u64, from: u32, to: u32) {
        let hash = hash(key);
        let bit = hash >> (self.shift - BITMAP);
        self.bitmap[(bit >> 6) as usize] |= 1 << (bit & 63);
        let mut at = (hash >> self.shift) as usize;
        while self.slots[at].to != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = Slot { key, from, to };
    }

    /// True when there are no literals.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let entries = self.entries.len() * size_of::<Entry>() + self.arena.len();
        4096 + self.bitmap.len() * 8 + self.slots.len() * size_of::<Slot>() + entries + self.heads.memory()
    }

    fn is_at(&self, entry: &Entry, text: &[u8], at: usize) -> bool {
        let bytes = &self.arena[entry.from as usize..entry.from as usize + usize::from(entry.len)];
        text.get(at..at + bytes.len()).is_some_and(|found| {
            if entry.any_case {
                found.eq_ignore_ascii_case(bytes)
            } else {
                found == bytes
            }
        })
    }

    /// Which ASCII words may begin a literal.
    pub(crate) const fn heads(&self) -> &Heads {
        &self.heads
    }

    /// Calls `found(owner, end)` for every literal at `at`. The caller has seen that a word may begin there.
    #[inline(always)]
    pub(crate) fn probe(&self, text: &[u8], at: usize, mut found: impl FnMut(u32, usize)) {
        let first = first_eight(&text[at..]);
        let kinds = self.pairs[pair(first)];
        if kinds != 0 {
            self.look_up(text, at, first, kinds, &mut found);
        }
    }

    #[inline]
    fn look_up(&self, text: &[u8], at: usize, first: u64, kinds: u8, found: &mut impl FnMut(u32, usize)) {
        for kind in [Key::Four, Key::Six, Key::Three, Key::Two] {
            if kinds & kind.flag() == 0 {
                continue;
            }
            let key = kind.salted(kind.cut(first));
            let hash = hash(key);
            let bit = hash >> (self.shift - BITMAP);
            if self.bitmap[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
                continue;
            }
            let mut slot = (hash >> self.shift) as usize;
            while self.slots[slot].to != 0 {
                if self.slots[slot].key == key {
                    let range = self.slots[slot].from as usize..self.slots[slot].to as usize;
                    for entry in &self.entries[range] {
                        if self.is_at(entry, text, at) && starts_word(text, at) {
                            found(entry.owner, at + usize::from(entry.len));
                        }
                    }
                    break;
                }
                slot = (slot + 1) & (self.slots.len() - 1);
            }
        }
    }
}

/// The letters and digits in front of the literals.
pub(super) fn heads(literals: &[Literal<'_>]) -> Heads {
    let folded: Vec<(Vec<u8>, bool)> = literals
        .iter()
        .map(|literal| {
            let word = literal.bytes.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
            let open = word == literal.bytes.len() && !literal.whole;
            (literal.bytes[..word].to_ascii_lowercase(), open)
        })
        .collect();
    let words = folded.iter().filter(|(word, _)| !word.is_empty());
    Heads::fronts(words.map(|(word, open)| (&word[..], *open)))
}

impl Key {
    /// Keys of different lengths share one table.
    const fn salted(self, key: u64) -> u64 {
        key | (self as u64) << 60
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{self, BLOCK, Level, Masks, padded};
    use proptest::prelude::*;

    fn mask_starts<M: Masks>(text: &[u8]) -> Vec<usize> {
        let mut carry = Carry::default();
        let mut out = Vec::new();
        for base in (0..text.len()).step_by(BLOCK) {
            let window = padded(text, base);
            let block = window.first_chunk().expect("a block");
            // SAFETY: called through `dispatch!`.
            let classes = unsafe { M::classes(block) };
            // SAFETY: as above.
            let mut bits = carry.starts(&classes, || unsafe { M::leads(block) });
            while bits != 0 {
                out.push(base + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
        out
    }

    fn table(words: &[&str]) -> WordTable {
        let words: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let literal = |(i, word)| {
            let bytes: &[u8] = String::as_bytes(word);
            Literal {
                bytes,
                any_case: i % 2 == 0,
                whole: false,
                owner: i as u32,
            }
        };
        WordTable::new(words.iter().enumerate().map(literal).collect())
    }

    const WORDS: &[&str] = &[
        "mr",
        "dr.",
        "shri",
        "project blue",
        "project",
        "projects",
        "श्री",
        "श्रीमती",
        "कु",
        "a1",
        "emp-",
        "smt",
        "mrs",
    ];

    /// By trying every literal at every place.
    fn plain(table: &WordTable, text: &[u8]) -> Vec<(usize, u32, usize)> {
        let mut out = Vec::new();
        for at in (0..text.len()).filter(|&at| starts_word(text, at)) {
            for entry in table.entries.iter().filter(|entry| table.is_at(entry, text, at)) {
                out.push((at, entry.owner, at + usize::from(entry.len)));
            }
        }
        out.sort_unstable();
        out
    }

    fn fast(table: &WordTable, text: &[u8]) -> Vec<(usize, u32, usize)> {
        let mut out = Vec::new();
        let mut starts = Vec::new();
        for level in Level::available() {
            let found = mask::dispatch!(level, mask_starts<'t>(text: &'t [u8]) -> Vec<usize>);
            assert!(starts.is_empty() || starts == found, "levels differ");
            starts = found;
        }
        for at in starts {
            table.probe(text, at, |owner, end| out.push((at, owner, end)));
        }
        out.sort_unstable();
        out
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(WORDS).prop_map(str::to_owned),
            prop::sample::select(WORDS).prop_map(str::to_ascii_uppercase),
            "[ a-z.,“”।-]{0,3}",
            "[a-zकखग\u{94d}\u{940}😀«]{0,6}",
            " {0,20}",
        ];
        prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn finds_every_literal_at_every_word_start(text in text()) {
            let table = table(WORDS);
            prop_assert_eq!(fast(&table, text.as_bytes()), plain(&table, text.as_bytes()));
        }

        #[test]
        fn masks_miss_no_word_start_in_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for level in Level::available() {
                let text = &bytes[..];
                let found = mask::dispatch!(level, mask_starts<'t>(text: &'t [u8]) -> Vec<usize>);
                for at in (0..bytes.len()).filter(|&at| starts_word(&bytes, at)) {
                    prop_assert!(found.binary_search(&at).is_ok(), "{level:?} {at}");
                }
            }
        }
    }

    #[test]
    fn ten_thousand_words_fit_in_two_megabytes() {
        let words: Vec<String> = (0..10_000u32)
            .map(|i| format!("w{:x}rd{i}", i.wrapping_mul(2_654_435_761)))
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let table = table(&words);
        assert!(table.memory() < 2 << 20, "{}", table.memory());
        assert_eq!(fast(&table, words[7_000].as_bytes()), [(0, 7_000, words[7_000].len())]);
    }
}
