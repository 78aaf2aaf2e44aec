//! Counters of the data plane. Plain atomics in tables whose labels are fixed or come from configuration, so that a
//! request takes no lock and no client can make a label. Read by [`Metrics::visit`] for the Prometheus
//! text. Names and labels are documented in `docs/reference/metrics.md`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use naka_exchange::{Coverage, Outcome, Reason};
use naka_policy::{Action, Direction, RuleSet};

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

/// The latency histogram, which is no [`Sample`].
pub(crate) const LATENCY: &str = "naka_decision_seconds";
pub(crate) const LATENCY_HELP: &str = "Time from the last byte that was waited for to the answer.";

/// Upper bounds of the latency histogram, in seconds.
pub(crate) fn bounds_s() -> impl Iterator<Item = f64> {
    BOUNDS_US.iter().map(|bound| *bound as f64 / 1e6)
}

/// Every sample that [`crate::plane::Plane::visit`] may give; a test holds it.
pub(crate) const NAMES: &[(&str, Kind)] = &[
    ("naka_decisions_total", Kind::Counter),
    ("naka_would_be_total", Kind::Counter),
    ("naka_not_read_total", Kind::Counter),
    ("naka_rejected_total", Kind::Counter),
    ("naka_findings_total", Kind::Counter),
    ("naka_body_bytes_total", Kind::Counter),
    ("naka_stream_errors_total", Kind::Counter),
    ("naka_exchanges_total", Kind::Counter),
    ("naka_exchanges_in_flight", Kind::Gauge),
    ("naka_judges_waiting", Kind::Gauge),
    ("naka_detection_scans_total", Kind::Counter),
    ("naka_otlp_failures_total", Kind::Counter),
    ("naka_policy_applied_total", Kind::Counter),
    ("naka_policy_rejected_total", Kind::Counter),
    ("naka_bytes_in_flight", Kind::Gauge),
    ("naka_bytes_in_flight_limit", Kind::Gauge),
    ("naka_audit_written_total", Kind::Counter),
    ("naka_audit_lost_total", Kind::Counter),
    ("naka_policy_info", Kind::Gauge),
    ("naka_policy_enforces", Kind::Gauge),
    ("naka_policy_since_seconds", Kind::Gauge),
    ("process_resident_memory_bytes", Kind::Gauge),
    ("process_cpu_seconds_total", Kind::Counter),
];

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

const SIGNALS: [&str; 2] = ["traces", "metrics"];

/// Statuses of our own answers.
const REJECT_STATUSES: [u16; 5] = [200, 400, 403, 413, 503];

/// What a metric is, for both exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
}

/// One value with its labels.
pub(crate) struct Sample<'a> {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'a [(&'static str, &'a str)],
    pub(crate) value: f64,
}

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

    /// Every sample but the histogram's, in a fixed order: all of a name together.
    pub(crate) fn visit(&self, see: &mut dyn FnMut(Sample<'_>)) {
        let read = |counter: &Counter| counter.load(Ordering::Relaxed) as f64;
        let mut put = |name, help, kind, labels: &[(&'static str, &str)], value| {
            see(Sample {
                name,
                help,
                kind,
                labels,
                value,
            })
        };
        for (d, direction) in DIRECTIONS.iter().enumerate() {
            for (a, action) in ACTIONS.iter().enumerate() {
                for coverage in Coverage::ALL {
                    let value = read(&self.decisions[d][a][coverage as usize]);
                    if value > 0.0 {
                        let labels = [
                            ("direction", *direction),
                            ("action", action),
                            ("coverage", coverage.name()),
                        ];
                        put(
                            "naka_decisions_total",
                            "Judged directions of exchanges, by enforced action and coverage.",
                            Kind::Counter,
                            &labels,
                            value,
                        );
                    }
                }
            }
        }
        for (d, direction) in DIRECTIONS.iter().enumerate() {
            for (a, action) in ACTIONS.iter().enumerate() {
                let labels = [("direction", *direction), ("action", *action)];
                put(
                    "naka_would_be_total",
                    "The same, by the action if every rule were enforced.",
                    Kind::Counter,
                    &labels,
                    read(&self.would_be[d][a]),
                );
            }
        }
        for (d, direction) in DIRECTIONS.iter().enumerate() {
            for reason in Reason::ALL {
                let labels = [("direction", *direction), ("reason", reason.name())];
                put(
                    "naka_not_read_total",
                    "Directions that were not read whole, or were refused unread, by reason.",
                    Kind::Counter,
                    &labels,
                    read(&self.unread[d][*reason as usize]),
                );
            }
        }
        for (at, status) in REJECT_STATUSES.iter().enumerate() {
            put(
                "naka_rejected_total",
                "Our own answers, by status.",
                Kind::Counter,
                &[("status", status_name(*status))],
                read(&self.rejected[at]),
            );
        }
        let findings = self.findings.load();
        let mut entities: Vec<_> = findings.iter().collect();
        entities.sort_by_key(|(entity, _)| entity.as_str());
        for (entity, by_action) in entities {
            for (a, action) in ACTIONS.iter().enumerate() {
                let value = read(&by_action[a]);
                if value > 0.0 {
                    let labels = [("entity", entity.as_str()), ("action", action)];
                    put(
                        "naka_findings_total",
                        "Findings, by entity and enforced action.",
                        Kind::Counter,
                        &labels,
                        value,
                    );
                }
            }
        }
        for (d, direction) in DIRECTIONS.iter().enumerate() {
            put(
                "naka_body_bytes_total",
                "Body bytes that came.",
                Kind::Counter,
                &[("direction", direction)],
                read(&self.bytes[d]),
            );
        }
        for (at, kind) in STREAM_ERRORS.iter().enumerate() {
            put(
                "naka_stream_errors_total",
                "Streams that Envoy was answered with an error.",
                Kind::Counter,
                &[("kind", kind)],
                read(&self.stream_errors[at]),
            );
        }
        put(
            "naka_exchanges_total",
            "Exchanges begun.",
            Kind::Counter,
            &[],
            read(&self.exchanges),
        );
        put(
            "naka_exchanges_in_flight",
            "Exchanges under way.",
            Kind::Gauge,
            &[],
            self.in_flight.load(Ordering::Relaxed) as f64,
        );
        put(
            "naka_judges_waiting",
            "Large bodies that wait for a thread.",
            Kind::Gauge,
            &[],
            self.waiting_judges.load(Ordering::Relaxed) as f64,
        );
        put(
            "naka_detection_scans_total",
            "Texts scanned for naka.v1.Detection.",
            Kind::Counter,
            &[],
            read(&self.detections),
        );
        for (signal, failures) in SIGNALS.iter().zip(&self.otlp_failures) {
            put(
                "naka_otlp_failures_total",
                "Exports that the OTLP collector did not take.",
                Kind::Counter,
                &[("signal", signal)],
                read(failures),
            );
        }
        put(
            "naka_policy_applied_total",
            "Policies that came into force.",
            Kind::Counter,
            &[],
            read(&self.policies_applied),
        );
        put(
            "naka_policy_rejected_total",
            "Policies that were refused; the one before stayed in force.",
            Kind::Counter,
            &[],
            read(&self.policies_rejected),
        );
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

fn status_name(status: u16) -> &'static str {
    match status {
        200 => "200",
        400 => "400",
        403 => "403",
        413 => "413",
        _ => "503",
    }
}
