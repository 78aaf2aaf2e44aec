//! Custom recognisers: entities that a policy pack defines by expressions and keywords.
//!
//! They run in the same pass as the built-in rules and add findings marked [`crate::Flags::CUSTOM`]. They never
//! remove, shorten or lower a built-in finding, and cannot reuse a built-in id.
//!
//! **Expressions** match bytes of the folded text (Indic digits are ASCII there, dashes are `-`), Unicode off
//! unless `(?u)` turns it on. A match begins and ends at the edge of a word: where its first or last byte is a
//! letter or digit, no letter or digit may touch it. At each place the longest match counts, at most
//! [`limits::MAX_MATCH`] bytes; matches of one expression do not overlap, the leftmost wins. `\b`, `^` and `$` are
//! allowed at both ends of an expression, not inside.
//!
//! **Keywords** are whole words or phrases, upper and lower case of ASCII letters alike. A keyword that ends with
//! `*` may go on: `bluefin*` finds `bluefins`.
//!
//! **Limits** are in [`limits`]. What exceeds them is refused with the name of the rule, in milliseconds: nothing
//! here can be made slow by an expression, for all of them are small deterministic automata.

mod compile;
mod context;
mod edges;
pub mod limits;
mod live;
mod recognizer;
mod scan;
mod start;
#[cfg(test)]
mod tests;
mod trial;

pub use recognizer::{CustomContext, CustomPattern, Recognizer};

pub use compile::Lane;

pub(crate) use compile::{Builtin, Customs};
pub(crate) use scan::CustomBuffer;
