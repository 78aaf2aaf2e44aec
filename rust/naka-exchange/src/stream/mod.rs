//! A streamed answer: events in, the bytes that may go on out.
//!
//! An event leaves unchanged as soon as nothing in it can still become part of a finding and no event before it waits;
//! else it waits, whole, until its channels' next pieces or their end. Events keep their order, so what comes behind one
//! that waits waits with it: clients read some of them by place (`…done` after its deltas). No event is added or removed.
//! While nothing is enforced nothing waits: bytes pass as they come, and are read behind.
//!
//! What is not judged while the stream runs (`Detector::stream_judged`) is scanned for behind it, and only recorded.

mod channel;
mod events;
mod judge;
mod queue;
mod record;
mod restore;
mod window;

use std::sync::Arc;

use naka_body::stream::{Call, Form, LastWords, SplitError, Splitter};
use naka_policy::{Action, Date, Direction, Permit, RuleSet};

use self::channel::{Channel, PieceEdit};
use self::queue::Queue;
use crate::exchange::Shared;
use crate::name::{DecisionId, JsonPath};
use crate::outcome::{Coverage, Outcome, Reason};
use crate::reject::Reject;
use crate::subject::Subject;
use crate::tokens::Held;
use crate::tools::Tools;

/// What a stream is judged by; all of it is the exchange's.
pub(crate) struct Judging {
    pub(crate) subject: Arc<Subject>,
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) decision: DecisionId,
    pub(crate) today: Date,
    /// Something may be enforced, or restored: events wait, and may be changed.
    pub(crate) holds: bool,
    /// What the request made, and where it may come back.
    pub(crate) tokens: Arc<Held>,
    pub(crate) permit: Permit,
}

/// One streamed answer.
pub(crate) struct Flow {
    judging: Judging,
    form: Form,
    splitter: Splitter,
    channels: Vec<Channel>,
    queue: Queue,
    /// The tools that are called; no name for one that was given two.
    calls: Vec<(Call, Option<String>)>,
    /// Its tokens are kept for what goes on from it.
    kept: bool,
    /// The record so far.
    pub(crate) outcome: Outcome,
    /// Why the stream is cut off: told to the client instead of what is left.
    cut: Option<Cut>,
    /// What is left passes unread.
    unread: bool,
    /// Something has left.
    sent: bool,
}

/// Why a stream ends before its end.
enum Cut {
    Blocked,
    Refused(Reason, Option<JsonPath>),
}

/// What a piece of a stream led to.
#[derive(Default)]
pub(crate) struct Released {
    /// The bytes that go on.
    pub(crate) bytes: Vec<u8>,
    /// The last ones: the stream was cut off.
    pub(crate) cut: bool,
}

impl Flow {
    pub(crate) fn new(judging: Judging, form: Form, mut outcome: Outcome) -> Self {
        if !judging.subject.route.knows_stream() {
            // each event is read by itself: what is split over two is not seen
            (outcome.coverage, outcome.reason) = (Coverage::Partial, Some(Reason::Stream));
        }
        let splitter = Splitter::new(form, judging.shared.settings.max_event_bytes);
        Self {
            judging,
            form,
            splitter,
            channels: Vec::new(),
            queue: Queue::default(),
            calls: Vec::new(),
            kept: false,
            outcome,
            cut: None,
            unread: false,
            sent: false,
        }
    }

