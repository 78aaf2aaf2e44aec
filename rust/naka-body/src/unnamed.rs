//! What to make of strings that no path names: which are no text, and what is inside encoded ones.

use crate::codec::{Alphabet, Codec};
use crate::document::Reason;
use crate::shape;

/// Keys whose values are ids, where their shape says so too.
const IDS: &[&[u8]] = &[
    b"id",
    b"request_id",
    b"requestId",
    b"tool_call_id",
    b"call_id",
    b"response_id",
    b"item_id",
    b"trace_id",
    b"session_id",
];
/// Keys whose values are enums, where their shape says so too.
const ENUMS: &[&[u8]] = &[
    b"type",
    b"role",
    b"object",
    b"status",
    b"model",
    b"format",
    b"finish_reason",
    b"stop_reason",
    b"finishReason",
    b"stopReason",
    b"encoding",
    b"detail",
    b"effort",
    b"mode",
];
/// Keys whose values are signatures or ciphertext of the provider, where they look like base64.
const SIGNATURES: &[&[u8]] = &[
    b"signature",
    b"thoughtSignature",
    b"thought_signature",
    b"encrypted_content",
    b"redactedContent",
];

/// A value under `key` that is not scanned: named like an id, enum or signature, and of that shape.
pub(crate) fn is_excused(key: &[u8], text: &[u8]) -> bool {
    if ENUMS.contains(&key) {
        return shape::is_enum_value(text);
    }
    if IDS.contains(&key) || key.ends_with(b"_id") || key.ends_with(b"Id") {
        return shape::is_machine_id(text);
    }
    SIGNATURES.contains(&key) && shape::is_base64_text(text)
}

/// A model's name as catalogues write it: fit for a policy to match and for an event to hold.
pub(crate) fn is_model_name(text: &[u8]) -> bool {
    // Vertex pins versions as `name@001`; an e-mail address has letters behind its `@`.
    let (name, version) = match text.iter().position(|&byte| byte == b'@') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[][..]),
    };
    !name.is_empty() && shape::is_setting(name) && version.iter().all(u8::is_ascii_digit)
}

/// Why content of this media type is unscannable; none for text.
pub(crate) fn media_reason(media: &str) -> Option<Reason> {
    let class = media.split('/').next().unwrap_or_default();
    if class.eq_ignore_ascii_case("image") {
        Some(Reason::Image)
    } else if class.eq_ignore_ascii_case("audio") {
        Some(Reason::Audio)
    } else if class.eq_ignore_ascii_case("video") {
        Some(Reason::Video)
    } else if class.eq_ignore_ascii_case("text") {
        None
    } else {
        Some(Reason::File)
    }
}

/// How well-known formats begin, in base64. Source: their specifications; RIFF holds either WebP or WAVE.
const MAGIC: &[(&[u8], Reason)] = &[
    (b"iVBORw0KGgo", Reason::Image), // PNG
    (b"/9j/", Reason::Image),        // JPEG
    (b"R0lGOD", Reason::Image),      // GIF
    (b"SUkqA", Reason::Image),       // TIFF
    (b"TU0AK", Reason::Image),
    (b"SUQz", Reason::Audio),   // MP3 with a tag
    (b"T2dnUw", Reason::Audio), // Ogg
    (b"ZkxhQ", Reason::Audio),  // FLAC
];

/// What bytes in base64 are, by how they begin.
pub(crate) fn base64_reason(payload: &[u8]) -> Reason {
    let begins = |magic: &&(&[u8], Reason)| payload.starts_with(magic.0);
    match MAGIC.iter().find(begins) {
        Some(&(_, reason)) => reason,
        // `RIFF`, four bytes of length, then `WEBP` or `WAVE`.
        None if payload.starts_with(b"UklGR") => match payload.get(11..16) {
            Some(b"XRUJQ") => Reason::Image,
            Some(b"XQVZF") => Reason::Audio,
            _ => Reason::File,
        },
        None => Reason::File,
    }
}

/// The text that `payload` encodes, if it does: decodes to UTF-8 without control characters.
pub(crate) fn inner_text(payload: &[u8], base64: bool) -> Option<(Codec, Vec<u8>)> {
    if !base64 {
        let mut text = Vec::new();
        Codec::Percent.decode(payload, &mut text);
        return is_text(&text).then_some((Codec::Percent, text));
    }
    let alphabet = Alphabet::of(payload);
    // A few bytes tell a picture or archive from text, before megabytes are decoded.
    const HEAD: usize = 256;
    if payload.len() > HEAD {
        let head = alphabet.decode(&payload[..HEAD])?;
        if head.iter().any(|&byte| is_control(byte)) {
            return None;
        }
    }
    let text = alphabet.decode(payload)?;
    is_text(&text).then_some((Codec::Base64(alphabet), text))
}

/// UTF-8 without control characters other than white space.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|&byte| is_control(byte)) && simdutf8::basic::from_utf8(bytes).is_ok()
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}
