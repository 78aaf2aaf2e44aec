//! Export to an OpenTelemetry collector over OTLP/gRPC: every metric of `/metrics`, and a span for each judged direction
//! of a call that its caller traces. Off unless an endpoint is configured; then a call without a sampled `traceparent`
//! costs one branch more.
//!
//! Spans are made from an [`Outcome`], which cannot hold a value. The SDK reads the standard's environment variables for
//! the rest: intervals, headers, resource attributes, sampler (docs/reference/telemetry.md).

use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use naka_exchange::{Name, Outcome, Reason, Trace};
use opentelemetry::metrics::{Histogram, Meter, MeterProvider as _};
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData};

use crate::metrics;
use crate::metrics::samples::{Kind, METRICS};
use crate::plane::Plane;

/// Name of the instrumentation scope, and of the service unless the environment names it.
const SERVICE: &str = "naka-sidecar";
/// Time for the last export when the data plane stops.
const LAST_EXPORT: Duration = Duration::from_secs(3);
/// The standard's variable for who decides what is traced.
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";

/// Both pipelines.
pub(crate) struct Telemetry {
    tracer: SdkTracer,
    latency: Histogram<f64>,
    /// Calls that no caller samples may be traced as well: the environment names a sampler.
    unasked: bool,
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Telemetry {
    /// Starts both. Must run on a runtime that is driven until [`Telemetry::stop`] has returned. No collector need be
    /// there yet.
    ///
    /// # Errors
    /// What is wrong with the endpoint.
    pub(crate) fn start(endpoint: &str, plane: &Weak<Plane>) -> Result<Self, String> {
        let spans = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| error.to_string())?;
        let numbers = MetricExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| error.to_string())?;
        let unasked = std::env::var_os(SAMPLER).is_some();
        let mut traces = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(Counted(spans, plane.clone()));
        if !unasked {
            traces = traces.with_sampler(Sampler::parent_based(Sampler::AlwaysOff));
        }
        let traces = traces.build();
        let metrics = SdkMeterProvider::builder()
            .with_resource(resource())
            .with_periodic_exporter(Counted(numbers, plane.clone()))
            .build();
        let meter = metrics.meter(SERVICE);
        observe(&meter, plane);
        let latency = meter
            .f64_histogram(metrics::LATENCY)
            .with_description(metrics::LATENCY_HELP)
            .with_boundaries(metrics::bounds_s().collect())
            .build();
        Ok(Self {
            tracer: traces.tracer(SERVICE),
            latency,
            unasked,
            traces,
            metrics,
        })
    }

    /// Keeps one outcome that was complete at `time` (since 1970), `latency` after its last byte.
    pub(crate) fn keep(&self, outcome: &Outcome, time: Duration, latency: Duration) {
        let direction = KeyValue::new("direction", outcome.direction.name());
        self.latency.record(latency.as_secs_f64(), &[direction]);
        if !self.unasked && !outcome.trace.is_some_and(|trace| trace.sampled) {
            return;
        }
        let end = UNIX_EPOCH + time;
        let parent = outcome.trace.map_or_else(Context::new, context);
        let mut span = self
            .tracer
            .span_builder(match outcome.direction {
                naka_policy::Direction::Request => "naka request",
                naka_policy::Direction::Response => "naka answer",
            })
            .with_kind(SpanKind::Internal)
            .with_start_time(end.checked_sub(latency).unwrap_or(end))
            .with_attributes(attributes(outcome))
            .start_with_context(&self.tracer, &parent);
        span.end_with_timestamp(end);
    }

    /// Sends what is left, at most for some seconds. Blocks.
    pub(crate) fn stop(&self) {
        // each export that fails is counted; a second stop has nothing to send
        let _ = self.traces.shutdown_with_timeout(LAST_EXPORT);
        let _ = self.metrics.shutdown_with_timeout(LAST_EXPORT);
    }
}

