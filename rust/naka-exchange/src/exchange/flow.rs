//! Streamed answers: bytes to the flow, and what it lets go to Envoy.

use std::sync::Arc;

use bytes::Bytes;
use naka_body::stream::Form;
use naka_policy::{Direction, Failure};

use super::{Exchange, Step};
use crate::command::{BodyMode, Command, HeaderEdits};
use crate::event::{BodyHead, Piece};
use crate::job::Content;
use crate::media;
use crate::outcome::{Coverage, Reason};
use crate::steps::{Input, State};
use crate::stream::{Flow, Judging, Released};
use crate::tools::Tools;

impl Exchange {
    /// The form of an answer that is read event by event; `None` for one that is read whole, or not at all.
    pub(super) fn stream_form(&self, head: &BodyHead) -> Option<Form> {
        if media::is_encoded(&head.content_encoding) {
            return None;
        }
        self.subject
            .route
            .stream_form(std::str::from_utf8(&head.content_type).ok()?)
    }

    pub(super) fn begin_stream(
        &mut self,
        form: Form,
        input: Input,
        mut edits: HeaderEdits,
        tools: &mut Tools,
        step: &mut Step,
    ) {
        let holds = self.holds(Direction::Response);
        let outcome = self.job(Direction::Response, Content::None, holds).blank(tools);
        let judging = Judging {
            subject: Arc::clone(&self.subject),
            rules: Arc::clone(&self.rules),
            shared: Arc::clone(&self.shared),
            decision: self.decision,
            today: self.today,
            holds,
            tokens: Arc::clone(&self.tokens),
            permit: self
                .rules
                .permit(&self.subject.traffic(Direction::Response, self.today, &self.rules)),
        };
        self.flow = Some(Box::new(Flow::new(judging, form, outcome)));
        self.response.mode = if holds {
            // events may change in length
            edits.remove.push("content-length");
            BodyMode::FullDuplex
        } else {
            BodyMode::Streamed
        };
        self.response.go(input, State::Flowing);
        self.answer_headers(Direction::Response, edits, step);
    }

    /// A piece of the stream.
    pub(super) fn stream(&mut self, input: Input, piece: Piece, tools: &mut Tools, step: &mut Step) {
        let holds = self.holds(Direction::Response);
        let last = input == Input::LastChunk;
        self.response.bytes += piece.data.len() as u64;
        if !holds {
            self.response.pass(piece.data.clone(), piece.end, &mut step.commands);
        }
        let released = self.feed(&piece.data, last, tools);
        if holds {
            let end = last || released.cut;
            self.response
                .chunks(Bytes::from(released.bytes), end, &mut step.commands);
        }
        let to = match (last, released.cut) {
            (true, _) => State::Done,
            (false, true) => State::Ended,
            (false, false) => State::Flowing,
        };
        self.response.go(input, to);
        if to != State::Flowing {
            self.end_stream(step);
        }
    }

    /// Trailers end the stream.
    pub(super) fn stream_trailers(&mut self, tools: &mut Tools, step: &mut Step) {
        let released = self.feed(&[], true, tools);
        if self.holds(Direction::Response) {
            self.response
                .chunks(Bytes::from(released.bytes), false, &mut step.commands);
        }
        step.commands.push(Command::Trailers {
            direction: Direction::Response,
        });
        self.response.go(Input::Trailers, State::Done);
        self.end_stream(step);
    }

    /// Gives bytes to the flow, and keeps its memory within the budget.
    fn feed(&mut self, bytes: &[u8], last: bool, tools: &mut Tools) -> Released {
        let Some(flow) = &mut self.flow else {
            return Released::default();
        };
        let mut released = flow.feed(bytes, last, tools);
        if !last && !released.cut && !self.response.lease.resize(flow.held()) {
            let closes = self.rules.failure() == Failure::Closed;
            let more = flow.overload(closes, tools);
            released.bytes.extend_from_slice(&more.bytes);
            released.cut = more.cut;
        }
        released
    }

    /// Nothing came for too long.
    pub(super) fn expire_stream(&mut self, step: &mut Step) {
        if let Some(flow) = &mut self.flow {
            let released = flow.expire();
            self.response
                .chunks(Bytes::from(released.bytes), true, &mut step.commands);
        }
        self.response.go(Input::Expired, State::Ended);
        self.end_stream(step);
    }

    /// The client or the provider went away: what waits goes nowhere.
    pub(super) fn interrupt_stream(&mut self, step: &mut Step) {
        if let Some(flow) = &mut self.flow {
            flow.outcome.coverage = Coverage::Partial;
            flow.outcome.reason = Some(Reason::Interrupted);
        }
        self.response.state = State::Done;
        self.end_stream(step);
    }

    fn end_stream(&mut self, step: &mut Step) {
        if let Some(flow) = self.flow.take() {
            let mut outcome = flow.outcome;
            outcome.bytes = self.response.bytes;
            step.outcomes.push(outcome);
        }
        drop(self.response.lease.split_off());
    }
}
