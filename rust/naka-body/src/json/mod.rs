//! JSON as RFC 8259 writes it, read for its spans.
//!
//! One pass, no tree: [`parse`] calls a [`Sink`] for every token with byte spans, in document order, duplicates included.
//! The tokens are `jiter`'s; what it takes to keep spans, go on at half a surrogate pair and bound the depth is here. Why:
//! `docs/design/0002-json-spans.md`. Held against `serde_json` in `agrees.rs`.

#[cfg(test)]
mod agrees;
mod parse;
mod surrogates;
mod text;

pub(crate) use parse::{Failed, Ignore, Quoted, Sink, Syntax, parse, parse_from};
pub(crate) use text::{Unit, decode, escape, is_plain, plain_run, unit};
