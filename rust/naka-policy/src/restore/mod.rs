//! Tokens back to values, in the answer to the request that made them. Pure; concepts: docs/concepts/tokens.md.
//!
//! [`Tokens`] holds what the request made. A [`Restorer`] goes over one text of the answer, a whole one or the released
//! parts of a stream, and says which spans become which values: where the packs permit it ([`Permit`]) and where the value
//! would not be carried out by what surrounds it (`guard`). What it says is never scanned again.

mod fate;
mod guard;
mod html;
mod markdown;
mod permit;
mod run;
mod shape;
mod tokens;

pub use fate::{Fate, Fates};
pub(crate) use permit::PackRestore;
pub use permit::{Permit, PermitNote};
pub use tokens::{Added, TokenLimits, Tokens};

use std::fmt;

use self::guard::{Guard, Site};
use self::run::{After, Next};
use self::shape::{Read, Shape, Spelling};
use self::tokens::Entry;
use crate::transform::token::DIGEST_CHARS;

/// What a text of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place<'p> {
    /// The text is, or is part of, the arguments of a tool call.
    pub argument: bool,
    /// The text is one value of JSON that was read as such.
    pub leaf: bool,
    /// The tool's name, if it has one.
    pub tool: Option<&'p str>,
    /// The text is JSON that was not read as such, because it is not complete: values are escaped for its strings.
    pub json: bool,
    /// The text is written in a URL, or in a file's bytes.
    pub encoded: bool,
}

/// A span of the text and what comes in its place.
#[derive(Clone, PartialEq, Eq)]
pub struct Restored {
    /// First byte of the token.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Its value, as it was written in the request and escaped for its surroundings.
    pub value: Vec<u8>,
    /// The value was a number of the request's JSON, and the token is all of this text.
    pub number: bool,
}

impl fmt::Debug for Restored {
    /// Never the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restored {{ {}..{} }}", self.start, self.end)
    }
}

/// One text of an answer, from its begin on; or one channel of a stream.
#[derive(Clone, Default)]
pub struct Restorer {
    guard: Guard,
    /// The guard's text is one value of JSON.
    value: bool,
    json: Option<JsonState>,
    /// Something of the text has gone by.
    begun: bool,
}

/// Where in unread JSON the text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum JsonState {
    #[default]
    Outside,
    String,
    /// Behind a backslash.
    Escape,
    /// In `\uXXXX`: digits to come, and the code so far.
    Code(u8, u16),
}

impl fmt::Debug for Restorer {
    /// Never the text that it has seen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restorer {{ begun: {} }}", self.begun)
    }
}

impl Restorer {
    /// For a text that begins.
    #[must_use]
    pub fn new(place: &Place<'_>) -> Self {
        Self {
            guard: Guard::new(place.argument || place.leaf),
            value: place.argument || place.leaf,
            json: place.json.then(JsonState::default),
            begun: false,
        }
    }

    /// Goes over `text[..until]`, which follows on what it has seen, and appends what is to be replaced in it. What stands
    /// behind `until` is looked at, and is to come again; see [`live_token_from`]. A token that is not complete at `until`
    /// is text. `place` must be the one it began with, but for a tool's name that was not known yet.
    ///
    /// Cost: nothing of note in a text without any of `< \ & %`, but for the guard, some nanoseconds a byte.
    pub fn run(
        &mut self,
        tokens: &Tokens,
        permit: &Permit,
        place: &Place<'_>,
        (text, until): (&[u8], usize),
        out: &mut Vec<Restored>,
        fates: &mut Fates,
    ) {
        let mut at = 0;
        while at < until {
            if shape::may_open(text[at])
                && let Read::Token(shape) = shape::read(text, at)
                && shape.end <= until
            {
                if let Some(entry) = tokens.get(shape.key.as_bytes()) {
                    let after = (self.after(text, shape.end), text.get(shape.end).copied());
                    match self.value(entry, permit, place, &shape, after) {
                        Ok(value) => {
                            let whole = !self.begun && at == 0 && shape.end == text.len() && until == text.len();
                            fates.add(Fate::Restored);
                            out.push(Restored {
                                start: at,
                                end: shape.end,
                                value,
                                number: whole && entry.number && place.argument && self.json.is_none(),
                            });
                        }
                        Err(fate) => fates.add(fate),
                    }
                    self.push_token();
                    at = shape.end;
                    continue;
                }
                if shape.foreign() {
                    fates.add(Fate::Foreign);
                }
            }
            self.push(text[at]);
            at += 1;
        }
        self.begun |= until > 0;
    }

    /// What comes in the place of a token, or why it stays.
    fn value(
        &self,
        entry: &Entry,
        permit: &Permit,
        place: &Place<'_>,
        shape: &Shape,
        (after, next): (After, Option<u8>),
    ) -> Result<Vec<u8>, Fate> {
        if entry.typed {
            return Err(Fate::Typed);
        }
        let value = entry.value.as_ref().ok_or(Fate::Irreversible)?;
        if place.argument {
            if !permit.tool(place.tool) {
                return Err(Fate::Tool);
            }
        } else if !permit.text() {
            return Err(Fate::Text);
        }
        let site = match self.guard.site(after, next) {
            // nobody writes `%3C` outside of a URL, whatever it looks like
            Site::Text if place.encoded || shape.spelling == Spelling::Percent => Site::Url(None),
            site => site,
        };
        let (host, fate) = match site {
            Site::Text => (None, None),
            Site::Url(host) => (host, Some(Fate::Url)),
            Site::Link(host) => (host, Some(Fate::Link)),
            Site::Email => (None, Some(Fate::Email)),
            Site::Attribute(host) => (host, Some(Fate::Attribute)),
        };
        if let Some(fate) = fate
            && !permit.host(host)
        {
            return Err(fate);
        }
        let mut written = Vec::with_capacity(value.len());
        match fate {
            Some(_) => percent(value, &mut written),
            None if shape.spelling == Spelling::Entity => entities(value, &mut written),
            None => written.extend_from_slice(value),
        }
        match self.json {
            // outside of a string only a number is JSON
            Some(JsonState::Outside) if !entry.number => Err(Fate::Sealed),
            Some(JsonState::Outside) | None => Ok(written),
            Some(_) => Ok(escaped(&written)),
        }
    }

