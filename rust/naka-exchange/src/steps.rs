//! The legal steps of one half (request or response) of an exchange.
//!
//! [`STEPS`] is the documentation: the diagram in `docs/concepts/exchange.md` is drawn from it, and a test
//! walks every (state, input) pair. A pair without a row raises [`OutOfOrder`] and changes nothing.

use std::fmt;

/// Where one half of an exchange stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Its headers have not come yet.
    Head,
    /// We asked for the body and nothing of it has come.
    Asked,
    /// Body bytes are held; more will come.
    Body,
    /// All of it is held and the verdict is awaited; nothing was answered yet.
    Judging,
    /// Bytes pass as they come, unread: the outcome says why.
    Passing,
    /// A stream whose events go on as they are judged.
    Flowing,
    /// We ended the body before its sender did: what follows is dropped.
    Ended,
    /// Answered. Only repeats of the end are tolerated.
    Done,
}

/// What may happen to a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// Headers, and a body follows.
    Head,
    /// Headers, and nothing follows.
    HeadOnly,
    /// A piece of the body that is not the last.
    Chunk,
    /// The last piece of the body, or the whole of a buffered one.
    LastChunk,
    /// Trailers: they end the body.
    Trailers,
    /// The verdict on what was held.
    Verdict,
    /// The deadline of this half has passed.
    Expired,
}

impl State {
    /// Every state, in the order of the diagram.
    pub const ALL: [Self; 8] = [
        Self::Head,
        Self::Asked,
        Self::Body,
        Self::Judging,
        Self::Passing,
        Self::Flowing,
        Self::Ended,
        Self::Done,
    ];
}

impl Input {
    /// Every input.
    pub const ALL: [Self; 7] = [
        Self::Head,
        Self::HeadOnly,
        Self::Chunk,
        Self::LastChunk,
        Self::Trailers,
        Self::Verdict,
        Self::Expired,
    ];
}

/// One row: in `from`, on `input`, the half may go to any of `to`; which one is a matter of size and policy.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The state before.
    pub from: State,
    /// What happened.
    pub input: Input,
    /// The states that may follow.
    pub to: &'static [State],
}

const fn step(from: State, input: Input, to: &'static [State]) -> Step {
    Step { from, input, to }
}

/// Every legal step.
///
/// `Done` after a body means: answered now, with nothing enforced (the scan runs after the answer), or rejected.
pub const STEPS: &[Step] = &[
    step(
        State::Head,
        Input::Head,
        &[State::Asked, State::Passing, State::Flowing, State::Done],
    ),
    step(State::Head, Input::HeadOnly, &[State::Done]),
    step(State::Asked, Input::Chunk, &[State::Body, State::Passing, State::Done]),
    step(State::Asked, Input::LastChunk, &[State::Judging, State::Done]),
    step(State::Asked, Input::Trailers, &[State::Judging, State::Done]),
    step(State::Asked, Input::Expired, &[State::Done]),
    step(State::Body, Input::Chunk, &[State::Body, State::Passing, State::Done]),
    step(State::Body, Input::LastChunk, &[State::Judging, State::Done]),
    step(State::Body, Input::Trailers, &[State::Judging, State::Done]),
    step(State::Body, Input::Expired, &[State::Done]),
    step(State::Judging, Input::Verdict, &[State::Done]),
    step(State::Judging, Input::Expired, &[State::Done]),
    // Some Envoy releases repeat the end of a large full-duplex body (envoy#46237).
    step(State::Judging, Input::LastChunk, &[State::Judging]),
    step(State::Passing, Input::Chunk, &[State::Passing]),
    step(State::Passing, Input::LastChunk, &[State::Done]),
    step(State::Passing, Input::Trailers, &[State::Done]),
    step(State::Passing, Input::Expired, &[State::Passing]),
    step(State::Flowing, Input::Chunk, &[State::Flowing, State::Ended]),
    step(State::Flowing, Input::LastChunk, &[State::Done]),
    step(State::Flowing, Input::Trailers, &[State::Done]),
    step(State::Flowing, Input::Expired, &[State::Ended]),
    step(State::Ended, Input::Chunk, &[State::Ended]),
    step(State::Ended, Input::LastChunk, &[State::Done]),
    step(State::Ended, Input::Trailers, &[State::Done]),
    step(State::Ended, Input::Expired, &[State::Ended]),
    step(State::Done, Input::LastChunk, &[State::Done]),
    step(State::Done, Input::Trailers, &[State::Done]),
    // Both may have been on their way when the other one answered.
    step(State::Done, Input::Verdict, &[State::Done]),
    step(State::Done, Input::Expired, &[State::Done]),
];

/// The states that may follow `from` on `input`; `None` when the pair is illegal.
#[must_use]
pub fn next(from: State, input: Input) -> Option<&'static [State]> {
    STEPS
        .iter()
        .find(|step| step.from == from && step.input == input)
        .map(|step| step.to)
}

/// A message that may not come now. The exchange is unchanged; the caller ends the stream with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfOrder {
    /// Where the half stood.
    pub state: State,
    /// What came.
    pub input: Input,
}

impl OutOfOrder {
    /// A name that never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "out_of_order"
    }
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} may not come in state {:?}", self.input, self.state)
    }
}

impl std::error::Error for OutOfOrder {}

/// [`STEPS`] as a Mermaid state diagram, one arrow per pair of states; `docs/concepts/exchange.md` holds it.
#[must_use]
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> Head\n");
    for from in State::ALL {
        for to in State::ALL {
            let inputs: Vec<String> = STEPS
                .iter()
                .filter(|step| step.from == from && step.to.contains(&to))
                .map(|step| format!("{:?}", step.input))
                .collect();
            if !inputs.is_empty() {
                text.push_str(&format!("    {from:?} --> {to:?}: {}\n", inputs.join(", ")));
            }
        }
    }
    text.push_str("    Done --> [*]\n");
    text
}
