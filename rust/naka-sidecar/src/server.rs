//! A running data plane: its threads, its listeners, its end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use naka_exchange::{Budget, Settings, Shared};
use naka_policy::{PolicyProblem, RuleSet, Workload};
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

use crate::address::{Address, Listener};
use crate::audit::{Audit, AuditConfig};
use crate::config::{Config, ConfigError};
use crate::detection::DetectionService;
use crate::ext_proc::ExtProc;
use crate::grpc;
use crate::http;
use crate::pb::DESCRIPTORS;
use crate::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;
use crate::pb::naka::v1::detection_server::DetectionServer;
use crate::plane::Plane;
use crate::stats::Stats;

/// A message that is larger by this than the largest body is not a body's.
const ENVELOPE_BYTES: usize = 256 << 10;

/// A running data plane. Dropping it drains and stops it.
pub struct Sidecar {
    plane: Arc<Plane>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
    ended: Arc<Ended>,
    addresses: Addresses,
}

/// Where it listens: a port 0 of the configuration has become a number.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// For Envoy.
    pub ext_proc: Address,
    /// For metrics and health.
    pub http: Option<Address>,
    /// For `naka.v1.Detection`.
    pub detection: Option<Address>,
}

/// Set when the data plane's thread ends, however it ends.
#[derive(Default)]
struct Ended {
    done: std::sync::Mutex<bool>,
    changed: std::sync::Condvar,
}

impl Ended {
    fn set(&self) {
        *self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}

/// Sets its flag also when the thread panics.
struct EndGuard(Arc<Ended>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.set();
    }
}

impl Sidecar {
    /// Starts threads and listeners. It answers Envoy once a policy is applied, and is not ready before.
    ///
    /// # Errors
    /// When an address, the audit file or a thread cannot be had. Nothing runs then.
    pub fn start(config: Config, keys: naka_exchange::KeyRing) -> Result<Self, ConfigError> {
        quiet_panics();
        let audit = config
            .audit
            .as_ref()
            .map(|path| start_audit(&config, path))
            .transpose()?;
        let shared = Shared {
            settings: Settings {
                max_buffered_bytes: config.max_buffered_bytes,
                max_body_bytes: config.max_body_bytes,
                ..Settings::default()
            },
            budget: Budget::new(config.max_in_flight_bytes),
            tables: naka_body::ApiTables::shared(),
            keys,
        };
        let plane = Arc::new(Plane::new(config, shared, audit));
        let stop = CancellationToken::new();
        let ended = Arc::new(Ended::default());
        let (started, start) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("naka-plane".into())
            .spawn({
                let (plane, stop, guard) = (Arc::clone(&plane), stop.clone(), EndGuard(Arc::clone(&ended)));
                move || {
                    let _guard = guard;
                    run(&plane, &stop, &started);
                }
            })
            .map_err(|error| ConfigError::Start { why: error.to_string() })?;
        match start.recv() {
            Ok(Ok(addresses)) => Ok(Self {
                plane,
                stop,
                thread: Some(thread),
                ended,
                addresses,
            }),
            Ok(Err(error)) => Err(error),
            Err(mpsc::RecvError) => Err(ConfigError::Start {
                why: "the data plane ended while starting".into(),
            }),
        }
    }

    /// Compiles a bundle beside the rules in force and swaps them. On an error those in force stay. Returns the revision.
    ///
    /// # Errors
    /// Everything that is wrong with the bundle.
    pub fn apply(&self, bundle: &[u8], workload: &Workload) -> Result<Applied, Vec<PolicyProblem>> {
        match RuleSet::load(bundle, workload) {
            Ok(rules) => {
                let applied = Applied {
                    revision: rules.revision().to_owned(),
                    enforces: rules.enforces(),
                    failure_open: !rules.enforces() || rules.failure() == naka_policy::Failure::Open,
                };
                self.plane.apply(rules);
                Ok(applied)
            }
            Err(problems) => {
                self.refused();
                Err(problems)
            }
        }
    }

    /// Counts a policy that was refused before it came to be a bundle.
    pub fn refused(&self) {
        self.plane.metrics.policies_rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Numbers for a caller in the same process.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::of(&self.plane)
    }

    /// The text of `/metrics`.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        crate::prometheus::text(&self.plane)
    }

    /// Opens the audit file anew.
    pub fn reopen_audit(&self) {
        self.plane.reopen_audit();
    }

    /// False once the data plane has ended, by itself or stopped.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !*self
            .ended
            .done
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits up to `timeout` for the data plane to end; true when it has.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let done = self
            .ended
            .done
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let waited = self.ended.changed.wait_timeout_while(done, timeout, |done| !*done);
        *waited.unwrap_or_else(std::sync::PoisonError::into_inner).0
    }

    /// Takes no new exchange, lets running ones end (at most `drain_s`), stops. Returns when all has stopped.
    pub fn stop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic there is seen by `is_running` and its exit code
        }
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// sha256 of the bundle.
    pub revision: String,
    /// Something is enforced.
    pub enforces: bool,
    /// Envoy shall let traffic pass while the sidecar is gone.
    pub failure_open: bool,
}

