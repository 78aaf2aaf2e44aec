//! Streams: text that comes in pieces, of which as much as possible goes on at once.
//!
//! [`ChannelScan`] takes the pieces of one channel (one choice's text, one tool call's arguments) and tells after each
//! what is found, once and for all, and up to where the channel may be released. What must wait is what
//! [`Detector::live_from`] says: the bytes that some rule could still make, lengthen, refute or weigh otherwise.
//!
//! Not every rule is judged here ([`Detector::stream_judged`]): names, addresses and phrases are guesses by words, and
//! expressions without a longest match of [`MAX_MATCH`] bytes would wait without end. The whole channel is scanned for
//! those when it has ended. What is promised, and its bounds: `docs/concepts/streams.md`.

mod ahead;
mod channel;
mod from;
mod judged;
mod lanes;
mod named;
mod plain;

pub(crate) use ahead::words as words_are_known;
pub use channel::{ChannelFinding, ChannelScan, Progress};
pub(crate) use from::{Live, View};
pub(crate) use lanes::Lanes;

/// Longest match of a rule that is judged in streams, in folded bytes.
pub const MAX_MATCH: usize = 512;
/// Most bytes of the channel that are kept behind what was judged: the context of what comes.
pub const CONTEXT: usize = 1024;
/// Most bytes that wait. More than that only characters beyond ASCII that fold can make, and then the oldest go.
pub const MAX_HELD: usize = 2048;

/// `at`, or the start of the character that it lies in.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(doc)]
use crate::Detector;
