//! The shape of tokens: `<IN_PAN:` + 13 base32 characters + `>`. Fixed length per entity, closed by its delimiter.
//! Tokens in a text are opaque: what a detector sees inside one is no personal data, and the token stays as it is.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// Base32 characters of a token: 65 bits. Two of a million values share one with probability 1.4e-8.
pub const DIGEST_CHARS: usize = 13;
/// Longest entity name in a token.
const MAX_NAME: usize = 64;

/// The bytes that stand for (entity, normalised value): both with their length as 32 bits, big endian.
pub(crate) fn frame(entity: &str, value: &[u8], mut update: impl FnMut(&[u8])) {
    for part in [entity.as_bytes(), value] {
        update(&(part.len() as u32).to_be_bytes());
        update(part);
    }
}

/// What an exemption's `sha256s` hold for a value: sha256 of [`frame`], lower-case hex.
#[must_use]
pub fn value_hash(entity: &str, value: &[u8]) -> String {
    let mut hash = Sha256::new();
    frame(entity, value, |part| hash.update(part));
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Appends the token whose digest begins with `mac`.
pub(crate) fn write(entity: &str, mac: &[u8], out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(entity.as_bytes());
    out.push(b':');
    // 9 bytes are 15 characters; the first 13 are 65 bits
    let mut text = [0; 15];
    data_encoding::BASE32_NOPAD.encode_mut(&mac[..9], &mut text);
    out.extend_from_slice(&text[..DIGEST_CHARS]);
    out.push(b'>');
}

/// The spans of `text` that have the shape of a token of an entity that `known` knows, in order.
///
/// A digest without a single letter is not taken for a token (a real one is, 1 time in 2.8e9): so a number that
/// someone wraps in the shape of a token is still found and acted upon.
pub fn spans<'a>(text: &'a [u8], known: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(at) = text[from..].iter().position(|&b| b == b'<').map(|at| from + at) {
            from = at + 1;
            if let Some(end) = token_end(text, at, &known) {
                from = end;
                return Some(at..end);
            }
        }
        None
    })
}

fn token_end(text: &[u8], at: usize, known: &impl Fn(&str) -> bool) -> Option<usize> {
    let rest = &text[at + 1..];
    let name_len = rest.iter().take(MAX_NAME + 1).position(|&b| b == b':')?;
    let digest = rest.get(name_len + 1..name_len + 1 + DIGEST_CHARS)?;
    let base32 = |b: &u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b);
    let closed = rest.get(name_len + 1 + DIGEST_CHARS) == Some(&b'>');
    let shape = closed && digest.iter().all(base32) && digest.iter().any(u8::is_ascii_uppercase);
    let name = std::str::from_utf8(&rest[..name_len]).ok()?;
    (shape && known(name)).then_some(at + 1 + name_len + 1 + DIGEST_CHARS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        spans(text.as_bytes(), |name| name == "IN_PAN")
            .map(|span| &text[span])
            .collect()
    }

    #[test]
    fn tokens_are_found_wherever_they_stand() {
        let token = "<IN_PAN:ABCDEFGHIJK23>";
        assert_eq!(found(&format!("a{token}{token} <<b {token}")), [token, token, token]);
    }

    #[test]
    fn what_only_looks_like_a_token_is_text() {
        for text in [
            "<IN_PAN:ABCDEFGHIJK2>",
            "<IN_PAN:ABCDEFGHIJK234>",
            "<IN_PAN:ABCDEFGHIJK21>",
            "<IN_XYZ:ABCDEFGHIJK23>",
            "<IN_PAN:2345672345672>",
            "<IN_PAN:abcdefghijk23>",
            "<IN_PAN:ABCDEFGHIJK23",
            "<IN_PAN",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_written_token_is_read_back() {
        let mut out = b"x ".to_vec();
        write("IN_PAN", &[0xA5; 32], &mut out);
        assert_eq!(out.len(), 2 + "<IN_PAN:>".len() + DIGEST_CHARS);
        assert!(spans(&out, |_| true).eq(std::iter::once(2..out.len())));
    }
}
