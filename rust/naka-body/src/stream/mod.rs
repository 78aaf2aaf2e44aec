//! Answers that come as a stream of events: cut into frames whose bytes are kept, each frame read as a [`Document`].
//!
//! [`Splitter`] takes bytes as they come, cut anywhere, and gives [`Frame`]s: joined, they are the bytes that came.
//! [`Event::read`] names the fields of one frame, and which of them are *pieces* of a text that goes on in later events
//! (its [`Channel`]). [`Frame::rewrite`] writes edits into one frame.
//! The tables (`apis/*.toml`, `[api.stream]`) say what a piece is. No policy, no entities: as all of this crate.
//!
//! [`Document`]: crate::Document

mod array;
mod aws;
mod event;
pub mod fragment;
mod frame;
pub(crate) mod lines;
pub(crate) mod sse;

pub use event::{Call, Channel, Ends, Event, Piece};
pub(crate) use event::{Index, Notes};
pub use frame::{Form, Frame, LastWords, SplitError, Splitter};
