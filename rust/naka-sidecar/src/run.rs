//! The life of a data plane: one thread for the slow listeners and the accepting of connections, [`Workers`] for what
//! Envoy waits for, and the order in which all of it ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;

use crate::bound::{Addresses, Bound};
use crate::config::ConfigError;
use crate::http;
use crate::plane::Plane;
use crate::services::{detection_router, ext_proc_service, health_and_reflection, listen, report_health, set_health};
use crate::telemetry::Telemetry;
use crate::workers::{Services, Workers};

/// Threads for large bodies beside those that the semaphore of judges lets run.
const SPARE_THREADS: usize = 8;

/// The thread of the data plane.
pub(crate) fn run(
    plane: &Arc<Plane>,
    stop: &CancellationToken,
    started: &mpsc::SyncSender<Result<Addresses, ConfigError>>,
) {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(plane.config.workers + SPARE_THREADS)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(ConfigError::Start { why: error.to_string() }));
            return;
        }
    };
    if let Some(workers) = runtime.block_on(serve(plane, stop, started)) {
        workers.join();
    }
    // judges that outlive this are let go
    runtime.shutdown_timeout(Duration::from_secs(1));
    plane.stop_audit();
}

/// Serves until `stop`, then drains. Gives the threads that are left to be joined.
async fn serve(
    plane: &Arc<Plane>,
    stop: &CancellationToken,
    started: &mpsc::SyncSender<Result<Addresses, ConfigError>>,
) -> Option<Workers> {
    let (health, _) = tonic_health::server::health_reporter();
    let services = Arc::new(Services {
        ext_proc: ext_proc_service(plane),
        others: health_and_reflection(&health),
    });
    let begun = async {
        let bound = Bound::bind(&plane.config).await?;
        let workers = start_telemetry(plane).and_then(|()| {
            Workers::start(plane.config.workers, &services)
                .map_err(|error| ConfigError::Start { why: error.to_string() })
        });
        match workers {
            Ok(workers) => Ok((bound, workers)),
            Err(error) => {
                bound.addresses.remove_sockets();
                Err(error)
            }
        }
    };
    let (bound, mut workers) = match begun.await {
        Ok(begun) => begun,
        Err(error) => {
            let _ = started.send(Err(error)); // whoever waited is told, or is gone
            return None;
        }
    };
    let addresses = bound.addresses;
    let _ = started.send(Ok(addresses.clone()));
    let draining = CancellationToken::new();
    let mut servers = tokio::task::JoinSet::new();
    servers.spawn(workers.accept(bound.ext_proc, draining.clone()));
    if let Some(listener) = bound.detection {
        servers.spawn(listen(detection_router(plane, &health), listener, draining.clone()));
    }
    let http_stop = CancellationToken::new();
    if let Some(listener) = bound.http {
        tokio::spawn(http::serve(listener, Arc::clone(plane), http_stop.clone()));
    }
    let watch_health = tokio::spawn(report_health(Arc::clone(plane), health.clone()));

    tokio::select! {
        () = stop.cancelled() => {}
        // a server that ends unasked ends the data plane
        _ = servers.join_next() => {}
        () = workers.one_ended() => {}
    }
    plane.draining.store(true, Ordering::Relaxed);
    watch_health.abort();
    set_health(&health, ServingStatus::NotServing).await;
    draining.cancel();
    plane.tasks.close();
    let drained = async {
        while servers.join_next().await.is_some() {}
        workers.all_ended().await;
        plane.tasks.wait().await;
    };
    let _ = tokio::time::timeout(plane.config.drain(), drained).await; // what has not ended by now is cut off
    stop_telemetry(plane).await;
    http_stop.cancel();
    addresses.remove_sockets();
    Some(workers)
}

fn start_telemetry(plane: &Arc<Plane>) -> Result<(), ConfigError> {
    if let Some(endpoint) = &plane.config.otlp_endpoint {
        let telemetry = Telemetry::start(endpoint, &Arc::downgrade(plane)).map_err(|why| ConfigError::Bad {
            why: format!("otlp_endpoint: {why}"),
        })?;
        let _ = plane.telemetry.set(telemetry); // a plane is run once
    }
    Ok(())
}

/// The exporters' threads need this runtime while they send what is left.
async fn stop_telemetry(plane: &Arc<Plane>) {
    if plane.telemetry.get().is_some() {
        let plane = Arc::clone(plane);
        let stopped = tokio::task::spawn_blocking(move || plane.telemetry.get().map(Telemetry::stop));
        let _ = stopped.await; // a panic there was printed
    }
}
