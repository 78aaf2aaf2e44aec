//! Which bytes around a candidate may speak about it: about five words before, three after, never past a quote,
//! a brace or a line end, except for the label a form puts on the line above and the key of a JSON value.
//! Positions only; what the words mean is `context.rs`. No allocation; at most `BACK` + `AHEAD` bytes are read.

use std::ops::Range;

use crate::mask::{self, BLOCK, Level, Masks};

/// Most bytes looked at before a candidate. Five words of an Indic script need more than five Latin ones.
pub(crate) const BACK: usize = 160;
/// Most bytes looked at after a candidate.
pub(crate) const AHEAD: usize = 96;
/// Most words looked at, before and after. Fillers (`no`, `is`) are among them.
const WORDS_BACK: usize = 9;
const WORDS_AHEAD: usize = 5;
/// Signs that may end a window.
const SIGNS: [u8; 7] = [b'\n', b'\r', b'{', b'}', b';', b'"', b'`'];
/// Longest JSON key or attribute name that counts as a label.
const KEY: usize = 64;

/// The text before a candidate: words in the same value, and the key or label of that value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Before {
    /// Words that precede the candidate.
    pub(crate) near: Range<usize>,
    /// The key of the value, when one is in the text.
    pub(crate) key: Option<Range<usize>>,
}

/// Finds the window before `start`; `question` is what its line answers, see [`crate::dialogue`]. Words before `stop`
/// are not looked for.
pub(crate) fn before(text: &[u8], start: usize, stop: usize, question: Option<Range<usize>>) -> Before {
    let floor = start.saturating_sub(BACK);
    let stop = stop.max(floor);
    let Plain {
        mut at,
        mut words,
        mut in_word,
    } = plain_before(text, start, stop);
    if words > WORDS_BACK {
        return Before {
            near: at..start,
            key: None,
        };
    }
    let mut crossed_line = false;
    let mut quoted = false;
    while at > stop {
        let c = text[at - 1];
        match c {
            b'\n' | b'\r' => {
                if !crossed_line && question.is_some() {
                    return Before {
                        near: at..start,
                        key: question,
                    };
                }
                if crossed_line || words > 1 || !label_line(text, at - 1, floor) {
                    break;
                }
                crossed_line = true;
                while at > floor && matches!(text[at - 1], b'\n' | b'\r' | b' ' | b'\t') {
                    at -= 1;
                }
                in_word = false;
                continue;
            }
            b'{' | b'}' | b';' => break,
            b'"' | b'`' => {
                let outer = trim_back(text, at - 1, floor);
                if words == 0
                    && only_separator(&text[at..start])
                    && outer.end > floor
                    && !matches!(text[outer.end - 1], b':' | b'=' | b',' | b'[' | b'(')
                {
                    // the closing quote of a key: `"pan": |`
                    return Before {
                        near: at..start,
                        key: key_before(text, at, floor),
                    };
                }
                if outer.end > floor && matches!(text[outer.end - 1], b':' | b'=' | b'>') {
                    // the opening quote of a value: `"pan": "my |`
                    let colon = trim_separator(text, outer.end, floor);
                    return Before {
                        near: at..start,
                        key: key_before(text, colon, floor),
                    };
                }
                if outer.end > floor && matches!(text[outer.end - 1], b'[' | b',') {
                    let key = array_key(text, outer.end, floor);
                    return Before { near: at..start, key };
                }
                let closing = outer.end == at - 1 && outer.end > floor && is_word(text[outer.end - 1]);
                if closing || quoted {
                    in_word = false; // a quoted word in prose: `my "pan" is |`
                    quoted = closing;
                } else {
                    break;
                }
            }
            c if !is_word(c) => in_word = false,
            _ if !in_word => {
                if words == WORDS_BACK {
                    break;
                }
                words += 1;
                in_word = true;
            }
            _ => {}
        }
        at -= 1;
    }
    Before {
        near: whole_from(text, at, start)..start,
        key: None,
    }
}

/// Text before a place that holds nothing but words and what stands between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plain {
    /// Where it begins, or behind the last of more than [`WORDS_BACK`] words.
    at: usize,
    words: usize,
    /// It begins inside a word.
    in_word: bool,
}

/// At most a block of plain text before `start` and not before `stop`, by masks: most windows are no more.
fn plain_before(text: &[u8], start: usize, stop: usize) -> Plain {
    mask::dispatch!(Level::detect(), plain_before_by<'t>(text: &'t [u8], start: usize, stop: usize) -> Plain)
}

