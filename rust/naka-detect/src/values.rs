//! What stands behind a label, for values that no shape tells: ages, passwords, short dates, genders, names.
//! Each function takes the end of the label and gives the value. Bounded reads, no allocation.

use crate::heuristic::{address, person};

/// Bytes after a label in which its value begins.
const GAP: usize = 40;
/// Longest value.
const REACH: usize = 120;

/// Names a whole value: `start..end` is all of a field or a cell.
pub(crate) type Whole = fn(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)>;

/// The test of that name, for whole values.
pub(crate) fn by_name(name: &str) -> Option<Whole> {
    Some(match name {
        "age" => |text, start, end| age(text, start).filter(|&(_, to)| only_unit(&text[to..end])),
        "short_date" => |text, start, end| short_date(text, start).filter(|&(_, to)| to == end),
        "expiry" => |text, start, end| expiry(text, start).filter(|&(_, to)| to == end),
        "gender" => |text, start, end| gender(text, start).filter(|&(_, to)| to == end),
        "secret" => |text, start, end| is_secret(&text[start..end], false).then_some((start, end)),
        "name" => |text, start, end| person::name_any_case(text, start, end).filter(|&(_, to)| to == end),
        "family_id" => |text, start, end| family_id(text, start).filter(|&(_, to)| to == end),
        "address" => |text, start, end| address::is_whole(&text[start..end]).then_some((start, end)),
        _ => return None,
    })
}

/// Where the value of the label that ends at `end` begins, and whether more than a space stands between.
pub(crate) fn behind(text: &[u8], end: usize) -> Option<(usize, bool)> {
    let ceiling = (end + GAP).min(text.len());
    let mut at = end;
    let (mut marked, mut lines) = (false, 0);
    // `(years)`, `(DD/MM/YYYY)`, `.`: part of the label
    if let Some(b'.') = text.get(at) {
        at += 1;
    }
    let open = at + text[at..ceiling].iter().take_while(|&&c| c == b' ').count();
    if text.get(open) == Some(&b'(') {
        let close = text[open..ceiling].iter().position(|&c| c == b')')?;
        at = open + close + 1;
    }
    while at < ceiling {
        match text[at] {
            b' ' => {}
            b'\t' | b':' | b'=' | b'|' | b'"' | b'\'' | b'-' | b'>' | b'.' | b'*' | b'_' => marked = true,
            b'\r' => {}
            b'\n' if lines < 2 && (lines > 0 || !is_row(text, end)) => {
                lines += 1;
                marked = true;
            }
            _ => match linking(&text[at..ceiling]) {
                0 => break,
                length => at += length - 1,
            },
        }
        at += 1;
    }
    (at > end && at < ceiling).then_some((at, marked))
}

/// True when the line of the label that ends at `end` has other cells before it: what stands below is not its value.
fn is_row(text: &[u8], end: usize) -> bool {
    let before = text[end.saturating_sub(GAP)..end]
        .iter()
        .rev()
        .take_while(|&&c| c != b'\n');
    before.into_iter().any(|c| matches!(c, b'|' | b'\t' | b',' | b';'))
}

/// Length of a word that ties a label to its value, with the space behind it; 0 when there is none.
fn linking(text: &[u8]) -> usize {
    [
        "is ",
        "was ",
        "hai ",
        "tha ",
        "thi ",
        "he ",
        "to ",
        "है ",
        "था ",
        "थी ",
        "आहे ",
    ]
    .iter()
    .find(|word| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    })
    .map_or(0, |word| word.len())
}

fn digits(text: &[u8], at: usize) -> usize {
    text[at..].iter().take(5).take_while(|c| c.is_ascii_digit()).count()
}

fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b' ')
}

/// An age in years at `start`: 1 to 120, no range and no limit.
pub(crate) fn age(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let count = digits(text, start);
    let end = start + count;
    let value = text[start..end].iter().fold(0u32, |n, c| n * 10 + u32::from(c - b'0'));
    let next = byte(text, end);
    let goes_on = matches!(next, b'.' | b'-' | b':' | b'/' | b',') && byte(text, end + 1).is_ascii_digit();
    let other = matches!(next, b'%' | b'+' | b'_') || next.is_ascii_alphanumeric() && !is_unit(&text[end..]);
    let rest = text[end..(end + 16).min(text.len())].trim_ascii_start();
    let range = [
        &b"to "[..],
        b"and above",
        b"and over",
        b"or above",
        b"or more",
        b"- ",
        b"months",
        b"days",
        b"hours",
        b"minutes",
    ]
    .iter()
    .any(|word| rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word));
    let range = range && !rest.starts_with(b"- ");
    ((1..=3).contains(&count) && (1..=120).contains(&value) && text[start] != b'0' && !goes_on && !other && !range)
        .then_some((start, end))
}

