//! Detection, health, reflection, HTTP and the audit file.

mod support;

use naka_sidecar::pb::naka::v1::detection_client::DetectionClient;
use naka_sidecar::pb::naka::v1::{Evidence, ListEntitiesRequest, ScanRequest, Tier};
use support::*;
use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn detection_gives_positions_and_never_text() {
    let running = Running::start("detection", r#""detection_max_bytes":1000"#);
    let mut client = DetectionClient::new(channel(&running.folder.join("d.sock")).await);
    let text = format!("मेरा aadhaar {AADHAAR}");
    let request = ScanRequest {
        text: text.clone(),
        ..ScanRequest::default()
    };
    assert_eq!(
        client.scan(request.clone()).await.unwrap_err().code(),
        Code::Unavailable
    );
    running.apply("Shadow", "Mask", "");

    let response = client.scan(request.clone()).await.unwrap().into_inner();
    assert_eq!(response.revision, running.sidecar.stats().revision);
    let [finding] = &response.findings[..] else {
        panic!("{response:?}")
    };
    assert_eq!(finding.entity, "IN_AADHAAR");
    assert_eq!(&text[finding.start as usize..finding.end as usize], AADHAAR);
    assert_eq!(finding.tier(), Tier::Certain);
    assert!(finding.evidence().any(|evidence| evidence == Evidence::Checksum));
    assert!(!format!("{response:?}").contains("5109"));

    let none = ScanRequest {
        entities: vec!["IN_PAN".into()],
        ..request.clone()
    };
    assert!(client.scan(none).await.unwrap().into_inner().findings.is_empty());
    let group = ScanRequest {
        entities: vec!["group:identity".into()],
        min_confidence: 0.5,
        ..request.clone()
    };
    assert_eq!(client.scan(group).await.unwrap().into_inner().findings.len(), 1);

    for (bad, code) in [
        (
            ScanRequest {
                entities: vec!["IN_PAN".into(), AADHAAR.into()],
                ..request.clone()
            },
            Code::InvalidArgument,
        ),
        (
            ScanRequest {
                min_confidence: 1.5,
                ..request.clone()
            },
            Code::InvalidArgument,
        ),
        (
            ScanRequest {
                min_confidence: f32::NAN,
                ..request.clone()
            },
            Code::InvalidArgument,
        ),
        (
            ScanRequest {
                text: "x".repeat(1001),
                ..request.clone()
            },
            Code::ResourceExhausted,
        ),
    ] {
        let status = client.scan(bad).await.unwrap_err();
        assert_eq!(status.code(), code);
        assert!(!status.message().contains("5109"));
    }

    let entities = client
        .list_entities(ListEntitiesRequest {})
        .await
        .unwrap()
        .into_inner()
        .entities;
    assert!(entities.is_sorted_by_key(|entity| entity.id.clone()));
    assert!(
        entities
            .iter()
            .any(|entity| entity.id == "IN_AADHAAR" && !entity.groups.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_says_serving_once_a_policy_is_in_force() {
    let running = Running::start("health", "");
    for socket in ["e.sock", "d.sock"] {
        let mut health = HealthClient::new(channel(&running.folder.join(socket)).await);
        let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
        let first = watch.next().await.unwrap().unwrap().status();
        if socket == "e.sock" {
            running.apply("Shadow", "Mask", "");
        }
        let mut last = first;
        while format!("{last:?}") != "Serving" {
            last = watch.next().await.unwrap().unwrap().status();
        }
        for service in ["naka.v1.Detection", "envoy.service.ext_proc.v3.ExternalProcessor"] {
            let answer = health
                .check(HealthCheckRequest {
                    service: service.into(),
                })
                .await
                .unwrap()
                .into_inner();
            assert_eq!(format!("{:?}", answer.status()), "Serving");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reflection_lists_the_services() {
    let running = Running::start("reflection", "");
    let mut client = ServerReflectionClient::new(channel(&running.folder.join("d.sock")).await);
    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = client
        .server_reflection_info(tokio_stream::iter([ask]))
        .await
        .unwrap()
        .into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) = answers.next().await.unwrap().unwrap().message_response
    else {
        panic!()
    };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    for name in [
        "naka.v1.Detection",
        "grpc.health.v1.Health",
        "envoy.service.ext_proc.v3.ExternalProcessor",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_prometheus_text_with_one_head_for_each_name() {
    let running = Running::start("metrics", "");
    running.apply("Enforce", "Mask", "");
    running.envoy().await.chat(AADHAAR).await.unwrap();
    running.audited(1).await;
    let (status, text) = running.get("/metrics").await;
    assert_eq!(status, 200);
    let mut heads = std::collections::HashSet::new();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            name = rest.split(' ').next().unwrap().to_owned();
            assert!(heads.insert(name.clone()), "{name} has two heads");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(&name), "{line} under {name}");
            let value = line.rsplit(' ').next().unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(text.contains("naka_decision_seconds_count{direction=\"Request\"} 1"));
    assert!(text.contains("process_resident_memory_bytes "));
    assert!(!text.contains("5109"));
    assert_eq!(running.get("/else").await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_file_is_rotated_at_its_size_and_reopened_when_asked() {
    let running = Running::start("rotate", r#""audit_max_bytes":2000,"audit_keep":2"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    // One by one: the writer gathers what comes close together and looks at the size after each batch.
    for sent in 1..=24 {
        envoy.chat(AADHAAR).await.unwrap();
        until("lines written", || {
            running.metric("naka_audit_written_total") >= f64::from(sent)
        })
        .await;
    }
    let size = |name: &str| {
        std::fs::metadata(running.folder.join(name))
            .map(|found| found.len())
            .unwrap_or(0)
    };
    assert!(size("audit.jsonl.1") > 0 && size("audit.jsonl.2") > 0 && size("audit.jsonl.3") == 0);
    std::fs::rename(running.folder.join("audit.jsonl"), running.folder.join("moved")).unwrap();
    running.sidecar.reopen_audit();
    envoy.chat(AADHAAR).await.unwrap();
    assert_eq!(running.audited(1).await.len(), 1);
    assert_eq!(running.metric("naka_audit_lost_total"), 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_the_disk_refuses_are_counted_and_told_of() {
    let running = Running::start("diskfull", "");
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let path = running.folder.join("audit.jsonl");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    running.sidecar.reopen_audit();
    for _ in 0..3 {
        envoy.chat(AADHAAR).await.unwrap();
    }
    until("losses counted", || running.metric("naka_audit_lost_total") >= 3.0).await;
    std::fs::remove_dir(&path).unwrap();
    envoy.chat(AADHAAR).await.unwrap();
    let lines = running.audited(2).await;
    assert!(lines.iter().any(|line| line["gap"] == 3), "{lines:?}");
}

#[test]
fn an_address_in_use_and_a_wrong_setting_are_errors_by_name() {
    let running = Running::start("inuse", "");
    let at = running.folder.display();
    let start = |json: String| {
        naka_sidecar::Config::from_json(&json)
            .and_then(|config| naka_sidecar::Sidecar::start(config, naka_sidecar::KeyRing::default()))
    };
    let error = start(format!(r#"{{"ext_proc":"unix:{at}/e.sock"}}"#)).err().unwrap();
    assert_eq!(error.code(), "config_address");
    assert!(error.to_string().starts_with("ext_proc: cannot listen on unix:"));
    for (setting, named) in [
        (r#""workers":0"#, "workers"),
        (r#""no_such":1"#, "no_such"),
        (r#""ext_proc":"x""#, "neither unix:/PATH nor IP:PORT"),
        (r#""max_body_bytes":1"#, "max_buffered_bytes"),
        (r#""drain_s":-1"#, "drain_s"),
    ] {
        let error = start(format!("{{{setting}}}")).err().unwrap();
        assert_eq!(error.code(), "config_invalid");
        assert!(error.to_string().contains(named), "{error}");
    }
}
