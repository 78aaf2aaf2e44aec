//! Masks by a table look-up a byte: the definition that the vector versions are tested against.

use super::{BLOCK, Classes, Leads, Masks, Window};

/// Works on every machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

/// True when the character that begins with `a b c` may be one that folding changes.
/// Digits of Indic and Arabic scripts by all their bytes, since whole texts have the same lead
/// bytes; the others by the lead byte alone, since these are rare.
const fn may_fold(a: u8, b: u8, c: u8) -> bool {
    match a {
        0xE0 => b & 1 == 1 && b >= 0xA5 && b <= 0xB5 && c >= 0xA6 && c <= 0xAF,
        0xD9 => b >= 0xA0 && b <= 0xA9,
        0xDB => b >= 0xB0 && b <= 0xB9,
        0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEA | 0xEF | 0xF0 => true,
        _ => false,
    }
}

impl Masks for Portable {
    #[inline(always)]
    unsafe fn classes(block: &[u8; BLOCK]) -> Classes {
        let mut out = Classes::default();
        for (i, &byte) in block.iter().enumerate() {
            out.digit |= u64::from(byte.is_ascii_digit()) << i;
            out.alpha |= u64::from(byte.is_ascii_alphabetic()) << i;
            out.upper |= u64::from(byte.is_ascii_uppercase()) << i;
            out.at |= u64::from(byte == b'@') << i;
            out.hex |= u64::from(byte.is_ascii_hexdigit()) << i;
            out.separator |= u64::from(matches!(byte, b' ' | b'-' | b'.' | b':')) << i;
            out.high |= u64::from(byte >= 0x80) << i;
        }
        out
    }

    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        let bits = block.iter().enumerate();
        bits.fold(0, |out, (i, &found)| out | u64::from(found == byte) << i)
    }

    #[inline(always)]
    unsafe fn leads(block: &[u8; BLOCK]) -> Leads {
        let mut out = Leads::default();
        for (i, &byte) in block.iter().enumerate() {
            out.all |= u64::from(byte >= 0xC0) << i;
            out.c2 |= u64::from(byte == 0xC2) << i;
            out.e2 |= u64::from(byte == 0xE2) << i;
            out.f0 |= u64::from(byte == 0xF0) << i;
            out.danda |= u64::from(matches!(byte, 0xA4 | 0xA5)) << i;
        }
        out
    }

    #[inline(always)]
    unsafe fn foldable(window: &Window) -> u64 {
        if window[..BLOCK].is_ascii() {
            return 0;
        }
        let mut out = 0;
        for i in 0..BLOCK {
            out |= u64::from(may_fold(window[i], window[i + 1], window[i + 2])) << i;
        }
        out
    }
}
