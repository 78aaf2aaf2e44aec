//! Headers of either direction: what is asked for, and what is answered where there is nothing to ask for.

use std::sync::Arc;

use naka_policy::Direction;

use super::{Exchange, Step};
use crate::command::{BodyMode, Command, HeaderEdits};
use crate::event::{BodyHead, RequestHead, ResponseHead};
use crate::job::Content;
use crate::media::{self, Media};
use crate::outcome::Reason;
use crate::steps::{Input, OutOfOrder, State};
use crate::subject::Subject;
use crate::tools::Tools;

impl Exchange {
    pub(super) fn request_headers(
        &mut self,
        head: RequestHead,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
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
        let restores = self.enforced && self.rules.tokenizes();
        if (self.answer_enforced || restores) && accepts_encodings {
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

    pub(super) fn response_headers(
        &mut self,
        head: ResponseHead,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
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
        if direction == Direction::Response
            && let Some(form) = self.stream_form(&head)
        {
            self.begin_stream(form, input, edits, tools, step);
            return Ok(());
        }
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
            // one that comes in an encoding: others are read event by event
            (_, Media::EventStream) => Some(Reason::Encoding),
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

    pub(super) fn answer_headers(&self, direction: Direction, edits: HeaderEdits, step: &mut Step) {
        step.commands.push(Command::Headers {
            direction,
            edits,
            request_mode: self.request.mode,
            response_mode: self.response.mode,
        });
    }
}
