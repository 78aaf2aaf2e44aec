//! Shapes of strings that are no one's text: identifiers, enum values, base64. Pure and cheap: called for every leaf.
//!
//! A key alone never excuses a value from the scan: an `id` may be someone's Aadhaar number. Key *and* shape do.

/// An id, enum value, model name or MIME type as an API's own fields hold: letters, digits and joints, no spaces, and at
/// least one letter, so that a bare number is not one. Telephone numbers, cards, addresses and UPI ids are not.
pub(crate) fn is_setting(text: &[u8]) -> bool {
    const MAX: usize = 256;
    let mut letter = false;
    text.is_empty()
        || text.len() <= MAX
            && text.iter().all(|&byte| {
                letter |= byte.is_ascii_alphabetic();
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b'+')
            })
            && letter
}

/// What a generator of ids makes: `call_9xkq…`, a UUID, a long hexadecimal digest.
pub(crate) fn is_machine_id(text: &[u8]) -> bool {
    // Random letters and digits rarely have so many digits in a row; a telephone number glued to a name does.
    const MAX_DIGITS: usize = 6;
    let mixed = |text: &[u8]| text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    let hex = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    // Prefix of letters, a joint, and sixteen or more random characters.
    if let Some(joint) = text.iter().position(|&byte| byte == b'_' || byte == b'-') {
        let (prefix, rest) = (&text[..joint], &text[joint + 1..]);
        if !prefix.is_empty() && prefix.iter().all(u8::is_ascii_lowercase) && (16..=128).contains(&rest.len()) {
            return rest
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
                && mixed(rest)
                && rest
                    .split(|byte| !byte.is_ascii_digit())
                    .all(|digits| digits.len() <= MAX_DIGITS);
        }
    }
    match text.len() {
        36 => text.iter().enumerate().all(|(at, &byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        }),
        24..=128 => hex(text) && mixed(text),
        _ => false,
    }
}

/// An enum value: lower-case words. Four digits in a row make it something else.
pub(crate) fn is_enum_value(text: &[u8]) -> bool {
    let mut digits = 0;
    text.len() <= 48
        && text.first().is_some_and(u8::is_ascii_lowercase)
        && text.iter().all(|&byte| {
            digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
            digits < 4 && (byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.'))
        })
}

/// Shortest string that is taken for base64 by its looks alone.
pub(crate) const MIN_BLOB: usize = 256;

/// Long, of one base64 alphabet, and mixed as random bytes are.
pub(crate) fn is_blob(text: &[u8]) -> bool {
    if text.len() < MIN_BLOB {
        return false;
    }
    // The first bytes reject nearly all prose: it has a space there.
    let (mut upper, mut lower, mut digit) = (false, false, false);
    for &byte in &text[..MIN_BLOB] {
        upper |= byte.is_ascii_uppercase();
        lower |= byte.is_ascii_lowercase();
        digit |= byte.is_ascii_digit();
        if !is_base64(byte) {
            return false;
        }
    }
    upper && lower && digit && text[MIN_BLOB..].iter().fold(true, |all, &byte| all & is_base64(byte))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// A `data:` URL (RFC 2397), cut open. Offsets are into the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataUrl<'t> {
    /// Media type without parameters; may be empty.
    pub(crate) media: &'t str,
    pub(crate) base64: bool,
    /// Where its data starts.
    pub(crate) data: usize,
}

/// Cuts open a `data:` URL. None for any other text.
pub(crate) fn data_url(text: &[u8]) -> Option<DataUrl<'_>> {
    const MAX_HEAD: usize = 256;
    let scheme = text.get(..5)?;
    if !scheme.eq_ignore_ascii_case(b"data:") {
        return None;
    }
    let comma = text.iter().take(MAX_HEAD).position(|&byte| byte == b',')?;
    let head = std::str::from_utf8(&text[5..comma]).ok()?;
    if head.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return None;
    }
    let media = head.split(';').next().unwrap_or_default();
    let base64 = head
        .rsplit(';')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case("base64"));
    // `data:98…/Mumbai,call` is also how people write: without a media type or base64 it is text.
    (is_media_type(media) || media.is_empty() && base64).then_some(DataUrl {
        media,
        base64,
        data: comma + 1,
    })
}

fn is_media_type(text: &str) -> bool {
    const CLASSES: [&str; 8] = [
        "text",
        "image",
        "audio",
        "video",
        "application",
        "font",
        "model",
        "message",
    ];
    text.split_once('/').is_some_and(|(class, rest)| {
        CLASSES.iter().any(|name| class.eq_ignore_ascii_case(name)) && is_setting(rest.as_bytes())
    })
}

/// What a provider signs or encrypts, and wants back as it was: long base64 with letters.
pub(crate) fn is_ciphertext(text: &[u8]) -> bool {
    is_base64_text(text) && text.iter().any(u8::is_ascii_alphabetic)
}

/// A file's bytes in base64, line ends included: not text that stands where a file may. Short ones must mix their letters
/// or be padded, for a number or a word is of the same alphabet.
pub(crate) fn may_be_base64(text: &[u8]) -> bool {
    const LONG: usize = 64;
    let mixed = || text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    text.iter()
        .all(|&byte| is_base64(byte) || matches!(byte, b'\r' | b'\n'))
        && (text.ends_with(b"=") || mixed() || text.len() >= LONG && text.iter().any(u8::is_ascii_alphabetic))
}

/// Base64 all through, long enough for a signature.
pub(crate) fn is_base64_text(text: &[u8]) -> bool {
    text.len() >= 32 && text.iter().all(|&byte| is_base64(byte))
}
