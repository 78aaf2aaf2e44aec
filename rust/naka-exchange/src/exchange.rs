//! One HTTP exchange as Envoy shows it to us: events in, commands out.
//! No sockets, threads, clocks, logging or files in this module.
//!
//! While nothing is enforced, every answer is given at once and changes nothing; what came is judged afterwards,
//! in a [`Job`] that no answer waits for. Under enforcement a body is held whole, judged, and only then answered.
//! Either way the legal steps are those of [`crate::steps::STEPS`].

use std::sync::Arc;

use naka_policy::{Date, Direction, Failure, RuleSet};

use crate::budget::Budget;
use crate::command::{BodyMode, Command, HeaderEdits};
use crate::event::{BodyHead, Event, Piece, RequestHead, ResponseHead};
use crate::half::Half;
use crate::job::{Content, Job, Verdict};
use crate::keyring::KeyRing;
use crate::media::{self, Media};
use crate::outcome::{DecisionId, Outcome, Reason};
use crate::settings::Settings;
use crate::steps::{Input, OutOfOrder, State};
use crate::subject::Subject;
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
            subject: Arc::new(Subject::unknown(shared.tables)),
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

    fn request_headers(&mut self, head: RequestHead, tools: &mut Tools, step: &mut Step) -> Result<(), OutOfOrder> {
        let input = if head.body.end { Input::HeadOnly } else { Input::Head };
        self.request.may(input)?;
        self.request.head = head.body.clone();
        let (upgrade, accepts_encodings) = (head.upgrade, head.accepts_encodings);
        self.subject = Arc::new(Subject::new(self.shared.tables, &self.rules, head, tools));
        let enforces = |direction| {
            self.rules
                .enforces_on(&self.subject.traffic(direction, self.today, &self.rules))
        };
        (self.enforced, self.answer_enforced) = (enforces(Direction::Request), enforces(Direction::Response));
        let mut edits = HeaderEdits::default();
        if self.answer_enforced && accepts_encodings {
            // the provider could choose an encoding that cannot be undone here
            edits.set("accept-encoding", "identity");
        }
        if self.enforced && !self.subject.target().is_normal() {
            return self.answer_unread(Direction::Request, input, Reason::BadPath, edits, tools, step);
        }
        if upgrade {
            return self.answer_unread(Direction::Request, input, Reason::Upgrade, edits, tools, step);
        }
        self.headers(Direction::Request, input, edits, tools, step)
    }

    fn response_headers(&mut self, head: ResponseHead, tools: &mut Tools, step: &mut Step) -> Result<(), OutOfOrder> {
        let input = if head.body.end { Input::HeadOnly } else { Input::Head };
        self.response.may(input)?;
        if self.request.state == State::Head {
            return Err(OutOfOrder {
                state: State::Head,
                input,
            });
        }
        self.leave_request_behind(step);
        self.response.head = head.body;
        let mut edits = HeaderEdits::default();
        if self.enforced || self.answer_enforced {
            edits.set("x-naka-decision", self.decision.to_string());
        }
        if input == Input::HeadOnly {
            self.response.go(input, State::Done);
            self.answer_headers(Direction::Response, edits, step);
            return Ok(());
        }
        self.headers(Direction::Response, input, edits, tools, step)
    }

    /// The answer begins while the request's body is not finished. A streamed body may have ended by trailers that
    /// we did not ask for. A buffered one that never came has passed unread: a mode override that Envoy ignored.
    /// A full-duplex one goes on: the upstream answered early.
    fn leave_request_behind(&mut self, step: &mut Step) {
        let waiting = matches!(self.request.state, State::Asked | State::Body);
        if !waiting || self.request.mode == BodyMode::FullDuplex {
            return;
        }
        let content = match self.request.state {
            State::Body => Content::Held {
                body: self.request.held.take(),
                whole: false,
            },
            _ => Content::Unread(Reason::BodyNotSent),
        };
        self.request.go(Input::LastChunk, State::Done);
        let job = self.job(Direction::Request, content, false);
        step.jobs.push(job);
    }

    /// Headers of either half, with a body to follow or not: ask for it, or say why not.
    fn headers(
        &mut self,
        direction: Direction,
        input: Input,
        mut edits: HeaderEdits,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
        if input == Input::HeadOnly {
            return self.answer_head_only(edits, tools, step);
        }
        let head = self.half(direction).head.clone();
        let known = head.content_length;
        if let Some(reason) = self.unreadable(direction, &head, known) {
            return self.answer_unread(direction, input, reason, edits, tools, step);
        }
        // an announced body is admitted whole, before its first byte; others as they come
        if !self.half(direction).lease.cover(known.unwrap_or(0)) {
            return self.answer_unread(direction, input, Reason::Overloaded, edits, tools, step);
        }
        let mode = self.mode(direction, &head, known);
        if mode == BodyMode::FullDuplex {
            // Envoy does not strip it on an override; a changed body would hang the upstream (envoy.md 4.2)
            edits.remove.push("content-length");
            if !head.content_encoding.is_empty() {
                edits.remove.push("content-encoding");
                self.half(direction).decode = true;
            }
        }
        let half = self.half(direction);
        half.mode = mode;
        half.go(input, State::Asked);
        self.answer_headers(direction, edits, step);
        Ok(())
    }

    fn mode(&self, direction: Direction, head: &BodyHead, known: Option<u64>) -> BodyMode {
        if !self.holds(direction) {
            return BodyMode::Streamed;
        }
        let small = known.is_some_and(|bytes| bytes <= self.shared.settings.max_buffered_bytes);
        // JSON answers come chunked from most providers; Envoy's buffer is the backstop for a giant one
        let json_answer = direction == Direction::Response && media::of(&head.content_type) == Media::Json;
        if small || (json_answer && known.is_none()) {
            BodyMode::Buffered
        } else {
            BodyMode::FullDuplex
        }
    }

    /// Answers of this half wait for the verdict.
    fn holds(&self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.enforced,
            Direction::Response => self.answer_enforced,
        }
    }

    /// Why a body will not be asked for, as far as its head tells.
    ///
    /// A request may lie about its type, and a lenient provider reads it all the same: every request is asked for, and
    /// its bytes decide, but for forms to a route that takes them.
    fn unreadable(&self, direction: Direction, head: &BodyHead, known: Option<u64>) -> Option<Reason> {
        if known.is_some_and(|bytes| bytes > self.shared.settings.max_body_bytes) {
            return Some(Reason::TooLarge);
        }
        if !media::encodings_known(&head.content_encoding) {
            return Some(Reason::Encoding);
        }
        match (direction, media::of(&head.content_type)) {
            (Direction::Request, Media::Multipart) if !self.subject.takes_json() => Some(Reason::Multipart),
            (Direction::Request, _) | (_, Media::Json | Media::Text | Media::Unsaid) => None,
            (_, Media::EventStream) => Some(Reason::Stream),
            (_, Media::Multipart) => Some(Reason::Multipart),
            (_, Media::Binary) => Some(Reason::Binary),
        }
    }

    /// A request without a body: only its target is judged.
    fn answer_head_only(&mut self, edits: HeaderEdits, tools: &mut Tools, step: &mut Step) -> Result<(), OutOfOrder> {
        self.request.go(Input::HeadOnly, State::Done);
        let job = self.job(Direction::Request, Content::None, self.enforced);
        if !self.enforced {
            self.answer_headers(Direction::Request, edits, step);
            step.jobs.push(job);
            return Ok(());
        }
        let verdict = job.run(tools);
        match verdict.reject {
            Some(reject) => step.commands.push(Command::Reject(reject)),
            None => self.answer_headers(Direction::Request, edits, step),
        }
        step.outcomes.push(verdict.outcome);
        Ok(())
    }

    /// A body that will not be read, for `reason`: the policy says whether it passes.
    fn answer_unread(
        &mut self,
        direction: Direction,
        input: Input,
        reason: Reason,
        edits: HeaderEdits,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
        let passing = if input == Input::HeadOnly {
            State::Done
        } else {
            State::Passing
        };
        let holds = self.holds(direction);
        let job = self.job(direction, Content::Unread(reason), holds);
        if !holds {
            self.half(direction).go(input, passing);
            self.answer_headers(direction, edits, step);
            step.jobs.push(job);
            return Ok(());
        }
        let verdict = job.run(tools);
        match verdict.reject {
            Some(reject) => {
                self.half(direction).go(input, State::Done);
                step.commands.push(Command::Reject(reject));
            }
            None => {
                self.half(direction).go(input, passing);
                self.answer_headers(direction, edits, step);
            }
        }
        step.outcomes.push(verdict.outcome);
        Ok(())
    }

    fn body(
        &mut self,
        direction: Direction,
        piece: Piece,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
        let input = self.half(direction).input(piece.end);
        self.half(direction).may(input)?;
        let max = self.shared.settings.max_body_bytes;
        let holds = self.holds(direction);
        let half = self.half(direction);
        match half.state {
            State::Passing => {
                half.bytes += piece.data.len() as u64;
                half.pass(piece.data, piece.end, &mut step.commands);
                half.go(
                    input,
                    if input == Input::LastChunk {
                        State::Done
                    } else {
                        State::Passing
                    },
                );
                return Ok(());
            }
            State::Done | State::Judging => {
                // a repeated end: in full-duplex it has had its answer, elsewhere each message gets one
                if half.mode != BodyMode::FullDuplex {
                    half.pass(piece.data, piece.end, &mut step.commands);
                }
                return Ok(());
            }
            State::Head | State::Asked | State::Body => {}
        }
        half.bytes += piece.data.len() as u64;
        let refused = if half.bytes > max {
            Some(Reason::TooLarge)
        } else if !half.lease.cover(half.bytes) {
            Some(Reason::Overloaded)
        } else {
            None
        };
        if let Some(reason) = refused {
            self.give_up(direction, input, piece, reason, tools, step);
            return Ok(());
        }
        if !holds {
            half.pass(piece.data.clone(), piece.end, &mut step.commands);
        }
        let expected = half.head.content_length.unwrap_or(0) as usize; // at most max_body_bytes: `unreadable` saw to it
        half.held.push(piece.data, expected);
        if input == Input::LastChunk {
            self.whole(direction, input, step)
        } else {
            half.go(input, State::Body)
        }
        Ok(())
    }

    /// Too much of a body has come, or no room is left: what was held and what follows passes unread, or is refused.
    fn give_up(
        &mut self,
        direction: Direction,
        input: Input,
        piece: Piece,
        reason: Reason,
        tools: &mut Tools,
        step: &mut Step,
    ) {
        let holds = self.holds(direction);
        let job = self.job(direction, Content::Unread(reason), holds);
        let half = self.half(direction);
        let passing = if input == Input::LastChunk {
            State::Done
        } else {
            State::Passing
        };
        let held = half.held.take();
        if !holds {
            half.pass(piece.data, piece.end, &mut step.commands);
            half.go(input, passing);
            step.jobs.push(job);
            return;
        }
        let verdict = job.run(tools);
        step.outcomes.push(verdict.outcome);
        let half = self.half(direction);
        match verdict.reject {
            Some(reject) => {
                half.go(input, State::Done);
                step.commands.push(Command::Reject(reject));
            }
            None => {
                half.go(input, passing);
                if !held.is_empty() {
                    half.pass(held, false, &mut step.commands);
                }
                half.pass(piece.data, piece.end, &mut step.commands);
            }
        }
    }

    fn trailers(&mut self, direction: Direction, _tools: &mut Tools, step: &mut Step) -> Result<(), OutOfOrder> {
        self.half(direction).may(Input::Trailers)?;
        let half = self.half(direction);
        match half.state {
            State::Asked | State::Body => {
                half.trailers = true;
                self.whole(direction, Input::Trailers, step);
            }
            _ => {
                half.go(Input::Trailers, State::Done);
                step.commands.push(Command::Trailers { direction });
            }
        }
        Ok(())
    }

    /// All of a body is here.
    fn whole(&mut self, direction: Direction, input: Input, step: &mut Step) {
        let holds = self.holds(direction);
        let half = self.half(direction);
        let body = half.held.take();
        if !holds {
            half.go(input, State::Done);
            if std::mem::take(&mut half.trailers) {
                step.commands.push(Command::Trailers { direction });
            }
            let job = self.job(direction, Content::Held { body, whole: true }, false);
            step.jobs.push(job);
            return;
        }
        half.go(input, State::Judging);
        let job = self.job(direction, Content::Held { body, whole: true }, true);
        step.jobs.push(job);
    }

    /// Takes the verdict of an attached job and gives the answer that waited for it.
    pub fn settle(&mut self, verdict: Verdict, step: &mut Step) {
        let direction = verdict.outcome.direction;
        let half = self.half(direction);
        if half.state == State::Judging {
            half.go(Input::Verdict, State::Done);
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
                State::Head | State::Passing | State::Done => continue,
            };
            let job = self.job(direction, content, false);
            self.half(direction).state = State::Done;
            step.jobs.push(job);
        }
    }

    fn answer_headers(&self, direction: Direction, edits: HeaderEdits, step: &mut Step) {
        step.commands.push(Command::Headers {
            direction,
            edits,
            request_mode: self.request.mode,
            response_mode: self.response.mode,
        });
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }

    fn job(&mut self, direction: Direction, content: Content, attached: bool) -> Job {
        let overload_closes = self.rules.failure() == Failure::Closed;
        let half = self.half(direction);
        Job {
            direction,
            content,
            attached,
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
        }
    }
}
