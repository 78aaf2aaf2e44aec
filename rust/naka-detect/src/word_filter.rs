//! Which words may begin a spelling or a literal: one bit for a hash of a word's first bytes and its length, so that
//! `accommodate` does not pass for `account`. Nearly all words of a text end here.
//! Cost: about 1 ns a word.

use crate::heads::first_eight;

/// Bytes of a word that the hash takes: of an ASCII word, and of another (two letters).
pub(crate) const ASCII: usize = 4;
const HIGH: usize = 6;
/// Lengths from here on are one class; words beyond ASCII are class 0.
const LONG: usize = 12;
/// Class of open ends before [`ASCII`] - 1 bytes.
const SHORT: u64 = 13;

/// See the module.
#[derive(Debug)]
pub(crate) struct WordFilter {
    bits: Box<[u64]>,
    shift: u32,
    /// Lengths of the open ends that are shorter than a key.
    short: Vec<usize>,
    /// The first two letters of those of one or two, five bits of each.
    pairs: [u32; 32],
}

/// The first bytes of a word, zero behind its end.
pub(crate) fn key(word: &[u8]) -> u64 {
    cut(word, if word[0].is_ascii() { ASCII } else { HIGH })
}

/// At most `most` bytes, zero behind them.
pub(crate) fn cut(word: &[u8], most: usize) -> u64 {
    first_eight(&word[..word.len().min(most)])
}

fn class(word: &[u8]) -> u64 {
    if word[0].is_ascii() {
        word.len().min(LONG) as u64
    } else {
        0
    }
}

impl WordFilter {
    /// For about `words` words.
    pub(crate) fn new(words: usize) -> Self {
        // 16 bits a word let one in some twenty pass by chance; more than 32 KiB would not stay in the caches.
        let log = (16 * words.max(1)).next_power_of_two().trailing_zeros().clamp(14, 18);
        Self {
            bits: vec![0; 1 << (log - 6)].into_boxed_slice(),
            shift: 64 - log,
            short: Vec::new(),
            pairs: [0; 32],
        }
    }

    /// Lets `word` pass, in lower case: as a whole word, or, where `open`, also as the beginning of a longer one.
    pub(crate) fn add(&mut self, word: &[u8], open: bool) {
        let (key, class) = (key(word), class(word));
        self.set(key, class);
        if open {
            (class..=LONG as u64)
                .filter(|&of| class > 0 && of > class)
                .for_each(|of| self.set(key, of));
            if class > 0 && word.len() + 1 == ASCII {
                // One more byte is worth writing them all down: a second look at every word of a text costs more.
                for next in (b'a'..=b'z').chain(b'0'..=b'9') {
                    let longer = key | u64::from(next) << (8 * word.len());
                    (ASCII..=LONG).for_each(|len| self.set(longer, len as u64));
                }
                self.keep_short(word.len());
            } else if word.len() < if class > 0 { ASCII } else { HIGH } {
                match *word {
                    [first] if class > 0 => self.pairs[usize::from(first & 31)] = u32::MAX,
                    [first, second] if class > 0 => self.pairs[usize::from(first & 31)] |= 1 << (second & 31),
                    _ => self.set(key, SHORT),
                }
                self.keep_short(word.len());
            }
        }
    }

    fn keep_short(&mut self, len: usize) {
        self.short.push(len);
        self.short.sort_unstable();
        self.short.dedup();
    }

    /// Lengths at which [`Self::add`] was given an open end that is shorter than a key.
    pub(crate) fn short(&self) -> &[usize] {
        &self.short
    }

    #[inline(always)]
    fn place(&self, hash: u64) -> (usize, u64) {
        let at = hash >> self.shift;
        ((at >> 6) as usize, 1 << (at & 63))
    }

    fn set(&mut self, key: u64, class: u64) {
        let (at, bit) = self.place(mix(key, class));
        self.bits[at] |= bit;
    }

    #[inline(always)]
    fn has(&self, key: u64, class: u64) -> bool {
        self.holds(mix(key, class))
    }

    #[inline(always)]
    fn holds(&self, hash: u64) -> bool {
        let (at, bit) = self.place(hash);
        self.bits[at] & bit != 0
    }

    #[inline(always)]
    fn begins_short(&self, raw: u64) -> bool {
        self.pairs[(raw & 31) as usize] >> (raw >> 8 & 31) & 1 != 0
    }

    /// The key of a word in lower case: the first `len` of the bytes `raw`.
    #[inline(always)]
    pub(crate) const fn key_of(raw: u64, len: usize) -> u64 {
        let most = if raw as u8 <= 0x7F { ASCII } else { HIGH };
        let len = if len < most { len } else { most };
        raw & (u64::MAX >> (64 - 8 * len))
    }

    /// False when no word that was added begins like a word of `len` bytes in lower case, the first eight being `raw`.
    #[inline(always)]
    pub(crate) fn passes_folded(&self, raw: u64, len: usize) -> bool {
        let class = if raw as u8 <= 0x7F { len.min(LONG) as u64 } else { 0 };
        let short = |&short: &usize| short <= len && self.has(raw & (u64::MAX >> (64 - 8 * short)), SHORT);
        self.has(Self::key_of(raw, len), class)
            || (class > 0 && self.begins_short(raw))
            || (class == 0 && self.short.iter().any(short))
    }
}

#[inline(always)]
const fn mix(key: u64, class: u64) -> u64 {
    (key | class << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
