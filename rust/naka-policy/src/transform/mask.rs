//! Masks: letters and digits become `X`, everything else stays, so the shape of a form or a log line survives.
//! Masking twice is masking once: an `X` is a letter and becomes `X` again.

/// Appends `text` with every letter and digit but the last `keep_last` as `X`.
///
/// At most half of the letters and digits stay, whatever `keep_last` says: a mask that shows a whole short value would
/// be no mask. Works by code points; a byte that is no UTF-8 counts as a letter.
///
/// ```
/// let mut out = Vec::new();
/// naka_policy::mask("5109 8027 4087".as_bytes(), 4, &mut out);
/// assert_eq!(out, b"XXXX XXXX 4087");
/// ```
pub fn mask(text: &[u8], keep_last: u8, out: &mut Vec<u8>) {
    let total = characters(text).filter(|&c| hides(c)).count();
    let hidden = total - usize::from(keep_last).min(total / 2);
    let mut seen = 0;
    for character in characters(text) {
        if hides(character) {
            seen += 1;
        }
        match character {
            Character::Char(c) if !hides(character) || seen > hidden => push(c, out),
            Character::Byte(b) if seen > hidden => out.push(b),
            _ => out.push(b'X'),
        }
    }
}

/// Appends `text` with everything but white space as `X`: for secrets, whose punctuation is part of them.
pub(crate) fn hide(text: &[u8], out: &mut Vec<u8>) {
    for character in characters(text) {
        match character {
            Character::Char(c) if c.is_whitespace() => push(c, out),
            _ => out.push(b'X'),
        }
    }
}

#[derive(Clone, Copy)]
enum Character {
    Char(char),
    /// Part of no UTF-8 sequence.
    Byte(u8),
}

fn characters(text: &[u8]) -> impl Iterator<Item = Character> {
    text.utf8_chunks().flat_map(|chunk| {
        chunk
            .valid()
            .chars()
            .map(Character::Char)
            .chain(chunk.invalid().iter().copied().map(Character::Byte))
    })
}

/// Separators stay; all else may carry the value: letters and digits of every script, vowel signs, symbols.
fn hides(character: Character) -> bool {
    match character {
        Character::Byte(_) => true,
        Character::Char(c) if c.is_ascii() => c.is_ascii_alphanumeric(),
        // dashes, and the soft and zero-width characters that editors put between digits
        Character::Char('\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}') => false,
        Character::Char('\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}') => false,
        Character::Char(c) => !c.is_whitespace(),
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{hide, mask};

    fn masked(text: &str, keep_last: u8) -> String {
        let mut out = Vec::new();
        mask(text.as_bytes(), keep_last, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_shape_is_kept() {
        for (text, keep, expected) in [
            ("5109 8027 4087", 4, "XXXX XXXX 4087"),
            ("5109-8027-4087", 0, "XXXX-XXXX-XXXX"),
            ("QWEPK4821M", 2, "XXXXXXXX1M"),
            ("q.mehta21@okaxis", 0, "X.XXXXXXX@XXXXXX"),
            ("५१०९ ८०२७ ४०८७", 4, "XXXX XXXX ४०८७"),
            ("(98123) 45670", 3, "(XXXXX) XX670"),
            ("प्रिया शर्मा", 0, "XXXXXX XXXXX"),
            ("5109\u{200B}8027\u{2013}4087", 4, "XXXX\u{200B}XXXX\u{2013}4087"),
            ("", 4, ""),
        ] {
            assert_eq!(masked(text, keep), expected);
        }
    }

    #[test]
    fn at_most_half_of_a_value_stays() {
        assert_eq!(masked("123", 4), "XX3");
        assert_eq!(masked("4821", 64), "XX21");
        assert_eq!(masked("7", 4), "X");
    }

    #[test]
    fn bytes_that_are_no_text_are_hidden() {
        let mut out = Vec::new();
        mask(b"\xFF12\xC3 34", 2, &mut out);
        assert_eq!(out, b"XXXX 34");
    }

    #[test]
    fn a_secret_shows_nothing_of_its_punctuation() {
        let mut out = Vec::new();
        hide("p@ss! wörd".as_bytes(), &mut out);
        assert_eq!(out, b"XXXXX XXXX");
    }
}
