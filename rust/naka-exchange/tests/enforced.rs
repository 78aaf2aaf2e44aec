//! What an exchange does while something is enforced.

mod support;

use bytes::Bytes;
use naka_exchange::{BodyMode, Command, Coverage, Event, HeaderEdits, Reason};
use naka_policy::{Action, Direction};
use support::*;

#[test]
fn a_small_request_is_buffered_masked_and_gets_its_own_length() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    let (edits, mode, _) = headers(shell.tell(chat()));
    assert_eq!((edits, mode), (HeaderEdits::default(), BodyMode::Buffered));
    // the flag may be missing on a buffered body (a decompressor before us)
    let answers = shell.tell(piece(said(&format!("mera aadhaar {AADHAAR} hai")), false));
    let [
        Command::Body {
            direction: Direction::Request,
            replace: Some(body),
            edits,
        },
    ] = &answers[..]
    else {
        panic!("{answers:?}")
    };
    assert_eq!(body, &said(&format!("mera aadhaar {MASKED} hai")));
    assert_eq!(edits.set, [("content-length", Bytes::from(body.len().to_string()))]);
    assert!(edits.remove.is_empty());
    let outcome = &shell.outcomes[0];
    assert_eq!(
        (outcome.enforced, outcome.coverage),
        (Action::Mask { keep_last: 4 }, Coverage::Scanned)
    );
    assert_eq!(
        (outcome.api, outcome.model.as_ref().unwrap().as_str()),
        ("openai.chat", "gpt-4o")
    );
    assert_eq!(outcome.paths[0].as_str(), "messages[0].content");
    assert_eq!(outcome.rules[0].as_str(), "p:aadhaar");
    assert!(!format!("{outcome:?}").contains("5109"));
}

#[test]
fn a_clean_buffered_request_goes_as_it_came() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(chat());
    let answers = shell.tell(piece(said("hello"), true));
    assert!(
        matches!(&answers[..], [Command::Body { replace: None, edits, .. }] if edits.is_empty()),
        "{answers:?}"
    );
}

#[test]
fn a_large_request_and_one_of_unknown_length_come_full_duplex_without_content_length() {
    for length in [None, Some((8 << 20) + 1)] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        let (edits, mode, _) = headers(shell.tell(post("/v1/chat/completions", length)));
        assert_eq!(mode, BodyMode::FullDuplex);
        assert_eq!(edits.remove, ["content-length"]);
    }
}

#[test]
fn aadhaar_split_over_two_chunks_is_masked_once() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    let body = said(&format!("mera aadhaar {AADHAAR} hai"));
    let (first, second) = body.split_at(body.len() - 15);
    assert!(
        shell.tell(piece(first.to_vec(), false)).is_empty(),
        "nothing goes upstream yet"
    );
    let answers = shell.tell(piece(second.to_vec(), true));
    assert_eq!(sent(&answers), Some(said(&format!("mera aadhaar {MASKED} hai"))));
    assert!(matches!(answers.last(), Some(Command::Chunk { end: true, .. })));
    assert!(
        shell.tell(piece(Bytes::new(), true)).is_empty(),
        "a repeated end is not answered again"
    );
    assert_eq!(shell.outcomes.len(), 1);
}

#[test]
fn a_full_duplex_body_goes_in_pieces_that_grpc_peers_take() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    let body = said(&"lorem ipsum ".repeat(20_000));
    let answers = shell.tell(piece(body.clone(), true));
    assert!(answers.len() > 3);
    let ends: Vec<bool> = answers
        .iter()
        .map(|command| match command {
            Command::Chunk { data, end, .. } if data.len() <= naka_exchange::CHUNK_BYTES => *end,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ends.iter().filter(|end| **end).count(), 1);
    assert_eq!(ends.last(), Some(&true));
    assert_eq!(sent(&answers), Some(body));
}

#[test]
fn trailers_end_a_full_duplex_body_and_are_answered_after_it() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    shell.tell(piece(said("hello"), false));
    let answers = shell.tell(Event::RequestTrailers);
    assert!(
        matches!(
            &answers[..],
            [
                Command::Chunk { end: false, .. },
                Command::Trailers {
                    direction: Direction::Request
                }
            ]
        ),
        "{answers:?}"
    );
}

#[test]
fn block_is_403_in_openai_shape_with_types_and_paths_and_no_value() {
    let mut shell = Shell::new(rules("Enforce", "Block"));
    shell.tell(chat());
    let answers = shell.tell(piece(said(AADHAAR), true));
    let (status, body, retry) = rejected(&answers);
    assert_eq!((status, retry), (403, false));
    assert_eq!(
        body,
        "{\"error\":{\"message\":\"The policy in force does not let this request pass: it holds IN_AADHAAR at \
         messages[0].content. Decision: 07070707-0707-0707-0707-070707070707.\",\"type\":\"permission_error\",\
         \"param\":\"messages[0].content\",\"code\":\"naka_blocked\"}}"
    );
    assert_eq!(
        (shell.outcomes[0].enforced, shell.outcomes[0].rejected),
        (Action::Block, 403)
    );
}