fn plain_before_by<M: Masks>(text: &[u8], start: usize, stop: usize) -> Plain {
    let from = stop.max(start.saturating_sub(BLOCK));
    if from == start {
        return Plain {
            at: start,
            words: 0,
            in_word: false,
        };
    }
    let block = mask::block_at(text, from);
    // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
    let (classes, signs) = unsafe {
        let signs = SIGNS.iter().fold(0, |all, &sign| all | M::equal(&block, sign));
        (M::classes(&block), signs)
    };
    let all = u64::MAX >> (BLOCK - (start - from));
    let signs = signs & all;
    // Bits behind the last sign.
    let plain = if signs == 0 {
        all
    } else {
        all & !(u64::MAX >> signs.leading_zeros())
    };
    if plain == 0 {
        return Plain {
            at: start,
            words: 0,
            in_word: false,
        };
    }
    let word = (classes.alpha | classes.digit | classes.high) & plain;
    let mut ends = word & !(word >> 1);
    let words = ends.count_ones() as usize;
    if words > WORDS_BACK {
        for _ in 0..WORDS_BACK {
            ends &= !(1 << (BLOCK - 1 - ends.leading_zeros() as usize));
        }
        let at = from + BLOCK - ends.leading_zeros() as usize;
        return Plain {
            at,
            words: WORDS_BACK + 1,
            in_word: false,
        };
    }
    let first = plain.trailing_zeros() as usize;
    Plain {
        at: from + first,
        words,
        in_word: word >> first & 1 != 0,
    }
}

/// The window before `start` in a cell of a table that begins at `from`: words of the cell, and the name of its column.
pub(crate) fn in_cell(text: &[u8], from: usize, start: usize, header: Range<usize>) -> Before {
    Before {
        near: whole_from(text, from.max(start.saturating_sub(BACK)), start)..start,
        key: Some(header),
    }
}

/// Where the run of word bytes that holds `at` begins, or what may be looked at of it.
pub(crate) fn run_of(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(BACK);
    text[floor..at]
        .iter()
        .rposition(|&c| !is_word(c))
        .map_or(floor, |i| floor + i + 1)
}

/// `at`, or the end of the word that `at` cuts in two: a piece of a word says nothing.
pub(crate) fn whole_from(text: &[u8], mut at: usize, end: usize) -> usize {
    if at > 0 && is_word(text[at - 1]) {
        while at < end && is_word(text[at]) {
            at += 1;
        }
    }
    at
}

/// Finds the window after `end`; empty when the words there belong to the next value.
pub(crate) fn after(text: &[u8], end: usize) -> Range<usize> {
    let ceiling = (end + AHEAD).min(text.len());
    let mut at = end;
    while at < ceiling && matches!(text[at], b' ' | b'*' | b'_') {
        at += 1;
    }
    if at < ceiling && text[at] == b'(' {
        let close = text[at..ceiling].iter().position(|&c| matches!(c, b')' | b'\n'));
        return at..close.map_or_else(|| whole_until(text, at, ceiling), |close| at + close);
    }
    let from = at;
    let mut until = None;
    let mut words = 0;
    let mut in_word = false;
    while at < ceiling {
        let c = text[at];
        match c {
            b'\n' | b'\r' | b'"' | b'`' | b'{' | b'}' | b';' | b'|' | b'\t' | b',' | b')' | b']' | b'<' => break,
            b':' | b'=' => {
                // `98123 45670 Aadhaar: ...`: the words name what follows
                return from..from;
            }
            b'0'..=b'9' if !in_word => {
                if connects(&text[from..at]) {
                    break;
                }
                return from..from;
            }
            b'.' | b'?' | b'!' if at + 1 == ceiling || matches!(text[at + 1], b' ' | b'\n') => break,
            c if !is_word(c) => in_word = false,
            _ if !in_word => {
                if words == WORDS_AHEAD {
                    until = until.or(Some(at));
                }
                if words == WORDS_AHEAD + 3 {
                    break;
                }
                words += 1;
                in_word = true;
            }
            _ => {}
        }
        at += 1;
    }
    from..until.unwrap_or_else(|| whole_until(text, from, at))
}

/// `at`, or the start of the word that `at` cuts in two.
fn whole_until(text: &[u8], start: usize, mut at: usize) -> usize {
    if at < text.len() && is_word(text[at]) {
        while at > start && is_word(text[at - 1]) {
            at -= 1;
        }
    }
    at
}