fn resource() -> Resource {
    let builder = Resource::builder();
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let builder = if named {
        builder
    } else {
        builder.with_service_name(SERVICE)
    };
    builder
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

/// One observable instrument for each metric of the Prometheus text, of the same name but for `_total`.
fn observe(meter: &Meter, plane: &Weak<Plane>) {
    for metric in METRICS {
        let (name, kind, plane) = (metric.name, metric.kind, plane.clone());
        let values = move |put: &dyn Fn(f64, &[KeyValue])| {
            let Some(plane) = plane.upgrade() else { return };
            (metric.read)(&plane, &mut |labels, value| {
                let labels = labels.iter();
                let labels: Vec<_> = labels
                    .map(|(key, value)| KeyValue::new(*key, (*value).to_owned()))
                    .collect();
                put(value, &labels);
            });
        };
        match kind {
            Kind::Counter => drop(
                meter
                    .f64_observable_counter(name.strip_suffix("_total").unwrap_or(name))
                    .with_callback(move |observer| values(&|value, labels| observer.observe(value, labels)))
                    .build(),
            ),
            Kind::Gauge => drop(
                meter
                    .f64_observable_gauge(name)
                    .with_callback(move |observer| values(&|value, labels| observer.observe(value, labels)))
                    .build(),
            ),
        }
    }
}

fn context(trace: Trace) -> Context {
    let flags = if trace.sampled {
        TraceFlags::SAMPLED
    } else {
        TraceFlags::default()
    };
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from_bytes(trace.trace_id),
        SpanId::from_bytes(trace.parent_id),
        flags,
        true,
        TraceState::default(),
    ))
}

/// Names after the conventions for generative AI where they have one; ours begin with `naka.`.
fn attributes(outcome: &Outcome) -> Vec<KeyValue> {
    let names = |names: &mut dyn Iterator<Item = &Name>| {
        Value::Array(Array::String(
            names.map(|name| StringValue::from(name.as_str().to_owned())).collect(),
        ))
    };
    let mut all = vec![
        KeyValue::new("naka.decision", outcome.decision.to_string()),
        KeyValue::new("naka.revision", outcome.revision.as_str().to_owned()),
        KeyValue::new("naka.action", outcome.enforced.name()),
        KeyValue::new("naka.would_be", outcome.would_be.name()),
        KeyValue::new("naka.coverage", outcome.coverage.name()),
        KeyValue::new("naka.surface", outcome.surface.name()),
        KeyValue::new("naka.api", outcome.api),
        KeyValue::new("naka.body_bytes", i64::try_from(outcome.bytes).unwrap_or(i64::MAX)),
        KeyValue::new(
            "naka.findings",
            outcome.entities.iter().map(|tally| i64::from(tally.count)).sum::<i64>(),
        ),
        KeyValue::new(
            "naka.entities",
            names(&mut outcome.entities.iter().map(|tally| &tally.entity)),
        ),
        KeyValue::new("naka.rules", names(&mut outcome.rules.iter())),
        KeyValue::new("server.address", outcome.host.as_str().to_owned()),
    ];
    if let Some(provider) = &outcome.provider {
        all.push(KeyValue::new("gen_ai.provider.name", provider.as_str().to_owned()));
    }
    if let Some(model) = &outcome.model {
        all.push(KeyValue::new("gen_ai.request.model", model.as_str().to_owned()));
    }
    if let Some(reason) = outcome.reason.map(Reason::name) {
        all.push(KeyValue::new("naka.reason", reason));
    }
    if outcome.rejected != 0 {
        all.push(KeyValue::new("http.response.status_code", i64::from(outcome.rejected)));
    }
    all
}

/// An exporter whose failures are counted: a collector that is away is seen in `/metrics`.
struct Counted<E>(E, Weak<Plane>);

impl<E> std::fmt::Debug for Counted<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Counted")
    }
}

impl<E> Counted<E> {
    fn count(&self, counter: impl Fn(&metrics::Metrics) -> &AtomicU64, done: OTelSdkResult) -> OTelSdkResult {
        if done.is_err()
            && let Some(plane) = self.1.upgrade()
        {
            counter(&plane.metrics).fetch_add(1, Ordering::Relaxed);
        }
        done
    }
}

impl<E: opentelemetry_sdk::trace::SpanExporter> opentelemetry_sdk::trace::SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.count(|metrics| &metrics.otlp_failures[0], self.0.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Counted<E> {
    async fn export(&self, numbers: &ResourceMetrics) -> OTelSdkResult {
        self.count(|metrics| &metrics.otlp_failures[1], self.0.export(numbers).await)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.0.temporality()
    }
}
