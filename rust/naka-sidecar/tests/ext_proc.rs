//! The ext_proc service over a UNIX socket, as Envoy uses it.

mod support;

use std::time::Duration;

use naka_sidecar::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::BodySendMode;
use naka_sidecar::pb::envoy::service::ext_proc::v3::HttpBody;
use naka_sidecar::pb::envoy::service::ext_proc::v3::processing_request::Request as Message;
use naka_sidecar::pb::envoy::service::ext_proc::v3::processing_response::Response;
use support::*;
use tonic::Code;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_request_is_masked_and_its_record_holds_no_value() {
    let running = Running::start("mask", "");
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let (head, answer) = envoy.chat(&format!("mera aadhaar {AADHAAR} hai")).await.unwrap();
    let mode = head.mode_override.unwrap();
    assert_eq!(mode.request_body_mode(), BodySendMode::Buffered);
    assert!(
        head.dynamic_metadata.is_none(),
        "the mark goes with the answer that lets the request go"
    );
    assert!(answer.dynamic_metadata.is_some());
    assert_eq!(replaced(&answer).unwrap(), said("mera aadhaar XXXX XXXX XXXX hai"));
    let event = &running.audited(1).await[0];
    assert_eq!(event["action"], "Mask");
    assert_eq!(event["entities"][0]["entity"], "IN_AADHAAR");
    assert!(!event.to_string().contains("5109"));
    assert_eq!(
        running.metric("naka_findings_total{entity=\"IN_AADHAAR\",action=\"Mask\"}"),
        1.0
    );
    assert_eq!(
        running.metric("naka_decisions_total{direction=\"Request\",action=\"Mask\",coverage=\"scanned\"}"),
        1.0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_first_policy_envoy_is_told_to_act_by_its_failure_mode() {
    let running = Running::start("nopolicy", "");
    let envoy = running.envoy().await;
    assert_eq!(envoy.chat("hello").await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(running.get("/readyz").await.0, 503);
    assert_eq!(running.get("/healthz").await.0, 200);
    running.apply("Shadow", "Mask", "");
    assert!(envoy.chat("hello").await.is_ok());
    assert_eq!(running.get("/readyz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_out_of_order_ends_the_stream_with_an_error_and_not_with_ok() {
    let running = Running::start("order", "");
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    let status = exchange.say(piece("{}", true)).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(running.metric("naka_stream_errors_total{kind=\"out_of_order\"}"), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_is_judged_apart_while_small_ones_are_answered() {
    let running = Running::start("large", r#""inline_bytes":1000"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let text = format!("{} {AADHAAR}", "lorem ipsum ".repeat(100_000));
    let (large, small) = tokio::join!(envoy.chat(&text), envoy.chat("hello"));
    let body = replaced(&large.unwrap().1).unwrap();
    assert!(!String::from_utf8(body.to_vec()).unwrap().contains(AADHAAR));
    assert!(replaced(&small.unwrap().1).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_large_bodies_on_one_connection_all_come_back_whole() {
    let running = Running::start("many", "");
    running.apply("Enforce", "Mask", "");
    let envoy = std::sync::Arc::new(running.envoy().await);
    let chats = (0..12).map(|number| {
        let envoy = std::sync::Arc::clone(&envoy);
        let filler = format!("call {number} says. ").repeat(60_000 + 20_000 * number);
        tokio::spawn(async move {
            let (_, answer) = envoy.chat(&format!("{AADHAAR} {filler}")).await.unwrap();
            assert_eq!(replaced(&answer).unwrap(), said(&format!("XXXX XXXX XXXX {filler}")));
        })
    });
    for chat in chats.collect::<Vec<_>>() {
        chat.await.unwrap();
    }
    assert_eq!(running.metric("naka_bytes_in_flight"), 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_over_the_limit_ends_its_call_with_an_error_and_not_with_ok() {
    let running = Running::start("over", r#""max_buffered_bytes":1000,"max_body_bytes":1000"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    exchange.say(post(None)).await.unwrap();
    let over = exchange
        .say(piece(vec![b' '; (64 << 20) + (512 << 10)], true))
        .await
        .unwrap_err();
    assert_eq!(over.code(), Code::ResourceExhausted);
    assert!(envoy.chat("others go on").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_duplex_body_that_stalls_is_refused_at_its_deadline() {
    let running = Running::start("stall", r#""body_deadline_s":0.2"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    let head = exchange.say(post(None)).await.unwrap();
    assert_eq!(
        head.mode_override.unwrap().request_body_mode(),
        BodySendMode::FullDuplexStreamed
    );
    exchange.send(piece("{", false)).await;
    let Some(Response::ImmediateResponse(refused)) = exchange.next().await.unwrap().response else {
        panic!()
    };
    assert_eq!(refused.status.unwrap().code, 400);
    let event = &running.audited(1).await[0];
    assert_eq!(
        (event["reason"].as_str(), event["status"].as_u64()),
        (Some("deadline"), Some(400))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_answer_is_cut_off_when_nothing_came_for_too_long_and_not_before() {
    let running = Running::start("idle", r#""stream_idle_s":0.4"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    let body = said("hello");
    exchange.say(post(Some(body.len()))).await.unwrap();
    exchange.say(piece(body, true)).await.unwrap();
    let pairs = [
        (":status", "200".to_owned()),
        ("content-type", "text/event-stream".to_owned()),
    ];
    let head = exchange
        .say(Message::ResponseHeaders(headers(&pairs, false)))
        .await
        .unwrap();
    assert_eq!(
        head.mode_override.unwrap().response_body_mode(),
        BodySendMode::FullDuplexStreamed
    );
    let event = |text: &str| {
        Message::ResponseBody(HttpBody {
            body: format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n").into(),
            end_of_stream: false,
        })
    };
    for _ in 0..4 {
        // together longer than the idle time
        tokio::time::sleep(Duration::from_millis(150)).await;
        let answer = exchange.say(event("Hello there.\\n")).await.unwrap();
        assert!(replaced(&answer).unwrap().starts_with(b"data: {\"choices\""));
    }
    exchange.send(event("aadhaar 5109 80")).await;
    let last = replaced(&exchange.next().await.unwrap()).unwrap();
    let last = String::from_utf8(last.to_vec()).unwrap();
    assert!(last.contains("naka_deadline") && !last.contains("5109"), "{last}");
    let record = &running.audited(2).await[1];
    assert_eq!(
        (record["direction"].as_str(), record["reason"].as_str()),
        (Some("Response"), Some("deadline"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_gives_its_room_back_and_leaves_a_record() {
    let running = Running::start("hangup", "");
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    exchange.say(post(None)).await.unwrap();
    exchange.send(piece(vec![b' '; 10_000], false)).await;
    until("bytes held", || running.sidecar.stats().bytes_in_flight == 10_000).await;
    drop(exchange);
    until("room given back", || running.sidecar.stats().bytes_in_flight == 0).await;
    assert_eq!(running.audited(1).await[0]["reason"], "interrupted");
    assert_eq!(running.sidecar.stats().in_flight, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_keeps_the_rules_that_it_began_with() {
    let running = Running::start("pinned", "");
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    let body = said(AADHAAR);
    exchange.say(post(Some(body.len()))).await.unwrap();
    running.apply("Enforce", "Block", "");
    let answer = exchange.say(piece(body, true)).await.unwrap();
    assert!(replaced(&answer).is_some(), "masked by the rules of its beginning");
    let Response::ImmediateResponse(refused) = envoy.chat(AADHAAR).await.unwrap().1.response.unwrap() else {
        panic!()
    };
    assert_eq!(refused.status.unwrap().code, 403);
    assert_eq!(refused.details, "naka_blocked");
    assert!(!String::from_utf8(refused.body.to_vec()).unwrap().contains("5109"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_shadow_pieces_are_answered_before_the_scan_and_the_record_follows() {
    let running = Running::start("shadow", "");
    running.apply("Shadow", "Block", "");
    let envoy = running.envoy().await;
    let (head, answer) = envoy.chat(AADHAAR).await.unwrap();
    assert_eq!(head.mode_override.unwrap().request_body_mode(), BodySendMode::Streamed);
    assert!(replaced(&answer).is_none());
    let event = &running.audited(1).await[0];
    assert_eq!(
        (event["action"].as_str(), event["wouldBe"].as_str()),
        (Some("Audit"), Some("Block"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_bundle_leaves_the_policy_in_force() {
    let running = Running::start("badbundle", "");
    running.apply("Enforce", "Mask", "");
    let before = running.sidecar.stats().revision;
    assert!(
        running
            .sidecar
            .apply(b"no bundle", &naka_policy::Workload::default())
            .is_err()
    );
    assert_eq!(running.sidecar.stats().revision, before);
    assert_eq!(running.metric("naka_policy_rejected_total"), 1.0);
    assert!(running.envoy().await.chat(AADHAAR).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_lets_a_running_exchange_end() {
    let mut running = Running::start("drain", r#""drain_s":10"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    let body = said(AADHAAR);
    exchange.say(post(Some(body.len()))).await.unwrap();
    let folder = running.folder.clone();
    let stopping = std::thread::spawn(move || {
        running.sidecar.stop();
        running
    });
    until("health is gone", || !folder.join("nothing").exists()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished(), "it waits for the exchange");
    let answer = exchange.say(piece(body, true)).await.unwrap();
    assert!(replaced(&answer).is_some());
    drop(exchange);
    drop(envoy);
    let running = tokio::task::spawn_blocking(|| stopping.join().unwrap()).await.unwrap();
    assert!(!running.sidecar.is_running());
    assert!(!folder.join("e.sock").exists(), "sockets are taken away");
    assert_eq!(running.audit().len(), 1, "the record is written out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_that_does_not_end_is_cut_off_after_the_drain() {
    let mut running = Running::start("cut", r#""drain_s":0.2"#);
    running.apply("Enforce", "Mask", "");
    let envoy = running.envoy().await;
    let mut exchange = envoy.exchange().await.unwrap();
    exchange.say(post(None)).await.unwrap();
    let running = tokio::task::spawn_blocking(move || {
        running.sidecar.stop();
        running
    });
    let running = tokio::time::timeout(Duration::from_secs(10), running)
        .await
        .expect("cut off")
        .unwrap();
    let status = exchange.next().await.unwrap_err();
    assert_ne!(status.code(), Code::Ok, "never an end that Envoy takes for leave");
    assert_eq!(running.audit()[0]["reason"], "interrupted");
}
