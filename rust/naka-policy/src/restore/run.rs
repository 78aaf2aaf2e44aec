//! The bytes around a token without white space between: is it part of a URL or an e-mail address?
//!
//! Wider than any reader's idea of a URL, for nobody knows who will look for links in a model's answer: two slashes in a
//! row, a scheme that carries data, `www.`, a dotted name with a path behind, a query. `tests/guards.rs` compares with
//! what the libraries `linkify` and `url` take for one: nothing of theirs may be missed.

/// Schemes that work without `//` and carry what stands behind them elsewhere. (`tel:` and `upi:` are no part of it:
/// people write `tel:` before a number, and such a link tells nobody more than the number it dials.)
const SCHEMES: [&str; 32] = [
    "http",
    "https",
    "ftp",
    "ftps",
    "ws",
    "wss",
    "mailto",
    "sms",
    "smsto",
    "data",
    "javascript",
    "vbscript",
    "file",
    "intent",
    "blob",
    "view-source",
    "whatsapp",
    "tg",
    "callto",
    "sip",
    "sips",
    "xmpp",
    "magnet",
    "market",
    "slack",
    "msteams",
    "ldap",
    "ldaps",
    "gopher",
    "dict",
    "jar",
    "webcal",
];
/// The front of a run is kept for its host this far; behind it, no host is known.
const KEPT: usize = 1024;
/// Longest scheme, with room to see that a word is longer.
const MAX_WORD: usize = 16;
/// Bytes of the part of an e-mail address before its `@` (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// What the run so far is part of.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    front: Vec<u8>,
    /// Bytes of the run.
    len: usize,
    last: u8,
    word: [u8; MAX_WORD],
    word_len: usize,
    /// The word holds a dot between two characters of a name.
    dotted: bool,
    /// Behind `?` or `&` and a name.
    query: bool,
    /// A URL has begun in it.
    pub(super) url: bool,
    /// An `@` stands in it.
    pub(super) email: bool,
}

/// What the bytes behind a token make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    /// It is the first label of a host.
    Host,
    /// It is the name in an e-mail address.
    Email,
    /// The text ends before that is known.
    More,
}

/// What stands at a place behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Text,
    /// Another token of this length.
    Token(usize),
    /// What may become one.
    More,
}

impl Run {
    /// The run has ended.
    pub(super) fn clear(&mut self) {
        self.front.clear();
        let front = std::mem::take(&mut self.front);
        *self = Self {
            front,
            ..Self::default()
        };
    }

    /// Takes the next byte, which is no white space.
    pub(super) fn push(&mut self, byte: u8) {
        let slash = |byte| matches!(byte, b'/' | b'\\');
        let (last, named) = (self.last, is_name(byte));
        if slash(byte) && (slash(last) || last == b':' || self.dotted) {
            self.url = true;
        }
        match byte {
            b'?' | b'#' if self.dotted => self.url = true,
            b':' if self.is_scheme() => self.url = true,
            b'.' if self.word() == b"www" => self.url = true,
            b'=' if self.query => self.url = true,
            b'@' => self.email = true,
            _ => {}
        }
        self.query = match byte {
            b'?' | b'&' => true,
            _ => self.query && (named || matches!(byte, b'.' | b'%' | b'[' | b']')),
        };
        self.dotted = match byte {
            b'.' => self.dotted,
            // a port may follow
            b':' => self.dotted,
            _ if named && last == b'.' => self.word_len > 1,
            _ if last == b':' => self.dotted && byte.is_ascii_digit(),
            _ => self.dotted && named,
        };
        if named || matches!(byte, b'.' | b'+') {
            if self.word_len < MAX_WORD {
                self.word[self.word_len] = byte.to_ascii_lowercase();
            }
            self.word_len = self.word_len.saturating_add(1);
        } else {
            self.word_len = 0;
        }
        if self.front.len() < KEPT {
            self.front.push(byte);
        }
        self.len += 1;
        self.last = byte;
    }

    fn word(&self) -> &[u8] {
        self.word.get(..self.word_len).unwrap_or_default()
    }

    fn is_scheme(&self) -> bool {
        SCHEMES.iter().any(|scheme| scheme.as_bytes() == self.word())
    }

