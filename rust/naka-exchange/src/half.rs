//! One direction of an exchange: its state, what it holds, and what it owes Envoy.

use std::sync::Arc;

use bytes::Bytes;
use naka_policy::Direction;

use crate::budget::{Budget, Lease};
use crate::command::{BodyMode, CHUNK_BYTES, Command, HeaderEdits};
use crate::event::BodyHead;
use crate::held::Held;
use crate::steps::{Input, OutOfOrder, State, next};

pub(crate) struct Half {
    pub(crate) direction: Direction,
    pub(crate) state: State,
    /// How Envoy was told to send the body.
    pub(crate) mode: BodyMode,
    pub(crate) head: BodyHead,
    pub(crate) held: Held,
    pub(crate) lease: Lease,
    /// Body bytes that have come.
    pub(crate) bytes: u64,
    /// Trailers ended the body and are not answered yet.
    pub(crate) trailers: bool,
    /// The content encoding was taken off the headers before the body was there: what goes on is decoded.
    pub(crate) decode: bool,
}

impl Half {
    pub(crate) fn new(direction: Direction, budget: &Arc<Budget>) -> Self {
        Self {
            direction,
            state: State::Head,
            mode: BodyMode::None,
            head: BodyHead::default(),
            held: Held::default(),
            lease: Lease::new(Arc::clone(budget)),
            bytes: 0,
            trailers: false,
            decode: false,
        }
    }

    /// Checks that `input` may come now; changes nothing.
    pub(crate) fn may(&self, input: Input) -> Result<(), OutOfOrder> {
        match next(self.state, input) {
            Some(_) => Ok(()),
            None => Err(OutOfOrder {
                state: self.state,
                input,
            }),
        }
    }

    /// Takes a step whose legality [`Half::may`] has checked.
    pub(crate) fn go(&mut self, input: Input, to: State) {
        debug_assert!(
            next(self.state, input).is_some_and(|states| states.contains(&to)),
            "{:?} --{input:?}--> {to:?} is not in STEPS",
            self.state
        );
        self.state = to;
    }

    /// Which input a piece of body is. A buffered body is whole whatever its flag says (a decompressor before us
    /// clears the flag).
    pub(crate) fn input(&self, end: bool) -> Input {
        if end || self.mode == BodyMode::Buffered {
            Input::LastChunk
        } else {
            Input::Chunk
        }
    }

    /// Lets one piece pass as it came, by the rules of the mode.
    pub(crate) fn pass(&self, piece: Bytes, end: bool, out: &mut Vec<Command>) {
        match self.mode {
            BodyMode::FullDuplex => self.chunks(piece, end, out),
            _ => out.push(Command::Body {
                direction: self.direction,
                replace: None,
                edits: HeaderEdits::default(),
            }),
        }
    }

    /// The one place where a body leaves: it keeps content-length right in every mode.
    ///
    /// Buffered: an unchanged body needs no edit; a changed one goes with its own length, and without its content
    /// encoding when it was decoded. Full-duplex: the headers have left without both, so only bytes follow.
    /// Streamed pieces were answered when they came.
    pub(crate) fn finish_body(&mut self, body: Bytes, changed: bool, decoded: bool, out: &mut Vec<Command>) {
        match self.mode {
            BodyMode::FullDuplex => {
                self.chunks(body, !self.trailers, out);
                if std::mem::take(&mut self.trailers) {
                    out.push(Command::Trailers {
                        direction: self.direction,
                    });
                }
            }
            BodyMode::Buffered => {
                let mut edits = HeaderEdits::default();
                if changed {
                    edits.set("content-length", body.len().to_string());
                    if decoded {
                        edits.remove.push("content-encoding");
                    }
                }
                out.push(Command::Body {
                    direction: self.direction,
                    replace: changed.then_some(body),
                    edits,
                });
            }
            BodyMode::Streamed | BodyMode::None => {}
        }
    }

    /// Sends bytes of a full-duplex body.
    pub(crate) fn chunks(&self, mut body: Bytes, end: bool, out: &mut Vec<Command>) {
        while body.len() > CHUNK_BYTES {
            let data = body.split_to(CHUNK_BYTES);
            out.push(Command::Chunk {
                direction: self.direction,
                data,
                end: false,
            });
        }
        if end || !body.is_empty() {
            out.push(Command::Chunk {
                direction: self.direction,
                data: body,
                end,
            });
        }
    }
}