#[test]
fn faults_of_the_call_are_400_whatever_the_policy_says_of_the_unscannable() {
    for (body, code, reason) in [
        (
            &b"{\"model\":\"gpt-4o\",\"messages\":["[..],
            "naka_malformed",
            Reason::Malformed,
        ),
        (
            b"{\"model\":\"a\",\"model\":\"b\",\"messages\":[]}",
            "naka_duplicate_key",
            Reason::DuplicateKey,
        ),
    ] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        shell.tell(chat());
        let answers = shell.tell(piece(body.to_vec(), true));
        let (status, text, retry) = rejected(&answers);
        assert_eq!((status, retry), (400, false));
        assert!(text.contains(code), "{text}");
        assert_eq!(shell.outcomes[0].reason, Some(reason));
        assert_eq!(shell.outcomes[0].enforced, Action::Block);
    }
}

#[test]
fn a_path_that_is_not_normal_is_400_before_its_body() {
    for path in [
        "//v1/chat/completions",
        "/v1/x/../chat/completions",
        "/v1/chat%2fcompletions",
    ] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        let (status, text, _) = rejected(&shell.tell(post(path, Some(10))));
        assert_eq!(status, 400);
        assert!(text.contains("naka_bad_path") && !text.contains("v1"), "{text}");
    }
}

#[test]
fn what_a_rule_would_change_in_a_query_is_blocked() {
    for (action, status) in [
        ("Mask", 403),
        ("Tokenize", 403),
        ("Redact", 403),
        ("Block", 403),
        ("Audit", 0),
    ] {
        let mut shell = Shell::new(rules("Enforce", action));
        let answers = shell.tell(get("/v1/models?aadhaar=5109%208027%204087"));
        assert_eq!(shell.outcomes[0].rejected, status, "{action}");
        assert_eq!(matches!(answers[..], [Command::Reject(_)]), status == 403);
        assert_eq!(shell.outcomes[0].paths[0].as_str(), "(query)");
    }
    // beside a body, both are judged together
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/chat/completions?aadhaar=510980274087", Some(50)));
    let answers = shell.tell(piece(said("hello"), true));
    assert_eq!(rejected(&answers).0, 403);
}

