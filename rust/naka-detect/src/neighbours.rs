//! The bytes that touch a candidate: is it a whole identifier, or a slice of something longer?
//! `\b` cannot say it (vowel signs of Indic scripts, decimals, UUIDs), so the neighbours are read here.
//! Reads at most a token to either side; no allocation.

use std::ops::Range;

/// How strict a pattern is about what touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Neighbours {
    /// Digits only: also no slice of a longer grouped number, no decimal, no segment of a dashed reference.
    Number,
    /// Letters and digits: no letter or digit beside it.
    Token,
    /// Holds an `@`: may be followed by punctuation, not by more of an address.
    Address,
    /// A date: neither digits nor further parts of a number beside it.
    Date,
    /// Words: begins where a word begins, ends where one ends.
    Word,
}

/// What the neighbours of an accepted candidate are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sides {
    /// Letters glued to its start, to be looked up as a label: `pan` of `panQWEPK4821M`, `TXN` of `TXN-5109…`.
    pub(crate) glued: Option<Range<usize>>,
    /// A currency sign or `Rs` before, or a percent sign after: an amount.
    pub(crate) amount: bool,
    /// Part of a URL path or query value without a name: `/users/98…`.
    pub(crate) path: bool,
}

/// Longest label that may be glued to a value.
const LABEL: usize = 20;

/// `None` when the candidate is a part of something longer.
pub(crate) fn look(text: &[u8], start: usize, end: usize, kind: Neighbours) -> Option<Sides> {
    match kind {
        Neighbours::Word => word(text, start, end),
        Neighbours::Date => date(text, start, end),
        Neighbours::Address => address(text, start, end),
        Neighbours::Number | Neighbours::Token => value(text, start, end, kind == Neighbours::Number),
    }
}

fn word(text: &[u8], start: usize, end: usize) -> Option<Sides> {
    let before = start.checked_sub(1).map_or(b' ', |i| text[i]);
    let next = text.get(end).copied().unwrap_or(b' ');
    let ends_in_word = text[end - 1].is_ascii_alphanumeric() || text[end - 1] >= 0x80;
    let goes_on = next.is_ascii_alphanumeric() || next >= 0x80;
    let cut = before.is_ascii_alphanumeric() || (ends_in_word && goes_on);
    (!cut).then(Sides::default)
}

fn date(text: &[u8], start: usize, end: usize) -> Option<Sides> {
    let at = |i: Option<usize>| i.and_then(|i| text.get(i)).copied().unwrap_or(b' ');
    let joins = |c: u8| matches!(c, b'/' | b'-' | b'.' | b':');
    let (before, next) = (at(start.checked_sub(1)), at(Some(end)));
    let part_before = joins(before) && at(start.checked_sub(2)).is_ascii_digit();
    let part_after = joins(next) && at(Some(end + 1)).is_ascii_digit();
    let touched = before.is_ascii_alphanumeric() || next.is_ascii_digit();
    (!touched && !part_before && !part_after).then(Sides::default)
}

fn address(text: &[u8], start: usize, end: usize) -> Option<Sides> {
    let before = start.checked_sub(1).map_or(b' ', |i| text[i]);
    if before.is_ascii_alphanumeric() || matches!(before, b'@' | b'.' | b'_' | b'-' | b'+' | b'%') {
        return None;
    }
    let next = text.get(end).copied().unwrap_or(b' ');
    let after_next = text.get(end + 1).copied().unwrap_or(b' ');
    let goes_on = next.is_ascii_alphanumeric()
        || matches!(next, b'@' | b'_')
        || (matches!(next, b'.' | b'-') && after_next.is_ascii_alphanumeric());
    (!goes_on).then(Sides::default)
}

fn value(text: &[u8], start: usize, end: usize, number: bool) -> Option<Sides> {
    let next = text.get(end).copied().unwrap_or(b' ');
    let after_next = text.get(end + 1).copied().unwrap_or(b' ');
    if next.is_ascii_alphanumeric() || matches!(next, b'_' | b'@') {
        return None;
    }
    if matches!(next, b'-' | b'.' | b':' | b'/') && after_next.is_ascii_alphanumeric() {
        // `5109…-7f3a`, `9812345670.25`; but `9812345670/9823456781` and `…4821M/…` are lists
        let list = next == b'/' && run(text, end + 1, |c| c.is_ascii_alphanumeric()) >= 8;
        let stop = next == b'.' && after_next.is_ascii_alphabetic() && !number;
        if !(list || stop || (next == b':' && !after_next.is_ascii_digit())) {
            return None;
        }
    }
    let mut sides = value_begins(text, start)?;
    let spaced = |at: usize| text.get(at) == Some(&b' ');
    if number
        && (spaced(end) && is_slice_after(text, start, end)
            || start > 0 && spaced(start - 1) && is_slice_before(text, start, end))
    {
        return None;
    }
    sides.amount = next == b'%' || is_currency_before(text, start);
    Some(sides)
}

/// What stands before a value that begins at `start`; `None` when no value begins there, whatever its end. The engine
/// asks this before it tries a place.
pub(crate) fn value_begins(text: &[u8], start: usize) -> Option<Sides> {
    let mut sides = Sides::default();
    let Some(before) = start.checked_sub(1).map(|i| text[i]) else {
        return Some(sides);
    };
    if before.is_ascii_digit() {
        return None;
    }
    match before {
        c if c.is_ascii_alphabetic() => {
            // Between letters only a hump tells a label from the value: `panQWEPK4821M`.
            let apart = text[start].is_ascii_digit() || (c.is_ascii_lowercase() && text[start].is_ascii_uppercase());
            sides.glued = Some(glued(text, start).filter(|_| apart)?);
        }
        b'-' | b'_' | b'#' | b'.' | b'/' | b':' if start >= 2 && text[start - 2].is_ascii_alphanumeric() => {
            let label_end = start - 1;
            if text[start - 2].is_ascii_digit() {
                let list = matches!(before, b'/' | b':') && back_run(text, label_end) >= 8;
                if !list && before != b':' {
                    return None;
                }
            } else if before == b'/' {
                sides.path = true;
            } else if before != b':' {
                sides.glued = Some(glued(text, label_end)?);
            }
        }
        b'@' => return None,
        b'/' => sides.path = true,
        _ => {}
    }
    Some(sides)
}

