//! What a head tells about its body, before the body is there. The body's own bytes have the last word
//! (`naka_body` looks at them); this only decides whether to ask for them.

/// Kind of body, by its content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Text,
    EventStream,
    Multipart,
    /// Images, sound, archives: bytes that are no text.
    Binary,
    /// No content type, or one that says nothing.
    Unsaid,
}

/// The kind that a content type names; parameters do not matter.
pub(crate) fn of(content_type: &[u8]) -> Media {
    let essence = content_type
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
    let starts = |prefix: &str| {
        essence
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let ends = |suffix: &str| {
        essence.len() > suffix.len() && essence[essence.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    let one_of = |names: &[&str]| names.iter().any(|name| is(name));
    let family = |names: &[&str]| names.iter().any(|name| starts(name));
    let binary = [
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/vnd.amazon.eventstream",
    ];
    if is("application/json") || ends("+json") {
        Media::Json
    } else if is("text/event-stream") {
        Media::EventStream
    } else if starts("multipart/") {
        Media::Multipart
    } else if family(&["image/", "audio/", "video/", "font/"]) || one_of(&binary) {
        Media::Binary
    } else if starts("text/") || one_of(&["application/x-ndjson", "application/jsonl", "application/xml"]) {
        Media::Text
    } else {
        Media::Unsaid
    }
}

/// True when every coding of a `content-encoding` header is one that `naka_body::decode` may undo.
pub(crate) fn encodings_known(content_encoding: &[u8]) -> bool {
    const KNOWN: [&str; 6] = ["identity", "gzip", "x-gzip", "deflate", "br", "zstd"];
    content_encoding
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .all(|coding| coding.is_empty() || KNOWN.iter().any(|known| coding.eq_ignore_ascii_case(known.as_bytes())))
}

/// True when there is a coding to undo.
pub(crate) fn is_encoded(content_encoding: &[u8]) -> bool {
    content_encoding
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_do_not_change_the_kind() {
        for (text, kind) in [
            ("application/json", Media::Json),
            ("Application/JSON; charset=utf-8", Media::Json),
            ("application/problem+json", Media::Json),
            ("text/event-stream;charset=utf-8", Media::EventStream),
            ("multipart/form-data; boundary=x", Media::Multipart),
            ("image/png", Media::Binary),
            ("text/csv", Media::Text),
            ("", Media::Unsaid),
            ("application/octet-stream", Media::Unsaid),
            ("+json", Media::Unsaid),
        ] {
            assert_eq!(of(text.as_bytes()), kind, "{text}");
        }
    }

    #[test]
    fn only_codings_that_can_be_undone_are_known() {
        for text in ["", "identity", "gzip", "GZIP, br", "zstd"] {
            assert!(encodings_known(text.as_bytes()), "{text}");
        }
        for text in ["compress", "gzip, foo", "aes128gcm"] {
            assert!(!encodings_known(text.as_bytes()), "{text}");
        }
        assert!(!is_encoded(b"identity, ") && is_encoded(b"identity, br"));
    }
}
