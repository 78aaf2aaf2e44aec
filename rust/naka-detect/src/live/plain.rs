//! Words of everyday prose. Any word may turn out to be the beginning of an address (`the@example.in`) or of a code
//! (`is 12 AB 1234`), but a stream that waits for each word of its prose is no stream. So an everyday word in the middle
//! of prose does not wait, unless a word before it speaks of addresses or of such codes.
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

/// True for a word of the list, in lower case or with a capital in front.
pub(super) fn is_everyday(word: &[u8]) -> bool {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word);
    let tail_is_lower = word.iter().skip(1).all(u8::is_ascii_lowercase);
    if let Some(first) = lower.first_mut() {
        first.make_ascii_lowercase();
    }
    tail_is_lower && EVERYDAY.contains(&*lower)
}

/// Where the letters that begin at `at` end.
pub(super) fn letters(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count()
}

/// True when a word at `at` stands in prose: behind a space and another word or a comma, or with a capital where a line
/// or a sentence begins; not behind what announces a value (`:`, `<`, a quote, a bracket).
pub(super) fn in_prose(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    let gap = &text[before.len()..at];
    let capital = text.get(at).is_some_and(u8::is_ascii_uppercase);
    match before {
        [] => capital,
        _ if gap.contains(&b'\n') => capital,
        // `don't`, `I'm`
        [.., letter, b'\''] | [.., letter, 0xE2, 0x80, 0x99] if gap.is_empty() => letter.is_ascii_alphabetic(),
        [.., b'*'] => capital,
        [.., last] if !gap.is_empty() => {
            last.is_ascii_alphanumeric()
                || *last >= 0x80
                || *last == b','
                || capital && matches!(last, b'.' | b'?' | b'!' | b'-' | b'#')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_words_are_known_in_prose_spelling() {
        for word in ["the", "The", "is", "quick", "brown", "fox", "hai", "mera", "number"] {
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
