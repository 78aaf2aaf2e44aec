//! A running data plane as its owner holds it: started, given policies, asked for numbers, stopped.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use naka_exchange::{Budget, Settings, Shared};
use naka_policy::{PolicyProblem, RuleSet, Workload};
use tokio_util::sync::CancellationToken;

use crate::audit::{Audit, AuditConfig};
use crate::bound::Addresses;
use crate::config::{Config, ConfigError};
use crate::plane::Plane;
use crate::run::run;
use crate::stats::Stats;

/// A running data plane. Dropping it drains and stops it.
pub struct Sidecar {
    plane: Arc<Plane>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
    ended: Arc<Ended>,
    addresses: Addresses,
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
        crate::heap::give_back_large_blocks();
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
            history: config.token_history(),
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
