//! Serves ext_proc on hyper itself. tonic's own server passes each stream through a router and half a dozen layers
//! (timeouts, load shedding, boxed bodies) that this service, with one trusted peer and deadlines of its own, has no use
//! for. Everything else on the socket (health, reflection) goes through tonic's router.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::service::Routes;

use crate::address::Listener;
use crate::ext_proc::ExtProc;
use crate::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;

/// Path of the one method.
const PROCESS: &str = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
/// Bytes that Envoy may send on a stream, and on a connection, before we have read them.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Streams that Envoy may reset before we look at them: as many as clients hang up at once.
const RESETS: usize = 100_000;

/// Serves until `stop`, then lets streams end. Returns when the last connection is gone.
pub(crate) async fn serve(
    listener: Listener,
    ext_proc: ExternalProcessorServer<ExtProc>,
    others: Routes,
    stop: CancellationToken,
) {
    let connections = GracefulShutdown::new();
    let service = Arc::new((ext_proc, others));
    loop {
        let socket = tokio::select! {
            () = stop.cancelled() => break,
            socket = accept(&listener) => socket,
        };
        let Ok(socket) = socket else {
            // out of descriptors, most likely: let others close some
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let watcher = connections.watcher();
        match socket {
            Socket::Unix(socket) => drop(tokio::spawn(connection(socket, Arc::clone(&service), watcher))),
            Socket::Tcp(socket) => drop(tokio::spawn(connection(socket, Arc::clone(&service), watcher))),
        }
    }
    connections.shutdown().await;
}

enum Socket {
    Unix(tokio::net::UnixStream),
    Tcp(tokio::net::TcpStream),
}

async fn accept(listener: &Listener) -> std::io::Result<Socket> {
    Ok(match listener {
        Listener::Unix(listener) => Socket::Unix(listener.accept().await?.0),
        Listener::Tcp(listener) => {
            let socket = listener.accept().await?.0;
            let _ = socket.set_nodelay(true); // slower without it, not wrong
            Socket::Tcp(socket)
        }
    })
}

type Services = Arc<(ExternalProcessorServer<ExtProc>, Routes)>;

async fn connection(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    services: Services,
    watcher: hyper_util::server::graceful::Watcher,
) {
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
    let _ = watcher.watch(connection).await; // a peer that breaks off is no news; its streams see it themselves
}

async fn call(services: Services, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    if request.uri().path() == PROCESS {
        return services.0.clone().call(request).await;
    }
    let request = request.map(|body| Body::new(UnsyncBoxBody::new(body)));
    services.1.clone().call(request).await
}
