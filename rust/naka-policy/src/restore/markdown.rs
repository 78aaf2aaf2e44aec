//! Is the text the target of a Markdown link or image? Left to right, one byte at a time.
//!
//! A target begins behind `](` and `]:` (the definition of a reference) and ends with the `)` that closes it, or, written
//! in `<…>`, with the `>`. Readers differ on what ends one early (white space, titles, brackets in it), so it ends here
//! only where it ends for all of them, or with the paragraph.
//! Source: CommonMark 0.31.2, sections 4.7 and 6.3.

/// Where a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Markdown {
    #[default]
    Text,
    /// Behind a `]`.
    Bracket,
    /// Behind `](` or `]:` and white space.
    Before { inline: bool },
    /// In a target; `depth` of open brackets in it. That of a definition ends with white space.
    Target {
        inline: bool,
        depth: u16,
        escaped: bool,
        line_end: bool,
    },
    /// In a target in `<…>`.
    Pointed { inline: bool, escaped: bool },
}

impl Markdown {
    /// Inside a target, or where one begins.
    pub(super) fn in_target(self) -> bool {
        !matches!(self, Self::Text | Self::Bracket)
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) {
        let before = *self;
        *self = match before {
            Self::Text if byte == b']' => Self::Bracket,
            Self::Text => Self::Text,
            Self::Bracket => match byte {
                b']' => Self::Bracket,
                b'(' => Self::Before { inline: true },
                b':' => Self::Before { inline: false },
                _ => Self::Text,
            },
            Self::Before { inline } => match byte {
                b'<' => Self::Pointed { inline, escaped: false },
                b' ' | b'\t' | b'\n' | b'\r' => before,
                b')' if inline => Self::Text,
                _ => Self::target(inline, byte, 0, false, false),
            },
            Self::Target {
                inline,
                depth,
                escaped,
                line_end,
            } => Self::target(inline, byte, depth, escaped, line_end),
            Self::Pointed { inline, escaped } => match byte {
                // behind it may stand a title, and for some readers still the target
                b'>' if !escaped && inline => Self::target(true, b' ', 0, false, false),
                b'>' if !escaped => Self::Text,
                b'\n' => Self::Text,
                _ => Self::Pointed {
                    inline,
                    escaped: byte == b'\\' && !escaped,
                },
            },
        };
    }

    fn target(inline: bool, byte: u8, depth: u16, escaped: bool, line_end: bool) -> Self {
        let stay = |depth| Self::Target {
            inline,
            depth,
            escaped: byte == b'\\' && !escaped,
            line_end: byte == b'\n' || (line_end && matches!(byte, b' ' | b'\t' | b'\r')),
        };
        match byte {
            // an empty line ends the paragraph, and every target in it
            b'\n' if line_end => Self::Text,
            b' ' | b'\t' | b'\n' | b'\r' if !inline => Self::Text,
            b'(' if !escaped => stay(depth.saturating_add(1)),
            b')' if !escaped && inline && depth == 0 => Self::Text,
            b')' if !escaped => stay(depth.saturating_sub(1)),
            _ => stay(depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Markdown;

    fn after(text: &str) -> bool {
        let mut markdown = Markdown::default();
        text.bytes().for_each(|byte| markdown.push(byte));
        markdown.in_target()
    }

    #[test]
    fn targets_are_targets_and_the_text_around_them_is_not() {
        for text in [
            "[a](",
            "![a](x",
            "[a](x(y)z",
            "[a](<x y",
            "[a](  x",
            "[a](\nx",
            "[a](x \"t",
            "[a](x\\)",
            "[a]: ",
            "[a]: x",
            "[a]: <x y",
            "[![a](b)](c",
        ] {
            assert!(after(text), "{text}");
        }
        for text in [
            "[a",
            "[a]",
            "[a] (x",
            "[a](x) y",
            "[a](x(y)) z",
            "[a](<x y>) z",
            "[a]: x y",
            "[a]: <x y> z",
            "[a](x\n\ny",
            "(x",
            "[a][b] c",
        ] {
            assert!(!after(text), "{text}");
        }
    }
}
