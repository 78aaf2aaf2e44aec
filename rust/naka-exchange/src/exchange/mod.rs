//! One HTTP exchange as Envoy shows it to us: events in, commands out.
//! No sockets, threads, clocks, logging or files in this module.
//!
//! While nothing is enforced, every answer is given at once and changes nothing; what came is judged afterwards,
//! in a [`Job`] that no answer waits for. Under enforcement a body is held whole, judged, and only then answered.
//! Either way the legal steps are those of [`crate::steps::STEPS`].

mod body;
mod flow;
mod heads;

use std::sync::Arc;

use naka_policy::{Date, Direction, Failure, RuleSet};

use crate::budget::Budget;
use crate::command::{BodyMode, Command};
use crate::event::Event;
use crate::half::Half;
use crate::history::History;
use crate::job::{Content, Job, Verdict};
use crate::keyring::KeyRing;
use crate::name::DecisionId;
use crate::outcome::{Outcome, Reason};
use crate::settings::Settings;
use crate::steps::{Input, OutOfOrder, State};
use crate::stream::Flow;
use crate::subject::Subject;
use crate::tokens::Held;
use crate::tools::Tools;

/// What all exchanges of a process share.
pub struct Shared {
    /// Limits.
    pub settings: Settings,
    /// Bytes in flight.
    pub budget: Arc<Budget>,
    /// Which API a path belongs to.
    pub tables: &'static naka_body::ApiTables,
    /// For tokens; without it Tokenize acts as Redact.
    pub keys: KeyRing,
    /// Tokens of conversations that providers keep; none unless configured.
    pub history: Option<History>,
}

/// What one event led to. The shell sends `commands` in their order, then runs `jobs`, and keeps `outcomes`.
#[derive(Default)]
pub struct Step {
    /// Answers to Envoy, in order.
    pub commands: Vec<Command>,
    /// Work to be done, off the hot path when it is large. An attached one must be given to [`Exchange::settle`].
    pub jobs: Vec<Job>,
    /// Records that are complete.
    pub outcomes: Vec<Outcome>,
}

/// One exchange. It keeps the rules that it began with to its end.
pub struct Exchange {
    shared: Arc<Shared>,
    rules: Arc<RuleSet>,
    /// Something may be enforced on this request: its answers wait, and may change what passes.
    enforced: bool,
    /// The same for its answer.
    answer_enforced: bool,
    decision: DecisionId,
    today: Date,
    subject: Arc<Subject>,
    request: Half,
    response: Half,
    /// What the request made.
    tokens: Arc<Held>,
    /// The answer, while it streams.
    flow: Option<Box<Flow>>,
}

impl Exchange {
    /// A new exchange under `rules`. `decision` and `today` come from the shell, which owns clock and randomness.
    #[must_use]
    pub fn new(shared: Arc<Shared>, rules: Arc<RuleSet>, decision: DecisionId, today: Date) -> Self {
        Self {
            enforced: false,
            answer_enforced: false,
            request: Half::new(Direction::Request, &shared.budget),
            response: Half::new(Direction::Response, &shared.budget),
            subject: Subject::unknown(shared.tables),
            tokens: Held::none(),
            flow: None,
            shared,
            rules,
            decision,
            today,
        }
    }

    /// Names this exchange.
    #[must_use]
    pub fn decision(&self) -> DecisionId {
        self.decision
    }

    /// Where a half stands.
    #[must_use]
    pub fn state(&self, direction: Direction) -> State {
        match direction {
            Direction::Request => self.request.state,
            Direction::Response => self.response.state,
        }
    }

