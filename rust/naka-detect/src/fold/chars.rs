//! Which characters fold, read from their UTF-8 bytes.

/// What happens to the character at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folds {
    /// It stays, or there is none.
    No,
    /// It becomes one ASCII byte; `width` is its length in UTF-8.
    Into { byte: u8, width: usize },
    /// It is a zero-width character; `width` is its length in UTF-8.
    Soft { width: usize },
}

/// Reads the first character of `text`. Cost: a few compares.
#[inline]
pub(super) fn folds(text: &[u8]) -> Folds {
    let two = |byte| Folds::Into { byte, width: 2 };
    let three = |byte| Folds::Into { byte, width: 3 };
    let digit = |last: u8, zero: u8| b'0' + (last - zero);
    match *text {
        // Indic digits: the third byte is A6..AF in every script from Devanagari to Malayalam.
        [0xE0, b, c @ 0xA6..=0xAF, ..] if b & 1 == 1 && (0xA5..=0xB5).contains(&b) => three(digit(c, 0xA6)),
        [0xD9, c @ 0xA0..=0xA9, ..] => two(digit(c, 0xA0)), // Arabic-Indic U+0660
        [0xDB, c @ 0xB0..=0xB9, ..] => two(digit(c, 0xB0)), // Urdu U+06F0
        [0xE1, 0xB1, c @ 0x90..=0x99, ..] => three(digit(c, 0x90)), // Ol Chiki U+1C50
        [0xEA, 0xAF, c @ 0xB0..=0xB9, ..] => three(digit(c, 0xB0)), // Meetei Mayek U+ABF0

        [0xC2, 0xA0, ..] => two(b' '),
        [0xC2, 0xAD, ..] => Folds::Soft { width: 2 },
        [0xE2, 0x80, c, ..] => match c {
            0x80..=0x8A | 0xAF => three(b' '),
            0x8B..=0x8D => Folds::Soft { width: 3 },
            0x90..=0x95 => three(b'-'),
            _ => Folds::No,
        },
        [0xE2, 0x81, 0x9F, ..] | [0xE3, 0x80, 0x80, ..] => three(b' '),
        [0xE2, 0x81, 0xA0, ..] | [0xEF, 0xBB, 0xBF, ..] => Folds::Soft { width: 3 },
        [0xE2, 0x88, 0x92, ..] | [0xEF, 0xB9, 0x98 | 0xA3, ..] => three(b'-'),
        [0xE2, 0x84, c @ 0x80..=0xB4, ..] => match LETTER_LIKE[usize::from(c - 0x80)] {
            b'.' => Folds::No,
            letter => three(letter),
        },

        // Full-width forms: U+FF01..U+FF5E are ASCII 0x21..0x7E.
        [0xEF, 0xBC, c @ 0x81..=0xBF, ..] => three(c - 0x60),
        [0xEF, 0xBD, c @ 0x80..=0x9E, ..] => three(c - 0x20),

        // Mathematical letters and digits: U+1D400..U+1D7FF.
        [0xF0, 0x9D, b @ 0x90..=0x9F, c @ 0x80..=0xBF, ..] => {
            match mathematical((u16::from(b & 0x0F) << 6) | u16::from(c & 0x3F)) {
                Some(byte) => Folds::Into { byte, width: 4 },
                None => Folds::No,
            }
        }
        _ => Folds::No,
    }
}

/// U+2100..=U+2134, `.` where the character is no letter of the Latin alphabet.
const LETTER_LIKE: &[u8; 0x35] = b"..C.......gHHHh.IILl.N...PQRRR......Z...Z.K.BC.eEF.Mo";

/// Thirteen alphabets of 52 letters, then Greek, then five rows of digits; `offset` from U+1D400.
fn mathematical(offset: u16) -> Option<u8> {
    const LETTERS: u16 = 13 * 52;
    const DIGITS: u16 = 0x3CE;
    match offset {
        0..LETTERS => {
            let letter = (offset % 52) as u8;
            Some(if letter < 26 { b'A' + letter } else { b'a' + letter - 26 })
        }
        DIGITS..=0x3FF => Some(b'0' + ((offset - DIGITS) % 10) as u8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_like_forms_are_the_unicode_ones() {
        for (char, letter) in [
            ('ℂ', b'C'),
            ('ℊ', b'g'),
            ('ℋ', b'H'),
            ('ℍ', b'H'),
            ('ℎ', b'h'),
            ('ℐ', b'I'),
            ('ℒ', b'L'),
            ('ℓ', b'l'),
            ('ℕ', b'N'),
            ('ℙ', b'P'),
            ('ℚ', b'Q'),
            ('ℝ', b'R'),
            ('ℤ', b'Z'),
            ('ℨ', b'Z'),
            ('\u{212a}', b'K'),
            ('ℬ', b'B'),
            ('ℭ', b'C'),
            ('ℯ', b'e'),
            ('ℰ', b'E'),
            ('ℱ', b'F'),
            ('ℳ', b'M'),
            ('ℴ', b'o'),
        ] {
            let found = folds(char.to_string().as_bytes());
            assert_eq!(found, Folds::Into { byte: letter, width: 3 }, "{char}");
        }
        for char in ['℃', '№', '™', 'Ω', 'Å', 'ℵ', '℗'] {
            assert_eq!(folds(char.to_string().as_bytes()), Folds::No, "{char}");
        }
    }

    #[test]
    fn every_fold_is_one_that_the_masks_can_find() {
        use crate::mask::{Level, Masks, Portable, padded};
        assert_eq!(Level::available()[0], Level::Portable);
        for char in (0x80..=0x10FFFF).filter_map(char::from_u32) {
            let text = char.to_string();
            if folds(text.as_bytes()) != Folds::No {
                // SAFETY: the portable level runs everywhere.
                let mask = unsafe { Portable::foldable(&padded(text.as_bytes(), 0)) };
                assert_eq!(mask & 1, 1, "U+{:04X}", char as u32);
            }
        }
    }
}
