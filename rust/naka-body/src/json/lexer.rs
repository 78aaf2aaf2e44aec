//! Tokens of RFC 8259: white space, strings, numbers and the three literals, as byte spans.
//!
//! Cost: strings are skipped 32 bytes at a time with plain loops that compilers turn into vector code; no allocation.

/// What is between the quotes of a string, as a half-open span of the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoted {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Holds at least one backslash; without one, the span is the decoded text.
    pub(crate) escaped: bool,
}

/// The text is not JSON here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadToken {
    pub(crate) at: usize,
}

pub(crate) struct Lexer<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
}

impl Lexer<'_> {
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Moves to the next byte that is not white space and returns it.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> Option<u8> {
        // Most tokens of machine-made JSON are followed by at most one space; indentation takes the loop.
        while let Some(byte) = self.peek() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Reads a string; `at` is on its opening quote and ends behind the closing one.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Quoted, BadToken> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at = next_special(self.text, at);
            match self.text.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Quoted {
                        start,
                        end: at,
                        escaped,
                    });
                }
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                // A control character must be written as an escape; the end of the text leaves the string open.
                _ => return Err(BadToken { at }),
            }
        }
    }

    /// Checks the escape whose backslash is at `at`; returns the position behind it.
    fn escape(&self, at: usize) -> Result<usize, BadToken> {
        match self.text.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match self.text.get(at + 2..at + 6) {
                Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
                _ => Err(BadToken { at }),
            },
            _ => Err(BadToken { at }),
        }
    }

    /// Reads a number; `at` is on its first byte. What follows it is for the grammar to judge.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<(usize, usize), BadToken> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(BadToken { at: self.at }),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok((start, self.at))
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), BadToken> {
        let start = self.at;
        self.digits();
        if self.at == start {
            Err(BadToken { at: start })
        } else {
            Ok(())
        }
    }

    /// Reads `true`, `false` or `null`; `at` is on its first byte.
    pub(crate) fn literal(&mut self) -> Result<(), BadToken> {
        for word in [&b"true"[..], b"false", b"null"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        Err(BadToken { at: self.at })
    }
}

const BLOCK: usize = 32;

#[inline]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The first quote, backslash or control character at or after `from`; the length of the text if there is none.
#[inline]
fn next_special(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(block) = text.get(at..at + BLOCK) {
        // No early exit inside the block, so that it becomes a handful of vector compares.
        let any = block.iter().fold(false, |any, &byte| any | is_special(byte));
        if any {
            break;
        }
        at += BLOCK;
    }
    text[at.min(text.len())..]
        .iter()
        .position(|&byte| is_special(byte))
        .map_or(text.len(), |found| at + found)
}
