//! Envoy's side: one gRPC call is one exchange.
//!
//! A state machine that its connection drives: nothing is spawned for a small request. It never ends with OK before its
//! work is done, because Envoy would let the traffic pass unread (docs/design/0003).

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use naka_exchange::{Command, Exchange, Job, Step, Verdict};
use naka_policy::Direction;
use prost::Message as _;
use tokio::time::{Sleep, sleep};
use tonic::Status;

use crate::convert::{self, Answer};
use crate::metrics::StreamError;
use crate::pb::envoy::service::ext_proc::v3::ProcessingRequest;
use crate::plane::{Panicked, Plane, with_tools};

type Judging = Pin<Box<dyn Future<Output = Result<Verdict, Panicked>> + Send>>;

/// The answers of one exchange.
pub(crate) struct Answers {
    plane: Arc<Plane>,
    exchange: Exchange,
    route: Option<String>,
    /// Messages that have come and are not handled yet.
    inbox: VecDeque<Bytes>,
    /// Envoy will send no more.
    closed: bool,
    queue: VecDeque<Answer>,
    /// A large body, on another thread.
    judging: Option<Judging>,
    /// The deadline of a full-duplex body.
    watch: Option<(Direction, Pin<Box<Sleep>>)>,
    step: Step,
    /// When the message came that is being answered.
    since: Instant,
    ended: bool,
}

