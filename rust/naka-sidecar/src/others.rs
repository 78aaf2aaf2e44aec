//! Health and reflection on Envoy's socket: calls of any other path than ext_proc's go to tonic's services, each on a task
//! of its own, for they are few.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame};
use hyper::{HeaderMap, Method, Request, Version};
use naka_grpc::Assembly;
use tokio::sync::mpsc;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::service::Routes;

/// Longest message of such a call, either way.
const LONGEST: usize = 1 << 20;
/// Messages of a call that wait for its service; more end it.
const QUEUE: usize = 64;

/// What a service answers.
pub(crate) enum Part {
    Message(Bytes),
    End { code: u8, message: String },
}

/// A call under way. Dropping it lets the service know that its peer is gone.
pub(crate) struct Call {
    messages: Option<mpsc::Sender<Bytes>>,
    task: tokio::task::AbortHandle,
}

impl Call {
    /// Hands a message on. One that is too long, or for which there is no room, ends the call's messages, and its service
    /// answers as it does to a peer that sends no more.
    pub(crate) fn push(&mut self, message: Bytes) {
        if let Some(messages) = &self.messages
            && (message.len() > LONGEST || messages.try_send(message).is_err())
        {
            self.messages = None;
        }
    }

    /// No more messages.
    pub(crate) fn end(&mut self) {
        self.messages = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Begins a call; its answer comes through `parts`.
pub(crate) fn call(id: u32, path: &[u8], routes: Routes, parts: mpsc::Sender<(u32, Part)>) -> Call {
    let (messages, body) = mpsc::channel(QUEUE);
    let path = String::from_utf8_lossy(path).into_owned();
    let task = tokio::spawn(async move {
        let end = answer(id, path, body, routes, &parts).await;
        let (code, message) = match end {
            Ok(()) => (0, String::new()),
            Err(status) => (status.code() as u8, status.message().to_owned()),
        };
        let _ = parts.send((id, Part::End { code, message })).await; // the peer is gone
    });
    Call {
        messages: Some(messages),
        task: task.abort_handle(),
    }
}

async fn answer(
    id: u32,
    path: String,
    body: mpsc::Receiver<Bytes>,
    mut routes: Routes,
    parts: &mpsc::Sender<(u32, Part)>,
) -> Result<(), Status> {
    let request = Request::builder()
        .method(Method::POST)
        .version(Version::HTTP_2)
        .uri(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Messages(body)))
        .map_err(|_| Status::unimplemented("no such path"))?;
    let Ok(response) = routes.call(request).await;
    let mut status = Status::from_header_map(response.headers());
    let mut body = response.into_body();
    let mut assembly = Assembly::default();
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) => {
                let mut messages = Vec::new();
                assembly
                    .take(&data, LONGEST, |message| messages.push(message))
                    .map_err(|_| Status::internal("an answer over the limit"))?;
                for message in messages {
                    if parts.send((id, Part::Message(message))).await.is_err() {
                        return Ok(()); // the peer is gone
                    }
                }
            }
            Err(frame) => {
                let trailers: HeaderMap = frame.into_trailers().unwrap_or_default();
                status = Status::from_header_map(&trailers);
            }
        }
    }
    match status {
        Some(status) if status.code() != tonic::Code::Ok => Err(status),
        _ => Ok(()),
    }
}

/// Messages as the body of a request, with their prefixes.
struct Messages(mpsc::Receiver<Bytes>);

impl HttpBody for Messages {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.0.poll_recv(context).map(|message| {
            message.map(|message| {
                let mut framed = BytesMut::with_capacity(5 + message.len());
                framed.put_u8(0);
                framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX)); // at most LONGEST
                framed.put_slice(&message);
                Ok(Frame::data(framed.freeze()))
            })
        })
    }
}
