//! JSON that comes in pieces, cut anywhere: its escapes undone as far as they are complete, and edits written back.
//!
//! Tool arguments are streamed as parts of a JSON text. Where a piece ends inside of an escape, the escape's first bytes
//! are read with the next piece, to which the character then belongs.

use memchr::{memchr, memchr2};

use crate::codec::{Codec, RawEdit};
use crate::json;

/// Longest escape: a surrogate pair.
const MAX_ESCAPE: usize = 12;

/// Where a text of JSON stands between two pieces.
#[derive(Clone, Default)]
pub struct Fragments {
    /// First bytes of an escape that is not complete.
    carry: Vec<u8>,
    in_string: bool,
}

impl std::fmt::Debug for Fragments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fragments {{ carried: {} }}", self.carry.len())
    }
}

/// One piece, with what is needed to write edits back into it.
#[derive(Clone)]
pub struct Fragment {
    /// What was carried into it, then the piece itself.
    raw: Vec<u8>,
    carried_in: usize,
    /// Bytes at its end that belong to a character of the next piece.
    carried_out: usize,
    in_string: bool,
}

impl std::fmt::Debug for Fragment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fragment {{ bytes: {} }}", self.raw.len())
    }
}

impl Fragments {
    /// Takes the next piece; appends its text, with escapes undone, to `text`.
    pub fn push(&mut self, piece: &[u8], text: &mut Vec<u8>) -> Fragment {
        let carried_in = self.carry.len();
        let mut raw = std::mem::take(&mut self.carry);
        raw.extend_from_slice(piece);
        let complete = complete(&raw);
        let in_string = self.in_string;
        self.in_string = quotes(&raw[..complete], in_string);
        self.carry = raw[complete..].to_vec();
        json::decode(&raw[..complete], text);
        Fragment {
            carried_out: raw.len() - complete,
            raw,
            carried_in,
            in_string,
        }
    }

    /// The text ends: what is left is no escape, and stands for itself.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.carry)
    }
}

impl Fragment {
    /// Bytes of the piece itself.
    #[must_use]
    pub fn len(&self) -> usize {
        self.raw.len() - self.carried_in
    }

    /// True for an empty piece.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its last bytes belong to a character of the next piece.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.carried_out > 0
    }

    /// The bytes of the piece in which `start..end` of its text is written, and how many bytes before the piece belong to it.
    /// `None` where its text has no such part.
    #[must_use]
    pub fn written(&self, start: usize, end: usize) -> Option<(usize, std::ops::Range<usize>)> {
        let raw = &self.raw[..self.raw.len() - self.carried_out];
        let mut text = Vec::with_capacity(raw.len());
        json::decode(raw, &mut text);
        let edit = RawEdit {
            start,
            end,
            bytes: Vec::new(),
        };
        let edit = Codec::Json.carry(raw, &text, vec![edit]).ok()?.pop()?;
        let own = |at: usize| at.saturating_sub(self.carried_in);
        Some((
            self.carried_in.saturating_sub(edit.start),
            own(edit.start)..own(edit.end),
        ))
    }

    /// Where in its text the quotes stand that begin and end strings.
    #[must_use]
    pub fn quotes(&self) -> Vec<usize> {
        let raw = &self.raw[..self.raw.len() - self.carried_out];
        let (mut at, mut text, mut found) = (0, 0, Vec::new());
        while at < raw.len() {
            if raw[at] == b'"' {
                found.push(text);
            }
            let unit = json::unit(raw, at);
            at += unit.raw;
            text += unit.text().len();
        }
        found
    }

    /// Whether the character at `at` of its text stands in a string.
    #[must_use]
    pub fn in_string(&self, at: usize) -> bool {
        let raw = &self.raw[..self.raw.len() - self.carried_out];
        let before = self
            .written(0, at)
            .map_or(raw.len(), |(_, range)| range.end + self.carried_in);
        quotes(&raw[..before.min(raw.len())], self.in_string)
    }
}

/// `text` as it stands between the quotes of a string in JSON.
pub fn escape(text: &[u8], out: &mut Vec<u8>) {
    json::escape(text, out);
}

/// Bytes of `raw` before the first escape that more bytes may complete.
fn complete(raw: &[u8]) -> usize {
    // one that began further back is complete, whatever it is
    let mut at = raw.len().saturating_sub(2 * MAX_ESCAPE);
    // not in the middle of an escape: an even number of backslashes before it
    while at > 0 && raw[at - 1] == b'\\' {
        at -= 1;
    }
    while let Some(found) = memchr(b'\\', &raw[at..]) {
        let start = at + found;
        let rest = &raw[start..];
        let needs = match rest {
            [_] => return start,
            [_, b'u', ..] if rest.len() < 6 => return start,
            [_, b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..] => {
                let second = &rest[6..];
                let pair = second.is_empty() || second[0] == b'\\' && (second.len() < 2 || second[1] == b'u');
                if pair && rest.len() < MAX_ESCAPE {
                    return start;
                }
                6
            }
            [_, b'u', ..] => 6,
            _ => 2,
        };
        at = (start + needs).min(raw.len());
    }
    raw.len()
}

/// Whether `raw`, which begins inside a string or not, ends inside one.
fn quotes(raw: &[u8], mut inside: bool) -> bool {
    let mut at = 0;
    while let Some(found) = memchr2(b'"', b'\\', &raw[at..]) {
        at += found;
        if raw[at] == b'"' {
            inside = !inside;
            at += 1;
        } else {
            at = (at + 2).min(raw.len());
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a\"b": "x\u0939\ud83d\ude00y\\", "n": 9876543210}"#;

    #[test]
    fn pieces_cut_anywhere_give_the_same_text() {
        let mut whole = Vec::new();
        Fragments::default().push(TEXT.as_bytes(), &mut whole);
        for size in 1..TEXT.len() {
            let (mut fragments, mut text) = (Fragments::default(), Vec::new());
            for piece in TEXT.as_bytes().chunks(size) {
                fragments.push(piece, &mut text);
            }
            assert_eq!(text, whole, "{size}");
            assert!(fragments.finish().is_empty());
        }
    }

    #[test]
    fn a_character_says_where_it_is_written_and_whether_in_a_string() {
        let mut text = Vec::new();
        let mut fragments = Fragments::default();
        let first = fragments.push(br#"{"k": "\u09"#, &mut text);
        assert_eq!(text, br#"{"k": ""#);
        assert!(first.is_open());
        text.clear();
        let second = fragments.push(br#"39!", 12"#, &mut text);
        assert_eq!(text, "\u{939}!\", 12".as_bytes());
        assert_eq!(second.written(0, 3), Some((4, 0..2)));
        assert_eq!(second.written(3, 4), Some((0, 2..3)));
        assert!(second.in_string(0) && second.in_string(3) && !second.in_string(7));
        assert!(first.in_string(3) && !first.in_string(1));
    }

    #[test]
    fn half_an_escape_at_the_end_stands_for_itself() {
        let (mut fragments, mut text) = (Fragments::default(), Vec::new());
        fragments.push(br#""\ud83d"#, &mut text);
        assert_eq!(text, b"\"");
        assert_eq!(fragments.finish(), br"\ud83d");
    }
}
