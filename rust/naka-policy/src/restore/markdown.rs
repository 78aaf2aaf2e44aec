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
    /// In the target of a link or image.
    Inline(Inside),
    /// In that of a definition, which ends with white space. `bracket`: behind a `]`.
    Definition { bracket: bool },
    /// In a target in `<…>`.
    Pointed { inline: bool, escaped: bool },
}

/// What decides where an inline target ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Inside {
    /// Open brackets.
    depth: u16,
    /// Behind a backslash.
    escaped: bool,
    /// Behind the end of a line, and white space.
    line_end: bool,
}

impl Markdown {
    /// Inside a target, or where one begins.
    pub(super) fn in_target(self) -> bool {
        !matches!(self, Self::Text | Self::Bracket)
    }

    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) {
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        *self = match *self {
            Self::Text if byte == b']' => Self::Bracket,
            Self::Text => Self::Text,
            Self::Bracket => Self::behind_bracket(byte).unwrap_or(Self::Text),
            Self::Before { inline } => match byte {
                b'<' => Self::Pointed { inline, escaped: false },
                // a line of a quotation begins with `>`
                _ if space || byte == b'>' => Self::Before { inline },
                _ if inline => Self::Inline(Inside::default()).after(byte),
                _ => Self::Definition { bracket: false }.after(byte),
            },
            inside => inside.after(byte),
        };
    }

    fn behind_bracket(byte: u8) -> Option<Self> {
        match byte {
            b']' => Some(Self::Bracket),
            b'(' => Some(Self::Before { inline: true }),
            b':' => Some(Self::Before { inline: false }),
            _ => None,
        }
    }

    /// The state behind a byte inside a target.
    fn after(self, byte: u8) -> Self {
        match self {
            Self::Inline(inside) => inside.after(byte).map_or(Self::Text, Self::Inline),
            Self::Definition { bracket } => match byte {
                b' ' | b'\t' | b'\n' | b'\r' => Self::Text,
                b']' => Self::Definition { bracket: true },
                _ if bracket => Self::behind_bracket(byte).unwrap_or(Self::Definition { bracket: false }),
                _ => Self::Definition { bracket: false },
            },
            Self::Pointed { inline, escaped } => match byte {
                // behind it may stand a title, and for some readers still the target
                b'>' if !escaped && inline => Self::Inline(Inside::default()),
                b'>' if !escaped => Self::Text,
                b'\n' => Self::Text,
                _ => Self::Pointed {
                    inline,
                    escaped: byte == b'\\' && !escaped,
                },
            },
            other => other,
        }
    }
}

impl Inside {
    /// `None`: the target has ended.
    fn after(self, byte: u8) -> Option<Self> {
        let depth = match byte {
            // an empty line ends the paragraph, and every target in it
            b'\n' if self.line_end => return None,
            b'(' if !self.escaped => self.depth.saturating_add(1),
            b')' if !self.escaped => self.depth.checked_sub(1)?,
            _ => self.depth,
        };
        Some(Self {
            depth,
            escaped: byte == b'\\' && !self.escaped,
            line_end: byte == b'\n' || (self.line_end && matches!(byte, b' ' | b'\t' | b'\r')),
        })
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
            "[a]:\n>[b]: ",
            "> [a]:\n> x",
            "[a](x\n> y",
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
