//! What cannot be read, what is too much, and what does not come, while something is enforced.

mod support;

use bytes::Bytes;
use naka_exchange::{BodyMode, Command, Coverage, Event, Reason, Settings, Step};
use naka_policy::Direction;
use support::*;

/// Settings of a pack that decide what happens to the unreadable.
fn handling(setting: &str, value: &str) -> std::sync::Arc<naka_policy::RuleSet> {
    rules_of(&[pack("Enforce", "Mask", &format!(r#""{setting}":"{value}","#))])
}

#[test]
fn what_cannot_be_read_is_decided_by_the_policy() {
    for (value, status) in [("Audit", 0), ("Allow", 0), ("Block", 403)] {
        // an unknown encoding, known at the headers
        let mut shell = Shell::new(handling("onUnscannable", value));
        let mut head = post_head("/v1/chat/completions", Some(10));
        head.body.content_encoding = Bytes::from_static(b"compress");
        let answers = shell.tell(Event::RequestHeaders(head));
        assert_eq!(shell.outcomes[0].rejected, status);
        assert_eq!(shell.outcomes[0].coverage, Coverage::Unscannable);
        assert_eq!(shell.outcomes[0].reason, Some(Reason::Encoding));
        if status == 0 {
            let (_, mode, _) = headers(answers);
            assert_eq!(mode, BodyMode::None);
        }

        // a picture beside text
        let mut shell = Shell::new(handling("onUnscannable", value));
        shell.tell(chat());
        let image = format!(
            r#"{{"model":"m","messages":[{{"role":"user","content":[{{"type":"text","text":"{AADHAAR}"}},{{"type":"image_url","image_url":{{"url":"data:image/png;base64,iVBORw0KGgo="}}}}]}}]}}"#
        );
        let answers = shell.tell(piece(image, true));
        assert_eq!(shell.outcomes[0].rejected, status);
        assert_eq!(shell.outcomes[0].coverage, Coverage::Partial);
        assert_eq!(shell.outcomes[0].reason, Some(Reason::OpaqueParts));
        if status == 0 {
            assert!(
                contains(&sent(&answers).unwrap(), MASKED),
                "the text beside it is masked all the same"
            );
        }

        // an event stream that comes in an encoding although none was asked for
        let mut shell = Shell::new(handling("onUnscannable", value));
        shell.tell(chat());
        shell.tell(piece(said("hello"), true));
        let mut head = json_head(None);
        head.content_type = Bytes::from_static(b"text/event-stream");
        head.content_encoding = Bytes::from_static(b"gzip");
        let answers = shell.tell(Event::ResponseHeaders(naka_exchange::ResponseHead {
            status: 200,
            body: head,
        }));
        assert_eq!(shell.outcomes[1].reason, Some(Reason::Encoding));
        assert_eq!(matches!(answers[..], [Command::Reject(_)]), status == 403);
    }
}

#[test]
fn a_path_that_no_table_knows_is_decided_by_the_policy_and_scanned() {
    for (value, status) in [("Audit", 0), ("Block", 403)] {
        let mut shell = Shell::new(handling("onUnknownRoute", value));
        shell.tell(post("/v9/surprise", Some(60)));
        let answers = shell.tell(piece(format!(r#"{{"any":{{"where":"{AADHAAR}"}}}}"#), true));
        assert_eq!(shell.outcomes[0].rejected, status);
        if status == 0 {
            assert!(contains(&sent(&answers).unwrap(), MASKED));
        }
    }
}

#[test]
fn a_file_upload_is_refused_where_a_pack_enforces_on_files() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    let mut head = post_head("/v1/files", Some(1000));
    head.body.content_type = Bytes::from_static(b"multipart/form-data; boundary=x");
    let (status, text, _) = rejected(&shell.tell(Event::RequestHeaders(head)));
    assert_eq!(status, 403);
    assert!(text.contains("naka_unscannable"), "{text}");
}

#[test]
fn a_body_over_the_limit_is_413_or_passes_unread_by_policy() {
    let settings = Settings {
        max_body_bytes: 1000,
        max_buffered_bytes: 100,
        ..Settings::default()
    };
    for (value, status) in [("Block", 413), ("Audit", 0)] {
        let rules = handling("onUnscannable", value);
        // announced
        let mut shell = Shell::with(std::sync::Arc::clone(&rules), shared(settings.clone(), 1 << 20));
        let answers = shell.tell(post("/v1/chat/completions", Some(1001)));
        assert_eq!(shell.outcomes[0].rejected, status);
        assert_eq!(matches!(answers[..], [Command::Reject(_)]), status == 413);

        // found out on the way: what was held goes first
        let mut shell = Shell::with(rules, shared(settings.clone(), 1 << 20));
        shell.tell(post("/v1/chat/completions", None));
        assert!(shell.tell(piece(vec![b'a'; 700], false)).is_empty());
        let mut answers = shell.tell(piece(vec![b'b'; 700], false));
        if status == 413 {
            assert_eq!(rejected(&answers).0, 413);
        } else {
            answers.extend(shell.tell(piece(vec![b'c'; 700], false)));
            answers.extend(shell.tell(piece(Bytes::new(), true)));
            let body = sent(&answers).unwrap();
            assert_eq!((body.len(), body[0], body[700], body[1400]), (2100, b'a', b'b', b'c'));
            assert!(matches!(answers.last(), Some(Command::Chunk { end: true, .. })));
        }
        let outcome = &shell.outcomes[0];
        assert_eq!(
            (outcome.coverage, outcome.reason),
            (Coverage::Unscannable, Some(Reason::TooLarge))
        );
        assert_eq!(shell.shared.budget.used(), 0, "nothing is held any more");
    }
}

#[test]
fn without_room_a_call_gets_503_or_passes_by_failure() {
    for (value, status) in [("Closed", 503), ("Open", 0)] {
        let rules = handling("failure", value);
        let shared = shared(Settings::default(), 100);
        let mut shell = Shell::with(rules, std::sync::Arc::clone(&shared));
        let answers = shell.tell(post("/v1/chat/completions", Some(101)));
        let outcome = &shell.outcomes[0];
        assert_eq!(
            (outcome.rejected, outcome.coverage, outcome.reason),
            (status, Coverage::Bypassed, Some(Reason::Overloaded))
        );
        if status == 503 {
            assert!(rejected(&answers).2, "worth trying again");
        }
    }
}

#[test]
fn bytes_are_given_back_when_an_exchange_ends_however_it_ends() {
    let shared = shared(Settings::default(), 1 << 20);
    for end in ["judged", "closed", "expired", "dropped"] {
        let mut shell = Shell::with(rules("Enforce", "Mask"), std::sync::Arc::clone(&shared));
        shell.tell(post("/v1/chat/completions", None));
        shell.tell(piece(said("hello"), false));
        assert!(shared.budget.used() > 0);
        match end {
            "judged" => drop(shell.tell(piece(Bytes::new(), true))),
            "closed" => {
                shell.close();
                assert_eq!(shell.outcomes[0].reason, Some(Reason::Interrupted));
            }
            "expired" => {
                let mut step = Step::default();
                assert!(shell.exchange.needs_watch(Direction::Request));
                shell.exchange.expire(Direction::Request, &mut shell.tools, &mut step);
                assert_eq!(rejected(&step.commands).0, 400);
            }
            _ => {}
        }
        drop(shell);
        assert_eq!(shared.budget.used(), 0, "{end}");
    }
}

#[test]
fn a_body_that_envoy_does_not_send_though_asked_is_recorded_as_bypassed() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(chat());
    shell.tell(answer(Some(2)));
    assert_eq!(shell.outcomes[0].coverage, Coverage::Bypassed);
    assert_eq!(shell.outcomes[0].reason, Some(Reason::BodyNotSent));
}

#[test]
fn rules_that_speak_about_other_traffic_change_nothing() {
    let files_only = pack("Enforce", "Mask", "").replace(r#""traffic":{}"#, r#""traffic":{"surfaces":["Embeddings"]}"#);
    let mut shell = Shell::new(rules_of(&[files_only]));
    let (edits, mode, _) = headers(shell.tell(chat()));
    assert!(edits.is_empty());
    assert_eq!(mode, BodyMode::Streamed);
}

#[test]
fn a_mask_that_cannot_be_written_is_refused() {
    // an id is scanned, but changing it would break the call
    let mut shell = Shell::new(handling("onUnscannable", "Block"));
    shell.tell(chat());
    let body = format!(r#"{{"model":"m","messages":[{{"role":"tool","tool_call_id":"{AADHAAR}","content":"x"}}]}}"#);
    let answers = shell.tell(piece(body, true));
    match &answers[..] {
        // where the table lets the field be changed it must be masked
        [
            Command::Body {
                replace: Some(body), ..
            },
        ] => assert!(!contains(body, AADHAAR)),
        other => assert_eq!(rejected(other).0, 403),
    }
}
