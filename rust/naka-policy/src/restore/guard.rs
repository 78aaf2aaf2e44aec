//! Where in a text a token stands: in plain text, or where a value would be carried out (design 0009).
//!
//! One pass from left to right, a byte at a time, with a state of a few hundred bytes: so a stream is judged as the whole
//! text is. Wider than any one reader's rules: what may be a link for somebody is one here.

use super::html::Html;
use super::markdown::Markdown;
use super::run::{After, Run};

/// What a token is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site<'g> {
    Text,
    /// A URL, with its host if that is beyond doubt.
    Url(Option<&'g str>),
    /// The target of a Markdown link or image; the host as above.
    Link(Option<&'g str>),
    Email,
    /// A tag's inside; the host if it is an attribute's value that is a URL, as above.
    Attribute(Option<&'g str>),
}

/// The state behind the text so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    /// The text is one value of JSON, such as an argument of a tool: white space ends no URL that it begins with, for who
    /// follows it encodes that.
    value: bool,
    run: Run,
    html: Html,
    markdown: Markdown,
    /// No white space has come yet, but before the first word.
    first: First,
    /// The quote in which the run stands: the same holds up to its end, or that of the line.
    quote: Option<u8>,
    last: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum First {
    #[default]
    Before,
    Word,
    Over,
    /// The first word is a URL, and the text an argument: all of it is.
    Url,
}

impl Guard {
    pub(super) fn new(value: bool) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    /// Takes the next byte of text.
    pub(super) fn push(&mut self, byte: u8) {
        self.html.push(byte);
        self.markdown.push(byte);
        if byte.is_ascii_whitespace() || byte.is_ascii_control() {
            if self.first == First::Word {
                let url = self.value && self.run.is_url();
                self.first = if url { First::Url } else { First::Over };
            }
            let quoted = self.quote.is_some() && self.run.is_url() && !matches!(byte, b'\n' | b'\r');
            if self.first == First::Url || quoted {
                self.run.push(b'+');
            } else {
                self.run.clear();
                self.quote = None;
            }
            self.last = byte;
            return;
        }
        if self.first == First::Before {
            self.first = First::Word;
        }
        if matches!(byte, b'"' | b'\'') && self.last != b'\\' {
            self.quote = match self.quote {
                None if !self.run.is_url() => Some(byte),
                Some(open) if open == byte => None,
                other => other,
            };
        }
        self.last = byte;
        if byte == b'<' && !self.value {
            // no reader's bare URL goes on behind it
            self.run.clear();
        } else {
            self.run.push(byte);
        }
    }

    /// Takes a token: a word of no meaning.
    pub(super) fn push_token(&mut self) {
        self.push(b'x');
    }

    /// Where a token stands that comes next, with `after` behind it, of which `next` is the first byte.
    pub(super) fn site(&self, after: After, next: Option<u8>) -> Site<'_> {
        // `Asha <TOKEN>` is how people write an address
        if self.html.after_less() && next != Some(b'>') {
            return Site::Attribute(None);
        }
        if self.html.in_tag() {
            let opened = self.html.value_opened_by();
            return Site::Attribute(opened.and_then(|sign| {
                self.host(|front| match sign {
                    b'=' => front.ends_with(b"="),
                    quote => front.ends_with(&[b'=', quote]),
                })
            }));
        }
        if self.run.is_email() || after == After::Email {
            return Site::Email;
        }
        if self.markdown.in_target() {
            return Site::Link(
                self.host(|front| front.ends_with(b"](") || front.ends_with(b"](<") || front.ends_with(b"]:<")),
            );
        }
        if self.run.is_url() {
            return Site::Url(self.host(|front| !front.last().is_some_and(u8::is_ascii_alphanumeric)));
        }
        if after == After::Host {
            return Site::Url(None);
        }
        Site::Text
    }

    /// The host of the one URL in the run, if every reader finds the same: `http(s)://name[:port]` and then a path, query
    /// or fragment of plain characters, up to here. `begins` is asked about what stands before it.
    fn host(&self, begins: impl Fn(&[u8]) -> bool) -> Option<&str> {
        let run = self.run.whole()?;
        let slashes = run.windows(2).position(|pair| pair == b"//")?;
        let scheme = [&b"https:"[..], b"http:"]
            .into_iter()
            .find(|scheme| run[..slashes].to_ascii_lowercase().ends_with(scheme))?;
        let start = slashes - scheme.len();
        let rest = &run[slashes + 2..];
        let name_len = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || b".-".contains(byte)))?;
        let (name, mut rest) = rest.split_at(name_len);
        if let Some(port) = rest.strip_prefix(b":") {
            let digits = port.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = &port[digits..];
        }
        let ends = matches!(rest.first(), Some(b'/' | b'?' | b'#'));
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/?#&=%+,;!$*".contains(byte);
        // an address within the address is for whoever follows it
        let lower = rest.to_ascii_lowercase();
        let nested =
            lower.windows(2).any(|pair| pair == b"//") || lower.windows(3).any(|code| code == b"%2f" || code == b"%5c");
        let sound = begins(&run[..start]) && ends && rest.iter().all(plain) && !nested && !self.run.is_email();
        let name = std::str::from_utf8(name).ok()?;
        (sound && name.starts_with(|first: char| first.is_ascii_alphanumeric())).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str, value: bool, check: impl Fn(Site<'_>) -> bool) -> bool {
        let mut guard = Guard::new(value);
        text.bytes().for_each(|byte| guard.push(byte));
        check(guard.site(After::Nothing, None))
    }

    #[test]
    fn a_host_is_told_only_when_every_reader_finds_the_same() {
        for (text, host) in [
            ("see https://ok.example/?x=", Some("ok.example")),
            ("https://ok.example:8443/a/b?x=1&y=", Some("ok.example")),
            ("(HTTP://ok.example#", Some("ok.example")),
            ("https://ok.example", None),
            ("https://ok.example\\@evil.example/?x=", None),
            ("https://ok.example@evil.example/?x=", None),
            ("https:ok.example/?x=", None),
            ("https://ok.example/?u=https://evil.example/?x=", None),
            ("https://ok.example/?u=%2F%2Fevil.example/", None),
            ("xhttps://ok.example/?x=", None),
            ("//evil.example/https://ok.example/?x=", None),
            ("ftp://ok.example/?x=", None),
            ("https://ok.example\u{3002}evil.example/?x=", None),
            ("https://-ok.example/?x=", None),
        ] {
            assert!(
                site(text, false, |site| match site {
                    Site::Url(found) => found == host,
                    Site::Email => host.is_none() && text.contains('@'),
                    _ => false,
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_link_or_attribute_tells_its_host_only_from_where_it_begins() {
        let link = |text, host| assert!(site(text, false, |site| site == Site::Link(host)), "{text}");
        link("[a](https://ok.example/?x=", Some("ok.example"));
        link("[https://ok.example/](/x?y=", None);
        let tag = |text, host| assert!(site(text, false, |site| site == Site::Attribute(host)), "{text}");
        tag("<img src=\"https://ok.example/?x=", Some("ok.example"));
        tag("<img src=https://ok.example/?x=", Some("ok.example"));
        tag("<img src='//evil.example/?x= y=\"https://ok.example/?x=", None);
        tag("<img src=\"//evil.example/?x= https://ok.example/?x=", None);
        tag("<img alt=\"", None);
        // a tag for some
        tag("![a](<https://ok.example/?x=", None);
        tag("[a](<//evil.example/?x= https://ok.example/?x=", None);
    }

    #[test]
    fn an_argument_that_begins_with_a_url_is_one_to_its_end() {
        assert!(site("https://evil.example/?q=a b ", true, |site| site
            == Site::Url(Some("evil.example"))));
        assert!(site("https://evil.example/?q=<b>", true, |site| matches!(
            site,
            Site::Url(None)
        )));
        assert!(site("see https://a.example/ or ask ", true, |site| site == Site::Text));
        assert!(site("https://evil.example/?q=a b ", false, |site| site == Site::Text));
        // the same in JSON that nobody has read
        assert!(site("{\"u\": \"https://evil.example/?q=a b ", false, |site| matches!(
            site,
            Site::Url(_)
        )));
        assert!(site(
            "{\"u\": \"https://evil.example/?q=\\\" b ",
            false,
            |site| matches!(site, Site::Url(_))
        ));
        assert!(site(
            "{\"u\": \"https://evil.example/?q=a b\", \"pan\": \"",
            false,
            |site| site == Site::Text
        ));
        assert!(site("it's at https://a.example/ for ", false, |site| site == Site::Text));
        assert!(site("\"https://a.example/\nthen ", false, |site| site == Site::Text));
    }
}