    /// True while this half holds a full-duplex body, over which Envoy keeps no time: the shell must, and give
    /// [`Exchange::expire`] when the time is over.
    #[must_use]
    pub fn needs_watch(&self, direction: Direction) -> bool {
        let half = match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        };
        half.mode == BodyMode::FullDuplex && matches!(half.state, State::Asked | State::Body | State::Judging)
    }

    /// True while this half streams events through us, full-duplex: the shell must keep time anew after each message, and
    /// give [`Exchange::expire`] when nothing came for too long.
    #[must_use]
    pub fn flows(&self) -> bool {
        self.response.state == State::Flowing && self.response.mode == BodyMode::FullDuplex
    }

    /// Takes one message. An error changes nothing, and the shell ends the stream with it.
    ///
    /// # Errors
    /// [`OutOfOrder`] when the message may not come now.
    pub fn handle(&mut self, event: Event, tools: &mut Tools, step: &mut Step) -> Result<(), OutOfOrder> {
        match event {
            Event::RequestHeaders(head) => self.request_headers(head, tools, step),
            Event::RequestBody(piece) => self.body(Direction::Request, piece, tools, step),
            Event::RequestTrailers => self.trailers(Direction::Request, tools, step),
            Event::ResponseHeaders(head) => self.response_headers(head, tools, step),
            Event::ResponseBody(piece) => self.body(Direction::Response, piece, tools, step),
            Event::ResponseTrailers => self.trailers(Direction::Response, tools, step),
        }
    }

    /// Takes the verdict of an attached job and gives the answer that waited for it.
    pub fn settle(&mut self, verdict: Verdict, step: &mut Step) {
        let direction = verdict.outcome.direction;
        let half = self.half(direction);
        if half.state == State::Judging {
            half.go(Input::Verdict, State::Done);
            if let Some(tokens) = verdict.tokens {
                self.tokens = tokens;
            }
            let half = self.half(direction);
            match verdict.reject {
                Some(reject) => step.commands.push(Command::Reject(reject)),
                None => half.finish_body(verdict.body, verdict.changed, verdict.decoded, &mut step.commands),
            }
            step.outcomes.push(verdict.outcome);
        }
        // else: the deadline was faster, answered, and left its own record
    }

    /// The time of a half that [`Exchange::needs_watch`] is over: it is refused, for nothing of it was judged.
    pub fn expire(&mut self, direction: Direction, tools: &mut Tools, step: &mut Step) {
        if self.state(direction) == State::Flowing {
            return self.expire_stream(step);
        }
        if !matches!(self.state(direction), State::Asked | State::Body | State::Judging) {
            return;
        }
        let job = self.job(direction, Content::Unread(Reason::Deadline), true);
        let verdict = job.run(tools);
        let half = self.half(direction);
        half.held.take();
        half.go(Input::Expired, State::Done);
        if let Some(reject) = verdict.reject {
            step.commands.push(Command::Reject(reject));
        }
        step.outcomes.push(verdict.outcome);
    }

    /// The stream is over. Halves that were not finished leave a record: what is held of a streamed body has passed
    /// and is judged; a held one has gone nowhere.
    pub fn close(&mut self, step: &mut Step) {
        for direction in Direction::ALL {
            let streamed = self.half(direction).mode == BodyMode::Streamed;
            let content = match self.state(direction) {
                State::Body if streamed => Content::Held {
                    body: self.half(direction).held.take(),
                    whole: false,
                },
                State::Asked | State::Body | State::Judging => Content::Unread(Reason::Interrupted),
                State::Flowing => {
                    self.interrupt_stream(step);
                    continue;
                }
                State::Head | State::Passing | State::Ended | State::Done => continue,
            };
            let job = self.job(direction, content, false);
            self.half(direction).state = State::Done;
            step.jobs.push(job);
        }
    }

    /// Answers of this half wait for the verdict.
    fn holds(&self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.enforced,
            Direction::Response => self.answer_enforced || !self.tokens.tokens.is_empty(),
        }
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }

    fn job(&mut self, direction: Direction, content: Content, attached: bool) -> Job {
        let overload_closes = self.rules.failure() == Failure::Closed;
        let enforced = match direction {
            Direction::Request => self.enforced,
            Direction::Response => self.answer_enforced,
        };
        let half = self.half(direction);
        Job {
            direction,
            content,
            attached,
            enforced,
            overload_closes,
            head: half.head.clone(),
            bytes: half.bytes,
            decode: half.decode,
            _lease: half.lease.split_off(),
            decision: self.decision,
            today: self.today,
            subject: Arc::clone(&self.subject),
            rules: Arc::clone(&self.rules),
            shared: Arc::clone(&self.shared),
            tokens: Arc::clone(&self.tokens),
        }
    }
}
