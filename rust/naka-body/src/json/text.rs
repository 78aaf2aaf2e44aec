//! Escapes inside JSON strings: decode, encode, and the size of each unit on both sides.

use memchr::memchr;

/// One indivisible piece of an encoded text: bytes it takes encoded and decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) raw: usize,
    pub(crate) decoded: [u8; 4],
    pub(crate) len: usize,
}

impl Unit {
    pub(crate) fn byte(raw: usize, byte: u8) -> Self {
        Self {
            raw,
            decoded: [byte, 0, 0, 0],
            len: 1,
        }
    }

    fn character(raw: usize, character: char) -> Self {
        let mut decoded = [0; 4];
        let len = character.encode_utf8(&mut decoded).len();
        Self { raw, decoded, len }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.decoded[..self.len]
    }
}

/// The unit at `at`. A backslash that starts no escape of RFC 8259 stands for itself: the reader has refused such
/// strings before, except where a broken text is scanned as far as it goes.
#[inline]
pub(crate) fn unit(raw: &[u8], at: usize) -> Unit {
    let byte = raw[at];
    if byte != b'\\' {
        return Unit::byte(1, byte);
    }
    match raw.get(at + 1) {
        Some(&plain @ (b'"' | b'\\' | b'/')) => Unit::byte(2, plain),
        Some(b'b') => Unit::byte(2, 0x08),
        Some(b'f') => Unit::byte(2, 0x0c),
        Some(b'n') => Unit::byte(2, b'\n'),
        Some(b'r') => Unit::byte(2, b'\r'),
        Some(b't') => Unit::byte(2, b'\t'),
        Some(b'u') => code_unit(raw, at).map_or(Unit::byte(1, byte), |first| character(raw, at, first)),
        _ => Unit::byte(1, byte),
    }
}

/// The character whose first (or only) `\uXXXX` is at `at`. Half a surrogate pair becomes U+FFFD, as readers that
/// accept it (JavaScript, Go, Python) keep or replace it, and scanning must go on behind it.
fn character(raw: &[u8], at: usize, first: u16) -> Unit {
    if (0xd800..0xdc00).contains(&first)
        && let Some(second @ 0xdc00..=0xdfff) = code_unit(raw, at + 6)
    {
        let code = 0x10000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(second) - 0xdc00);
        return Unit::character(12, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Unit::character(
        6,
        char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER),
    )
}

/// The sixteen bits that `\uXXXX` at `at` spells.
pub(super) fn code_unit(raw: &[u8], at: usize) -> Option<u16> {
    let escape = raw.get(at..at + 6)?;
    if escape[..2] != *b"\\u" {
        return None;
    }
    escape[2..].iter().try_fold(0u16, |code, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some(code << 4 | value as u16)
    })
}

/// Appends the decoded text of `raw`, what is between the quotes.
pub(crate) fn decode(raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let plain = plain_run(&raw[at..]);
        out.extend_from_slice(&raw[at..at + plain]);
        at += plain;
        if at < raw.len() {
            let unit = unit(raw, at);
            // Nearly all escapes are of one byte: quotes, backslashes, line ends.
            if unit.len == 1 {
                out.push(unit.decoded[0]);
            } else {
                out.extend_from_slice(unit.text());
            }
            at += unit.raw;
        }
    }
}

/// Bytes before the first backslash. In JSON inside a string the next one is near: the first word is looked at before a
/// search is set up.
#[inline]
pub(crate) fn plain_run(raw: &[u8]) -> usize {
    const LOW: u64 = u64::MAX / 255;
    if let Some(&first) = raw.first_chunk() {
        let differs = u64::from_le_bytes(first) ^ (LOW * b'\\' as u64);
        // The high bit of each byte that is zero; exact up to the lowest one.
        let found = differs.wrapping_sub(LOW) & !differs & (LOW << 7);
        if found != 0 {
            return found.trailing_zeros() as usize / 8;
        }
    }
    memchr(b'\\', raw).unwrap_or(raw.len())
}

/// True when `text` stands between the quotes of a JSON string as it is.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    // no early end, so that many bytes are looked at at once
    !text.iter().fold(false, |found, &byte| {
        found | (byte < b' ') | matches!(byte, b'"' | b'\\')
    })
}

/// Appends `text` as it stands between the quotes of a JSON string. Only what must be escaped is.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            _ => out.push(byte),
        }
    }
}
