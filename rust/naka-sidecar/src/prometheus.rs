//! The Prometheus text format 0.0.4 of all metrics.
//! Source: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format".

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use crate::metrics::{self, Kind, Latency, Sample};
use crate::plane::Plane;

/// The content type of [`text`].
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a plane.
pub(crate) fn text(plane: &Plane) -> String {
    let mut out = String::with_capacity(16 << 10);
    let mut last = "";
    plane.visit(&mut |sample| write_sample(&mut out, &mut last, &sample));
    write_latency(&mut out, plane);
    out
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n"); // a String takes all
}

fn write_sample(out: &mut String, last: &mut &'static str, sample: &Sample<'_>) {
    if *last != sample.name {
        let kind = match sample.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        head(out, sample.name, sample.help, kind);
        *last = sample.name;
    }
    out.push_str(sample.name);
    for (at, (label, value)) in sample.labels.iter().enumerate() {
        out.push(if at == 0 { '{' } else { ',' });
        let _ = write!(
            out,
            "{label}=\"{}\"",
            value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
        );
    }
    if !sample.labels.is_empty() {
        out.push('}');
    }
    let _ = writeln!(out, " {}", sample.value);
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

/// Relaxed read of a counter as a sample's value.
pub(crate) fn read(counter: &std::sync::atomic::AtomicU64) -> f64 {
    counter.load(Ordering::Relaxed) as f64
}
