//! Byte classes of 64-byte blocks as bit masks: bit `i` speaks of byte `i`.
//!
//! Everything after this stage works on masks, so that the cost of a scan follows the number of
//! interesting bytes and not the length of the text. There are three implementations with equal
//! results (`tests::all_levels_agree`): AVX-512BW, AVX2 and portable; [`Level::detect`] picks the
//! best that the machine has, once.
//! Cost: 0.05-0.15 ns a byte with AVX, about 1 ns a byte without.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

use crate::heads::{self, Heads};

pub(crate) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

/// Bytes of one block.
pub(crate) const BLOCK: usize = 64;
/// Bytes that [`Masks::foldable`] may read behind the block.
pub(crate) const LOOKAHEAD: usize = 2;
/// What a block function is given: the block and the bytes behind it.
pub(crate) type Window = [u8; BLOCK + LOOKAHEAD];

/// Classes of the bytes of one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Classes {
    /// `0-9`.
    pub(crate) digit: u64,
    /// `A-Z a-z`.
    pub(crate) alpha: u64,
    /// `A-Z`.
    pub(crate) upper: u64,
    /// `@`.
    pub(crate) at: u64,
    /// `0-9 A-F a-f`.
    pub(crate) hex: u64,
    /// Space, `-`, `.` and `:`: what stands between the groups of a number.
    pub(crate) separator: u64,
    /// Bytes of 0x80 and more: parts of characters beyond ASCII.
    pub(crate) high: u64,
}

/// Where characters beyond ASCII begin. Computed only for blocks that hold some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Leads {
    /// The first byte of a character of two bytes or more.
    pub(crate) all: u64,
    /// 0xC2: Latin punctuation and spaces, two bytes.
    pub(crate) c2: u64,
    /// 0xE2: quotes, dashes, currency signs, three bytes.
    pub(crate) e2: u64,
    /// 0xF0: emoji, four bytes.
    pub(crate) f0: u64,
    /// 0xA4 and 0xA5, the last byte of a danda (and of other characters).
    pub(crate) danda: u64,
}

/// One way to classify blocks. The methods are pure; all implementations give equal results.
pub(crate) trait Masks: Copy {
    /// Classifies one block.
    ///
    /// # Safety
    /// The machine must have the instructions of this implementation.
    unsafe fn classes(block: &[u8; BLOCK]) -> Classes;

    /// Finds one byte.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64;

    /// Finds the characters beyond ASCII of one block.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    unsafe fn leads(block: &[u8; BLOCK]) -> Leads;

    /// Positions that may begin a character which [`crate::fold`] changes: never misses one, and is
    /// exact for digits of the scripts in which whole texts are written.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    unsafe fn foldable(window: &Window) -> u64;

    /// The first bytes of a text, zero behind its end.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    #[inline(always)]
    unsafe fn window(text: &[u8]) -> [u8; heads::WINDOW] {
        match text.first_chunk() {
            Some(window) => *window,
            None => heads::padded(text),
        }
    }

    /// Which of the ASCII words at `places` pass `heads`; they reach up to the next bit of `ends`, which has the bits of
    /// the block and of the next one. `window` is the block and what follows it.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    #[inline(always)]
    unsafe fn passing(window: &[u8; heads::WINDOW], places: u64, ends: [u64; 2], heads: &Heads) -> u64 {
        let (mut left, mut passing) = (places, 0);
        // No branch that depends on the words, since those cannot be predicted.
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            let raw = heads::raw(window, place);
            passing |= u64::from(heads.holds(raw, heads::length(ends, place))) << place;
        }
        passing
    }

    /// [`Masks::passing`] for two filters at once, each with its own ends.
    ///
    /// # Safety
    /// As for [`Masks::classes`].
    #[inline(always)]
    unsafe fn passing_two(window: &[u8; heads::WINDOW], places: u64, asked: [([u64; 2], &Heads); 2]) -> [u64; 2] {
        // SAFETY: as the caller promises.
        asked.map(|(ends, heads)| unsafe { Self::passing(window, places, ends, heads) })
    }
}

/// The implementations, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Works everywhere.
    Portable,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 64 bytes at a time, masks without detour.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best level of this machine.
    pub(crate) fn detect() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| *Self::available().last().unwrap_or(&Self::Portable))
    }

    /// Every level that this machine can run, worst first.
    pub(crate) fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            use std::is_x86_feature_detected as has;
            let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            if bits && has!("avx2") {
                levels.push(Self::Avx2);
                // Processors that have all of these do not slow down for AVX-512.
                let avx512 = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl");
                if avx512 && has!("avx512vbmi") && has!("avx512vbmi2") && has!("avx512vpopcntdq") {
                    levels.push(Self::Avx512);
                }
            }
        }
        levels
    }
}