/// A panic's message may hold a piece of a body: only its place is printed.
fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info
                .location()
                .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
            eprintln!("naka: internal error at {place}");
        }));
    });
}

fn start_audit(config: &Config, path: &Path) -> Result<Audit, ConfigError> {
    Audit::start(AuditConfig {
        path: path.to_path_buf(),
        queue: config.audit_queue,
        max_bytes: config.audit_max_bytes,
        keep: config.audit_keep,
    })
    .map_err(|error| ConfigError::Audit {
        path: path.display().to_string(),
        why: error.to_string(),
    })
}

/// The thread of the data plane.
fn run(plane: &Arc<Plane>, stop: &CancellationToken, started: &mpsc::SyncSender<Result<Addresses, ConfigError>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(plane.config.workers)
        .max_blocking_threads(plane.config.workers + 8)
        .thread_name("naka-worker")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(ConfigError::Start { why: error.to_string() }));
            return;
        }
    };
    runtime.block_on(serve(plane, stop, started));
    // cut-off exchanges leave their records; judges that outlive this are let go
    runtime.shutdown_timeout(Duration::from_secs(1));
    plane.stop_audit();
}

async fn serve(
    plane: &Arc<Plane>,
    stop: &CancellationToken,
    started: &mpsc::SyncSender<Result<Addresses, ConfigError>>,
) {
    let bound = match Bound::bind(&plane.config).await {
        Ok(bound) => bound,
        Err(error) => {
            let _ = started.send(Err(error)); // whoever waited is told, or is gone
            return;
        }
    };
    let addresses = bound.addresses.clone();
    let _ = started.send(Ok(addresses.clone()));
    let (health, _) = tonic_health::server::health_reporter();
    let draining = CancellationToken::new();
    let mut servers = tokio::task::JoinSet::new();
    let (service, others) = (ext_proc_service(plane), health_and_reflection(&health));
    servers.spawn(grpc::serve(bound.ext_proc, service, others, draining.clone()));
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
    }
    plane.draining.store(true, Ordering::Relaxed);
    watch_health.abort();
    set_health(&health, ServingStatus::NotServing).await;
    draining.cancel();
    plane.tasks.close();
    let drained = async {
        while servers.join_next().await.is_some() {}
        plane.tasks.wait().await;
    };
    let _ = tokio::time::timeout(plane.config.drain(), drained).await; // what has not ended by now is cut off
    http_stop.cancel();
    for address in [
        Some(&addresses.ext_proc),
        addresses.http.as_ref(),
        addresses.detection.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        if let Address::Unix(path) = address {
            let _ = std::fs::remove_file(path); // another process may have been faster
        }
    }
}

struct Bound {
    ext_proc: Listener,
    http: Option<Listener>,
    detection: Option<Listener>,
    addresses: Addresses,
}

impl Bound {
    async fn bind(config: &Config) -> Result<Self, ConfigError> {
        let mode = config.socket_mode;
        let bind = async |setting: &'static str, address: &Address| {
            let listener = address.bind(mode).await.map_err(|error| ConfigError::Listen {
                setting,
                address: address.to_string(),
                why: error.to_string(),
            })?;
            let bound = listener.address(address);
            Ok::<_, ConfigError>((listener, bound))
        };
        let (ext_proc, ext_proc_address) = bind("ext_proc", &config.ext_proc).await?;
        let http = match &config.http {
            Some(address) => Some(bind("http", address).await?),
            None => None,
        };
        let detection = match &config.detection {
            Some(address) => Some(bind("detection", address).await?),
            None => None,
        };
        let addresses = Addresses {
            ext_proc: ext_proc_address,
            http: http.as_ref().map(|(_, address)| address.clone()),
            detection: detection.as_ref().map(|(_, address)| address.clone()),
        };
        Ok(Self {
            ext_proc,
            http: http.map(|(l, _)| l),
            detection: detection.map(|(l, _)| l),
            addresses,
        })
    }
}

fn ext_proc_service(plane: &Arc<Plane>) -> ExternalProcessorServer<ExtProc> {
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
fn health_and_reflection(health: &HealthReporter) -> Routes {
    let mut routes = Routes::new(HealthServer::new(HealthService::from_health_reporter(health.clone())));
    if let Some(reflection) = reflection() {
        routes = routes.add_service(reflection);
    }
    routes.prepare()
}

fn detection_router(plane: &Arc<Plane>, health: &HealthReporter) -> Router {
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

async fn listen(router: Router, listener: Listener, draining: CancellationToken) {
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
async fn report_health(plane: Arc<Plane>, health: HealthReporter) {
    set_health(&health, ServingStatus::NotServing).await;
    while !plane.is_ready() {
        plane.changed.notified().await;
    }
    set_health(&health, ServingStatus::Serving).await;
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for service in ["", "envoy.service.ext_proc.v3.ExternalProcessor", "naka.v1.Detection"] {
        health.set_service_status(service, status).await;
    }
}
