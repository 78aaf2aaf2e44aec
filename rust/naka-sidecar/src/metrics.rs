//! Counters of the data plane. Plain atomics in tables whose labels are fixed or come from configuration, so that a
//! request takes no lock and no client can make a label. [`samples`] reads them for both exports.

pub(crate) mod samples;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use naka_exchange::{Coverage, Outcome, Reason};
use naka_policy::{Action, Direction, Fate, RuleSet};

/// Action names, in the order of [`action_index`].
const ACTIONS: [&str; 6] = ["Allow", "Audit", "Mask", "Tokenize", "Redact", "Block"];

const fn action_index(action: Action) -> usize {
    match action {
        Action::Allow => 0,
        Action::Audit => 1,
        Action::Mask { .. } => 2,
        Action::Tokenize => 3,
        Action::Redact => 4,
        Action::Block => 5,
    }
}

const fn direction_index(direction: Direction) -> usize {
    match direction {
        Direction::Request => 0,
        Direction::Response => 1,
    }
}

const DIRECTIONS: [&str; 2] = ["Request", "Response"];

/// Upper bounds of the latency histogram, in microseconds. The first ones resolve the target (40 µs a request).
const BOUNDS_US: [u64; 14] = [
    10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 20_480, 81_920, 327_680, 1_310_720,
];

/// The latency histogram, which is none of [`samples::METRICS`].
pub(crate) const LATENCY: &str = "naka_decision_seconds";
pub(crate) const LATENCY_HELP: &str = "Time from the last byte that was waited for to the answer.";

/// Upper bounds of the latency histogram, in seconds.
pub(crate) fn bounds_s() -> impl Iterator<Item = f64> {
    BOUNDS_US.iter().map(|bound| *bound as f64 / 1e6)
}

type Counter = AtomicU64;

/// Errors of the ext_proc service, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamError {
    OutOfOrder,
    Panic,
    NoPolicy,
    Observability,
}

const STREAM_ERRORS: [&str; 4] = ["out_of_order", "panic", "no_policy", "observability_mode"];

#[derive(Default)]
struct Histogram {
    buckets: [Counter; BOUNDS_US.len()],
    count: Counter,
    sum_us: Counter,
}

/// Findings of one entity, by enforced action.
type ByAction = [Counter; ACTIONS.len()];

/// All counters of a data plane.
#[derive(Default)]
pub(crate) struct Metrics {
    /// direction, action, coverage
    decisions: [[[Counter; Coverage::ALL.len()]; ACTIONS.len()]; 2],
    would_be: [[Counter; ACTIONS.len()]; 2],
    unread: [[Counter; Reason::ALL.len()]; 2],
    rejected: [Counter; REJECT_STATUSES.len()],
    tokens: [Counter; Fate::ALL.len()],
    latency: [Histogram; 2],
    bytes: [Counter; 2],
    findings: ArcSwap<HashMap<String, Arc<ByAction>>>,
    stream_errors: [Counter; STREAM_ERRORS.len()],
    pub(crate) exchanges: Counter,
    pub(crate) in_flight: AtomicI64,
    pub(crate) waiting_judges: AtomicI64,
    pub(crate) detections: Counter,
    pub(crate) policies_applied: Counter,
    pub(crate) policies_rejected: Counter,
    /// Exports that a collector did not take: traces, metrics.
    pub(crate) otlp_failures: [Counter; 2],
}

/// Statuses of our own answers.
const REJECT_STATUSES: [u16; 5] = [200, 400, 403, 413, 503];

impl Metrics {
    /// Makes room for the entities of a rule set; what was counted stays.
    pub(crate) fn follow(&self, rules: &RuleSet) {
        let old = self.findings.load();
        let mut map = HashMap::clone(&old);
        for entity in rules.detector().entities() {
            map.entry(entity.name.clone()).or_default();
        }
        self.findings.store(Arc::new(map));
    }

    /// Counts one record.
    pub(crate) fn record(&self, outcome: &Outcome, latency: Duration) {
        let direction = direction_index(outcome.direction);
        let add = |counter: &Counter, by: u64| {
            counter.fetch_add(by, Ordering::Relaxed);
        };
        add(
            &self.decisions[direction][action_index(outcome.enforced)][outcome.coverage as usize],
            1,
        );
        add(&self.would_be[direction][action_index(outcome.would_be)], 1);
        if let Some(reason) = outcome.reason {
            add(&self.unread[direction][reason as usize], 1);
        }
        if let Some(at) = REJECT_STATUSES.iter().position(|status| *status == outcome.rejected) {
            add(&self.rejected[at], 1);
        }
        add(&self.bytes[direction], outcome.bytes);
        for (fate, count) in outcome.tokens.iter() {
            add(&self.tokens[fate as usize], u64::from(count));
        }
        self.latency[direction].add(latency);
        if !outcome.entities.is_empty() {
            let findings = self.findings.load();
            for tally in &outcome.entities {
                if let Some(by_action) = findings.get(tally.entity.as_str()) {
                    add(&by_action[action_index(tally.enforced)], u64::from(tally.count));
                }
            }
        }
    }

    pub(crate) fn stream_error(&self, error: StreamError) {
        self.stream_errors[error as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// The latency of both directions.
    pub(crate) fn latency(&self) -> [Latency; 2] {
        [0, 1].map(|d| {
            let histogram = &self.latency[d];
            let mut below = 0;
            let buckets = bounds_s().zip(&histogram.buckets).map(|(bound, bucket)| {
                below += bucket.load(Ordering::Relaxed);
                (bound, below)
            });
            Latency {
                direction: DIRECTIONS[d],
                buckets: buckets.collect(),
                count: histogram.count.load(Ordering::Relaxed),
                sum_s: histogram.sum_us.load(Ordering::Relaxed) as f64 / 1e6,
            }
        })
    }
}

/// A latency histogram at one moment.
pub(crate) struct Latency {
    pub(crate) direction: &'static str,
    /// Upper bound in seconds, and how many were at most that.
    pub(crate) buckets: Vec<(f64, u64)>,
    pub(crate) count: u64,
    pub(crate) sum_s: f64,
}

impl Histogram {
    fn add(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        if let Some(at) = BOUNDS_US.iter().position(|bound| micros <= *bound) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }
}