/// `y`, `yrs`, `years old` and their like.
fn is_unit(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text).trim_ascii_start();
    [
        "y",
        "Y",
        "saal",
        "sal",
        "varsh",
        "साल",
        "वर्ष",
        "வயது",
        "ஆண்டு",
        "বছর",
        "సంవత్సర",
        "વર્ષ",
        "ವರ್ಷ",
    ]
    .iter()
    .any(|unit| text.starts_with(unit.as_bytes()))
}

fn only_unit(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii();
    rest.is_empty() || (rest.len() <= 24 && is_unit(rest)) || rest.starts_with(b"/")
}

/// A day whose year has two digits, at `start`; the last two digits of any year.
pub(crate) fn short_date(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let number = |at: usize, most: u32| {
        let count = digits(text, at);
        let value = text[at..at + count]
            .iter()
            .fold(0u32, |n, c| n * 10 + u32::from(c - b'0'));
        ((1..=2).contains(&count) && (1..=most).contains(&value)).then_some(at + count)
    };
    let first = number(start, 31)?;
    let mark = byte(text, first);
    if !matches!(mark, b'/' | b'-' | b'.') {
        return None;
    }
    let second = number(first + 1, 31)?;
    if byte(text, second) != mark || digits(text, second + 1) != 2 {
        return None;
    }
    let month = |from: usize, to: usize| to - from == 1 || text[from] == b'0' || text[from..to] <= b"12"[..];
    let sound = month(first + 1, second) || month(start, first);
    let end = second + 3;
    let next = byte(text, end);
    (sound && !next.is_ascii_alphanumeric() && !(matches!(next, b'/' | b'-') && byte(text, end + 1).is_ascii_digit()))
        .then_some((start, end))
}

/// Month and year of a card at `start`: `08/29`, `08/2029`, `08-29`.
pub(crate) fn expiry(text: &[u8], start: usize) -> Option<(usize, usize)> {
    if digits(text, start) != 2 || !(*b"01"..=*b"12").contains(&[text[start], text[start + 1]]) {
        return None;
    }
    let mut at = start + 2;
    while byte(text, at) == b' ' && at < start + 4 {
        at += 1;
    }
    if !matches!(byte(text, at), b'/' | b'-') {
        return None;
    }
    at += 1;
    while byte(text, at) == b' ' && at < start + 6 {
        at += 1;
    }
    let year = text.get(at..at + digits(text, at.min(text.len())))?;
    let sound = matches!(year, [b'2'..=b'4', _] | [b'2', b'0', b'2'..=b'4', _]);
    let end = at + year.len();
    let next = byte(text, end);
    (sound && !next.is_ascii_alphanumeric() && !matches!(next, b'/' | b'-')).then_some((start, end))
}

/// The age that stands before `start`, where a word such as `years` is.
pub(crate) fn age_before(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let gap = text[..start]
        .iter()
        .rev()
        .take(2)
        .take_while(|c| matches!(c, b' ' | b'-'))
        .count();
    let end = start - gap;
    let from = end
        - text[..end]
            .iter()
            .rev()
            .take(4)
            .take_while(|c| c.is_ascii_digit())
            .count();
    let before = from.checked_sub(1).map_or(b' ', |at| text[at]);
    let part = before.is_ascii_alphanumeric() || matches!(before, b'.' | b'-' | b'/' | b':' | b',' | b'_');
    let value = text[from..end].iter().fold(0u32, |n, c| n * 10 + u32::from(c - b'0'));
    ((1..=120).contains(&value) && text[from] != b'0' && !part).then_some((from, end))
}

/// A family id of Haryana at `start`: a digit, then seven letters and digits, both among the eight.
pub(crate) fn family_id(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let count = text[start..]
        .iter()
        .take(9)
        .take_while(|c| c.is_ascii_alphanumeric())
        .count();
    let value = &text[start..start + count];
    (count == 8 && value[0].is_ascii_digit()).then_some((start, start + count))
}

pub(crate) const GENDERS: &[&str] = &[
    "female",
    "male",
    "transgender",
    "non-binary",
    "others",
    "other",
    "stree",
    "purush",
    "mahila",
    "aurat",
    "man",
    "woman",
    "महिला",
    "पुरुष",
    "स्त्री",
    "अन्य",
    "ஆண்",
    "பெண்",
    "పురుషుడు",
    "స్త్రీ",
    "পুরুষ",
    "মহিলা",
    "নারী",
    "નર",
    "સ્ત્રી",
    "પુરુષ",
    "ಪುರುಷ",
    "ಮಹಿಳೆ",
    "m",
    "f",
    "t",
];