    /// All of the run, if it is no longer than what is kept.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (self.len == self.front.len()).then_some(&self.front)
    }
}

/// Letters, digits, `_` and `-` of any script.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

/// Looks at what stands behind a token, `text`. `json`: it is the inside of a JSON string, escapes and all. `token`
/// tells of another token that stands at a place.
pub(super) fn after(text: &[u8], json: bool, token: impl Fn(usize) -> Next) -> After {
    let (mut at, mut host, mut local) = (0, true, 0);
    loop {
        let Some(&byte) = text.get(at) else { return After::More };
        let next = token(at);
        if let Next::Token(len) = next {
            at += len;
            local += 1;
        } else if let Next::More = next {
            return After::More;
        } else {
            match byte {
                b'@' => return After::Email,
                b'\\' if json => match text.get(at + 1) {
                    None => return After::More,
                    // any character may be written so
                    Some(b'u') => return After::Email,
                    Some(_) => return After::Nothing,
                },
                b'.' if host => match text.get(at + 1) {
                    None => return After::More,
                    Some(&next) if is_name(next) || b":/?#".contains(&next) => return After::Host,
                    Some(_) => host = false,
                },
                // a scheme, as far as a reader of links is concerned
                b':' => match text.get(at + 1) {
                    None => return After::More,
                    Some(b'/') => return After::Host,
                    Some(_) => return After::Nothing,
                },
                // `&#64;` and `&commat;` are an `@`, `&#46;` and `&period;` a dot, once they are shown
                b'&' => match text.get(at + 1) {
                    None => return After::More,
                    Some(b'#' | b'c' | b'p') => return After::Email,
                    Some(_) => host = false,
                },
                _ if is_name(byte) => {}
                b'!' | b'#' | b'$' | b'%' | b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'^' | b'`' | b'{' | b'|'
                | b'}' | b'~' | b'.' | b'\\' => host = false,
                _ => return After::Nothing,
            }
            at += 1;
            local += 1;
        }
        if local > MAX_LOCAL {
            return After::Nothing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Run {
        let mut run = Run::default();
        text.bytes().for_each(|byte| run.push(byte));
        run
    }

    #[test]
    fn the_signs_of_a_url_are_seen() {
        for text in [
            "https://evil.example/?x=",
            "HTTPS:evil",
            "(http:/evil",
            "//evil.example/",
            "\\\\evil\\",
            "custom:/x",
            "evil.example/?x=",
            "evil.example?x",
            "evil.example#",
            "evil.example:8080/",
            "10.0.0.1/",
            "www.evil",
            "data:text/html,",
            "javascript:fetch(",
            "/search?q=",
            "?a=1&b=",
            "नाका.भारत/",
            "url=mailto:x",
        ] {
            assert!(run(text).url, "{text}");
        }
    }

    #[test]
    fn what_people_write_before_a_value_is_no_url() {
        for text in [
            "PAN:",
            "pan=",
            "(",
            "**",
            "Sr.No:",
            "No.",
            "A/c.No.",
            "and/or",
            "UPI:",
            "tel:",
            "e.g.",
            "PAN/Aadhaar:",
            "https",
            "views:",
            "is_it_right?",
        ] {
            assert!(!run(text).url, "{text}");
        }
        assert!(run("a@b").email && run("x@").email && !run("a.b").email);
    }

    #[test]
    fn what_follows_makes_a_host_or_an_address_of_a_token() {
        let after = |text: &str| after(text.as_bytes(), false, |_| Next::Text);
        for text in [".evil.example", "-x.evil", "x.evil", "://evil"] {
            assert_eq!(after(text), After::Host, "{text}");
        }
        for text in [
            "@evil.example",
            "+tag@x",
            ".+@x",
            "\\@x",
            "&#64;x",
            "&commat;x",
            "/a=b@x",
        ] {
            assert_eq!(after(text), After::Email, "{text}");
        }
        for text in [" ", ". ", ", x@y", ".\n", ") and", "\"", "/IN ", "- x@y", ": x"] {
            assert_eq!(after(text), After::Nothing, "{text}");
        }
        for text in ["", ".", "abc", "&", "a.."] {
            assert_eq!(after(text), After::More, "{text}");
        }
        assert_eq!(after(&"x".repeat(65)), After::Nothing);
    }
}