/// Calls `$call::<Implementation>($args)` inside a function that enables the level's instructions,
/// so that the whole loop is compiled for them and the block functions inline into it.
macro_rules! dispatch {
    ($level:expr, $name:ident < $($bound:lifetime),* > ( $($arg:ident : $type:ty),* $(,)? ) -> $out:ty) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        fn avx2<$($bound),*>($($arg: $type),*) -> $out {
            $name::<$crate::mask::Avx2>($($arg),*)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,avx2,bmi1,bmi2,lzcnt,popcnt"
        )]
        fn avx512<$($bound),*>($($arg: $type),*) -> $out {
            $name::<$crate::mask::Avx512>($($arg),*)
        }
        match $level {
            $crate::mask::Level::Portable => $name::<$crate::mask::Portable>($($arg),*),
            // SAFETY: a level is only made by `Level::available`, which asks the machine.
            #[cfg(target_arch = "x86_64")]
            $crate::mask::Level::Avx2 => unsafe { avx2($($arg),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            $crate::mask::Level::Avx512 => unsafe { avx512($($arg),*) },
        }
    }};
}
pub(crate) use dispatch;

/// The block at `from`, zero behind the end of the text.
#[inline(always)]
pub(crate) fn block_at(text: &[u8], from: usize) -> [u8; BLOCK] {
    match text[from..].first_chunk() {
        Some(block) => *block,
        None => *padded(text, from).first_chunk().expect("a window holds a block"),
    }
}

/// Copies the last, shorter part of a text into a window; bytes behind the end are zero, which
/// belongs to no class.
#[inline(never)]
pub(crate) fn padded(text: &[u8], from: usize) -> Window {
    let mut window = [0; BLOCK + LOOKAHEAD];
    let end = text.len().min(from + window.len());
    window[..end - from].copy_from_slice(&text[from..end]);
    window
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(level: Level, window: &Window) -> (Classes, Leads, u64) {
        fn all<M: Masks>(window: &Window) -> (Classes, Leads, u64) {
            let block: &[u8; BLOCK] = window[..BLOCK].try_into().expect("a window holds a block");
            // SAFETY: called through `dispatch!`, which checks the level.
            unsafe { (M::classes(block), M::leads(block), M::foldable(window)) }
        }
        dispatch!(level, all<'w>(window: &'w Window) -> (Classes, Leads, u64))
    }

    #[test]
    fn all_levels_agree_on_every_byte_in_every_place() {
        for byte in 0..=255u8 {
            for place in 0..BLOCK {
                let mut window = [b' '; BLOCK + LOOKAHEAD];
                window[place] = byte;
                let expected = run(Level::Portable, &window);
                for level in Level::available() {
                    assert_eq!(run(level, &window), expected, "{level:?} byte {byte:#x} at {place}");
                }
            }
        }
    }

    type Asked<'h> = [([u64; 2], &'h Heads); 2];

    /// Each alone, then both at once.
    fn passing(level: Level, window: &[u8; heads::WINDOW], places: u64, asked: Asked<'_>) -> [[u64; 2]; 2] {
        fn one<M: Masks>(window: &[u8; heads::WINDOW], places: u64, asked: Asked<'_>) -> [[u64; 2]; 2] {
            // SAFETY: called through `dispatch!`, which checks the level.
            unsafe {
                let alone = asked.map(|(ends, heads)| M::passing(window, places, ends, heads));
                [alone, M::passing_two(window, places, asked)]
            }
        }
        dispatch!(level, one<'w>(window: &'w [u8; heads::WINDOW], places: u64, asked: Asked<'w>) -> [[u64; 2]; 2])
    }

    proptest! {
        #[test]
        fn all_levels_let_the_same_words_pass(
            text in "([a-cA-C0-2]{1,3}[ _-]?|pan|aadhaar |of )*",
            places: u64, ends: [u64; 2], fronts: bool,
        ) {
            let mut window = [0; heads::WINDOW];
            let len = text.len().min(window.len());
            window[..len].copy_from_slice(&text.as_bytes()[..len]);
            let words = [&b"pan"[..], b"aadhaar", b"a", b"ab", b"abc", b"c0"];
            let heads = if fronts {
                Heads::fronts(words.into_iter().map(|word| (word, word.len() == 3)))
            } else {
                Heads::whole(words.into_iter())
            };
            let asked = [(ends, &heads), ([ends[1], ends[0]], &heads)];
            let expected = passing(Level::Portable, &window, places, asked);
            for level in Level::available() {
                prop_assert_eq!(passing(level, &window, places, asked), expected);
            }
        }

        #[test]
        fn all_levels_agree(bytes in proptest::collection::vec(any::<u8>(), BLOCK + LOOKAHEAD)) {
            let window: Window = bytes.try_into().expect("length is fixed");
            let expected = run(Level::Portable, &window);
            for level in Level::available() {
                prop_assert_eq!(run(level, &window), expected);
            }
        }

        #[test]
        fn all_levels_agree_on_indic_text(chars in proptest::collection::vec(0x0900u32..0x0e00, 22)) {
            let text: String = chars.into_iter().filter_map(char::from_u32).collect();
            let window = padded(text.as_bytes(), 0);
            let expected = run(Level::Portable, &window);
            for level in Level::available() {
                prop_assert_eq!(run(level, &window), expected);
            }
        }
    }
}
