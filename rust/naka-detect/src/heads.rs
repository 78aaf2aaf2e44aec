//! Which ASCII words may begin something: one bit for a hash of a word's first bytes. Nearly all words of a text end
//! here. The words of a block are asked for together, [`crate::mask::Masks::passing`].
//! Cost: about 2 ns a word with AVX-512, 8 ns without.

use std::collections::BTreeSet;

use crate::mask::{BLOCK, Masks};

/// Bytes of a block and of the head that begins with its last byte.
pub(crate) const WINDOW: usize = BLOCK + 8;
/// Bytes of a word that [`Heads::fronts`] looks at.
const FRONT: usize = 4;
/// Odd, its bits in disorder: the upper bits of a product with it depend on all bytes of a head.
pub(crate) const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// See the module.
#[derive(Debug)]
pub(crate) struct Heads {
    bits: Box<[u32]>,
    shift: u32,
    /// The bytes of a head that count.
    mask: u64,
}

/// The first `len` bytes of eight, ASCII letters in lower case.
#[inline(always)]
pub(crate) const fn folded(raw: u64, len: usize) -> u64 {
    (raw | 0x2020_2020_2020_2020) & (u64::MAX >> (64 - 8 * if len < 8 { len } else { 8 }))
}

/// The first eight bytes of a text, zero behind its end.
#[inline(always)]
pub(crate) fn first_eight(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => fewer(text),
    }
}

/// [`first_eight`] of a text that is shorter.
#[cold]
fn fewer(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..text.len()].copy_from_slice(text);
    u64::from_le_bytes(bytes)
}

impl Heads {
    /// Lets whole words pass, in lower case; of those of more than eight bytes all that begin alike.
    pub(crate) fn whole<'w>(words: impl Iterator<Item = &'w [u8]>) -> Self {
        Self::new(words.map(first_eight).collect(), u64::MAX)
    }

    /// Lets words pass by their first bytes, in lower case: as whole words, or, where the flag says so, also as the
    /// beginning of longer ones.
    pub(crate) fn fronts<'w>(words: impl Iterator<Item = (&'w [u8], bool)>) -> Self {
        let mut heads = BTreeSet::new();
        for (word, open) in words {
            let word = &word[..word.len().min(FRONT)];
            if open {
                add_longer(word, &mut heads);
            } else {
                heads.insert(first_eight(word));
            }
        }
        Self::new(heads, u64::MAX >> (64 - 8 * FRONT))
    }

    /// 32 bits a word let one in forty or more pass by chance; more than 32 KiB would not stay in the caches.
    fn new(heads: BTreeSet<u64>, mask: u64) -> Self {
        let log = (32 * heads.len().max(1))
            .next_power_of_two()
            .trailing_zeros()
            .clamp(10, 18);
        let mut new = Self {
            bits: vec![0; 1 << (log - 5)].into_boxed_slice(),
            shift: 64 - log,
            mask,
        };
        for head in heads {
            let at = new.place(head);
            new.bits[at >> 5] |= 1 << (at & 31);
        }
        new
    }

    #[inline(always)]
    const fn place(&self, head: u64) -> usize {
        (head.wrapping_mul(MIX) >> self.shift) as usize
    }

    /// False when no word that was added has a head like that of a word of `len` bytes, the first eight, in any case,
    /// being `raw`.
    #[inline(always)]
    pub(crate) fn holds(&self, raw: u64, len: usize) -> bool {
        let at = self.place(folded(raw, len) & self.mask);
        self.bits[at >> 5] >> (at & 31) & 1 != 0
    }

    /// The bits, by the upper bits of a hash from [`Self::shift`] on; the mask of a head.
    #[inline(always)]
    pub(crate) const fn parts(&self) -> (&[u32], u32, u64) {
        (&self.bits, self.shift, self.mask)
    }

    /// Bytes of memory.
    pub(crate) const fn memory(&self) -> usize {
        self.bits.len() * 4
    }
}

/// The heads of all words that begin with `word`: more than a filter holds when it is a letter or two, and then most words
/// pass.
fn add_longer(word: &[u8], heads: &mut BTreeSet<u64>) {
    heads.insert(first_eight(word));
    if word.len() < FRONT {
        for next in (b'a'..=b'z').chain(b'0'..=b'9') {
            add_longer(&[word, &[next]].concat(), heads);
        }
    }
}

/// Bytes of the word that begins at `place`: up to the next bit of `ends`, of this block and the next one.
#[inline(always)]
pub(crate) const fn length(ends: [u64; 2], place: usize) -> usize {
    let here = (ends[0] >> place) >> 1;
    if here != 0 {
        1 + here.trailing_zeros() as usize
    } else {
        BLOCK - place + ends[1].trailing_zeros() as usize
    }
}

/// [`Masks::passing`], for functions that run only on a machine that has the instructions of `M`.
#[inline(always)]
pub(crate) fn passing<M: Masks>(window: &[u8; WINDOW], places: u64, ends: [u64; 2], heads: &Heads) -> u64 {
    // SAFETY: `mask::dispatch!` checks the level, and all callers are inlined into what it calls.
    unsafe { M::passing(window, places, ends, heads) }
}

/// [`Masks::passing_two`], as [`passing`].
#[inline(always)]
pub(crate) fn passing_two<M: Masks>(window: &[u8; WINDOW], places: u64, asked: [([u64; 2], &Heads); 2]) -> [u64; 2] {
    // SAFETY: as above.
    unsafe { M::passing_two(window, places, asked) }
}

/// [`Masks::window`], as [`passing`].
#[inline(always)]
pub(crate) fn window<M: Masks>(text: &[u8]) -> [u8; WINDOW] {
    // SAFETY: as above.
    unsafe { M::window(text) }
}

/// The last bytes of a text, zero behind them.
#[inline(never)]
pub(crate) fn padded(text: &[u8]) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    window[..text.len()].copy_from_slice(text);
    window
}

/// Eight bytes from `at` on.
#[inline(always)]
pub(crate) fn raw(window: &[u8; WINDOW], at: usize) -> u64 {
    u64::from_le_bytes(
        *window[at..]
            .first_chunk()
            .expect("a window has eight bytes behind its block"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(heads: &Heads, word: &str) -> bool {
        heads.holds(first_eight(word.as_bytes()), word.len())
    }

    #[test]
    fn whole_words_pass_in_any_case() {
        let words = ["pan", "aadhaar", "beneficiary", "26as"];
        let heads = Heads::whole(words.iter().map(|word| word.as_bytes()));
        for word in ["pan", "PAN", "Aadhaar", "beneficiary", "BENEFICIARIES", "26AS"] {
            assert!(holds(&heads, word), "{word}");
        }
        let others = ["japan", "pa", "panel", "aadhaa", "the", "of", "and", "order"];
        assert!(others.iter().filter(|word| holds(&heads, word)).count() <= 1);
    }

    #[test]
    fn fronts_pass_before_anything() {
        let heads = Heads::fronts([(&b"mr"[..], false), (b"dob", true), (b"named", true)].into_iter());
        for word in ["mr", "dob", "DOBs", "dob1985", "name", "named", "names"] {
            assert!(holds(&heads, word), "{word}");
        }
        let others = ["mrs", "do", "nam", "the", "of", "and", "order"];
        assert!(others.iter().filter(|word| holds(&heads, word)).count() <= 1);
    }
}