#[test]
fn a_block_may_be_an_answer_that_refuses_where_the_api_has_one_and_no_stream_is_awaited() {
    let styled = |style: &str| pack("Enforce", "Block", &format!(r#""blockStyle":"{style}","#));
    let silent = pack("Enforce", "Block", "");
    let other = |pack: String| pack.replace(r#""name":"p""#, r#""name":"q""#);
    let said = |stream: &str| format!(r#"{{"model":"m",{stream}"messages":[{{"content":"aadhaar {AADHAAR}"}}]}}"#);
    for (packs, path, stream, status) in [
        (vec![styled("refusal")], "/v1/chat/completions", "", 200),
        (
            vec![styled("refusal"), other(silent.clone())],
            "/v1/chat/completions",
            "",
            200,
        ),
        (
            vec![styled("refusal"), other(styled("error"))],
            "/v1/chat/completions",
            "",
            403,
        ),
        (vec![styled("error")], "/v1/chat/completions", "", 403),
        (vec![silent], "/v1/chat/completions", "", 403),
        (
            vec![styled("refusal")],
            "/v1/chat/completions",
            r#""stream":true,"#,
            403,
        ),
        (vec![styled("refusal")], "/v1/messages", "", 200),
        (vec![styled("refusal")], "/v1/messages/count_tokens", "", 403),
        (vec![styled("refusal")], "/v1beta/models/m:generateContent", "", 200),
        (
            vec![styled("refusal")],
            "/v1beta/models/m:streamGenerateContent",
            "",
            403,
        ),
        (vec![styled("refusal")], "/model/m/converse", "", 200),
        (vec![styled("refusal")], "/model/m/converse-stream", "", 403),
        (vec![styled("refusal")], "/v1/embeddings", "", 403),
        (vec![styled("refusal")], "/anything", "", 403),
    ] {
        let mut shell = Shell::new(rules_of(&packs));
        shell.tell(post(path, Some(100)));
        let (got, body, retry) = rejected(&shell.tell(piece(said(stream), true)));
        assert_eq!((got, retry), (status, false), "{path} {stream}");
        assert!(body.contains("IN_AADHAAR") && !body.contains(AADHAAR), "{body}");
        assert_eq!(shell.outcomes[0].rejected, status);
    }
}

#[test]
fn the_callers_own_key_in_a_query_is_not_looked_at_where_the_api_takes_it_there() {
    for (path, status) in [
        ("/v1beta/models/m:generateContent?key=510980274087", 0),
        ("/v1beta/models/m:generateContent?alt=510980274087", 403),
        ("/v1/chat/completions?key=510980274087", 403),
    ] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        shell.tell(post(path, Some(50)));
        shell.tell(piece(&b"{}"[..], true));
        assert_eq!(shell.outcomes[0].rejected, status, "{path}");
    }
}

#[test]
fn a_model_that_the_path_names_counts_whatever_the_body_says() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/gw/v1beta/models/gemini-2.5-pro:generateContent", Some(50)));
    shell.tell(piece(&br#"{"model":"other","contents":[]}"#[..], true));
    assert_eq!(shell.outcomes[0].model.as_ref().unwrap().as_str(), "gemini-2.5-pro");
    // One that looks like a person's number is not shown.
    let mut shell = Shell::new(rules("Enforce", "Audit"));
    shell.tell(post("/model/m-510980274087/converse", Some(50)));
    shell.tell(piece(&b"{}"[..], true));
    assert_eq!(shell.outcomes[0].model.as_ref().unwrap().as_str(), "(withheld)");
}

#[test]
fn accept_encoding_becomes_identity_where_answers_are_enforced() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    let mut head = post_head("/v1/chat/completions", Some(10));
    head.accepts_encodings = true;
    let (edits, ..) = headers(shell.tell(Event::RequestHeaders(head)));
    assert_eq!(edits.set, [("accept-encoding", Bytes::from_static(b"identity"))]);
}

#[test]
fn a_json_answer_is_buffered_and_masked_and_names_the_decision() {
    for length in [Some(200), None] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        shell.tell(chat());
        shell.tell(piece(said("hello"), true));
        let (edits, request, response) = headers(shell.tell(answer(length)));
        assert_eq!(
            edits.set,
            [(
                "x-naka-decision",
                Bytes::from_static(b"07070707-0707-0707-0707-070707070707")
            )]
        );
        assert_eq!((request, response), (BodyMode::Buffered, BodyMode::Buffered));
        let text = format!(r#"{{"choices":[{{"index":0,"message":{{"role":"assistant","content":"{AADHAAR}"}}}}]}}"#);
        let answers = shell.tell(answer_piece(text, true));
        assert!(contains(&sent(&answers).unwrap(), MASKED));
        assert_eq!(shell.outcomes[1].direction, Direction::Response);
        assert_eq!(shell.outcomes[1].model, shell.outcomes[0].model);
        shell.close();
        assert_eq!(shell.outcomes.len(), 2, "nothing is left to record");
    }
}

#[test]
fn a_gzip_request_is_read_and_goes_on_decoded_only_when_changed() {
    use flate2::write::GzEncoder;
    use std::io::Write;
    for (text, changed) in [(AADHAAR, true), ("hello", false)] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        let mut head = post_head("/v1/chat/completions", Some(80));
        head.body.content_encoding = Bytes::from_static(b"gzip");
        shell.tell(Event::RequestHeaders(head));
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&said(text)).unwrap();
        let answers = shell.tell(piece(encoder.finish().unwrap(), true));
        let [Command::Body { replace, edits, .. }] = &answers[..] else {
            panic!("{answers:?}")
        };
        assert_eq!(replace.is_some(), changed);
        assert_eq!(edits.remove, if changed { vec!["content-encoding"] } else { vec![] });
        if let Some(body) = replace {
            assert_eq!(body, &said(MASKED));
        }
    }
}

#[test]
fn a_full_duplex_gzip_request_goes_on_decoded_and_a_broken_one_is_refused() {
    use flate2::write::GzEncoder;
    use std::io::Write;
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&said("hello")).unwrap();
    let good = encoder.finish().unwrap();
    for (body, passes) in [(good.clone(), true), (good[..good.len() - 9].to_vec(), false)] {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        let mut head = post_head("/v1/chat/completions", None);
        head.body.content_encoding = Bytes::from_static(b"gzip");
        let (edits, ..) = headers(shell.tell(Event::RequestHeaders(head)));
        assert_eq!(edits.remove, ["content-length", "content-encoding"]);
        let answers = shell.tell(piece(body, true));
        if passes {
            assert_eq!(sent(&answers), Some(said("hello")));
        } else {
            // its header is gone: what came cannot be sent as it came
            assert_eq!(rejected(&answers).0, 403);
        }
    }
}
