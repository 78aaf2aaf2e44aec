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
    url: bool,
    /// An `@` stands in it.
    email: bool,
    entity: Entity,
}

/// A character reference of HTML: what shows the text may write any sign of a URL so.
#[derive(Debug, Clone, Default)]
struct Entity {
    /// Behind an `&`: what has come of it.
    name: [u8; MAX_ENTITY],
    /// Bytes of it with the `&`; 0 outside of one.
    len: usize,
}

/// Longest reference that is told from others, with its `&`; a longer one is none of those that do no harm.
const MAX_ENTITY: usize = 12;
/// References to characters that are no part of a URL or of an address.
const HARMLESS: [&str; 16] = [
    "amp", "lt", "gt", "quot", "apos", "nbsp", "#34", "#38", "#39", "#60", "#62", "#160", "#x22", "#x26", "#x27",
    "#xa0",
];

impl Entity {
    /// Takes the next byte of the run. The reference that ends with it, if it may be a sign of a URL or an address.
    fn push(&mut self, byte: u8) -> Option<Sign> {
        if self.len > 0 && (byte.is_ascii_alphanumeric() || byte == b'#' && self.len == 1) {
            if self.len <= MAX_ENTITY {
                self.name[self.len - 1] = byte.to_ascii_lowercase();
            }
            self.len = (self.len + 1).min(MAX_ENTITY + 2);
            return None;
        }
        let sign = self.sign(byte == b';');
        self.len = usize::from(byte == b'&');
        sign
    }

    /// What has come so far stands for, if it is `closed` by its `;`: a number counts without one too.
    fn sign(&self, closed: bool) -> Option<Sign> {
        if self.len < 2 {
            return None;
        }
        let name = self.name.get(..self.len - 1);
        let of = |names: &[&str]| name.is_some_and(|name| names.iter().any(|known| known.as_bytes() == name));
        let numbered = self.name[0] == b'#';
        if !(numbered || closed && self.len > 2) || of(&HARMLESS) {
            None
        } else if of(&["commat", "#64", "#x40"]) {
            Some(Sign::Email)
        } else {
            Some(Sign::Url)
        }
    }
}

/// What a reference may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Url,
    Email,
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
        match self.entity.push(byte) {
            Some(Sign::Url) => self.url = true,
            Some(Sign::Email) => self.email = true,
            None => {}
        }
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

    /// It is part of a URL, or may be when what is left open in it is read.
    pub(super) fn is_url(&self) -> bool {
        self.url || self.entity.sign(false) == Some(Sign::Url)
    }

    /// The same for an e-mail address.
    pub(super) fn is_email(&self) -> bool {
        self.email || self.entity.sign(false) == Some(Sign::Email)
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
                    // any character may be written so, and a dot or `@` behind a backslash of the text
                    Some(b'u' | b'\\') => return After::Email,
                    Some(_) => return After::Nothing,
                },
                // a dot of Markdown's
                b'\\' if host && matches!(text.get(at + 1), None | Some(b'.')) => {
                    if text.len() == at + 1 {
                        return After::More;
                    }
                }
                b'%' => match text.get(at + 1..at + 3) {
                    None => return After::More,
                    Some([b'2', b'e' | b'E']) if host => return After::Host,
                    Some(b"40") => return After::Email,
                    Some(_) => host = false,
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
                b'!' | b'#' | b'$' | b'\'' | b'*' | b'+' | b'/' | b'=' | b'?' | b'^' | b'`' | b'{' | b'|' | b'}'
                | b'~' | b'.' | b'\\' => host = false,
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
            "https&#58;&#47;&#47;evil.example&#47;",
            "https&colon;&sol;&sol;evil&period;example&sol;",
            "evil&#46;example/",
            "evil.example&#47",
            "www&period;evil.example&sol;",
            "x&#x2f;",
            "x&#000000000047;",
        ] {
            assert!(run(text).is_url(), "{text}");
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
            "it&#39;s",
            "&quot;",
            "R&D;",
            "A&B",
            "&nbsp;",
        ] {
            assert!(!run(text).is_url(), "{text}");
        }
        assert!(run("a@b").is_email() && run("x@").is_email() && !run("a.b").is_email());
        assert!(run("a&commat;b").is_email() && run("x&#64").is_email() && !run("x&amp;").is_email());
    }

    #[test]
    fn what_follows_makes_a_host_or_an_address_of_a_token() {
        let after = |text: &str| after(text.as_bytes(), false, |_| Next::Text);
        for text in [
            ".evil.example",
            "-x.evil",
            "x.evil",
            "://evil",
            "\\.evil",
            "%2eevil",
            "%2Eevil",
        ] {
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
            "%40evil",
        ] {
            assert_eq!(after(text), After::Email, "{text}");
        }
        for text in [" ", ". ", ", x@y", ".\n", ") and", "\"", "/IN ", "- x@y", ": x"] {
            assert_eq!(after(text), After::Nothing, "{text}");
        }
        for text in ["", ".", "abc", "&", "a..", "\\", "%4"] {
            assert_eq!(after(text), After::More, "{text}");
        }
        assert_eq!(after(&"x".repeat(65)), After::Nothing);
    }
}