impl Answers {
    /// An exchange of which nothing has come yet. `route` is the name of Envoy's route. An error before the first policy.
    pub(crate) fn new(plane: Arc<Plane>, route: Option<String>) -> Result<Self, Status> {
        let Some(exchange) = plane.exchange() else {
            plane.metrics.stream_error(StreamError::NoPolicy);
            return Err(Status::unavailable("no policy is in force yet"));
        };
        plane.metrics.exchanges.fetch_add(1, Ordering::Relaxed);
        plane.metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            plane,
            exchange,
            route,
            inbox: VecDeque::new(),
            closed: false,
            queue: VecDeque::new(),
            judging: None,
            watch: None,
            step: Step::default(),
            since: Instant::now(),
            ended: false,
        })
    }

    /// Takes a message; [`Answers::advance`] handles it.
    pub(crate) fn push(&mut self, message: Bytes) {
        self.inbox.push_back(message);
    }

    /// No more messages will come.
    pub(crate) fn close_inbox(&mut self) {
        self.closed = true;
    }

    /// Something else than messages may go on: a judge on another thread, a deadline.
    pub(crate) fn is_waiting(&self) -> bool {
        self.judging.is_some() || self.watch.is_some()
    }

    /// Messages wait for the judge.
    pub(crate) fn is_behind(&self) -> bool {
        !self.inbox.is_empty()
    }

    fn on_message(&mut self, message: Bytes) -> Result<(), Status> {
        let message = ProcessingRequest::decode(message)
            .map_err(|_| Status::invalid_argument("a message that is not Envoy's"))?; // the error could quote it
        if message.observability_mode {
            self.plane.metrics.stream_error(StreamError::Observability);
            return Err(Status::failed_precondition(
                "observability_mode is not supported: use a Shadow policy",
            ));
        }
        self.since = Instant::now();
        let plane = &self.plane;
        let Some(event) = convert::event(message, &mut self.route, |header| plane.trace(header)) else {
            return Err(Status::unimplemented("a kind of message that is not known here"));
        };
        let Self {
            plane, exchange, step, ..
        } = self;
        let handled = plane.guard(|| with_tools(|tools| exchange.handle(event, tools, step)));
        match handled {
            Ok(Ok(())) => self.after_step(),
            Ok(Err(error)) => {
                self.plane.metrics.stream_error(StreamError::OutOfOrder);
                Err(convert::out_of_order(error))
            }
            Err(Panicked) => Err(failed()),
        }
    }

    /// Sends what a step answered, starts what it asks for, keeps what it recorded.
    fn after_step(&mut self) -> Result<(), Status> {
        let jobs = std::mem::take(&mut self.step.jobs);
        self.flush();
        for job in jobs {
            self.start(job)?;
        }
        self.set_watch();
        Ok(())
    }

    fn flush(&mut self) {
        for command in self.step.commands.drain(..) {
            self.ended |= matches!(command, Command::Reject(_));
            self.queue.push_back(convert::answer(command));
        }
        for outcome in self.step.outcomes.drain(..) {
            self.plane.keep(outcome, self.since.elapsed());
        }
    }

    fn start(&mut self, job: Job) -> Result<(), Status> {
        if !job.attached() {
            self.plane.judge_later(job);
        } else if self.plane.is_small(&job) {
            let verdict = self.plane.judge_here(job);
            self.settle(verdict)?;
        } else {
            self.judging = Some(Box::pin(Arc::clone(&self.plane).judge_apart(job)));
        }
        Ok(())
    }

    fn settle(&mut self, verdict: Result<Verdict, Panicked>) -> Result<(), Status> {
        self.exchange
            .settle(verdict.map_err(|Panicked| failed())?, &mut self.step);
        self.flush();
        Ok(())
    }

    /// Starts the clock of a full-duplex body, or stops it.
    fn set_watch(&mut self) {
        let watched = Direction::ALL
            .into_iter()
            .find(|direction| self.exchange.needs_watch(*direction));
        match (watched, &self.watch) {
            (Some(direction), Some((other, _))) if direction == *other => {}
            (Some(direction), _) => self.watch = Some((direction, Box::pin(sleep(self.plane.config.body_deadline())))),
            (None, _) => self.watch = None,
        }
    }

    fn expire(&mut self, direction: Direction) -> Result<(), Status> {
        let Self {
            plane, exchange, step, ..
        } = self;
        plane
            .guard(|| with_tools(|tools| exchange.expire(direction, tools, step)))
            .map_err(|Panicked| failed())?;
        self.judging = None;
        self.after_step()
    }

    /// Leaves the records of what was not finished. Called once.
    fn leave_records(&mut self) {
        self.exchange.close(&mut self.step);
        let jobs = std::mem::take(&mut self.step.jobs);
        for job in jobs {
            self.plane.judge_later(job);
        }
        self.flush();
    }

    /// What comes next: an answer, an error, the end; or nothing yet.
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Answer, Status>>> {
        loop {
            if let Some(answer) = self.queue.pop_front() {
                return Poll::Ready(Some(Ok(answer)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            if let Some((direction, clock)) = &mut self.watch
                && clock.as_mut().poll(context).is_ready()
            {
                let direction = *direction;
                self.watch = None;
                if let Err(status) = self.expire(direction) {
                    return self.fail(status);
                }
                continue;
            }
            let done = if let Some(judging) = &mut self.judging {
                let Poll::Ready(verdict) = judging.as_mut().poll(context) else {
                    return Poll::Pending;
                };
                self.judging = None;
                let settled = self.settle(verdict);
                self.set_watch();
                settled
            } else {
                match self.inbox.pop_front() {
                    Some(message) => self.on_message(message),
                    None if self.closed => {
                        // Envoy has what it needs
                        self.ended = true;
                        Ok(())
                    }
                    None => return Poll::Pending,
                }
            };
            if let Err(status) = done {
                return self.fail(status);
            }
        }
    }

    fn fail(&mut self, status: Status) -> Poll<Option<Result<Answer, Status>>> {
        self.ended = true;
        Poll::Ready(Some(Err(status)))
    }
}

fn failed() -> Status {
    Status::internal("the check failed")
}

impl Drop for Answers {
    /// Envoy may reset a stream at any moment: the records of what it leaves unfinished are made here, once for every end.
    fn drop(&mut self) {
        self.plane.metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
        let plane = Arc::clone(&self.plane);
        let _ = plane.guard(|| self.leave_records()); // counted
    }
}
