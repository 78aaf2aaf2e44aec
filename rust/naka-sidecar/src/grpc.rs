//! Serves ext_proc on hyper itself. tonic's own server passes each stream through a router and half a dozen layers
//! (timeouts, load shedding, boxed bodies) that this service, with one trusted peer and deadlines of its own, has no use
//! for. Everything else on the socket (health, reflection) goes through tonic's router.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tonic::body::Body;
use tonic::codegen::Service;

use crate::socket::{self, Stream};
use crate::workers::Services;

/// Path of the one method.
const PROCESS: &str = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
/// Bytes that Envoy may send on a stream, and on a connection, before we have read them.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Streams that Envoy may reset before we look at them: as many as clients hang up at once.
const RESETS: usize = 100_000;

/// Serves one connection to its end.
pub(crate) async fn connection(socket: impl Stream, services: Arc<Services>, watcher: Watcher) {
    let Ok((socket, outbox)) = socket::split(socket) else {
        return; // it cannot be registered, so it is closed, and Envoy connects again
    };
    let service = service_fn(move |request| call(Arc::clone(&services), request));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(None)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(None)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = pin!(watcher.watch(connection));
    let mut ended = false;
    poll_fn(|context| {
        // a peer that breaks off is no news; its streams see it themselves
        ended = ended || connection.as_mut().poll(context).is_ready();
        let flushed = outbox.poll_flush(context);
        if ended { flushed.map(drop) } else { Poll::Pending }
    })
    .await;
}

async fn call(services: Arc<Services>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    if request.uri().path() == PROCESS {
        return services.ext_proc.clone().call(request).await;
    }
    let request = request.map(|body| Body::new(UnsyncBoxBody::new(body)));
    services.others.clone().call(request).await
}
