//! The audit record of one judged direction of an exchange.
//!
//! It cannot hold a value: every text in it is a [`Name`], which is made from configuration or checked by the
//! detector, or a [`JsonPath`], which naka-body renders with unknown keys hidden. Nothing else has a string type.

use std::fmt;
use std::sync::Arc;

use naka_policy::{Action, Direction};

use crate::trace::Trace;

/// A name for the record: from configuration, or checked to be no personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Longest name kept; a longer one is withheld.
    const MAX_BYTES: usize = 128;
    /// Digits in a row (separators skipped) from which a text could be a number of a person.
    const MAX_DIGITS: usize = 8;

    /// A name out of configuration or of a table: nobody outside can choose it.
    #[must_use]
    pub fn configured(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// A name that a client or provider chose (model, host). Withheld unless it is short, of plain characters,
    /// free of long digit runs, and `clean` (the detector) finds nothing in it.
    #[must_use]
    pub fn checked(raw: &[u8], clean: impl FnOnce(&[u8]) -> bool) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) if Self::is_plain(text) && clean(raw) => Self(Arc::from(text)),
            _ => Self::configured("(withheld)"),
        }
    }

    /// A host that a client chose, without its port: an IP address, or a checked name.
    #[must_use]
    pub fn host(raw: &[u8], clean: impl FnOnce(&[u8]) -> bool) -> Self {
        let address = std::str::from_utf8(raw).ok().filter(|text| {
            text.trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<std::net::IpAddr>()
                .is_ok()
        });
        match address {
            Some(text) => Self(Arc::from(text)),
            None => Self::checked(raw, clean),
        }
    }

    fn is_plain(text: &str) -> bool {
        let mut digits = 0;
        !text.is_empty()
            && text.len() <= Self::MAX_BYTES
            && text.bytes().all(|byte| {
                match byte {
                    b'0'..=b'9' => digits += 1,
                    b'-' | b'.' | b'_' | b':' | b'/' => {}
                    _ => digits = 0,
                }
                digits <= Self::MAX_DIGITS
                    && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'/'))
            })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a finding was, as naka-body renders it: keys that no API table knows are `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(String);

impl JsonPath {
    pub(crate) fn rendered(path: String) -> Self {
        Self(path)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sixteen bytes that name an exchange, in the record and in the header `x-naka-decision`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecisionId(pub [u8; 16]);

impl fmt::Display for DecisionId {
    /// As a UUID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How much of a direction was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// All of it.
    Scanned,
    /// Some parts could not be read.
    Partial,
    /// None of it could be read.
    Unscannable,
    /// It passed without us.
    Bypassed,
}

impl Coverage {
    /// Every value, in the order of its index.
    pub const ALL: [Self; 4] = [Self::Scanned, Self::Partial, Self::Unscannable, Self::Bypassed];

    /// The name in records and metric labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Partial => "partial",
            Self::Unscannable => "unscannable",
            Self::Bypassed => "bypassed",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a direction was not read whole, or was answered by us.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// Every reason, in the order of its index.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in records, metric labels and error codes; never reused.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

reasons! {
    /// A path that is not in normal form.
    BadPath = "bad_path",
    /// Said to be JSON and is not.
    Malformed = "malformed",
    /// A key that decides (model, stream) occurs twice.
    DuplicateKey = "duplicate_key",
    /// Over the nesting, field or decoding limits.
    Limits = "limits",
    /// Over `max_body_bytes`.
    TooLarge = "too_large",
    /// A content encoding that nobody here can undo, or a broken one.
    Encoding = "encoding",
    /// An event stream.
    Stream = "stream",
    /// A multipart form.
    Multipart = "multipart",
    /// Images, sound, archives and other bytes that are no text.
    Binary = "binary",
    /// Parts inside a JSON body: images, token arrays, file ids.
    OpaqueParts = "opaque_parts",
    /// The client leaves HTTP.
    Upgrade = "upgrade",
    /// No API table knows the path and the policy refuses such.
    UnknownRoute = "unknown_route",
    /// We asked for the body and Envoy went on without it.
    BodyNotSent = "body_not_sent",
    /// The budget on bytes in flight is spent.
    Overloaded = "overloaded",
    /// The body did not end, or was not judged, in time.
    Deadline = "deadline",
    /// The exchange ended before this half did.
    Interrupted = "interrupted",
    /// An error of our own.
    Internal = "internal",
}

/// What was found of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Such as `IN_AADHAAR`.
    pub entity: Name,
    /// How many clusters.
    pub count: u32,
    /// The highest confidence among them, 0..1.
    pub confidence: f32,
    /// The strongest enforced action among them.
    pub enforced: Action,
    /// The strongest action among them if every rule were enforced.
    pub would_be: Action,
}

/// One direction of one exchange, as the record keeps it. The shell adds time and latency.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Names the exchange.
    pub decision: DecisionId,
    /// Request or response.
    pub direction: Direction,
    /// The host that the client asked for.
    pub host: Name,
    /// Envoy's route, from its configuration.
    pub route: Option<Name>,
    /// The upstream of the policy folder that the host belongs to.
    pub upstream: Option<Name>,
    /// Entry of the API tables, such as `openai.chat`; `unknown` for the generic walk.
    pub api: &'static str,
    /// Such as `Chat`.
    pub surface: naka_policy::Surface,
    /// Such as `openai`.
    pub provider: Option<Name>,
    /// As the request named it.
    pub model: Option<Name>,
    /// Revision of the rules that decided.
    pub revision: Name,
    /// Rules that took part, as `pack/rule`.
    pub rules: Vec<Name>,
    /// Findings by entity.
    pub entities: Vec<Tally>,
    /// Where they were, at most `Settings::max_paths`.
    pub paths: Vec<JsonPath>,
    /// Paths left out.
    pub more_paths: u32,
    /// What was done.
    pub enforced: Action,
    /// What would be done if every rule were enforced.
    pub would_be: Action,
    /// How much was read.
    pub coverage: Coverage,
    /// Why not all of it, or why it was refused.
    pub reason: Option<Reason>,
    /// Status of our own answer; 0 when the exchange went on.
    pub rejected: u16,
    /// Body bytes as they came.
    pub bytes: u64,
    /// The caller's trace, when the shell keeps traces.
    pub trace: Option<Trace>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_withholds_what_could_be_a_person() {
        let name = |raw: &str| Name::checked(raw.as_bytes(), |_| true).to_string();
        assert_eq!(name("gpt-4o-2024-08-06"), "gpt-4o-2024-08-06");
        assert_eq!(name("ft:gpt-4o-mini:acme::8xYz"), "ft:gpt-4o-mini:acme::8xYz");
        assert_eq!(name("api.openai.com:443"), "api.openai.com:443");
        for raw in [
            "5109-8027-4087",
            "a@b.in",
            "two words",
            "",
            "98765.43210",
            &"x".repeat(129),
        ] {
            assert_eq!(name(raw), "(withheld)", "{raw:?}");
        }
        assert_eq!(Name::host(b"192.168.100.200", |_| true).as_str(), "192.168.100.200");
        assert_eq!(Name::host(b"[::1]", |_| true).as_str(), "[::1]");
        assert_eq!(Name::host(b"510980274087.example", |_| true).as_str(), "(withheld)");
        assert_eq!(Name::checked(b"ABCPK1234L", |_| false).as_str(), "(withheld)");
    }

    #[test]
    fn a_decision_id_reads_as_a_uuid() {
        let id = DecisionId(*b"\x01\x92\xab\xcd\xef\x01\x72\x34\x80\x00\x00\x00\x00\x00\x00\xff");
        assert_eq!(id.to_string(), "0192abcd-ef01-7234-8000-0000000000ff");
    }
}
