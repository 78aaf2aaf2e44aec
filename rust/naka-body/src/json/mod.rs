//! JSON as RFC 8259 writes it, read for its spans.
//!
//! One pass, no tree: [`parse`] calls a [`Sink`] for every token with byte spans, in document order, duplicates included.
//! Why not a library: `docs/design/0002-json-spans.md`. Held against `serde_json` in `agrees.rs`.
//!
//! Two differences from `serde_json`, both so that nothing is left unread that another reader would accept:
//! a lone surrogate escape is text (it decodes to U+FFFD), and bytes that are not UTF-8 inside a string are passed on.

#[cfg(test)]
mod agrees;
mod lexer;
mod parse;
mod text;

pub(crate) use lexer::Quoted;
pub(crate) use parse::{Failed, Ignore, Sink, Syntax, parse, parse_from};
pub(crate) use text::{Unit, decode, escape, unit};