/// The letters (and `_`, `-`, `.` between them) that end at `end`; `None` when there are digits among them or too many.
fn glued(text: &[u8], end: usize) -> Option<Range<usize>> {
    let mut at = end;
    while at > 0 && (text[at - 1].is_ascii_alphabetic() || matches!(text[at - 1], b'_' | b'-' | b'.')) {
        at -= 1;
        if end - at > LABEL {
            return None;
        }
    }
    (at == 0 || !text[at - 1].is_ascii_digit()).then_some(at..end)
}

fn run(text: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    text.get(from..)
        .unwrap_or_default()
        .iter()
        .take(24)
        .take_while(|&&c| belongs(c))
        .count()
}

fn back_run(text: &[u8], end: usize) -> usize {
    text[..end]
        .iter()
        .rev()
        .take(24)
        .take_while(|c| c.is_ascii_alphanumeric())
        .count()
}

/// The longest digit group of a match that is written in groups divided by spaces; 0 for a solid one.
fn group(text: &[u8], start: usize, end: usize) -> usize {
    let value = &text[start..end];
    if !value.contains(&b' ') {
        return 0;
    }
    value.split(|c| !c.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0)
}

/// `4417 0923 5561| 2208`: the next group looks like one of ours.
fn is_slice_after(text: &[u8], start: usize, end: usize) -> bool {
    let ours = group(text, start, end);
    if ours == 0 {
        return false;
    }
    let len = run(text, end + 1, |c| c.is_ascii_digit());
    let then = text.get(end + 1 + len).copied().unwrap_or(b' ');
    (2..=ours).contains(&len) && !matches!(then, b'/' | b'.' | b'-' | b':' | b'%') && !then.is_ascii_alphabetic()
}

fn is_slice_before(text: &[u8], start: usize, end: usize) -> bool {
    let ours = group(text, start, end);
    if ours == 0 {
        return false;
    }
    let len = text[..start - 1]
        .iter()
        .rev()
        .take(8)
        .take_while(|c| c.is_ascii_digit())
        .count();
    let then = (start - 1).checked_sub(len + 1).map_or(b' ', |i| text[i]);
    (2..=ours).contains(&len) && !matches!(then, b'/' | b'.' | b'-' | b':' | b'#') && !then.is_ascii_alphabetic()
}

fn is_currency_before(text: &[u8], start: usize) -> bool {
    let head = text[..start].trim_ascii_end();
    let head = head.strip_suffix(b".").unwrap_or(head);
    if head.ends_with("₹".as_bytes())
        || head.ends_with(b"$")
        || head.ends_with("€".as_bytes())
        || head.ends_with("£".as_bytes())
    {
        return true;
    }
    [&b"rs"[..], b"inr", b"usd"].iter().any(|word| {
        head.len() >= word.len()
            && head[head.len() - word.len()..].eq_ignore_ascii_case(word)
            && !head[..head.len() - word.len()]
                .last()
                .is_some_and(u8::is_ascii_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at what stands between the two `|`.
    fn sides(marked: &str, kind: Neighbours) -> Option<Sides> {
        let start = marked.find('|').unwrap();
        let end = marked[start + 1..].find('|').unwrap() + start;
        look(marked.replace('|', "").as_bytes(), start, end, kind)
    }

    #[test]
    fn parts_of_longer_things_are_refused() {
        for marked in [
            "4|417092355612208|",
            "|441709235561|2208",
            "|4417 0923 5561| 2208",
            "4417 |0923 5561 2208|",
            "12.|345678901234|",
            "|345678901234|.50",
            "9f3a-|510980274087|-7b2c",
            "a1b2c3|510980274087|",
            "2021-|510980274087|",
            "|9812345670|@ybl",
            "|510980274087|x",
        ] {
            assert_eq!(sides(marked, Neighbours::Number), None, "{marked}");
        }
    }

    #[test]
    fn whole_identifiers_pass() {
        for marked in [
            "|510980274087|",
            "a |510980274087|.",
            "(|510980274087|)",
            "|5109 8027 4087| 9812345670",
            "|98123 45670|, |5109|",
            "|9812345670|/9823456781",
            "9812345670/|9823456781|",
            "|5109 8027 4087| 12/03/2019",
            "है|510980274087|को",
        ] {
            assert!(sides(marked, Neighbours::Number).is_some(), "{marked}");
        }
    }

    #[test]
    fn glued_letters_are_handed_on_as_a_label() {
        let glued = |marked: &str| sides(marked, Neighbours::Token).unwrap().glued;
        assert_eq!(glued("pan|QWEPK4821M|"), Some(0..3));
        assert_eq!(glued("my TXN-|510980274087|"), Some(3..6));
        assert_eq!(glued("pan_no:|QWEPK4821M|"), None);
    }

    #[test]
    fn amounts_and_paths_are_told() {
        for marked in ["₹ |9812345670|", "Rs. |9812345670|", "INR |9812345670|"] {
            assert!(sides(marked, Neighbours::Number).unwrap().amount, "{marked}");
        }
        assert!(!sides("users |9812345670|", Neighbours::Number).unwrap().amount);
        assert!(sides("/users/|9812345670|", Neighbours::Number).unwrap().path);
    }
}
