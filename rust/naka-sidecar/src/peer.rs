//! One connection of Envoy: reads once, handles what came, answers with one write.
//!
//! All calls of the connection live here and are driven in turn. Most are answered within the same turn; those that wait
//! for a judge on another thread or for a deadline are asked again whenever the connection is woken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use naka_grpc::{Calls, Connection, Event, Settings};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::ext_proc::Answers;
use crate::others::{self, Call, Part};
use crate::plane::Panicked;
use crate::services::longest_message;
use crate::workers::Services;

/// Path of ext_proc's one method.
const PROCESS: &[u8] = b"/envoy.service.ext_proc.v3.ExternalProcessor/Process";
/// gRPC metadata by which Envoy's route names its upstream (`naka.envoy.names.UPSTREAM_METADATA`).
const UPSTREAM: &str = "x-naka-upstream";
/// Bytes that Envoy may send on a call, and on a connection, before we have read them.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Read at once, at most: some frames of HTTP/2, which are 16 KiB long at most.
const READ_BYTES: usize = 64 << 10;
/// A peer that does not read is not read from.
const UNSENT_BYTES: usize = 1 << 20;

const OK: u8 = 0;
const INTERNAL: u8 = 13;

/// A connection and its calls.
pub(crate) struct Peer<S> {
    socket: S,
    http: Connection,
    services: Arc<Services>,
    calls: Calls<Box<Answers>>,
    /// Calls that go on without a message.
    waiting: Vec<u32>,
    /// Calls of health and reflection, and what they answer.
    others: Calls<Call>,
    part: mpsc::Sender<(u32, Part)>,
    parts: mpsc::Receiver<(u32, Part)>,
    buffer: Box<[u8]>,
    filled: usize,
    events: Vec<Event>,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    stopping: bool,
    /// The peer has broken the protocol, or will send no more: what is to be said is said, and that is all.
    over: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(socket: S, services: Arc<Services>, stop: CancellationToken) -> Self {
        let settings = Settings {
            metadata: UPSTREAM,
            max_message: longest_message(&services.plane.config),
            stream_window: STREAM_WINDOW,
            connection_window: CONNECTION_WINDOW,
        };
        let (part, parts) = mpsc::channel(64);
        Self {
            socket,
            http: Connection::new(settings),
            services,
            calls: Calls::default(),
            waiting: Vec::new(),
            others: Calls::default(),
            part,
            parts,
            buffer: vec![0; READ_BYTES].into(),
            filled: 0,
            events: Vec::new(),
            stop: Box::pin(stop.cancelled_owned()),
            stopping: false,
            over: false,
        }
    }

