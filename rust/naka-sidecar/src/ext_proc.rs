//! Envoy's side: one gRPC stream is one exchange.
//!
//! A hand-written stream instead of a task with channels: nothing is spawned for a small request. It never ends with OK
//! before its work is done, because Envoy would let the traffic pass unread (docs/design/0003).

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use naka_exchange::{Command, Exchange, Job, Step, Verdict};
use naka_policy::Direction;
use tokio::time::{Sleep, sleep};
use tonic::{Code, Request, Response, Status, Streaming};

use crate::convert;
use crate::metrics::StreamError;
use crate::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessor;
use crate::pb::envoy::service::ext_proc::v3::{ProcessingRequest, ProcessingResponse};
use crate::plane::{Panicked, Plane, with_tools};

/// gRPC metadata by which Envoy's route names its upstream (`naka.envoy.names.UPSTREAM_METADATA`).
const UPSTREAM: &str = "x-naka-upstream";

/// The ext_proc service.
pub(crate) struct ExtProc {
    pub(crate) plane: Arc<Plane>,
}

#[tonic::async_trait]
impl ExternalProcessor for ExtProc {
    type ProcessStream = Answers;

    async fn process(&self, request: Request<Streaming<ProcessingRequest>>) -> Result<Response<Answers>, Status> {
        let route = request
            .metadata()
            .get(UPSTREAM)
            .and_then(|name| name.to_str().ok())
            .map(str::to_owned);
        let Some(exchange) = self.plane.exchange() else {
            self.plane.metrics.stream_error(StreamError::NoPolicy);
            return Err(Status::unavailable("no policy is in force yet"));
        };
        Ok(Response::new(Answers::new(
            Arc::clone(&self.plane),
            exchange,
            route,
            request.into_inner(),
        )))
    }
}

type Judging = Pin<Box<dyn Future<Output = Result<Verdict, Panicked>> + Send>>;

/// The answers of one exchange.
pub(crate) struct Answers {
    plane: Arc<Plane>,
    exchange: Exchange,
    route: Option<String>,
    messages: Streaming<ProcessingRequest>,
    queue: VecDeque<ProcessingResponse>,
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
    fn new(
        plane: Arc<Plane>,
        exchange: Exchange,
        route: Option<String>,
        messages: Streaming<ProcessingRequest>,
    ) -> Self {
        plane.metrics.exchanges.fetch_add(1, Ordering::Relaxed);
        plane.metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        Self {
            plane,
            exchange,
            route,
            messages,
            queue: VecDeque::new(),
            judging: None,
            watch: None,
            step: Step::default(),
            since: Instant::now(),
            ended: false,
        }
    }

    fn on_message(&mut self, message: ProcessingRequest) -> Result<(), Status> {
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
            self.queue.push_back(convert::message(command));
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

    /// Starts the clock of a full-duplex body, or stops it. That of a stream runs from its last message.
    fn set_watch(&mut self) {
        if self.exchange.flows() {
            // not set anew for each message: when it rings, `idle_left` tells what has passed since the last one
            if !matches!(self.watch, Some((Direction::Response, _))) {
                let idle = self.plane.config.stream_idle();
                self.watch = Some((Direction::Response, Box::pin(sleep(idle))));
            }
            return;
        }
        let watched = Direction::ALL
            .into_iter()
            .find(|direction| self.exchange.needs_watch(*direction));
        match (watched, &self.watch) {
            (Some(direction), Some((other, _))) if direction == *other => {}
            (Some(direction), _) => self.watch = Some((direction, Box::pin(sleep(self.plane.config.body_deadline())))),
            (None, _) => self.watch = None,
        }
    }

    /// How long a stream may still be silent, while it may.
    fn idle_left(&self) -> Option<Duration> {
        let left = self.plane.config.stream_idle().checked_sub(self.since.elapsed());
        left.filter(|left| self.exchange.flows() && !left.is_zero())
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
    fn close(&mut self) {
        self.exchange.close(&mut self.step);
        let jobs = std::mem::take(&mut self.step.jobs);
        for job in jobs {
            self.plane.judge_later(job);
        }
        self.flush();
    }

    /// What comes next: an answer, an error, the end; or nothing yet.
    fn advance(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ProcessingResponse, Status>>> {
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
                if let Some(left) = self.idle_left() {
                    self.watch = Some((direction, Box::pin(sleep(left))));
                    continue;
                }
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
                match Pin::new(&mut self.messages).poll_next(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(message))) => self.on_message(message),
                    // A message that cannot be taken, or a stream that is reset. Ended with OK, Envoy would let the rest pass.
                    Poll::Ready(Some(Err(status))) => Err(broken(&status)),
                    Poll::Ready(None) => {
                        self.ended = true; // Envoy has what it needs
                        Ok(())
                    }
                }
            };
            if let Err(status) = done {
                return self.fail(status);
            }
        }
    }

    fn fail(&mut self, status: Status) -> Poll<Option<Result<ProcessingResponse, Status>>> {
        self.ended = true;
        Poll::Ready(Some(Err(status)))
    }
}

/// What ends a stream whose messages broke off; the library's text stays here.
fn broken(status: &Status) -> Status {
    match status.code() {
        Code::OutOfRange => Status::resource_exhausted("a message over the limit"),
        code => Status::new(code, "the stream broke off"),
    }
}

fn failed() -> Status {
    Status::internal("the check failed")
}

impl Stream for Answers {
    type Item = Result<ProcessingResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().advance(context)
    }
}

impl Drop for Answers {
    /// Envoy may reset a stream at any moment: the records of what it leaves unfinished are made here, once for every end.
    fn drop(&mut self) {
        self.plane.metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
        let plane = Arc::clone(&self.plane);
        let _ = plane.guard(|| self.close()); // counted
    }
}
