//! Functions that a rule may name in `span`: from a match to the value that it leads to.
//! Each gets the text and the match, stays within a bounded distance of it, and may refuse by `None`.

use crate::checksum::mrz;
use crate::heuristic::{address, person, spelled};
use crate::{dialogue, values};

/// From the match `start..end` of the text to the value.
pub(crate) type Span = fn(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)>;

/// The function of that name.
pub(crate) fn by_name(name: &str) -> Option<Span> {
    Some(match name {
        "name_after" => |text, _, end| person::name(text, end, line_end(text, end)),
        "name_after_label" => |text, _, end| person::name_any_case(text, end, line_end(text, end)),
        "said_name" => said_name,
        "address_before_pin" => address::before_pin,
        "secret" => |text, _, end| labelled(text, end, values::secret),
        "age" => |text, _, end| labelled(text, end, |text, at, _| values::age(text, at)),
        "short_date" => |text, _, end| labelled(text, end, |text, at, _| values::short_date(text, at)),
        "expiry" => |text, _, end| labelled(text, end, |text, at, _| values::expiry(text, at)),
        "gender" => |text, _, end| labelled(text, end, |text, at, _| values::gender(text, at)),
        "family_id" => |text, _, end| labelled(text, end, |text, at, _| values::family_id(text, at)),
        "age_before" => |text, start, _| values::age_before(text, start),
        "around_at" => |text, start, end| around_at(text, start, end),
        // The document number of a passport's second line.
        "zone" => |text, start, end| mrz::passport_line_is_valid(&text[start..end]).then_some((start, start + 8)),
        "spelled_phone" => |text, start, _| spelled::mobile(text, start),
        "last_token" => |text, start, end| {
            last_run(text, start, end, |c| {
                c.is_ascii_graphic() && !matches!(c, b':' | b'"' | b'\'')
            })
        },
        // Six digits, at times with a space in the middle.
        "last_six" => |text, _, end| Some((end - if text[end - 4] == b' ' { 7 } else { 6 }, end)),
        "last_number" => |text, start, end| last_run(text, start, end, |c| c.is_ascii_digit()),
        "last_word" => |text, start, end| last_run(text, start, end, |c| c.is_ascii_alphabetic() || c >= 0x80),
        _ => return None,
    })
}

/// What a function reads behind its match, where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// The value of a label.
    Value(Labelled),
    /// Numbers in words.
    Spelled,
    /// A name: as far as its line goes.
    Name,
    /// Nothing: the value is the digits that end the match.
    Digits,
    /// Nothing: the value is the word that ends the match.
    Token,
}

/// Kinds of values behind labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labelled {
    Secret,
    Age,
    ShortDate,
    Expiry,
    Gender,
    FamilyId,
}

/// What the function of that name reads behind its match.
pub(crate) fn ahead(name: &str) -> Option<Ahead> {
    Some(match name {
        "secret" => Ahead::Value(Labelled::Secret),
        "age" => Ahead::Value(Labelled::Age),
        "short_date" => Ahead::Value(Labelled::ShortDate),
        "expiry" => Ahead::Value(Labelled::Expiry),
        "gender" => Ahead::Value(Labelled::Gender),
        "family_id" => Ahead::Value(Labelled::FamilyId),
        "spelled_phone" => Ahead::Spelled,
        "name_after" | "name_after_label" | "said_name" => Ahead::Name,
        "last_six" | "last_number" => Ahead::Digits,
        "last_token" | "last_word" => Ahead::Token,
        _ => return None,
    })
}

/// Extends `at] example [dot] in` back over the sign and the local part of the address.
pub(crate) fn around_at(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let back =
        |from: usize, belongs: fn(&u8) -> bool| text[..from].iter().rev().take(64).take_while(|c| belongs(c)).count();
    let gap = back(start, |c| matches!(c, b' ' | b'[' | b'(' | b'{' | b'<'));
    let at = start - gap;
    let local = back(at, |c| {
        c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'+' | b'%')
    });
    // Beside mere spaces a plain word before `at` is a word.
    let telling = text[start - gap..start].iter().any(|c| *c != b' ')
        || text[at - local..at]
            .iter()
            .any(|c| c.is_ascii_digit() || matches!(c, b'.' | b'_'));
    ((1..=6).contains(&gap) && local > 1 && telling).then_some((at - local, end))
}

