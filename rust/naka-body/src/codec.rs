//! How a text is written inside another: decode it, and carry edits of the decoded text back to the written one.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding};
use memchr::{memchr, memchr2};

use crate::error::EditError;
use crate::json::{self, Unit};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// As it stands.
    Plain,
    /// Between the quotes of a JSON string. Also reads broken JSON, where a stray backslash is itself.
    Json,
    /// A value of `application/x-www-form-urlencoded`: `%XX`, and `+` for a space.
    Form,
    /// `%XX`.
    Percent,
    Base64(Alphabet),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alphabet {
    pub(crate) url: bool,
    pub(crate) padded: bool,
}

impl Alphabet {
    /// The one that this text is written in, as far as its characters tell.
    pub(crate) fn of(raw: &[u8]) -> Self {
        Self {
            url: memchr2(b'-', b'_', raw).is_some(),
            padded: raw.len().is_multiple_of(4),
        }
    }

    fn encoding(self) -> Encoding {
        match (self.url, self.padded) {
            (false, true) => BASE64,
            (false, false) => BASE64_NOPAD,
            (true, true) => BASE64URL,
            (true, false) => BASE64URL_NOPAD,
        }
    }

    /// None if `raw` is not base64 to its last bit: the text could not be written back as it was.
    pub(crate) fn decode(self, raw: &[u8]) -> Option<Vec<u8>> {
        self.encoding().decode(raw).ok()
    }
}

/// An edit of a text in bytes of that text: `start..end` becomes `bytes`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RawEdit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) bytes: Vec<u8>,
}

impl Codec {
    /// Appends the decoded text. Base64 is decoded by [`Alphabet::decode`], for it can fail.
    pub(crate) fn decode(self, raw: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Plain | Self::Base64(_) => out.extend_from_slice(raw),
            Self::Json => json::decode(raw, out),
            Self::Form | Self::Percent => {
                let mut at = 0;
                while at < raw.len() {
                    let run = self.plain_run(&raw[at..]);
                    out.extend_from_slice(&raw[at..at + run]);
                    at += run;
                    if at < raw.len() {
                        let unit = self.unit(raw, at);
                        out.extend_from_slice(unit.text());
                        at += unit.raw;
                    }
                }
            }
        }
    }

    /// Appends `text` as this codec writes it.
    fn encode(self, text: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Plain => out.extend_from_slice(text),
            Self::Json => json::escape(text, out),
            Self::Base64(alphabet) => out.extend_from_slice(alphabet.encoding().encode(text).as_bytes()),
            Self::Form | Self::Percent => {
                for &byte in text {
                    match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
                        b' ' if self == Self::Form => out.push(b'+'),
                        _ => {
                            const HEX: &[u8; 16] = b"0123456789ABCDEF";
                            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
                        }
                    }
                }
            }
        }
    }

    /// `text` as this codec writes it: itself, where nothing has to be escaped.
    fn encoded(self, text: Vec<u8>) -> Vec<u8> {
        let as_is = match self {
            Self::Plain => true,
            Self::Json => json::is_plain(&text),
            _ => false,
        };
        if as_is {
            return text;
        }
        let mut bytes = Vec::with_capacity(text.len());
        self.encode(&text, &mut bytes);
        bytes
    }

    /// Bytes at the start of `raw` that stand for themselves.
    fn plain_run(self, raw: &[u8]) -> usize {
        let escape = match self {
            Self::Plain | Self::Base64(_) => None,
            Self::Json => return json::plain_run(raw),
            Self::Percent => memchr(b'%', raw),
            Self::Form => memchr2(b'%', b'+', raw),
        };
        escape.unwrap_or(raw.len())
    }

    fn unit(self, raw: &[u8], at: usize) -> Unit {
        match (self, raw[at]) {
            (Self::Json, _) => json::unit(raw, at),
            (Self::Form, b'+') => Unit::byte(1, b' '),
            (Self::Form | Self::Percent, b'%') => {
                let hex = |offset: usize| raw.get(at + offset).and_then(|&digit| char::from(digit).to_digit(16));
                match (hex(1), hex(2)) {
                    (Some(high), Some(low)) => Unit::byte(3, (high << 4 | low) as u8),
                    _ => Unit::byte(1, b'%'),
                }
            }
            (_, byte) => Unit::byte(1, byte),
        }
    }

    /// Carries edits of the decoded text back to `raw`. `text` is the decoded text; `edits` are sorted and apart.
    /// Only the units that an edit covers are replaced, the others stay as they are written.
    pub(crate) fn carry(self, raw: &[u8], text: &[u8], edits: Vec<RawEdit>) -> Result<Vec<RawEdit>, EditError> {
        if let Self::Base64(_) = self {
            let mut bytes = Vec::new();
            self.encode(&splice(text, &edits), &mut bytes);
            return Ok(vec![RawEdit {
                start: 0,
                end: raw.len(),
                bytes,
            }]);
        }
        let mut walk = Offsets {
            codec: self,
            raw,
            at: 0,
            decoded: 0,
        };
        edits
            .into_iter()
            .map(|edit| {
                let (start, end) = (walk.raw_offset(edit.start)?, walk.raw_offset(edit.end)?);
                Ok(RawEdit {
                    start,
                    end,
                    bytes: self.encoded(edit.bytes),
                })
            })
            .collect()
    }
}

/// Walks raw and decoded offsets side by side, forwards only.
struct Offsets<'r> {
    codec: Codec,
    raw: &'r [u8],
    at: usize,
    decoded: usize,
}

impl Offsets<'_> {
    fn raw_offset(&mut self, wanted: usize) -> Result<usize, EditError> {
        while self.decoded < wanted {
            let rest = self
                .raw
                .get(self.at..)
                .filter(|rest| !rest.is_empty())
                .ok_or(EditError::OutOfRange)?;
            let run = self.codec.plain_run(rest).min(wanted - self.decoded);
            if run > 0 {
                self.at += run;
                self.decoded += run;
            } else {
                let unit = self.codec.unit(self.raw, self.at);
                self.at += unit.raw;
                self.decoded += unit.len;
            }
        }
        if self.decoded == wanted {
            Ok(self.at)
        } else {
            Err(EditError::SplitsCharacter)
        }
    }
}

/// `text` with sorted, separate edits made.
pub(crate) fn splice(text: &[u8], edits: &[RawEdit]) -> Vec<u8> {
    let grown: usize = edits.iter().map(|edit| edit.bytes.len()).sum();
    let mut out = Vec::with_capacity(text.len() + grown);
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&text[at..edit.start]);
        out.extend_from_slice(&edit.bytes);
        at = edit.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}
