//! Bodies of either direction: held until they may be judged, or passed on at once and judged behind.

use naka_policy::Direction;

use super::{Exchange, Step};
use crate::command::{BodyMode, Command};
use crate::event::Piece;
use crate::job::Content;
use crate::outcome::Reason;
use crate::steps::{Input, OutOfOrder, State};
use crate::tools::Tools;

impl Exchange {
    pub(super) fn body(
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
            State::Flowing => {
                self.stream(input, piece, tools, step);
                return Ok(());
            }
            State::Ended => {
                half.go(
                    input,
                    if input == Input::LastChunk {
                        State::Done
                    } else {
                        State::Ended
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

    pub(super) fn trailers(
        &mut self,
        direction: Direction,
        tools: &mut Tools,
        step: &mut Step,
    ) -> Result<(), OutOfOrder> {
        self.half(direction).may(Input::Trailers)?;
        let half = self.half(direction);
        match half.state {
            State::Asked | State::Body => {
                half.trailers = true;
                self.whole(direction, Input::Trailers, step);
            }
            State::Flowing => self.stream_trailers(tools, step),
            State::Ended => half.go(Input::Trailers, State::Done),
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
}
