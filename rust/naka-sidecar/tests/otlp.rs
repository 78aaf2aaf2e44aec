//! What an OpenTelemetry collector receives. The collector here is tonic with OpenTelemetry's own messages.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use naka_sidecar::pb::envoy::service::ext_proc::v3::processing_request::Request as Message;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use support::*;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// Keeps what it is sent.
#[derive(Clone, Default)]
struct Collector {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

impl Collector {
    /// Serves; gives the setting that names it.
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let setting = format!(r#""otlp_endpoint":"http://{}""#, listener.local_addr().unwrap());
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(server);
        setting
    }

    fn spans(&self) -> Vec<Span> {
        let traces = self.traces.lock().unwrap();
        let resources = traces.iter().flat_map(|request| &request.resource_spans);
        resources
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| scope.spans.clone())
            .collect()
    }

    /// The metrics of the last export.
    fn last(&self) -> Vec<Metric> {
        let metrics = self.metrics.lock().unwrap();
        let resources = &metrics.last().unwrap().resource_metrics;
        let scopes = resources.iter().flat_map(|resource| &resource.scope_metrics);
        scopes.flat_map(|scope| scope.metrics.clone()).collect()
    }

    /// Everything that came, as bytes.
    fn bytes(&self) -> Vec<u8> {
        let traces = self.traces.lock().unwrap();
        let metrics = self.metrics.lock().unwrap();
        let traces = traces.iter().map(|request| request.encode_to_vec());
        traces
            .chain(metrics.iter().map(|request| request.encode_to_vec()))
            .flatten()
            .collect()
    }
}

fn attribute(attributes: &[KeyValue], key: &str) -> Option<Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.clone()?.value
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    match attribute(attributes, key) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key}: {other:?}"),
    }
}

/// A call whose caller traces it, or says that it does not.
fn traced(flags: &str, length: usize) -> Message {
    let Message::RequestHeaders(mut head) = post(Some(length)) else {
        unreachable!("post makes headers")
    };
    let more = headers(&[("traceparent", format!("00-{TRACE}-{PARENT}-{flags}"))], false);
    let list = &mut head.headers.as_mut().unwrap().headers;
    list.extend(more.headers.unwrap().headers);
    Message::RequestHeaders(head)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_receives_a_span_for_a_traced_call_and_all_metrics_and_no_value() {
    let collector = Collector::default();
    let mut running = Running::start("otlp", &collector.start().await);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    for head in ["01", "00"] {
        let body = said(&format!("mera aadhaar {AADHAAR} hai"));
        let mut exchange = envoy.exchange().await.unwrap();
        exchange.say(traced(head, body.len())).await.unwrap();
        assert!(replaced(&exchange.say(piece(body, true)).await.unwrap()).is_some());
    }
    envoy.chat("a call without a trace").await.unwrap();
    let events = running.audited(3).await;
    running.sidecar.stop(); // sends what is left

    let spans = collector.spans();
    let [span] = &spans[..] else {
        panic!("one call of three is traced: {spans:?}")
    };
    assert_eq!(span.name, "naka request");
    assert_eq!(span.trace_id, u128::from_str_radix(TRACE, 16).unwrap().to_be_bytes());
    assert_eq!(
        span.parent_span_id,
        u64::from_str_radix(PARENT, 16).unwrap().to_be_bytes()
    );
    assert!(span.end_time_unix_nano >= span.start_time_unix_nano && span.start_time_unix_nano > 0);
    let said = |key| text(&span.attributes, key);
    assert_eq!(said("naka.decision"), events[0]["decision"]);
    assert_eq!(said("naka.revision"), events[0]["revision"]);
    assert_eq!(
        (said("naka.action"), said("naka.coverage")),
        ("Mask".into(), "scanned".into())
    );
    assert_eq!(said("gen_ai.request.model"), "gpt-4o");
    assert_eq!(attribute(&span.attributes, "naka.findings"), Some(Value::IntValue(1)));
    let Some(Value::ArrayValue(entities)) = attribute(&span.attributes, "naka.entities") else {
        panic!("{:?}", span.attributes)
    };
    let aadhaar = Some(Value::StringValue("IN_AADHAAR".into()));
    assert_eq!(entities.values, [AnyValue { value: aadhaar }]);
    let resource = collector.traces.lock().unwrap()[0].resource_spans[0]
        .resource
        .clone()
        .unwrap();
    assert_eq!(text(&resource.attributes, "service.name"), "naka-sidecar");

    let metrics = collector.last();
    let found = metrics.iter().find(|metric| metric.name == "naka_findings").unwrap();
    let Some(Data::Sum(sum)) = &found.data else {
        panic!("{found:?}")
    };
    assert!(sum.is_monotonic);
    let point = &sum.data_points[0];
    assert_eq!(point.value, Some(number_data_point::Value::AsDouble(2.0)));
    assert_eq!(text(&point.attributes, "entity"), "IN_AADHAAR");
    let latency = metrics
        .iter()
        .find(|metric| metric.name == "naka_decision_seconds")
        .unwrap();
    let Some(Data::Histogram(histogram)) = &latency.data else {
        panic!("{latency:?}")
    };
    assert_eq!(histogram.data_points.iter().map(|point| point.count).sum::<u64>(), 3);

    // the same names as in the Prometheus text, but for the ending of counters
    let prometheus: BTreeSet<String> = running
        .sidecar
        .metrics_text()
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .map(|name| name.strip_suffix("_total").unwrap_or(name).to_owned())
        .collect();
    let exported: BTreeSet<String> = metrics.into_iter().map(|metric| metric.name).collect();
    assert_eq!(exported, prometheus);

    let bytes = collector.bytes();
    for value in [AADHAAR, "510980274087", "4087"] {
        assert!(
            !bytes.windows(value.len()).any(|window| window == value.as_bytes()),
            "{value}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_stops_nothing_and_is_counted() {
    let mut running = Running::start("otlp-away", r#""otlp_endpoint":"http://127.0.0.1:1""#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    assert!(envoy.chat(AADHAAR).await.is_ok());
    running.sidecar.stop();
    assert_eq!(running.metric("naka_otlp_failures_total{signal=\"metrics\"}"), 1.0);
}

#[test]
fn an_endpoint_that_is_none_is_a_clear_error() {
    for (endpoint, says) in [("no address", "otlp_endpoint"), ("https://127.0.0.1:4317", "TLS")] {
        let folder = std::env::temp_dir().join(format!("naka-otlp-bad-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            r#"{{"ext_proc":"unix:{}/e.sock","otlp_endpoint":"{endpoint}"}}"#,
            folder.display()
        );
        let config = naka_sidecar::Config::from_json(&config).unwrap();
        let error = naka_sidecar::Sidecar::start(config, naka_sidecar::KeyRing::default())
            .err()
            .unwrap();
        assert_eq!(error.code(), "config_invalid");
        assert!(error.to_string().contains(says), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