/// A gender at `start`.
pub(crate) fn gender(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let word = GENDERS.iter().find(|word| {
        text.get(start..start + word.len())
            .is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes()))
    })?;
    let next = byte(text, start + word.len());
    let goes_on =
        next.is_ascii_alphanumeric() || (next >= 0x80 && word.is_ascii()) || matches!(next, b'_' | b'/' | b'@');
    (!goes_on).then_some((start, start + word.len()))
}

/// A password at `start`; beside a mere space it must look like nothing else.
pub(crate) fn secret(text: &[u8], start: usize, marked: bool) -> Option<(usize, usize)> {
    let mut end = start
        + text[start..(start + REACH).min(text.len())]
            .iter()
            .take_while(|c| c.is_ascii_graphic() && !matches!(c, b'"' | b'\'' | b'<' | b'|'))
            .count();
    while end > start && matches!(text[end - 1], b'.' | b',' | b';' | b':' | b')' | b']' | b'}' | b'>') {
        end -= 1;
    }
    is_secret(&text[start..end], !marked).then_some((start, end))
}

fn is_secret(value: &[u8], strict: bool) -> bool {
    let plain = value
        .iter()
        .all(|c| c.is_ascii_alphabetic() || matches!(c, b'-' | b'_'));
    let hidden = value
        .iter()
        .all(|c| matches!(c, b'*' | b'x' | b'X' | b'.' | b'-' | b'_'));
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let mixed = has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit);
    let link = value.windows(3).any(|w| w == b"://") || value.starts_with(b"(") || value.starts_with(b"${");
    let call = value.ends_with(b"()") || value.contains(&b' ');
    (6..=64).contains(&value.len()) && !plain && !hidden && !link && !call && (mixed || !strict)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Taker = fn(&[u8], usize) -> Option<(usize, usize)>;

    fn taken(text: &str, how: Taker) -> Option<&str> {
        how(text.as_bytes(), 0).map(|(from, to)| &text[from..to])
    }

    #[test]
    fn ages() {
        for text in ["34", "34 years", "34/M", "34 yrs.", "34y", "34,", "34-year-old", "34."] {
            assert_eq!(taken(text, age), Some("34"), "{text}");
        }
        for text in [
            "0",
            "121",
            "034",
            "18-60",
            "18 to 60",
            "18+",
            "34.5",
            "34%",
            "34th",
            "12/03/1987",
            "18 and above",
            "6 months",
        ] {
            assert_eq!(taken(text, age), None, "{text}");
        }
    }

    #[test]
    fn dates_of_two_digit_years() {
        for text in ["12/03/87", "1-3-87", "12.03.87", "03/25/87"] {
            assert_eq!(taken(text, short_date), Some(text), "{text}");
        }
        for text in [
            "12/03/1987",
            "32/03/87",
            "25/13/87",
            "12/03-87",
            "12/03/8",
            "12/03/87/1",
            "0/3/87",
        ] {
            assert_eq!(taken(text, short_date), None, "{text}");
        }
    }

    #[test]
    fn months_of_cards() {
        for text in ["08/29", "08/2029", "08-29", "08 / 29"] {
            assert_eq!(taken(text, expiry), Some(text), "{text}");
        }
        for text in ["13/29", "8/29", "08/19", "08/29/1", "08/292"] {
            assert_eq!(taken(text, expiry), None, "{text}");
        }
    }

    #[test]
    fn passwords() {
        let of = |text: &str, marked| secret(text.as_bytes(), 0, marked).map(|(from, to)| text[from..to].to_owned());
        assert_eq!(of("Chai@2026.", false).as_deref(), Some("Chai@2026"));
        assert_eq!(of("!!!@@@###", true).as_deref(), Some("!!!@@@###"));
        for text in [
            "required",
            "********",
            "reset-link",
            "tracking_id|pan",
            "ab1",
            "https://x.in/1",
        ] {
            assert_eq!(of(text, true), None, "{text}");
        }
        assert_eq!(of("!!!@@@###", false), None);
    }

    #[test]
    fn a_value_begins_behind_what_ties_it_to_its_label() {
        for (text, rest, marked) in [
            (": 34", "34", true),
            (" 34", "34", false),
            ("\":\"34\"", "34\"", true),
            (" (years) : 34", "34", true),
            ("\n34", "34", true),
            (" is 34", "34", false),
            (" .......... 34", "34", true),
            (":\r\n  34", "34", true),
        ] {
            let found = behind(text.as_bytes(), 0).map(|(at, marked)| (&text[at..], marked));
            assert_eq!(found, Some((rest, marked)), "{text}");
        }
        assert_eq!(behind(b"34", 0), None);
        assert_eq!(behind(b"pan,age\n34", 7), None);
        assert_eq!(behind(b" (34", 0), None);
    }
}
