//! The texts of an audit record. None can hold a value: each is made from configuration, checked by the detector, or
//! rendered with unknown keys hidden.

use std::fmt;
use std::sync::Arc;

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

impl DecisionId {
    /// When the exchange began, in milliseconds since 1970: the id is a UUID of version 7.
    pub(crate) fn millis(self) -> u64 {
        self.0[..6]
            .iter()
            .fold(0, |millis, &byte| millis << 8 | u64::from(byte))
    }
}

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
