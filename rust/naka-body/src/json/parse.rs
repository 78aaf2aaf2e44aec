//! Drives the tokenizer and calls a [`Sink`] for each token. No recursion, so that depth costs a byte and never the stack.

use jiter::{Jiter, JiterResult, Peek};
use memchr::memchr;

use super::surrogates;

/// What is between the quotes of a string, as a half-open span of the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoted {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Holds at least one backslash; without one, the span is the decoded text.
    pub(crate) escaped: bool,
}

/// Receives the tokens of one JSON text. An error of the sink ends the parse.
pub(crate) trait Sink {
    type Error;
    /// `{` or `[` at `at`.
    fn open(&mut self, object: bool, at: usize) -> Result<(), Self::Error>;
    /// The matching `}` or `]` ends just before `end`.
    fn close(&mut self, object: bool, end: usize) -> Result<(), Self::Error>;
    fn key(&mut self, key: Quoted) -> Result<(), Self::Error>;
    fn string(&mut self, value: Quoted) -> Result<(), Self::Error>;
    fn number(&mut self, start: usize, end: usize) -> Result<(), Self::Error>;
    /// `true`, `false` or `null`.
    fn literal(&mut self, start: usize, end: usize) -> Result<(), Self::Error>;
}

/// Where and why the text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `after`: end of the last token that was reported, and so was all before it.
    Wrong { after: usize },
    /// More open brackets than allowed.
    TooDeep,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failed<E> {
    Syntax(Syntax),
    Sink(E),
}

/// Reads exactly one JSON value with white space around it.
pub(crate) fn parse<S: Sink>(text: &[u8], max_depth: usize, sink: &mut S) -> Result<(), Failed<S::Error>> {
    parse_from(text, 0, max_depth, sink)
}

/// The same from an offset on; spans are into `text`.
pub(crate) fn parse_from<S: Sink>(
    text: &[u8],
    from: usize,
    max_depth: usize,
    sink: &mut S,
) -> Result<(), Failed<S::Error>> {
    // Byte for byte as long, so spans of the one are spans of the other.
    let mended = surrogates::mended(&text[from..]);
    let text = mended.as_deref().unwrap_or(&text[from..]);
    let mut reader = Reader {
        text,
        from,
        tokens: Jiter::new(text),
        after: 0,
    };
    // One entry for each open bracket: true for an object.
    let mut open: Vec<bool> = Vec::new();
    let mut next = reader.take(Jiter::peek)?;
    loop {
        // A value starts here.
        let start = from + reader.tokens.current_index();
        match next {
            Peek::Object | Peek::Array if open.len() >= max_depth => return Err(Failed::Syntax(Syntax::TooDeep)),
            Peek::Object => {
                let key = reader.key(Jiter::next_object_bytes)?;
                sink.open(true, start).map_err(Failed::Sink)?;
                match key {
                    Some(key) => {
                        sink.key(key).map_err(Failed::Sink)?;
                        open.push(true);
                        next = reader.take(Jiter::peek)?;
                        continue;
                    }
                    None => sink.close(true, reader.end()).map_err(Failed::Sink)?,
                }
            }
            Peek::Array => {
                let item = reader.take(Jiter::known_array)?;
                sink.open(false, start).map_err(Failed::Sink)?;
                match item {
                    Some(item) => {
                        open.push(false);
                        next = item;
                        continue;
                    }
                    None => sink.close(false, reader.end()).map_err(Failed::Sink)?,
                }
            }
            Peek::String => {
                let value = reader.quoted(Jiter::known_bytes)?;
                sink.string(value).map_err(Failed::Sink)?;
            }
            Peek::Null | Peek::True | Peek::False => {
                reader.take(|tokens| match next {
                    Peek::Null => tokens.known_null(),
                    _ => tokens.known_bool(next).map(drop),
                })?;
                sink.literal(start, reader.end()).map_err(Failed::Sink)?;
            }
            _ => {
                reader.take(|tokens| tokens.known_number_bytes(next).map(drop))?;
                sink.number(start, reader.end()).map_err(Failed::Sink)?;
            }
        }
        // A value has ended: close what closes, or go on to the next member.
        loop {
            match open.last() {
                None => return reader.take(Jiter::finish),
                Some(true) => match reader.key(Jiter::next_key_bytes)? {
                    Some(key) => {
                        sink.key(key).map_err(Failed::Sink)?;
                        next = reader.take(Jiter::peek)?;
                        break;
                    }
                    None => sink.close(true, reader.end()).map_err(Failed::Sink)?,
                },
                Some(false) => match reader.take(Jiter::array_step)? {
                    Some(item) => {
                        next = item;
                        break;
                    }
                    None => sink.close(false, reader.end()).map_err(Failed::Sink)?,
                },
            }
            open.pop();
        }
    }
}

/// The tokenizer, and how far it came.
struct Reader<'t> {
    text: &'t [u8],
    /// Where `text` starts in the text that was asked for.
    from: usize,
    tokens: Jiter<'t>,
    after: usize,
}

impl<'t> Reader<'t> {
    #[inline]
    fn take<T, E>(&mut self, step: impl FnOnce(&mut Jiter<'t>) -> JiterResult<T>) -> Result<T, Failed<E>> {
        let Ok(token) = step(&mut self.tokens) else {
            return Err(Failed::Syntax(Syntax::Wrong {
                after: self.from + self.after,
            }));
        };
        self.after = self.tokens.current_index();
        Ok(token)
    }

    /// End of the last token.
    fn end(&self) -> usize {
        self.from + self.after
    }

    #[inline]
    fn quoted<E>(
        &mut self,
        step: impl for<'a> FnOnce(&'a mut Jiter<'t>) -> JiterResult<&'a [u8]>,
    ) -> Result<Quoted, Failed<E>> {
        let (base, from) = (self.text.as_ptr().addr(), self.from);
        self.take(|tokens| step(tokens).map(|raw| quoted(raw, base, from)))
    }

    #[inline]
    fn key<E>(
        &mut self,
        step: impl for<'a> FnOnce(&'a mut Jiter<'t>) -> JiterResult<Option<&'a [u8]>>,
    ) -> Result<Option<Quoted>, Failed<E>> {
        let (base, from) = (self.text.as_ptr().addr(), self.from);
        self.take(|tokens| Ok(step(tokens)?.map(|raw| quoted(raw, base, from))))
    }
}

/// The tokenizer gives a part of the text that it reads, so the part's address tells where it is.
#[inline]
fn quoted(raw: &[u8], base: usize, from: usize) -> Quoted {
    let start = raw.as_ptr().addr() - base + from;
    Quoted {
        start,
        end: start + raw.len(),
        escaped: memchr(b'\\', raw).is_some(),
    }
}

/// A sink that only checks the grammar.
pub(crate) struct Ignore;

impl Sink for Ignore {
    type Error = std::convert::Infallible;
    fn open(&mut self, _: bool, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }
    fn close(&mut self, _: bool, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }
    fn key(&mut self, _: Quoted) -> Result<(), Self::Error> {
        Ok(())
    }
    fn string(&mut self, _: Quoted) -> Result<(), Self::Error> {
        Ok(())
    }
    fn number(&mut self, _: usize, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }
    fn literal(&mut self, _: usize, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }
}
