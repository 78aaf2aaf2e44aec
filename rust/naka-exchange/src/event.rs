//! What Envoy tells an exchange, without Envoy's message types. Bytes are shared, never copied.

use bytes::Bytes;

use crate::trace::Trace;

/// One message of an exchange, in the order in which Envoy sends them.
#[derive(Debug)]
pub enum Event {
    /// The request line and headers.
    RequestHeaders(RequestHead),
    /// A piece of the request body.
    RequestBody(Piece),
    /// The request's trailers, which end its body.
    RequestTrailers,
    /// The answer's status and headers.
    ResponseHeaders(ResponseHead),
    /// A piece of the answer's body.
    ResponseBody(Piece),
    /// The answer's trailers, which end its body.
    ResponseTrailers,
}

/// A piece of a body.
#[derive(Debug)]
pub struct Piece {
    /// The bytes.
    pub data: Bytes,
    /// True on the last piece. Not to be relied on in a buffered body, which is always whole.
    pub end: bool,
}

/// What a body says about itself.
#[derive(Debug, Default, Clone)]
pub struct BodyHead {
    /// As sent; empty when absent.
    pub content_type: Bytes,
    /// As sent; empty when absent.
    pub content_encoding: Bytes,
    /// Bytes on the wire; `None` when the sender did not say.
    pub content_length: Option<u64>,
    /// No body follows.
    pub end: bool,
}

/// What the request's headers say that Naka reads. `Debug` shows no header value.
#[derive(Default, Clone)]
pub struct RequestHead {
    /// Such as `POST`.
    pub method: Bytes,
    /// Path and query, as Envoy normalised them.
    pub path: Bytes,
    /// The host that the client asked for.
    pub authority: Bytes,
    /// About the body.
    pub body: BodyHead,
    /// The client would take an encoded answer.
    pub accepts_encodings: bool,
    /// The client asks to leave HTTP (WebSocket).
    pub upgrade: bool,
    /// The client has signed the request's body (AWS SigV4): changed, it would be refused.
    pub signed: bool,
    /// Name of Envoy's route, from its own configuration; never a client's header.
    pub route: Option<String>,
    /// The caller's trace, when the shell keeps traces.
    pub trace: Option<Trace>,
}

impl std::fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestHead")
            .field("path_bytes", &self.path.len())
            .field("content_length", &self.body.content_length)
            .field("end", &self.body.end)
            .finish_non_exhaustive()
    }
}

/// What the answer's headers say that Naka reads.
#[derive(Debug, Default, Clone)]
pub struct ResponseHead {
    /// HTTP status; 0 when absent.
    pub status: u16,
    /// About the body.
    pub body: BodyHead,
}
