//! Tokens as a model writes them back: `<IN_PAN:L4BUYRL7KMEMH>`, and what becomes of that on its way through one: another
//! letter case, spaces inside, Markdown escapes (`\<IN\_PAN:…\>`), HTML entities (`&lt;…&gt;`), JSON escapes
//! (`\u003c…\u003e`), percent-encoding (`%3C…%3E`).
//!
//! A shape is read, not believed: it counts only if the exchange holds its token ([`super::Tokens`]), and thirteen
//! characters of base32 stand for 65 bits, so that a loose spelling is no less certain than an exact one.
//! Cost: one table look per byte that may open a token, else nothing. At most [`MAX_BYTES`] are looked at.

use crate::transform::token::DIGEST_CHARS;

/// Longest name of an entity in a token.
const MAX_NAME: usize = 64;
/// Spaces, tabs and line ends in a row that a model may have put between the parts.
const MAX_SPACE: usize = 4;
/// Longest spelling of one sign.
const MAX_SIGN: usize = 7;
/// No shape is longer: its signs, its name with each `_` in its longest spelling, its digest, and the space between.
pub(super) const MAX_BYTES: usize = MAX_SIGN * (MAX_NAME + 3) + DIGEST_CHARS + 4 * MAX_SPACE;
/// Name, `:` and digest in lower case: what a token is looked up by.
pub(super) const MAX_KEY: usize = MAX_NAME + 1 + DIGEST_CHARS;

/// The spellings of `<`, `:`, `>` and `_`, in lower case.
const OPEN: [&str; 8] = ["<", "\\<", "&lt;", "&#60;", "&#x3c;", "%3c", "\\u003c", "\\\\<"];
const COLON: [&str; 6] = [":", "\\:", "&#58;", "&#x3a;", "&colon;", "%3a"];
const CLOSE: [&str; 8] = [">", "\\>", "&gt;", "&#62;", "&#x3e;", "%3e", "\\u003e", "\\\\>"];
const UNDERSCORE: [&str; 5] = ["_", "\\_", "%5f", "&#95;", "\\\\_"];

/// How the sign that opens a token is written: what stands for its value must be written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `<`, or `\<`.
    Plain,
    /// `&lt;`: among escaped HTML.
    Entity,
    /// `%3C`: inside a URL.
    Percent,
}

/// `name:digest` in lower case.
#[derive(Clone)]
pub(super) struct Key {
    bytes: [u8; MAX_KEY],
    len: usize,
}

impl Key {
    fn new() -> Self {
        Self {
            bytes: [0; MAX_KEY],
            len: 0,
        }
    }

    /// False when it is full.
    fn push(&mut self, byte: u8) -> bool {
        let room = self.len < MAX_KEY;
        if room {
            self.bytes[self.len] = byte.to_ascii_lowercase();
            self.len += 1;
        }
        room
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// What stands at a place of a text.
pub(super) enum Read {
    /// No token.
    No,
    /// The text ends within what may become a token whose key begins like this.
    More(Key),
    /// The shape of a token.
    Token(Shape),
}

/// The shape of a token.
pub(super) struct Shape {
    /// One past its last byte.
    pub(super) end: usize,
    pub(super) key: Key,
    pub(super) spelling: Spelling,
}

/// True for the bytes that open a token in some spelling.
pub(super) fn may_open(byte: u8) -> bool {
    matches!(byte, b'<' | b'\\' | b'&' | b'%')
}

/// Reads the shape of a token at `at`.
pub(super) fn read(text: &[u8], at: usize) -> Read {
    let mut reader = Reader {
        text,
        at,
        key: Key::new(),
    };
    let Some(spelling) = (match sign(text, at, &OPEN) {
        Sign::Is(len) => {
            reader.at += len;
            Some(match text[at] {
                b'&' => Spelling::Entity,
                b'%' => Spelling::Percent,
                _ => Spelling::Plain,
            })
        }
        Sign::May => return Read::More(reader.key),
        Sign::No => None,
    }) else {
        return Read::No;
    };
    match reader.parts() {
        Step::Done => Read::Token(Shape {
            end: reader.at,
            key: reader.key,
            spelling,
        }),
        Step::Ended => Read::More(reader.key),
        Step::Wrong => Read::No,
    }
}

/// What a step of reading came to. The text ended within a part that was right so far, or another byte was expected.
enum Step {
    Done,
    Ended,
    Wrong,
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    key: Key,
}

impl Reader<'_> {
    /// Everything behind the sign that opens.
    fn parts(&mut self) -> Step {
        for part in [
            Self::space,
            Self::name,
            Self::space,
            Self::colon,
            Self::space,
            Self::digest,
            Self::space,
        ] {
            match part(self) {
                Step::Done => {}
                other => return other,
            }
        }
        match sign(self.text, self.at, &CLOSE) {
            Sign::Is(len) => {
                self.at += len;
                Step::Done
            }
            Sign::May => Step::Ended,
            Sign::No => Step::Wrong,
        }
    }

    fn space(&mut self) -> Step {
        for _ in 0..MAX_SPACE {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(_) => return Step::Done,
                None => return Step::Ended,
            }
        }
        Step::Done
    }

