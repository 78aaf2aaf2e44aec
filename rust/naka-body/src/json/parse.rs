//! The grammar: calls a [`Sink`] for each token. No recursion, so that depth costs a byte and never the stack.

use super::lexer::{Lexer, Quoted};

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
    /// Start of the first token that is wrong, or behind the value if something follows it: all before it was reported.
    Wrong { at: usize },
    /// More open brackets than allowed.
    TooDeep,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failed<E> {
    Syntax(Syntax),
    Sink(E),
}

impl<E> From<Syntax> for Failed<E> {
    fn from(why: Syntax) -> Self {
        Self::Syntax(why)
    }
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
    let mut lexer = Lexer { text, at: from };
    // One entry for each open bracket: true for an object.
    let mut open: Vec<bool> = Vec::new();
    let mut byte = lexer.skip_space();
    loop {
        // A value starts here.
        let start = lexer.at;
        let wrong = Failed::Syntax(Syntax::Wrong { at: start });
        match byte {
            Some(b'"') => match lexer.string() {
                Ok(value) => sink.string(value).map_err(Failed::Sink)?,
                Err(_) => return Err(wrong),
            },
            Some(bracket @ (b'{' | b'[')) => {
                if open.len() >= max_depth {
                    return Err(Syntax::TooDeep.into());
                }
                let object = bracket == b'{';
                lexer.at += 1;
                sink.open(object, start).map_err(Failed::Sink)?;
                byte = lexer.skip_space();
                let empty = byte == Some(if object { b'}' } else { b']' });
                if empty {
                    lexer.at += 1;
                    sink.close(object, lexer.at).map_err(Failed::Sink)?;
                } else {
                    open.push(object);
                    if object {
                        byte = key(&mut lexer, byte, sink)?;
                    }
                    continue;
                }
            }
            Some(b'-' | b'0'..=b'9') => match lexer.number() {
                Ok((start, end)) => sink.number(start, end).map_err(Failed::Sink)?,
                Err(_) => return Err(wrong),
            },
            _ => match lexer.literal() {
                Ok(()) => sink.literal(start, lexer.at).map_err(Failed::Sink)?,
                Err(_) => return Err(wrong),
            },
        }
        // A value has ended: close what closes, or go on to the next member.
        loop {
            byte = lexer.skip_space();
            let Some(&object) = open.last() else {
                return if byte.is_none() {
                    Ok(())
                } else {
                    Err(Syntax::Wrong { at: lexer.at }.into())
                };
            };
            match byte {
                Some(b',') => {
                    lexer.at += 1;
                    byte = lexer.skip_space();
                    if object {
                        byte = key(&mut lexer, byte, sink)?;
                    }
                    break;
                }
                Some(bracket @ (b'}' | b']')) if object == (bracket == b'}') => {
                    open.pop();
                    lexer.at += 1;
                    sink.close(object, lexer.at).map_err(Failed::Sink)?;
                }
                _ => return Err(Syntax::Wrong { at: lexer.at }.into()),
            }
        }
    }
}

/// Reads `"key" :` and returns the first byte of the value.
#[inline]
fn key<S: Sink>(lexer: &mut Lexer<'_>, byte: Option<u8>, sink: &mut S) -> Result<Option<u8>, Failed<S::Error>> {
    let at = lexer.at;
    if byte != Some(b'"') {
        return Err(Syntax::Wrong { at }.into());
    }
    let Ok(key) = lexer.string() else {
        return Err(Syntax::Wrong { at }.into());
    };
    sink.key(key).map_err(Failed::Sink)?;
    if lexer.skip_space() != Some(b':') {
        return Err(Syntax::Wrong { at: lexer.at }.into());
    }
    lexer.at += 1;
    Ok(lexer.skip_space())
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
