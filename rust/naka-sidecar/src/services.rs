//! The gRPC services of a data plane: which stands on which socket, with which limits.

use std::sync::Arc;
use std::time::Duration;

use tokio_stream::StreamExt;
use tokio_stream::wrappers::{TcpListenerStream, UnixListenerStream};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};

use crate::address::Listener;
use crate::detection::DetectionService;
use crate::ext_proc::ExtProc;
use crate::pb::DESCRIPTORS;
use crate::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;
use crate::pb::naka::v1::detection_server::DetectionServer;
use crate::plane::Plane;

/// A message that is larger by this than the largest body is not a body's.
const ENVELOPE_BYTES: usize = 256 << 10;

pub(crate) fn ext_proc_service(plane: &Arc<Plane>) -> ExternalProcessorServer<ExtProc> {
    let largest = plane.config.max_buffered_bytes.max(64 << 20);
    let limit = usize::try_from(largest)
        .unwrap_or(usize::MAX)
        .saturating_add(ENVELOPE_BYTES);
    let service = ExtProc {
        plane: Arc::clone(plane),
    };
    ExternalProcessorServer::new(service)
        .max_decoding_message_size(limit)
        .max_encoding_message_size(usize::MAX)
}

/// What Envoy's socket serves beside ext_proc.
pub(crate) fn health_and_reflection(health: &HealthReporter) -> Routes {
    let mut routes = Routes::new(HealthServer::new(HealthService::from_health_reporter(health.clone())));
    if let Some(reflection) = reflection() {
        routes = routes.add_service(reflection);
    }
    routes.prepare()
}

pub(crate) fn detection_router(plane: &Arc<Plane>, health: &HealthReporter) -> Router {
    let limit = plane.config.detection_max_bytes + ENVELOPE_BYTES;
    let service = DetectionServer::new(DetectionService {
        plane: Arc::clone(plane),
    })
    .max_decoding_message_size(limit);
    Server::builder()
        .timeout(Duration::from_secs(10))
        .concurrency_limit_per_connection(64)
        .add_service(service)
        .add_service(HealthServer::new(HealthService::from_health_reporter(health.clone())))
        .add_optional_service(reflection())
}

/// `None` when the descriptors cannot be read, which a test rules out.
fn reflection() -> Option<ServerReflectionServer<impl ServerReflection>> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .ok()
}

pub(crate) async fn listen(router: Router, listener: Listener, draining: CancellationToken) {
    let stopped = draining.cancelled_owned();
    // a server that fails ends, and with it the data plane: `serve` sees to it
    let _ = match listener {
        Listener::Unix(listener) => {
            router
                .serve_with_incoming_shutdown(UnixListenerStream::new(listener), stopped)
                .await
        }
        Listener::Tcp(listener) => {
            let sockets = TcpListenerStream::new(listener).map(|socket| {
                socket.inspect(|socket| {
                    let _ = socket.set_nodelay(true); // slower without it, not wrong
                })
            });
            router.serve_with_incoming_shutdown(sockets, stopped).await
        }
    };
}

/// SERVING once a policy is in force.
pub(crate) async fn report_health(plane: Arc<Plane>, health: HealthReporter) {
    set_health(&health, ServingStatus::NotServing).await;
    while !plane.is_ready() {
        plane.changed.notified().await;
    }
    set_health(&health, ServingStatus::Serving).await;
}

/// The whole (`""`) comes last: who sees it serving finds its parts serving too.
pub(crate) async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for service in ["envoy.service.ext_proc.v3.ExternalProcessor", "naka.v1.Detection", ""] {
        health.set_service_status(service, status).await;
    }
}