    /// A new string begins in JSON whose escapes the caller has undone.
    pub fn leaf(&mut self) {
        self.guard = Guard::new(self.value);
    }

    fn after(&self, text: &[u8], end: usize) -> After {
        let rest = &text[end..];
        run::after(rest, self.json.is_some(), |at| next_token(rest, at))
    }

    fn push_token(&mut self) {
        self.guard.push_token();
        if let Some(JsonState::Escape | JsonState::Code(..)) = self.json {
            self.json = Some(JsonState::String);
        }
    }

    /// A byte of text; of JSON, what it stands for.
    fn push(&mut self, byte: u8) {
        let Some(state) = self.json else {
            self.guard.push(byte);
            return;
        };
        let next = match (state, byte) {
            (JsonState::Outside, b'"') => {
                self.guard = Guard::new(self.value);
                JsonState::String
            }
            (JsonState::Outside, _) => JsonState::Outside,
            (JsonState::String, b'"') => {
                self.guard = Guard::new(self.value);
                JsonState::Outside
            }
            (JsonState::String, b'\\') => JsonState::Escape,
            (JsonState::Escape, b'u') => JsonState::Code(4, 0),
            (JsonState::Escape, _) => {
                self.guard.push(match byte {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' | b'f' => b' ',
                    other => other,
                });
                JsonState::String
            }
            (JsonState::Code(left, code), _) => {
                let code = code << 4 | char::from(byte).to_digit(16).unwrap_or(0) as u16;
                if left == 1 {
                    // beyond ASCII any byte of a name will do
                    self.guard
                        .push(u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(0x80));
                    JsonState::String
                } else {
                    JsonState::Code(left - 1, code)
                }
            }
            (JsonState::String, _) => {
                self.guard.push(byte);
                JsonState::String
            }
        };
        self.json = Some(next);
    }
}

impl Shape {
    /// A token as we write them, and not a number in the clothes of one.
    fn foreign(&self) -> bool {
        let key = self.key.as_bytes();
        self.spelling == Spelling::Plain && key[key.len() - DIGEST_CHARS..].iter().any(u8::is_ascii_alphabetic)
    }
}

/// The token's shape at `at`.
fn next_token(text: &[u8], at: usize) -> Next {
    match shape::may_open(text[at]).then(|| shape::read(text, at)) {
        Some(Read::Token(shape)) => Next::Token(shape.end - at),
        Some(Read::More(_)) => Next::More,
        Some(Read::No) | None => Next::Text,
    }
}

/// How much of `text[..limit]`, the held end of a channel, may be released: from here on a token of this exchange may be in
/// progress, or one is complete and what follows may still make a host or an address of it. `limit`: nothing must wait.
/// `json` as in [`Place`]. No more than half a KiB before `limit` is ever held.
///
/// Cost: a look at the last half KiB before `limit`, and at what a token there is followed by.
#[must_use]
pub fn live_token_from(tokens: &Tokens, text: &[u8], limit: usize, json: bool) -> usize {
    if tokens.is_empty() {
        return limit;
    }
    // a token and what is looked at behind it
    let mut at = limit.saturating_sub(2 * shape::MAX_BYTES);
    while at < limit {
        if shape::may_open(text[at]) {
            match shape::read(text, at) {
                Read::More(front) if tokens.begins(front.as_bytes()) => return at,
                Read::Token(shape) if tokens.get(shape.key.as_bytes()).is_some() => {
                    let rest = &text[shape.end..];
                    if shape.end > limit || run::after(rest, json, |at| next_token(rest, at)) == After::More {
                        return at;
                    }
                    at = shape.end;
                    continue;
                }
                _ => {}
            }
        }
        at += 1;
    }
    limit
}

/// True when a token could stand in `text`, in some spelling: it holds one of the signs that open one.
#[must_use]
pub fn may_hold_token(text: &[u8]) -> bool {
    // no early end, so that many bytes are looked at at once
    text.iter().fold(false, |found, &byte| found | shape::may_open(byte))
}

/// The spans of `text` in which tokens of this exchange stand, in whatever spelling.
pub fn token_spans(tokens: &Tokens, text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut spans, mut at) = (Vec::new(), 0);
    while at < text.len() {
        if shape::may_open(text[at])
            && let Read::Token(shape) = shape::read(text, at)
            && tokens.get(shape.key.as_bytes()).is_some()
        {
            spans.push(at..shape.end);
            at = shape.end;
        } else {
            at += 1;
        }
    }
    spans
}

fn percent(value: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in value {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

fn entities(value: &[u8], out: &mut Vec<u8>) {
    for &byte in value {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            _ => out.push(byte),
        }
    }
}

/// As between the quotes of a JSON string.
fn escaped(value: &[u8]) -> Vec<u8> {
    let text = serde_json::to_string(&String::from_utf8_lossy(value)).unwrap_or_default();
    text.as_bytes()
        .get(1..text.len().saturating_sub(1))
        .unwrap_or_default()
        .to_vec()
}
