//! The request target: is the path in normal form, and which texts does it hold.
//!
//! Envoy normalises paths before us (`normalize_path`, `merge_slashes`, escaped slashes rejected). What still is
//! not in normal form could name one route to us and another to the provider, so it is refused.
//! Source of the normal form: RFC 3986 section 6.2.2.

/// A request target, split.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Before the `?`.
    pub(crate) path: &'a [u8],
    /// After it; empty when absent.
    pub(crate) query: &'a [u8],
}

/// One text of a target, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TargetText {
    /// The name of a query parameter; empty for the path and for a parameter without a name.
    pub(crate) label: Vec<u8>,
    /// The path, or the value of the parameter.
    pub(crate) text: Vec<u8>,
    /// True for the query.
    pub(crate) query: bool,
}

impl<'a> Target<'a> {
    /// Splits at the first `?`.
    pub(crate) fn split(target: &'a [u8]) -> Self {
        match target.iter().position(|byte| *byte == b'?') {
            Some(at) => Self {
                path: &target[..at],
                query: &target[at + 1..],
            },
            None => Self {
                path: target,
                query: &[],
            },
        }
    }

    /// True when no other spelling of the path is more normal: rooted; no empty, `.` or `..` segment; no backslash;
    /// every escape is valid, and hides neither a slash nor a character that needs no escape.
    pub(crate) fn is_normal(&self) -> bool {
        let path = self.path;
        if path.first() != Some(&b'/') {
            return path == b"*";
        }
        let last = path[1..].split(|byte| *byte == b'/').count() - 1;
        let segments_ok = path[1..]
            .split(|byte| *byte == b'/')
            .enumerate()
            .all(|(at, segment)| match segment {
                b"" => at == last,
                b"." | b".." => false,
                _ => true,
            });
        segments_ok
            && path
                .iter()
                .all(|byte| byte.is_ascii_graphic() && *byte != b'\\' && *byte != b'#')
            && Self::escapes_ok(path)
    }

    fn escapes_ok(path: &[u8]) -> bool {
        let mut rest = path;
        while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
            let Some(byte) = escaped(&rest[at..]) else { return false };
            let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            if unreserved || matches!(byte, b'/' | b'\\' | 0) {
                return false;
            }
            rest = &rest[at + 3..];
        }
        true
    }

    /// The texts to scan: the path, and every value of the query with its name as label. A parameter's own name
    /// may hold a value too (`?9876543210`), so it is a text when it has no value or a long digit run.
    pub(crate) fn texts(&self) -> Vec<TargetText> {
        let mut texts = vec![TargetText {
            label: Vec::new(),
            text: unescape(self.path, false),
            query: false,
        }];
        for pair in self
            .query
            .split(|byte| matches!(byte, b'&' | b';'))
            .filter(|pair| !pair.is_empty())
        {
            match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => {
                    let label = unescape(&pair[..at], true);
                    let text = unescape(&pair[at + 1..], true);
                    if label.iter().filter(|byte| byte.is_ascii_digit()).count() >= 6 || label.contains(&b'@') {
                        texts.push(TargetText {
                            label: Vec::new(),
                            text: label.clone(),
                            query: true,
                        });
                    }
                    texts.push(TargetText {
                        label,
                        text,
                        query: true,
                    });
                }
                None => texts.push(TargetText {
                    label: Vec::new(),
                    text: unescape(pair, true),
                    query: true,
                }),
            }
        }
        texts
    }
}

/// The byte that a `%XX` at the start of `text` stands for.
fn escaped(text: &[u8]) -> Option<u8> {
    let hex = |byte: u8| char::from(byte).to_digit(16);
    match text {
        [b'%', high, low, ..] => u8::try_from(hex(*high)? * 16 + hex(*low)?).ok(),
        _ => None,
    }
}

/// Undoes escapes once; what is no escape stays as it is. `plus`: a `+` is a space, as forms write it.
fn unescape(text: &[u8], plus: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        if let Some(byte) = escaped(rest) {
            out.push(byte);
            rest = &rest[3..];
        } else {
            out.push(if plus && byte == b'+' { b' ' } else { byte });
            rest = &rest[1..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_most_normal_spelling_of_a_path_is_normal() {
        for path in [
            "/",
            "/v1/chat/completions",
            "/v1/models/",
            "/v1/models/a%20b",
            "/v1/m:generate",
            "*",
            "/v1?x=//..%2f",
        ] {
            assert!(Target::split(path.as_bytes()).is_normal(), "{path}");
        }
        for path in [
            "",
            "v1",
            "http://x/v1",
            "//v1",
            "/v1//chat",
            "/v1/./chat",
            "/v1/../chat",
            "/v1/..",
            "/v1%2fchat",
            "/v1%2Fchat",
            "/v1%5cchat",
            "/v1\\chat",
            "/v1/%63hat",
            "/v1/%2e%2e/chat",
            "/v1/%zz",
            "/v1/%2",
            "/v1/%00",
            "/v1/\u{a0}",
            "/v1#x",
        ] {
            assert!(!Target::split(path.as_bytes()).is_normal(), "{path}");
        }
    }

    #[test]
    fn the_query_is_read_by_value_with_its_name_as_label() {
        let texts = Target::split(b"/v1/models?aadhaar=5109+8027%204087&x&9876543210=1&=%").texts();
        let seen: Vec<(&[u8], &[u8])> = texts.iter().map(|t| (t.label.as_slice(), t.text.as_slice())).collect();
        assert_eq!(
            seen,
            [
                (b"".as_slice(), b"/v1/models".as_slice()),
                (b"aadhaar", b"5109 8027 4087"),
                (b"", b"x"),
                (b"", b"9876543210"),
                (b"9876543210", b"1"),
                (b"", b"%"),
            ]
        );
    }
}
