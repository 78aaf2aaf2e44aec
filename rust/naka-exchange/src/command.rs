//! What an exchange wants Envoy to do, without Envoy's message types.

use bytes::Bytes;
use naka_policy::Direction;

use crate::reject::Reject;

/// How Envoy shall send a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyMode {
    /// Not at all.
    None,
    /// Piece by piece; each is answered before the next passes. Nothing enforced: every piece passes at once.
    Streamed,
    /// Whole, held by Envoy, which keeps the clean copy.
    Buffered,
    /// Piece by piece, held by us; what we send back is the body.
    FullDuplex,
}

/// One answer to Envoy.
#[derive(Debug)]
pub enum Command {
    /// Answers headers.
    Headers {
        /// Whose.
        direction: Direction,
        /// Changes to them; empty while nothing is enforced.
        edits: HeaderEdits,
        /// How to send the request's body from now on.
        request_mode: BodyMode,
        /// How to send the answer's body.
        response_mode: BodyMode,
    },
    /// Answers a buffered or streamed piece.
    Body {
        /// Whose.
        direction: Direction,
        /// `None` lets it pass as it is.
        replace: Option<Bytes>,
        /// Changes to the headers that go with it.
        edits: HeaderEdits,
    },
    /// A piece of a full-duplex body; not more than [`CHUNK_BYTES`] long.
    Chunk {
        /// Whose.
        direction: Direction,
        /// The bytes.
        data: Bytes,
        /// The last one.
        end: bool,
    },
    /// Answers trailers, which always pass as they are.
    Trailers {
        /// Whose.
        direction: Direction,
    },
    /// Ends the exchange with our own answer to the client; nothing may follow it.
    Reject(Box<Reject>),
}

/// Envoy's gRPC peers refuse larger full-duplex pieces (inference-extension#2056); 64 KiB less the envelope.
pub const CHUNK_BYTES: usize = 62_000;

/// Changes to headers. Names are ours alone, so they are constants.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HeaderEdits {
    /// Overwrites or adds.
    pub set: Vec<(&'static str, Bytes)>,
    /// Removes.
    pub remove: Vec<&'static str>,
}

impl HeaderEdits {
    /// True when nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Bytes>) {
        self.set.push((name, value.into()));
    }
}
