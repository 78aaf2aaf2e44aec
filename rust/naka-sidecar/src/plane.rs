//! What all requests of a data plane share: the rules in force, budget, judges, metrics, audit.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use naka_exchange::{Exchange, Job, Outcome, Shared, Tools, Trace, Verdict};
use naka_policy::RuleSet;
use tokio::sync::{Notify, Semaphore};
use tokio_util::task::TaskTracker;

use crate::audit::{Audit, AuditCounters};
use crate::clock;
use crate::config::Config;
use crate::metrics::{Metrics, StreamError};
use crate::record::Record;
use crate::telemetry::Telemetry;

thread_local! {
    static TOOLS: RefCell<Tools> = RefCell::default();
}

/// Runs `work` with this thread's memory.
pub(crate) fn with_tools<T>(work: impl FnOnce(&mut Tools) -> T) -> T {
    TOOLS.with_borrow_mut(work)
}

/// The judge failed. Its message may hold a value, so it goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Rules, and when they came into force.
pub(crate) struct InForce {
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) since: Duration,
}

pub(crate) struct Plane {
    pub(crate) config: Config,
    pub(crate) shared: Arc<Shared>,
    pub(crate) metrics: Metrics,
    /// `None` until the first policy is applied; then never again.
    in_force: ArcSwapOption<InForce>,
    audit: Option<Audit>,
    judges: Arc<Semaphore>,
    /// Detached work, which a drain waits for.
    pub(crate) tasks: TaskTracker,
    pub(crate) draining: AtomicBool,
    /// Told when a policy comes into force.
    pub(crate) changed: Notify,
    /// Set before the first exchange, when an OTLP endpoint is configured.
    pub(crate) telemetry: OnceLock<Telemetry>,
}

impl Plane {
    pub(crate) fn new(config: Config, shared: Shared, audit: Option<Audit>) -> Self {
        Self {
            // one thread is left to answer Envoy while others judge large bodies
            judges: Arc::new(Semaphore::new(config.workers.max(1))),
            config,
            shared: Arc::new(shared),
            metrics: Metrics::default(),
            in_force: ArcSwapOption::empty(),
            audit,
            tasks: TaskTracker::new(),
            draining: AtomicBool::new(false),
            changed: Notify::new(),
            telemetry: OnceLock::new(),
        }
    }

    /// Puts rules in force: one pointer swap. Exchanges under way keep theirs.
    pub(crate) fn apply(&self, rules: RuleSet) {
        rules.detector().prepare_streams();
        self.metrics.follow(&rules);
        self.in_force.store(Some(Arc::new(InForce {
            rules: Arc::new(rules),
            since: clock::since_1970(),
        })));
        self.metrics.policies_applied.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_one();
    }

    pub(crate) fn in_force(&self) -> Option<Arc<InForce>> {
        self.in_force.load_full()
    }

    /// A policy is in force and no drain has begun.
    pub(crate) fn is_ready(&self) -> bool {
        self.in_force.load().is_some() && !self.draining.load(Ordering::Relaxed)
    }

    /// A new exchange under the rules in force; `None` before the first policy.
    pub(crate) fn exchange(&self) -> Option<Exchange> {
        let in_force = self.in_force.load();
        let rules = Arc::clone(&in_force.as_ref()?.rules);
        let now = clock::since_1970();
        Some(Exchange::new(
            Arc::clone(&self.shared),
            rules,
            clock::decision_id(now),
            clock::day(now),
        ))
    }

    /// Runs a job on this thread.
    pub(crate) fn judge_here(&self, job: Job) -> Result<Verdict, Panicked> {
        self.guard(|| with_tools(|tools| job.run(tools)))
    }

    /// Runs a job on a thread of its own, when one of the judges is free.
    pub(crate) async fn judge_apart(self: Arc<Self>, job: Job) -> Result<Verdict, Panicked> {
        self.metrics.waiting_judges.fetch_add(1, Ordering::Relaxed);
        let permit = Arc::clone(&self.judges).acquire_owned().await;
        self.metrics.waiting_judges.fetch_sub(1, Ordering::Relaxed);
        let plane = Arc::clone(&self);
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            plane.judge_here(job)
        });
        work.await.unwrap_or(Err(Panicked)) // also a runtime that is shutting down
    }

    /// Runs `work`; a panic is counted, and its message dropped.
    pub(crate) fn guard<T>(&self, work: impl FnOnce() -> T) -> Result<T, Panicked> {
        catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
            self.metrics.stream_error(StreamError::Panic);
            Panicked
        })
    }

    /// True when a job is small enough to run where it is.
    pub(crate) fn is_small(&self, job: &Job) -> bool {
        job.bytes() <= self.config.inline_bytes
    }

    /// Judges what no answer waits for, and keeps the record.
    pub(crate) fn judge_later(self: &Arc<Self>, job: Job) {
        let plane = Arc::clone(self);
        if self.draining.load(Ordering::Relaxed) {
            // a task that is spawned now may never run
            if let Ok(verdict) = self.judge_here(job) {
                self.keep(verdict.into_outcome(), Duration::ZERO);
            }
            return;
        }
        self.tasks.spawn(async move {
            tokio::task::yield_now().await; // the answer that did not wait for this leaves first
            let started = Instant::now();
            let verdict = if plane.is_small(&job) {
                plane.judge_here(job)
            } else {
                Arc::clone(&plane).judge_apart(job).await
            };
            if let Ok(verdict) = verdict {
                plane.keep(verdict.into_outcome(), started.elapsed());
            }
        });
    }

    /// Counts an outcome and sends it to the audit file and to the collector.
    pub(crate) fn keep(&self, outcome: Outcome, latency: Duration) {
        self.metrics.record(&outcome, latency);
        let time = clock::since_1970();
        if let Some(telemetry) = self.telemetry.get() {
            telemetry.keep(&outcome, time, latency);
        }
        if let Some(audit) = &self.audit {
            audit.put(Record { outcome, time, latency });
        }
    }

    /// The trace that a `traceparent` header names, where traces are kept.
    pub(crate) fn trace(&self, header: &[u8]) -> Option<Trace> {
        self.telemetry.get().and_then(|_| Trace::parse(header))
    }

    /// `None` without an audit file.
    pub(crate) fn audit_counters(&self) -> Option<&AuditCounters> {
        self.audit.as_ref().map(|audit| &**audit.counters())
    }

    pub(crate) fn audit_lost(&self) -> u64 {
        self.audit_counters()
            .map_or(0, |counters| counters.lost.load(Ordering::Relaxed))
    }

    /// Writes out what is queued. Later records are counted as lost.
    pub(crate) fn stop_audit(&self) {
        if let Some(audit) = &self.audit {
            audit.stop();
        }
    }

    pub(crate) fn reopen_audit(&self) {
        if let Some(audit) = &self.audit {
            audit.reopen();
        }
    }
}
