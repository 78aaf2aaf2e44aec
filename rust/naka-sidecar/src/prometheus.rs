//! The Prometheus text format 0.0.4 of all metrics.
//! Source: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format".

use std::fmt::Write as _;

use crate::metrics::samples::{Kind, METRICS, Metric};
use crate::metrics::{self, Latency};
use crate::plane::Plane;

/// The content type of [`text`].
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a plane.
pub(crate) fn text(plane: &Plane) -> String {
    let mut out = String::with_capacity(16 << 10);
    for metric in METRICS {
        write_metric(&mut out, plane, metric);
    }
    write_latency(&mut out, plane);
    out
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n"); // a String takes all
}

fn write_metric(out: &mut String, plane: &Plane, metric: &Metric) {
    let mut begun = false;
    (metric.read)(plane, &mut |labels, value| {
        if !std::mem::replace(&mut begun, true) {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
            };
            head(out, metric.name, metric.help, kind);
        }
        out.push_str(metric.name);
        for (at, (label, value)) in labels.iter().enumerate() {
            out.push(if at == 0 { '{' } else { ',' });
            let _ = write!(
                out,
                "{label}=\"{}\"",
                value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
            );
        }
        if !labels.is_empty() {
            out.push('}');
        }
        let _ = writeln!(out, " {value}");
    });
}

fn write_latency(out: &mut String, plane: &Plane) {
    const NAME: &str = metrics::LATENCY;
    head(out, NAME, metrics::LATENCY_HELP, "histogram");
    for Latency {
        direction,
        buckets,
        count,
        sum_s,
    } in plane.metrics.latency()
    {
        for (bound, below) in buckets {
            let _ = writeln!(out, "{NAME}_bucket{{direction=\"{direction}\",le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(out, "{NAME}_bucket{{direction=\"{direction}\",le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{NAME}_sum{{direction=\"{direction}\"}} {sum_s}");
        let _ = writeln!(out, "{NAME}_count{{direction=\"{direction}\"}} {count}");
    }
}