    /// Takes bytes as they came; `end` says that no more do.
    pub(crate) fn feed(&mut self, bytes: &[u8], end: bool, tools: &mut Tools) -> Released {
        let mut released = Released::default();
        if self.unread {
            released.bytes = bytes.to_vec();
            return released;
        }
        self.splitter.push(bytes);
        loop {
            match self.splitter.next() {
                Ok(Some(frame)) => self.event(frame, tools),
                Ok(None) => break,
                Err(error) => {
                    let reason = match error {
                        SplitError::TooLarge => Reason::TooLarge,
                        SplitError::Broken => Reason::Malformed,
                    };
                    self.unreadable(reason, None);
                    self.unread = self.cut.is_none();
                    break;
                }
            }
            if self.cut.is_some() {
                break;
            }
        }
        if self.unread {
            self.let_go(&mut released, tools);
            return self.end(released);
        }
        if end && self.cut.is_none() {
            if let Some(frame) = self.splitter.finish() {
                self.event(frame, tools);
            }
            self.end_channels(|_| true, tools);
        }
        if self.cut.is_none() && self.queue.bytes() > self.judging.shared.settings.max_waiting_bytes {
            // a text that waits for more while others run on: judged by what is there
            self.end_channels(|_| true, tools);
            self.partial(Reason::Limits);
        }
        self.write(&mut released.bytes);
        self.end(released)
    }

    /// The time of the stream is over.
    pub(crate) fn expire(&mut self) -> Released {
        self.cut = Some(Cut::Refused(Reason::Deadline, None));
        self.partial(Reason::Deadline);
        self.end(Released::default())
    }

    /// All that waits, before what is left passes unread.
    fn let_go(&mut self, released: &mut Released, tools: &mut Tools) {
        self.end_channels(|_| true, tools);
        self.write(&mut released.bytes);
        released.bytes.extend_from_slice(&self.splitter.rest());
    }

    /// Events that need not wait any more.
    fn write(&mut self, out: &mut Vec<u8>) {
        let Judging { subject, shared, .. } = &self.judging;
        if self.cut.is_none() && self.queue.pop(&subject.route, &shared.settings.body, out).is_err() {
            // what should have been hidden must not pass because of a fault of ours
            self.cut = Some(Cut::Refused(Reason::Internal, None));
        }
    }

    /// Adds the last events when the stream is cut off; what waits goes nowhere.
    fn end(&mut self, mut released: Released) -> Released {
        let Some(cut) = &self.cut else {
            self.sent |= !released.bytes.is_empty();
            return released;
        };
        let Judging {
            subject,
            rules,
            decision,
            today,
            ..
        } = &self.judging;
        let reject = match cut {
            Cut::Blocked => Reject::blocked(
                &subject.route,
                None,
                *decision,
                Direction::Response,
                &self.outcome.entities,
                &self.outcome.paths,
            ),
            Cut::Refused(reason, path) => Reject::refused(subject.route.errors(), *decision, *reason, path.as_ref()),
        };
        let refusal = match cut {
            Cut::Blocked => subject.refusing_model(rules, &subject.traffic(Direction::Response, *today, rules)),
            Cut::Refused(..) => None,
        };
        let last = LastWords {
            model: refusal.as_deref(),
            sequence: self.queue.sequence(),
            first: !self.sent && released.bytes.is_empty(),
        };
        let ending = subject
            .route
            .stream_ending(self.form, &reject.problem(&decision.to_string()), &last);
        released.bytes.extend_from_slice(&ending);
        released.cut = true;
        self.outcome.rejected = reject.status;
        self.outcome.enforced = Action::Block;
        self.outcome.would_be = Action::Block;
        self.queue = Queue::default();
        self.channels = Vec::new();
        released
    }

    /// No room is left for what waits: by the policy all of it passes unread, or the stream is cut off.
    pub(crate) fn overload(&mut self, closes: bool, tools: &mut Tools) -> Released {
        let mut released = Released::default();
        self.partial(Reason::Overloaded);
        if closes && self.judging.holds {
            self.cut = Some(Cut::Refused(Reason::Overloaded, None));
        } else {
            self.unread = true;
            self.let_go(&mut released, tools);
        }
        self.end(released)
    }

    /// Bytes held.
    pub(crate) fn held(&self) -> u64 {
        let channels: usize = self.channels.iter().map(Channel::memory).sum();
        (self.splitter.held() + self.queue.bytes() + channels) as u64
    }
}