/// True when [`after`] gives the same whatever comes behind the end of the text.
pub(crate) fn after_is_known(text: &[u8], end: usize) -> bool {
    if text.len() > end + AHEAD {
        return true;
    }
    let mut at = end;
    while at < text.len() && matches!(text[at], b' ' | b'*' | b'_') {
        at += 1;
    }
    if text.get(at) == Some(&b'(') {
        return text[at..].iter().any(|&c| matches!(c, b')' | b'\n'));
    }
    let (mut words, mut in_word) = (0, false);
    while let Some(&c) = text.get(at) {
        match c {
            b'\n' | b'\r' | b'"' | b'`' | b'{' | b'}' | b';' | b'|' | b'\t' | b',' | b')' | b']' | b'<' => return true,
            b':' | b'=' => return true,
            b'0'..=b'9' if !in_word => return true,
            b'.' | b'?' | b'!' => match text.get(at + 1) {
                None => return false,
                Some(b' ' | b'\n') => return true,
                Some(_) => in_word = false,
            },
            c if !is_word(c) => in_word = false,
            _ if !in_word => {
                if words == WORDS_AHEAD + 3 {
                    return true;
                }
                words += 1;
                in_word = true;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// True when the words tie what follows to the value before: `is my aadhaar`, `hai mera`.
fn connects(words: &[u8]) -> bool {
    let words = words.trim_ascii_start();
    [
        "is ",
        "was ",
        "hai",
        "he ",
        "h ",
        "mera",
        "meri",
        "my ",
        "- ",
        "ye ",
        "yeh ",
        "है",
        "मेरा",
        "मेरी",
        "আমার",
        "என்",
        "నా ",
    ]
    .iter()
    .any(|start| words.len() >= start.len() && words[..start.len()].eq_ignore_ascii_case(start.as_bytes()))
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c >= 0x80
}

/// True when nothing but a key-value separator lies between a key's closing quote and the candidate.
fn only_separator(between: &[u8]) -> bool {
    let inner = between.trim_ascii();
    inner
        .iter()
        .all(|c| matches!(c, b':' | b'=' | b'>' | b' ' | b'\\' | b'+' | b'(' | b'['))
        && inner.iter().any(|c| matches!(c, b':' | b'='))
}

/// `..end` without the spaces and backslashes before it.
fn trim_back(text: &[u8], mut end: usize, floor: usize) -> Range<usize> {
    while end > floor && matches!(text[end - 1], b' ' | b'\\' | b'\n' | b'\r' | b'\t') {
        end -= 1;
    }
    floor..end
}

/// Position before `:`, `=`, `=>` and the spaces around.
fn trim_separator(text: &[u8], mut end: usize, floor: usize) -> usize {
    while end > floor && matches!(text[end - 1], b':' | b'=' | b'>' | b' ' | b'\\') {
        end -= 1;
    }
    end
}

/// The key that ends before `end`: quoted, or a bare name.
fn key_before(text: &[u8], end: usize, floor: usize) -> Option<Range<usize>> {
    let floor = floor.max(end.saturating_sub(KEY));
    let quoted = end > floor && matches!(text[end - 1], b'"' | b'\'' | b'`');
    let end = if quoted { end - 1 } else { end };
    let mut at = end;
    while at > floor {
        let c = text[at - 1];
        let inside = if quoted {
            !matches!(c, b'"' | b'\'' | b'`' | b'\n' | b'{' | b'}')
        } else {
            is_word(c) || matches!(c, b'_' | b'-' | b'.')
        };
        if !inside {
            break;
        }
        at -= 1;
    }
    let at = whole_from(text, at, end);
    (at < end).then_some(at..end)
}

/// The key of the array whose elements end before `end`: `"phones": ["98…", "|`.
fn array_key(text: &[u8], end: usize, floor: usize) -> Option<Range<usize>> {
    let open = text[floor..end]
        .iter()
        .rposition(|&c| matches!(c, b'[' | b'{' | b'}' | b']' | b'\n'))?
        + floor;
    if text[open] != b'[' {
        return None;
    }
    let colon = trim_separator(text, open, floor);
    if colon == open {
        return None;
    }
    key_before(text, colon, floor)
}

/// True when the line that ends at `end` is a label: it ends with a colon, or is a few words without digits.
fn label_line(text: &[u8], end: usize, floor: usize) -> bool {
    let end = trim_back(text, end, floor).end;
    let from = text[floor..end]
        .iter()
        .rposition(|&c| c == b'\n')
        .map_or(floor, |i| floor + i + 1);
    let line = text[from..end].trim_ascii();
    match line.last() {
        None => false,
        Some(b':' | b'-' | b'=') => true,
        // `PAN card no.`
        Some(b'.')
            if line
                .split(|&c| c == b' ')
                .next_back()
                .is_some_and(|word| word.len() <= 4) =>
        {
            short(line)
        }
        Some(b'.' | b',' | b'!' | b'?' | b'}' | b'{' | b'"') => false,
        Some(_) => short(line),
    }
}

/// A few words without a digit.
fn short(line: &[u8]) -> bool {
    line.len() <= 80 && !line.iter().any(u8::is_ascii_digit) && line.split(|&c| c == b' ').count() <= 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_text_is_what_reading_it_byte_by_byte_finds(text in "([a-z0-9 .,:é]{0,12}|[{};\"`\n\r]| [a-z] ){0,14}", from: u16, by: u8) {
            let text = text.as_bytes();
            let start = usize::from(from) % (text.len() + 1);
            let stop = start.saturating_sub(usize::from(by) % 80);
            let (mut at, mut words, mut in_word) = (start, 0, false);
            while at > stop.max(start.saturating_sub(BLOCK)) && !SIGNS.contains(&text[at - 1]) && words <= WORDS_BACK {
                let word = is_word(text[at - 1]);
                words += usize::from(word && !in_word);
                (at, in_word) = if words > WORDS_BACK { (at, false) } else { (at - 1, word) };
            }
            prop_assert_eq!(plain_before(text, start, stop), Plain { at, words, in_word });
        }
    }

    /// The window of the candidate between the two `|`.
    fn windows(marked: &str) -> (String, String, String) {
        let start = marked.find('|').unwrap();
        let end = marked[start + 1..].find('|').unwrap() + start;
        let text = marked.replace('|', "");
        let piece = |r: Range<usize>| text[r].to_owned();
        let b = before(text.as_bytes(), start, 0, None);
        (
            piece(b.near),
            b.key.map(piece).unwrap_or_default(),
            piece(after(text.as_bytes(), end)),
        )
    }

    proptest! {
        #[test]
        fn what_is_known_of_the_words_after_a_value_does_not_change(
            text in "([a-z]{1,6}[ .,:(|*-]{0,2}|[0-9]{1,4}|[;\"\n?)]|है ){0,16}", more in "[a-z0-9 .:,)\n(]{0,60}", from: u16
        ) {
            let bytes = text.as_bytes();
            let end = usize::from(from) % (bytes.len() + 1);
            if text.is_char_boundary(end) && after_is_known(bytes, end) {
                prop_assert_eq!(after(format!("{text}{more}").as_bytes(), end), after(bytes, end));
            }
        }
    }

    #[test]
    fn words_on_the_same_line() {
        let (near, key, after) = windows("first line\nmy pan is |QWEPK4821M| and that is it for today, thanks");
        assert_eq!((near.as_str(), key.as_str()), ("my pan is ", ""));
        assert_eq!(after, "and that is it for ");
    }

    #[test]
    fn a_label_on_the_line_above() {
        assert_eq!(windows("Mobile:\n|98|").0, "Mobile:\n");
        assert_eq!(windows("Aadhaar Number\n  |51|").0, "Aadhaar Number\n  ");
        assert_eq!(windows("I paid the bill of 400.\n|51|").0, "");
    }

    #[test]
    fn json_keys() {
        for (marked, key) in [
            (r#"{"pan_no": "|Q|"}"#, "pan_no"),
            (r#"{"mobile":|98|}"#, "mobile"),
            (r#"{\"mobile\": \"|98|\"}"#, "mobile\\"),
            (r#"{"a":"b","phones": ["9111", "|98|"]}"#, "phones"),
            (r#"Person(pan="|Q|")"#, "pan"),
            (r#"{"accountNumber":"1"} |2024|"#, ""),
            (r#"{'mobile': |98|}"#, ""),
        ] {
            assert_eq!(windows(marked).1, key, "{marked}");
        }
        assert_eq!(windows(r#"{"note": "my pan |Q|"}"#).0, "my pan ");
        assert_eq!(windows(r#"{"accountNumber":"1"} |2024|"#).0, " ");
        assert_eq!(windows(r#"my "pan" is |Q|"#).0, r#"my "pan" is "#);
    }

    #[test]
    fn words_after_belong_to_the_next_value_when_it_is_named() {
        assert_eq!(windows("|98123| Aadhaar: 5109").2, "");
        assert_eq!(windows("|98123| aadhaar number 5109").2, "");
        assert_eq!(windows("|98123| is my phone number").2, "is my phone number");
        assert_eq!(windows("|5109| (Aadhaar) ok").2, "(Aadhaar");
    }

    #[test]
    fn windows_end_on_character_boundaries() {
        let long = format!("{}|1|{}", "आ".repeat(100), "आ".repeat(100));
        let (near, _, after) = windows(&long);
        assert!(near.chars().all(|c| c == 'आ') && after.chars().all(|c| c == 'आ'));
    }
}
