//! `/metrics`, `/healthz`, `/readyz`: HTTP/1.1 on a loopback port or a UNIX socket.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::address::Listener;
use crate::plane::Plane;
use crate::prometheus;

/// Connections at once; more wait.
const CONNECTIONS: usize = 32;
/// A client that sends its headers slower than this is dropped.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `stop`.
pub(crate) async fn serve(listener: Listener, plane: Arc<Plane>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let plane = Arc::clone(&plane);
        tokio::select! {
            () = stop.cancelled() => return,
            socket = accept(&listener) => {
                let Ok(socket) = socket else {
                    // out of descriptors, most likely: let others close some
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = connection(socket, plane) => {}
                    }
                    drop(place);
                });
            }
        }
    }
}

trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

async fn accept(listener: &Listener) -> std::io::Result<Box<dyn Socket>> {
    Ok(match listener {
        Listener::Tcp(listener) => Box::new(listener.accept().await?.0),
        Listener::Unix(listener) => Box::new(listener.accept().await?.0),
    })
}

async fn connection(socket: Box<dyn Socket>, plane: Arc<Plane>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(&request, &plane);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let _ = builder.serve_connection(TokioIo::new(socket), service).await; // a client that breaks off is no news
}

fn answer(request: &Request<Incoming>, plane: &Plane) -> Response<Full<Bytes>> {
    let text = |status, kind: &'static str, body: String| {
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
        response
    };
    let plain = |status, body: &str| text(status, "text/plain; charset=utf-8", body.to_owned());
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "GET only\n");
    }
    match request.uri().path() {
        "/metrics" => text(StatusCode::OK, prometheus::CONTENT_TYPE, prometheus::text(plane)),
        "/healthz" => plain(StatusCode::OK, "ok\n"),
        "/readyz" if plane.is_ready() => plain(StatusCode::OK, "ready\n"),
        "/readyz" => plain(StatusCode::SERVICE_UNAVAILABLE, "no policy in force, or draining\n"),
        _ => plain(StatusCode::NOT_FOUND, "/metrics /healthz /readyz\n"),
    }
}
