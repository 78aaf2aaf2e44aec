//! Is the text inside an HTML tag? Left to right, one byte at a time, by the states of the WHATWG tokenizer.
//!
//! Which `<` opens a tag depends on who renders the text (a Markdown reader, a browser, a chat client), and a quote that
//! closes an attribute for one may open it for another. So all readings are followed at once, as a set of states: the
//! text is inside a tag if it is in any of them.
//! Source: WHATWG HTML, 13.2.5, states 6 to 42; a comment or `<!…>` counts as a tag up to its first `>`.

const LESS: u16 = 1;
const NAME: u16 = 1 << 1;
const BEFORE_ATTRIBUTE: u16 = 1 << 2;
const ATTRIBUTE: u16 = 1 << 3;
const AFTER_ATTRIBUTE: u16 = 1 << 4;
const BEFORE_VALUE: u16 = 1 << 5;
const DOUBLE_QUOTED: u16 = 1 << 6;
const SINGLE_QUOTED: u16 = 1 << 7;
const UNQUOTED: u16 = 1 << 8;
const BOGUS: u16 = 1 << 9;

/// The states that a text may be in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Html(u16);

impl Html {
    /// Inside a tag, by some reading.
    pub(super) fn in_tag(self) -> bool {
        self.0 & !LESS != 0
    }

    /// Behind a `<`: what follows may be a tag's name, or the scheme of an address in `<…>`.
    pub(super) fn after_less(self) -> bool {
        self.0 & LESS != 0
    }

    /// What opened the attribute's value that the text is in: a quote, or `=` for one without. `None` when it is in none,
    /// or readings differ.
    pub(super) fn value_opened_by(self) -> Option<u8> {
        match self.0 & !LESS {
            DOUBLE_QUOTED => Some(b'"'),
            SINGLE_QUOTED => Some(b'\''),
            UNQUOTED => Some(b'='),
            _ => None,
        }
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) {
        if self.0 == 0 && byte != b'<' {
            return;
        }
        let (before, space) = (self.0, byte.is_ascii_whitespace());
        let mut after = 0;
        let mut step = |state: u16, next: u16| {
            if before & state != 0 {
                after |= next;
            }
        };
        step(
            LESS,
            match byte {
                b'!' | b'?' => BOGUS,
                b'/' => NAME,
                _ if byte.is_ascii_alphabetic() => NAME,
                _ => 0,
            },
        );
        let attribute = |inside| match byte {
            b'>' => 0,
            b'/' => BEFORE_ATTRIBUTE,
            _ if space => BEFORE_ATTRIBUTE,
            _ => inside,
        };
        step(NAME, attribute(NAME));
        step(BEFORE_ATTRIBUTE, attribute(ATTRIBUTE));
        step(
            ATTRIBUTE,
            match byte {
                b'=' => BEFORE_VALUE,
                _ if space => AFTER_ATTRIBUTE,
                _ => attribute(ATTRIBUTE),
            },
        );
        step(
            AFTER_ATTRIBUTE,
            match byte {
                b'=' => BEFORE_VALUE,
                _ if space => AFTER_ATTRIBUTE,
                _ => attribute(ATTRIBUTE),
            },
        );
        step(
            BEFORE_VALUE,
            match byte {
                b'"' => DOUBLE_QUOTED,
                b'\'' => SINGLE_QUOTED,
                b'>' => 0,
                _ if space => BEFORE_VALUE,
                _ => UNQUOTED,
            },
        );
        step(
            DOUBLE_QUOTED,
            if byte == b'"' { BEFORE_ATTRIBUTE } else { DOUBLE_QUOTED },
        );
        step(
            SINGLE_QUOTED,
            if byte == b'\'' { BEFORE_ATTRIBUTE } else { SINGLE_QUOTED },
        );
        step(
            UNQUOTED,
            match byte {
                b'>' => 0,
                _ if space => BEFORE_ATTRIBUTE,
                _ => UNQUOTED,
            },
        );
        step(BOGUS, if byte == b'>' { 0 } else { BOGUS });
        if byte == b'<' {
            after |= LESS;
        }
        self.0 = after;
    }
}

#[cfg(test)]
mod tests {
    use super::Html;

    fn after(text: &str) -> Html {
        let mut html = Html::default();
        text.bytes().for_each(|byte| html.push(byte));
        html
    }

    #[test]
    fn an_attribute_is_inside_and_the_text_between_tags_is_not() {
        for text in [
            "<img src=\"x",
            "<img src='x",
            "<img src=x",
            "<a",
            "<a href = \"x y",
            "<img alt=\">\" src=\"x",
            "<img alt='>' src=x",
            "<<img src=\"",
            "</p x",
            "<!-- x",
            "<img/src=\"x",
            "a <b and c",
        ] {
            assert!(after(text).in_tag(), "{text}");
        }
        for text in [
            "<b>x",
            "<a href=\"x\">y",
            "1 < 2",
            "x <",
            "<3 y",
            "<!-- x -->y",
            "<br/>z",
            "",
            "<img alt='>'>x",
        ] {
            assert!(!after(text).in_tag(), "{text}");
        }
    }

    #[test]
    fn a_value_by_one_reading_alone_is_no_value() {
        assert_eq!(after("<img src=\"x").value_opened_by(), Some(b'"'));
        assert_eq!(after("<img src='x y").value_opened_by(), Some(b'\''));
        assert_eq!(after("<img src=x").value_opened_by(), Some(b'='));
        assert_eq!(after("<img title=\"a<b c='").value_opened_by(), None);
        assert_eq!(after("<img src").value_opened_by(), None);
    }
}
