//! Any bytes, as any content type and either direction: no panic, what was read can be shown and written back, and no
//! sentence of a JSON body is left out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naka_body::{ApiTables, Coverage, Direction, Document, Limits};
use serde_json::Value;

const TYPES: [Option<&str>; 8] = [
    Some("application/json"),
    None,
    Some("text/plain"),
    Some("application/x-ndjson"),
    Some("application/x-www-form-urlencoded"),
    Some("multipart/form-data"),
    Some("image/png"),
    Some("application/json; charset=utf-16"),
];
/// One of each kind of table; the first has none.
const PATHS: [&str; 16] = [
    "/x",
    "/v1/chat/completions",
    "/v1/fine_tuning/jobs",
    "/v1/files",
    "/v1/responses",
    "/v1/completions",
    "/v1/threads/t/messages",
    "/v1/messages",
    "/v1/messages/batches",
    "/v1beta/models/m:generateContent",
    "/v2/chat",
    "/model/m/converse",
    "/model/m/invoke",
    "/api/chat",
    "/v1/ocr",
    "/mcp",
];

fuzz_target!(|input: &[u8]| {
    let [choice, api, body @ ..] = input else {
        return;
    };
    let content_type = TYPES[usize::from(choice & 7)];
    let path = PATHS[usize::from(api & 15)];
    let route = ApiTables::shared().route("POST", path);
    let direction = if choice & 32 == 0 {
        Direction::Request
    } else {
        Direction::Response
    };
    let limits = Limits {
        max_fields: 5000,
        ..Limits::default()
    };
    let Ok(document) = Document::read(body, content_type, &route, direction, &limits) else {
        return;
    };
    assert!(document.fields().len() <= limits.max_fields);
    assert_eq!(document.rewrite(vec![]).unwrap(), body);
    for field in document.fields() {
        assert!(!document.path(field.id).is_empty());
        // Writing a text takes at least as many bytes as the text has.
        let range = document.source_range(field.id, 0, field.text.len() as u32).unwrap();
        assert!(range.end <= body.len() && field.text.len() <= range.len());
    }
    for item in document.unscannable() {
        assert!(!document.unscannable_path(item).is_empty());
    }
    if path == "/x" && content_type == Some("application/json") && document.coverage() == Coverage::Scanned {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            let mut texts: Vec<&[u8]> = document.fields().map(|field| field.text).collect();
            texts.sort_unstable();
            check_sentences(&value, &texts);
        }
    }
});

/// Text with a space in it is no id, setting or base64; unless it may be another text inside, it is a field as it stands.
fn check_sentences(value: &Value, texts: &[&[u8]]) {
    match value {
        Value::String(text) => {
            let inside = text.trim_ascii().starts_with(['{', '['])
                || text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:"));
            assert!(!text.contains(' ') || inside || texts.binary_search(&text.as_bytes()).is_ok());
        }
        Value::Array(items) => items.iter().for_each(|item| check_sentences(item, texts)),
        Value::Object(members) => members.values().for_each(|member| check_sentences(member, texts)),
        _ => {}
    }
}