    fn name(&mut self) -> Step {
        let start = self.at;
        while self.key.len < MAX_NAME {
            let Some(&byte) = self.text.get(self.at) else {
                return Step::Ended;
            };
            if byte.is_ascii_alphabetic() || (byte.is_ascii_digit() && self.at > start) {
                self.key.push(byte);
                self.at += 1;
                continue;
            }
            match sign(self.text, self.at, &UNDERSCORE) {
                Sign::Is(len) if self.at > start => {
                    self.key.push(b'_');
                    self.at += len;
                }
                Sign::May => {
                    // a backslash, `&` or `%` may be that of the colon too
                    return Step::Ended;
                }
                _ if self.at > start => return Step::Done,
                _ => return Step::Wrong,
            }
        }
        Step::Done
    }

    fn colon(&mut self) -> Step {
        match sign(self.text, self.at, &COLON) {
            Sign::Is(len) => {
                self.key.push(b':');
                self.at += len;
                Step::Done
            }
            Sign::May => Step::Ended,
            Sign::No => Step::Wrong,
        }
    }

    fn digest(&mut self) -> Step {
        for _ in 0..DIGEST_CHARS {
            match self.text.get(self.at) {
                Some(&byte) if byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(&byte) => {
                    self.key.push(byte);
                    self.at += 1;
                }
                Some(_) => return Step::Wrong,
                None => return Step::Ended,
            }
        }
        Step::Done
    }
}

enum Sign {
    Is(usize),
    May,
    No,
}

/// Whether one of `spellings` stands at `at`, or the text ends within one.
fn sign(text: &[u8], at: usize, spellings: &[&str]) -> Sign {
    let rest = &text[at.min(text.len())..];
    let mut may = rest.is_empty();
    for spelling in spellings {
        let spelling = spelling.as_bytes();
        let common = rest.len().min(spelling.len());
        if rest[..common].eq_ignore_ascii_case(&spelling[..common]) {
            if common == spelling.len() {
                return Sign::Is(common);
            }
            may = true;
        }
    }
    if may { Sign::May } else { Sign::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "in_pan:l4buyrl7kmemh";

    fn key(text: &str) -> Option<(String, usize)> {
        match read(text.as_bytes(), 0) {
            Read::Token(shape) => Some((String::from_utf8(shape.key.as_bytes().to_vec()).unwrap(), shape.end)),
            _ => None,
        }
    }

    const SPELLINGS: [&str; 11] = [
        "<IN_PAN:L4BUYRL7KMEMH>",
        "<in_pan:l4buyrl7kmemh>",
        "< IN_PAN: L4BUYRL7KMEMH >",
        "<IN_PAN :\nL4BUYRL7KMEMH>",
        "\\<IN\\_PAN:L4BUYRL7KMEMH\\>",
        "&lt;IN_PAN:L4BUYRL7KMEMH&gt;",
        "&#60;IN&#95;PAN&#58;L4BUYRL7KMEMH&#62;",
        "&#x3C;IN_PAN&#x3A;L4BUYRL7KMEMH&#x3e;",
        "\\u003cIN_PAN:L4BUYRL7KMEMH\\u003E",
        "%3CIN%5FPAN%3AL4BUYRL7KMEMH%3E",
        "\\\\<IN\\\\_PAN:L4BUYRL7KMEMH\\\\>",
    ];

    #[test]
    fn what_models_make_of_a_token_is_read() {
        for text in SPELLINGS {
            assert_eq!(key(text), Some((KEY.to_owned(), text.len())), "{text}");
            assert_eq!(
                key(&format!("{text} and more")),
                Some((KEY.to_owned(), text.len())),
                "{text}"
            );
            assert!(text.len() <= MAX_BYTES);
        }
    }

    #[test]
    fn every_front_of_a_token_may_become_one() {
        for text in SPELLINGS {
            for end in 0..text.len() {
                match read(&text.as_bytes()[..end], 0) {
                    Read::More(front) => assert!(KEY.as_bytes().starts_with(front.as_bytes()), "{text} {end}"),
                    _ => panic!("{text} {end}"),
                }
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_token_is_text() {
        for text in [
            "<IN_PAN:L4BUYRL7KMEM>",
            "<IN_PAN:L4BUYRL7KMEMHH>",
            "<IN_PAN:L4BUYRL7KMEM1>",
            "<IN_PAN L4BUYRL7KMEMH>",
            "<:L4BUYRL7KMEMH>",
            "<_PAN:L4BUYRL7KMEMH>",
            "<IN_PAN:L4BUYRL7KMEMH",
            "<IN_PAN:L4BUYRL7KMEMH)",
            "<     IN_PAN:L4BUYRL7KMEMH>",
            "IN_PAN:L4BUYRL7KMEMH",
            "<a href=x>",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