/// Takes a value at a place; true when a mark, more than a space, ties it to its label.
type Take = fn(text: &[u8], at: usize, marked: bool) -> Option<(usize, usize)>;

/// The value of a label: right behind it, or in the answer to the question that the label stands in.
fn labelled(text: &[u8], end: usize, take: Take) -> Option<(usize, usize)> {
    let direct = values::behind(text, end).and_then(|(at, marked)| take(text, at, marked));
    direct.or_else(|| {
        let answer = dialogue::answer(text, end)?;
        let begins = |&at: &usize| {
            let before = at.checked_sub(1).map_or(b' ', |i| text[i]);
            matches!(before, b' ' | b':' | b'(' | b'\n' | b'"' | b'>' | b'-') && text[at] != b' '
        };
        answer
            .filter(begins)
            .find_map(|at| take(text, at, false).filter(|&(_, to)| to <= text.len()))
    })
}

/// Bytes after a label in which its value begins and ends.
const REACH: usize = 80;

/// Where the value that begins at `start` ends at the latest: at a quote, a brace, a line's end.
fn line_end(text: &[u8], start: usize) -> usize {
    let ends = |c: &u8| {
        matches!(
            c,
            b'"' | b'\n' | b'{' | b'}' | b'<' | b'>' | b'|' | b'[' | b']' | b'(' | b';' | b'\t' | b'\\'
        )
    };
    let end = (start + REACH).min(text.len());
    let mut end = text[start..end].iter().position(ends).map_or(end, |at| start + at);
    while end > start && end < text.len() && text[end] & 0xC0 == 0x80 {
        end -= 1; // not inside a character
    }
    end
}

/// A name that someone says: two words at least, or one and a word that closes the sentence.
fn said_name(text: &[u8], _: usize, end: usize) -> Option<(usize, usize)> {
    let (from, to) = person::name_any_case(text, end, line_end(text, end))?;
    let words = text[from..to]
        .split(|c| *c == b' ')
        .filter(|word| !word.is_empty())
        .count();
    let closed = [
        &b" hai"[..],
        b" hun",
        b" hoon",
        " है".as_bytes(),
        " हूँ".as_bytes(),
        " आहे".as_bytes(),
    ];
    (words > 1 || closed.iter().any(|word| text[to..].starts_with(word))).then_some((from, to))
}

/// The last run of such bytes that ends the match.
fn last_run(text: &[u8], start: usize, end: usize, belongs: fn(u8) -> bool) -> Option<(usize, usize)> {
    let length = text[start..end].iter().rev().take_while(|c| belongs(**c)).count();
    (length > 0).then_some((end - length, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str, start: usize, end: usize) -> Option<String> {
        by_name(name).unwrap()(text.as_bytes(), start, end).map(|(from, to)| text[from..to].to_owned())
    }

    #[test]
    fn a_value_follows_its_label() {
        assert_eq!(
            of("name_after", "Mr. P.V. Menon\ncalled", 0, 4).as_deref(),
            Some("P.V. Menon")
        );
        assert_eq!(
            of("name_after_label", "name: asha rao\"}", 0, 6).as_deref(),
            Some("asha rao")
        );
        assert_eq!(of("last_number", "age: 43", 0, 7).as_deref(), Some("43"));
        assert_eq!(of("last_word", "sex: male", 0, 9).as_deref(), Some("male"));
        assert!(by_name("none").is_none());
    }

    #[test]
    fn secrets_are_told_from_talk() {
        for (text, label, value) in [
            ("password: S3cret!pass,", 8, Some("S3cret!pass")),
            ("pwd=hunter22x", 3, Some("hunter22x")),
            ("password is required", 8, None),
            ("password: ********", 8, None),
            ("password: ab1", 8, None),
        ] {
            assert_eq!(of("secret", text, 0, label).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn a_said_name_needs_two_words_or_an_end() {
        assert_eq!(of("said_name", "mera naam rahul hai", 0, 10).as_deref(), Some("rahul"));
        assert_eq!(
            of("said_name", "mera naam rahul sharma", 0, 10).as_deref(),
            Some("rahul sharma")
        );
        assert_eq!(of("said_name", "i am fine", 0, 5), None);
    }
}
