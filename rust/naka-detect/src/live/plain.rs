//! Words of everyday prose. Any word may turn out to be the beginning of an address (`the@example.in`) or of a code
//! (`is 12 AB 1234`), but a stream that waits for each word of its prose is no stream. So an everyday word in the middle
//! of prose does not wait, unless a word before it speaks of addresses or of such codes.
//! Number words are not in the list: a number may be said in words.
//! Costs one look into a set for a word that ends a delta.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Longest word of the list.
const LONGEST: usize = 16;

static EVERYDAY: LazyLock<HashSet<&'static [u8]>> = LazyLock::new(|| {
    let words = include_str!("../../rules/words/everyday.txt").lines();
    words
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_ascii_whitespace)
        .map(str::as_bytes)
        .collect()
});

/// Endings that a word of the list may have, and what it loses before them.
const ENDINGS: [(&[u8], &[u8]); 9] = [
    (b"s", b""),
    (b"es", b""),
    (b"ed", b""),
    (b"ed", b"e"),
    (b"ing", b""),
    (b"ing", b"e"),
    (b"ly", b""),
    (b"er", b""),
    (b"er", b"e"),
];

/// True for a word of the list, in lower case or with a capital in front, and for one with an ending.
pub(super) fn is_everyday(word: &[u8]) -> bool {
    let mut lower = [0; LONGEST + 1];
    if word.is_empty() || word.len() > LONGEST || !word.iter().skip(1).all(u8::is_ascii_lowercase) {
        return false;
    }
    lower[..word.len()].copy_from_slice(word);
    lower[0].make_ascii_lowercase();
    let is_listed = |word: &[u8]| EVERYDAY.contains(word);
    is_listed(&lower[..word.len()])
        || ENDINGS.iter().any(|(ending, lost)| {
            let stem = match lower[..word.len()].strip_suffix(*ending) {
                Some(stem) if stem.len() > 2 => stem.len(),
                _ => return false,
            };
            let mut whole = lower;
            whole[stem..stem + lost.len()].copy_from_slice(lost);
            is_listed(&whole[..stem + lost.len()])
        })
}

/// Where the letters that begin at `at` end.
pub(super) fn letters(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count()
}

/// True when a word at `at` stands in prose: behind a space and another word or a comma, or with a capital where a line
/// or a sentence begins; not behind what announces a value (`:`, `<`, a quote, a bracket). One letter is a word only as
/// `a`, as `I` inside a line, and behind an apostrophe.
pub(super) fn in_prose(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    let gap = &text[before.len()..at];
    // `don't`, `I'm`
    if let ([.., letter, b'\''] | [.., letter, 0xE2, 0x80, 0x99], []) = (before, gap) {
        return letter.is_ascii_alphabetic();
    }
    let capital = text.get(at).is_some_and(u8::is_ascii_uppercase);
    let begins = capital && letters(text, at) > at + 1;
    match before {
        [] => begins,
        _ if gap.contains(&b'\n') => begins,
        [.., b'*'] => begins,
        [.., b'-' | b'#'] => begins && !gap.is_empty(),
        [.., last] if !gap.is_empty() => {
            let inside = last.is_ascii_alphanumeric() || *last >= 0x80 || matches!(last, b',' | b';' | b')');
            let word = letters(text, at) > at + 1 || matches!(text[at], b'a' | b'i' | b'A' | b'I');
            word && (inside || capital && matches!(last, b'.' | b'?' | b'!'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_words_are_known_in_prose_spelling() {
        for word in [
            "the", "The", "is", "quick", "fox", "hai", "number", "Jumps", "making", "combined",
        ] {
            assert!(is_everyday(word.as_bytes()), "{word}");
        }
        for word in [
            "THE",
            "asha",
            "ravi",
            "tHe",
            "QWEPK",
            "mh",
            "",
            "abcdefghijklmnopqrstuvwxyz",
        ] {
            assert!(!is_everyday(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn what_announces_a_value_is_no_prose() {
        for (text, prose) in [
            ("|The", true),
            ("|I", false),
            ("yes. |I", true),
            ("so |I", true),
            ("- |A", false),
            ("a |s", false),
            ("|as", false),
            ("is |as", true),
            ("yes, |as", true),
            ("yes. |We", true),
            ("yes. |as", false),
            ("don'|t", true),
            ("line\n|The", true),
            ("line\n|as", false),
            ("- |as", false),
            ("**|The", true),
            ("mail: |As", false),
            ("<|", false),
            ("\"|", false),
            ("'|", false),
            ("a/|", false),
            ("(|", false),
        ] {
            let at = text.find('|').unwrap();
            assert_eq!(in_prose(text.replace('|', "").as_bytes(), at), prose, "{text}");
        }
    }
}
