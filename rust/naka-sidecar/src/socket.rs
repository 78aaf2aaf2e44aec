//! A connection's socket between the kernel and hyper: what came is read with one call, and what was answered in one
//! turn of the connection's task leaves with one write.
//!
//! Hyper flushes each large frame by itself, and reads in small pieces. tokio's own stream also wakes its thread whenever
//! the peer has read something, which on a UNIX socket is after each answer; here nobody asks for that but a write that
//! found no room. Costs one copy of the bytes in each direction.

use std::io::{self, IoSlice, Read, Write};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

/// Bytes that are read with one call, at most.
const INPUT: usize = 64 << 10;
/// Bytes that wait for the end of a turn; more are written at once.
const OUTPUT: usize = 64 << 10;

/// A non-blocking stream socket of the standard library.
pub(crate) trait Stream: AsRawFd + Send + Sync + Unpin + 'static {
    fn read(&self, into: &mut [u8]) -> io::Result<usize>;
    fn write(&self, from: &[u8]) -> io::Result<usize>;
    fn end(&self) -> io::Result<()>;
    fn twin(&self) -> io::Result<Self>
    where
        Self: Sized;
}

macro_rules! stream {
    ($socket:ty) => {
        impl Stream for $socket {
            fn read(&self, into: &mut [u8]) -> io::Result<usize> {
                Read::read(&mut &*self, into)
            }
            fn write(&self, from: &[u8]) -> io::Result<usize> {
                Write::write(&mut &*self, from)
            }
            fn end(&self) -> io::Result<()> {
                self.shutdown(std::net::Shutdown::Write)
            }
            fn twin(&self) -> io::Result<Self> {
                self.try_clone()
            }
        }
    };
}

stream!(std::os::unix::net::UnixStream);
stream!(std::net::TcpStream);

/// What hyper reads from and writes to.
pub(crate) struct Socket<S: Stream> {
    source: Arc<AsyncFd<S>>,
    input: Box<[u8]>,
    /// What of `input` was read and not yet taken.
    unread: std::ops::Range<usize>,
    outbox: Outbox<S>,
}

/// What waits to be written. Flushed by whoever runs the connection, at the end of each turn.
pub(crate) struct Outbox<S: Stream>(Arc<Mutex<Output<S>>>);

struct Output<S: Stream> {
    sink: Arc<AsyncFd<S>>,
    bytes: Vec<u8>,
    /// How many of them have left.
    sent: usize,
    /// Tells when there is room, while a write waits for it.
    room: Option<AsyncFd<S>>,
    /// The peer takes nothing more.
    broken: Option<io::ErrorKind>,
}

/// Both ends of one socket; must be called on the runtime that will run them.
pub(crate) fn split<S: Stream>(socket: S) -> io::Result<(Socket<S>, Outbox<S>)> {
    let source = Arc::new(register(socket, Interest::READABLE)?);
    let output = Arc::new(Mutex::new(Output {
        sink: Arc::clone(&source),
        bytes: Vec::with_capacity(OUTPUT),
        sent: 0,
        room: None,
        broken: None,
    }));
    let socket = Socket {
        source,
        input: vec![0; INPUT].into(),
        unread: 0..0,
        outbox: Outbox(Arc::clone(&output)),
    };
    Ok((socket, Outbox(output)))
}

fn register<S: Stream>(socket: S, interest: Interest) -> io::Result<AsyncFd<S>> {
    // SAFETY: the sockets of the standard library, the only streams there are, own their descriptor: it is open and the
    // same until they are dropped, which `AsyncFd` does after it has let go of it. Nothing here hands out a `&mut`.
    Ok(unsafe { AsyncFd::register_with_interest(socket, interest)? })
}

impl<S: Stream> Socket<S> {
    fn fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.source.poll_read_ready(context))?;
            match ready.try_io(|socket| socket.get_ref().read(&mut self.input)) {
                Ok(Ok(count)) => {
                    if (1..INPUT).contains(&count) {
                        // all of it: what comes later is told anew (epoll(7), edge-triggered streams)
                        ready.clear_ready();
                    }
                    self.unread = 0..count;
                    return Poll::Ready(Ok(()));
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                Err(_) => {} // would block: asks again, and is woken
            }
        }
    }
}

impl<S: Stream> AsyncRead for Socket<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            ready!(self.fill(context))?;
        }
        let count = self.unread.len().min(into.remaining());
        let start = self.unread.start;
        into.put_slice(&self.input[start..start + count]);
        self.unread.start += count;
        Poll::Ready(Ok(()))
    }
}

impl<S: Stream> AsyncWrite for Socket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(from)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut output = self.outbox.lock();
        if output.bytes.len() >= OUTPUT {
            ready!(output.flush(context))?;
        }
        if let Some(kind) = output.broken {
            return Poll::Ready(Err(kind.into()));
        }
        let before = output.bytes.len();
        for slice in from {
            let room = OUTPUT - output.bytes.len();
            output.bytes.extend_from_slice(&slice[..slice.len().min(room)]);
        }
        Poll::Ready(Ok(output.bytes.len() - before))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Nothing yet: the turn is not over.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut output = self.outbox.lock();
        ready!(output.flush(context))?;
        Poll::Ready(output.sink.get_ref().end())
    }
}

impl<S: Stream> Outbox<S> {
    /// Writes all that waits.
    pub(crate) fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().flush(context)
    }

    fn lock(&self) -> MutexGuard<'_, Output<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Stream> Output<S> {
    fn flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.bytes.len() {
            match ready!(self.write(context)) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = Some(error.kind());
                    self.clear();
                    return Poll::Ready(Err(error));
                }
            }
        }
        self.clear();
        Poll::Ready(Ok(()))
    }

    fn write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let unsent = &self.bytes[self.sent..];
        loop {
            let Some(room) = &self.room else {
                match self.sink.get_ref().write(unsent) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        let twin = self.sink.get_ref().twin()?;
                        self.room = Some(register(twin, Interest::WRITABLE)?);
                        continue;
                    }
                    done => return Poll::Ready(done),
                }
            };
            let mut ready = ready!(room.poll_write_ready(context))?;
            if let Ok(done) = ready.try_io(|socket| socket.get_ref().write(unsent)) {
                return Poll::Ready(done);
            }
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.sent = 0;
        self.room = None;
    }
}

#[cfg(test)]
mod tests;