    /// Reads and handles once; true when something came.
    fn read(&mut self, context: &mut Context<'_>) -> std::io::Result<bool> {
        let mut free = ReadBuf::new(&mut self.buffer[self.filled..]);
        match Pin::new(&mut self.socket).poll_read(context, &mut free) {
            Poll::Pending => return Ok(false),
            Poll::Ready(done) => done?,
        }
        let came = free.filled().len();
        if came == 0 {
            self.over = true;
            return Ok(true);
        }
        self.filled += came;
        match self.http.read(&self.buffer[..self.filled], &mut self.events) {
            Ok(used) => {
                self.buffer.copy_within(used..self.filled, 0);
                self.filled -= used;
            }
            Err(_) => self.over = true,
        }
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            self.on_event(event, context);
        }
        self.events = events;
        Ok(true)
    }

    fn on_event(&mut self, event: Event, context: &mut Context<'_>) {
        match event {
            Event::Call { id, path, metadata } if path == PROCESS => self.begin(id, metadata),
            Event::Call { id, path, .. } => {
                let call = others::call(id, &path, self.services.others.clone(), self.part.clone());
                self.others.insert(id, call);
                self.http.begin(id);
            }
            Event::Message { id, message } => match self.calls.get_mut(&id) {
                Some(call) => {
                    call.push(message);
                    self.drive(id, context);
                }
                None => {
                    if let Some(call) = self.others.get_mut(&id) {
                        call.push(message);
                    }
                }
            },
            Event::End { id } => match self.calls.get_mut(&id) {
                Some(call) => {
                    call.close_inbox();
                    self.drive(id, context);
                }
                None => {
                    if let Some(call) = self.others.get_mut(&id) {
                        call.end();
                    }
                }
            },
            Event::Gone { id } => self.forget(id),
        }
    }

    fn begin(&mut self, id: u32, upstream: Option<Bytes>) {
        let route = upstream.and_then(|name| String::from_utf8(name.into()).ok());
        match Answers::new(Arc::clone(&self.services.plane), route) {
            Ok(call) => {
                self.calls.insert(id, Box::new(call));
                self.http.begin(id);
            }
            Err(status) => self.http.finish(id, code(&status), status.message()),
        }
    }

    /// Lets a call go on as far as it can.
    fn drive(&mut self, id: u32, context: &mut Context<'_>) {
        let plane = Arc::clone(&self.services.plane);
        let Some(call) = self.calls.get_mut(&id) else { return };
        loop {
            // a panic ends its own call alone, and its message goes nowhere
            match plane.guard(|| call.advance(context)) {
                Ok(Poll::Ready(Some(Ok(answer)))) => self.http.send(id, answer.length(), |out| answer.encode(out)),
                Ok(Poll::Ready(Some(Err(status)))) => {
                    self.http.finish(id, code(&status), status.message());
                    return self.forget(id);
                }
                Ok(Poll::Ready(None)) => {
                    self.http.finish(id, OK, "");
                    return self.forget(id);
                }
                Ok(Poll::Pending) => break,
                Err(Panicked) => {
                    self.http.finish(id, INTERNAL, "the check failed");
                    return self.forget(id);
                }
            }
        }
        self.http.hold(id, call.is_behind());
        if call.is_waiting() {
            if !self.waiting.contains(&id) {
                self.waiting.push(id);
            }
        } else if !self.waiting.is_empty() {
            self.waiting.retain(|other| *other != id);
        }
    }

    fn forget(&mut self, id: u32) {
        self.calls.remove(&id);
        self.others.remove(&id);
        if !self.waiting.is_empty() {
            self.waiting.retain(|other| *other != id);
        }
    }

    /// Asks the calls that go on without a message.
    fn ask_waiting(&mut self, context: &mut Context<'_>) {
        for id in self.waiting.clone() {
            self.drive(id, context);
        }
    }

    /// Sends what health and reflection have answered; true when there was something.
    fn take_parts(&mut self, context: &mut Context<'_>) -> bool {
        let mut some = false;
        while !self.is_full()
            && let Poll::Ready(Some((id, part))) = self.parts.poll_recv(context)
        {
            some = true;
            match part {
                Part::Message(message) => self.http.send(id, message.len(), |out| out.extend_from_slice(&message)),
                Part::End { code, message } => {
                    self.http.finish(id, code, &message);
                    self.others.remove(&id);
                }
            }
        }
        some
    }

    /// Writes until all is out or the peer takes no more.
    fn write(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        loop {
            let out = self.http.output();
            if out.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let sent = ready!(Pin::new(&mut self.socket).poll_write(context, out))?;
            if sent == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            out.advance(sent);
            self.http.more();
        }
    }

    fn turn(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        if !self.stopping && self.stop.as_mut().poll(context).is_ready() {
            self.stopping = true;
            self.http.go_away();
        }
        self.ask_waiting(context);
        loop {
            let came = !self.is_full() && !self.over && (self.read(context)? | self.take_parts(context));
            let full = self.is_full();
            let written = self.write(context)?;
            if self.over || self.http.is_over() {
                return written.map(Ok);
            }
            // what was not read because of unsent bytes is read now that they are out
            let room_again = full && written.is_ready();
            if !came && !room_again {
                return Poll::Pending;
            }
        }
    }

    fn is_full(&mut self) -> bool {
        self.http.output().len() > UNSENT_BYTES
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Peer<S> {
    type Output = ();

    /// Ready when the connection is over. A peer that breaks off is no news: its calls leave their own records.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.get_mut().turn(context).map(drop)
    }
}

fn code(status: &tonic::Status) -> u8 {
    u8::try_from(status.code() as i32).unwrap_or(INTERNAL)
}
