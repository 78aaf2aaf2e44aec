//! Every metric but the latency histogram: its name, what it tells, and how it is read. Both exports go through this table,
//! and a metric is read alone. Names and labels are documented in `docs/reference/metrics.md`.

use std::sync::atomic::{AtomicU64, Ordering};

use naka_exchange::{Coverage, Reason};
use naka_policy::Fate;

use super::{ACTIONS, DIRECTIONS, REJECT_STATUSES, STREAM_ERRORS};
use crate::plane::Plane;
use crate::process;

/// What a metric is, for both exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
}

/// Takes one value with its labels.
pub(crate) type Put<'p> = dyn FnMut(&[(&'static str, &str)], f64) + 'p;

/// One metric.
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
    /// Gives all its values, in a fixed order; none while there is nothing to tell.
    pub(crate) read: fn(&Plane, &mut Put<'_>),
}

const fn counter(name: &'static str, help: &'static str, read: fn(&Plane, &mut Put<'_>)) -> Metric {
    let kind = Kind::Counter;
    Metric { name, help, kind, read }
}

const fn gauge(name: &'static str, help: &'static str, read: fn(&Plane, &mut Put<'_>)) -> Metric {
    let kind = Kind::Gauge;
    Metric { name, help, kind, read }
}

fn value(counter: &AtomicU64) -> f64 {
    counter.load(Ordering::Relaxed) as f64
}

/// All of them.
pub(crate) const METRICS: &[Metric] = &[
    counter(
        "naka_decisions_total",
        "Judged directions of exchanges, by enforced action and coverage.",
        decisions,
    ),
    counter(
        "naka_would_be_total",
        "The same, by the action if every rule were enforced.",
        |plane, put| {
            for (direction, by_action) in DIRECTIONS.iter().zip(&plane.metrics.would_be) {
                for (action, count) in ACTIONS.iter().zip(by_action) {
                    put(&[("direction", direction), ("action", action)], value(count));
                }
            }
        },
    ),
    counter(
        "naka_not_read_total",
        "Directions that were not read whole, or were refused unread, by reason.",
        |plane, put| {
            for (direction, by_reason) in DIRECTIONS.iter().zip(&plane.metrics.unread) {
                for reason in Reason::ALL {
                    let labels = [("direction", *direction), ("reason", reason.name())];
                    put(&labels, value(&by_reason[*reason as usize]));
                }
            }
        },
    ),
    counter("naka_rejected_total", "Our own answers, by status.", |plane, put| {
        for (status, count) in REJECT_STATUSES.iter().zip(&plane.metrics.rejected) {
            put(&[("status", &status.to_string())], value(count));
        }
    }),
    counter(
        "naka_findings_total",
        "Findings, by entity and enforced action.",
        findings,
    ),
    counter("naka_tokens_total", "Tokens, by what became of them.", |plane, put| {
        for fate in Fate::ALL {
            put(&[("fate", fate.name())], value(&plane.metrics.tokens[*fate as usize]));
        }
    }),
    counter("naka_body_bytes_total", "Body bytes that came.", |plane, put| {
        for (direction, bytes) in DIRECTIONS.iter().zip(&plane.metrics.bytes) {
            put(&[("direction", direction)], value(bytes));
        }
    }),
    counter(
        "naka_stream_errors_total",
        "Streams that Envoy was answered with an error.",
        |plane, put| {
            for (kind, count) in STREAM_ERRORS.iter().zip(&plane.metrics.stream_errors) {
                put(&[("kind", kind)], value(count));
            }
        },
    ),
    counter("naka_exchanges_total", "Exchanges begun.", |plane, put| {
        put(&[], value(&plane.metrics.exchanges));
    }),
    gauge("naka_exchanges_in_flight", "Exchanges under way.", |plane, put| {
        put(&[], plane.metrics.in_flight.load(Ordering::Relaxed) as f64);
    }),
    gauge(
        "naka_judges_waiting",
        "Large bodies that wait for a thread.",
        |plane, put| put(&[], plane.metrics.waiting_judges.load(Ordering::Relaxed) as f64),
    ),
    counter(
        "naka_detection_scans_total",
        "Texts scanned for naka.v1.Detection.",
        |plane, put| put(&[], value(&plane.metrics.detections)),
    ),
    counter(
        "naka_otlp_failures_total",
        "Exports that the OTLP collector did not take.",
        |plane, put| {
            for (signal, count) in ["traces", "metrics"].iter().zip(&plane.metrics.otlp_failures) {
                put(&[("signal", signal)], value(count));
            }
        },
    ),
    counter(
        "naka_policy_applied_total",
        "Policies that came into force.",
        |plane, put| put(&[], value(&plane.metrics.policies_applied)),
    ),
    counter(
        "naka_policy_rejected_total",
        "Policies that were refused; the one before stayed in force.",
        |plane, put| put(&[], value(&plane.metrics.policies_rejected)),
    ),
    gauge("naka_bytes_in_flight", "Body bytes held.", |plane, put| {
        put(&[], plane.shared.budget.used() as f64);
    }),
    gauge(
        "naka_bytes_in_flight_limit",
        "Body bytes that may be held.",
        |plane, put| put(&[], plane.shared.budget.limit() as f64),
    ),
    counter("naka_audit_written_total", "Audit events written.", |plane, put| {
        if let Some(counters) = plane.audit_counters() {
            put(&[], value(&counters.written));
        }
    }),
    counter(
        "naka_audit_lost_total",
        "Audit events that no line tells of.",
        |plane, put| {
            if let Some(counters) = plane.audit_counters() {
                put(&[], value(&counters.lost));
            }
        },
    ),
    gauge("naka_policy_info", "The policy in force.", |plane, put| {
        if let Some(in_force) = plane.in_force() {
            put(&[("revision", in_force.rules.revision())], 1.0);
        }
    }),
    gauge("naka_policy_enforces", "1 when something is enforced.", |plane, put| {
        if let Some(in_force) = plane.in_force() {
            put(&[], f64::from(u8::from(in_force.rules.enforces())));
        }
    }),
    gauge(
        "naka_policy_since_seconds",
        "When the policy came into force, since 1970.",
        |plane, put| {
            if let Some(in_force) = plane.in_force() {
                put(&[], in_force.since.as_secs_f64());
            }
        },
    ),
    gauge("process_resident_memory_bytes", "Resident memory.", |_, put| {
        if let Some(bytes) = process::resident_bytes() {
            put(&[], bytes);
        }
    }),
    counter("process_cpu_seconds_total", "User and system CPU time.", |_, put| {
        if let Some(seconds) = process::cpu_seconds() {
            put(&[], seconds);
        }
    }),
];

fn decisions(plane: &Plane, put: &mut Put<'_>) {
    for (direction, by_action) in DIRECTIONS.iter().zip(&plane.metrics.decisions) {
        for (action, by_coverage) in ACTIONS.iter().zip(by_action) {
            for coverage in Coverage::ALL {
                let count = value(&by_coverage[coverage as usize]);
                if count > 0.0 {
                    let labels = [
                        ("direction", *direction),
                        ("action", action),
                        ("coverage", coverage.name()),
                    ];
                    put(&labels, count);
                }
            }
        }
    }
}

fn findings(plane: &Plane, put: &mut Put<'_>) {
    let findings = plane.metrics.findings.load();
    let mut entities: Vec<_> = findings.iter().collect();
    entities.sort_by_key(|(entity, _)| entity.as_str());
    for (entity, by_action) in entities {
        for (action, count) in ACTIONS.iter().zip(by_action.iter()) {
            let count = value(count);
            if count > 0.0 {
                put(&[("entity", entity), ("action", action)], count);
            }
        }
    }
}
