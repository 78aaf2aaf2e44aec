//! Split anywhere: every split point of a text over two events, single characters, and single bytes on the wire give the
//! answer of the whole, in each way in which a provider streams; and nothing of a value leaves before.

mod support;

use naka_exchange::{BodyHead, Event, ResponseHead};
use serde_json::{Value, json};
use support::*;

/// A way to stream: path, content type, and the events of a text in pieces.
struct Form {
    path: &'static str,
    content_type: &'static str,
    events: fn(&[&str]) -> Vec<String>,
    /// The text that the client puts together from all events.
    text: fn(&str) -> String,
}

fn sse(event: &Value) -> String {
    let name = event["type"].as_str().map(|name| format!("event: {name}\n"));
    format!("{}data: {event}\n\n", name.unwrap_or_default())
}

/// Every JSON of a stream of events or lines.
fn parsed(stream: &str) -> impl Iterator<Item = Value> {
    let lines = stream.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
    lines.filter_map(|line| serde_json::from_str(line).ok())
}

fn gathered(stream: &str, pointer: &str) -> String {
    let texts = parsed(stream).filter_map(|event| event.pointer(pointer)?.as_str().map(str::to_owned));
    texts.collect()
}

const FORMS: &[Form] = &[
    Form {
        path: "/v1/chat/completions",
        content_type: "text/event-stream",
        events: |pieces| {
            let chunk = |delta: Value, finish: Value| {
                sse(&json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
            };
            let mut events: Vec<String> = pieces
                .iter()
                .map(|text| chunk(json!({"content": text}), Value::Null))
                .collect();
            events.extend([chunk(json!({}), json!("stop")), "data: [DONE]\n\n".to_owned()]);
            events
        },
        text: |stream| gathered(stream, "/choices/0/delta/content"),
    },
    Form {
        path: "/v1/responses",
        content_type: "text/event-stream",
        events: |pieces| {
            let delta = |text: &&str| {
                sse(
                    &json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
                            "sequence_number": 1, "delta": text, "logprobs": [{"token": text}]}),
                )
            };
            let whole = pieces.concat();
            let mut events: Vec<String> = pieces.iter().map(delta).collect();
            events.push(sse(
                &json!({"type": "response.output_text.done", "output_index": 0, "content_index": 0,
                                    "sequence_number": 2, "text": whole, "logprobs": []}),
            ));
            events.push(sse(
                &json!({"type": "response.completed", "sequence_number": 3, "response": {"object": "response",
                "output": [{"type": "message", "content": [{"type": "output_text", "text": whole}]}]}}),
            ));
            events
        },
        text: |stream| {
            let text = gathered(stream, "/delta");
            assert_eq!(gathered(stream, "/text"), text);
            assert_eq!(gathered(stream, "/response/output/0/content/0/text"), text);
            text
        },
    },
    Form {
        path: "/v1/messages",
        content_type: "text/event-stream",
        events: |pieces| {
            let delta = |text: &&str| {
                sse(&json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
            };
            let mut events: Vec<String> = pieces.iter().map(delta).collect();
            events.push(sse(&json!({"type": "content_block_stop", "index": 0})));
            events
        },
        text: |stream| gathered(stream, "/delta/text"),
    },
    Form {
        path: "/v1beta/models/m:streamGenerateContent",
        content_type: "application/json",
        events: |pieces| {
            let part = |text: &&str| json!({"candidates": [{"content": {"parts": [{"text": text}]}}]}).to_string();
            let items: Vec<String> = pieces.iter().map(part).collect();
            vec![format!("[{}", items.join(",\n")), "]".to_owned()]
        },
        text: |stream| {
            let items: Vec<Value> = serde_json::from_str(stream).unwrap();
            let text = |item: &Value| {
                item["candidates"][0]["content"]["parts"][0]["text"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            items.iter().map(text).collect()
        },
    },
    Form {
        path: "/v2/chat",
        content_type: "text/event-stream",
        events: |pieces| {
            let delta = |text: &&str| {
                sse(&json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}))
            };
            let mut events: Vec<String> = pieces.iter().map(delta).collect();
            events.push(sse(&json!({"type": "content-end", "index": 0})));
            events
        },
        text: |stream| gathered(stream, "/delta/message/content/text"),
    },
    Form {
        path: "/api/chat",
        content_type: "application/x-ndjson",
        events: |pieces| {
            let line = |text: &str, done: bool| format!("{}\n", json!({"message": {"content": text}, "done": done}));
            let mut events: Vec<String> = pieces.iter().map(|text| line(text, false)).collect();
            events.push(line("", true));
            events
        },
        text: |stream| gathered(stream, "/message/content"),
    },
];

const SAID: &str = "mera aadhaar 5109 8027 4087 hai, ५१०९ ८०२७ ४०८७ भी। bas";
/// No part of these may leave.
const PARTS: [&str; 4] = ["5109", "8027", "५१०९", "८०२७"];

fn redacted() -> String {
    SAID.replace("5109 8027 4087", "[IN_AADHAAR]")
        .replace("५१०९ ८०२७ ४०८७", "[IN_AADHAAR]")
}

/// All that left, and whether a part of a value was in it at any time.
fn through(form: &Form, chunks: &[&[u8]]) -> String {
    let mut shell = Shell::new(rules("Enforce", "Redact"));
    shell.tell(post(form.path, Some(20)));
    shell.tell(piece("{}", true));
    shell.tell(Event::ResponseHeaders(ResponseHead {
        status: 200,
        body: BodyHead {
            content_type: form.content_type.into(),
            ..BodyHead::default()
        },
    }));
    let mut out = Vec::new();
    for chunk in chunks {
        out.extend(sent(&shell.tell(answer_piece(chunk.to_vec(), false))).unwrap_or_default());
    }
    out.extend(sent(&shell.tell(answer_piece("", true))).unwrap_or_default());
    String::from_utf8(out).unwrap()
}

fn check(form: &Form, pieces: &[&str], size: usize) {
    let stream = (form.events)(pieces).concat();
    let chunks: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
    let got = through(form, &chunks);
    assert_eq!((form.text)(&got), redacted(), "{} {pieces:?} {size}", form.path);
    assert!(
        !PARTS.iter().any(|part| got.contains(part)),
        "{} {pieces:?} {size}",
        form.path
    );
}

#[test]
fn every_split_of_the_text_and_of_the_bytes_gives_the_answer_of_the_whole() {
    for form in FORMS {
        let splits = SAID.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
        splits.for_each(|at| check(form, &[&SAID[..at], &SAID[at..]], usize::MAX));
        let letters: Vec<&str> = SAID.split("").filter(|letter| !letter.is_empty()).collect();
        for size in [1, 2, 5, 64, usize::MAX] {
            check(form, &letters, size);
            check(form, &[SAID], size);
        }
    }
}
