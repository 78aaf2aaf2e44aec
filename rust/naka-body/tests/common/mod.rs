//! What the tests of bodies share.
#![allow(dead_code, unreachable_pub)] // each test crate uses its part

use naka_body::{ApiTables, Direction, Document, Edit, FieldId, Limits, Route};

pub fn chat() -> Route<'static> {
    ApiTables::shared().route("POST", "/v1/chat/completions")
}

pub fn unknown() -> Route<'static> {
    ApiTables::shared().route("POST", "/anything")
}

pub fn request(body: &[u8]) -> Document<'_> {
    read(body, Some("application/json"), chat(), Direction::Request)
}

pub fn response(body: &[u8]) -> Document<'_> {
    read(body, Some("application/json"), chat(), Direction::Response)
}

pub fn read<'b>(body: &'b [u8], content_type: Option<&str>, route: Route<'b>, direction: Direction) -> Document<'b> {
    Document::read(body, content_type, &route, direction, &Limits::default()).unwrap()
}

/// `path=text` of every field.
pub fn fields(document: &Document<'_>) -> Vec<String> {
    let show = |id, text: &[u8]| format!("{}={}", document.path(id), String::from_utf8_lossy(text));
    document.fields().map(|field| show(field.id, field.text)).collect()
}

/// `path reason` of everything unscannable.
pub fn unscannable(document: &Document<'_>) -> Vec<String> {
    let items = document.unscannable().iter();
    items
        .map(|item| format!("{} {}", document.unscannable_path(item), item.reason.code()))
        .collect()
}

/// Edits that put `new` in place of every `old`, in fields that may be edited.
pub fn replacing(document: &Document<'_>, old: &[u8], new: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for field in document.fields().filter(|field| field.editable) {
        let mut at = 0;
        while let Some(found) = field.text[at..].windows(old.len()).position(|window| window == old) {
            let start = at + found;
            at = start + old.len();
            edits.push(edit(field.id, start, at, new));
        }
    }
    edits
}

pub fn edit(field: FieldId, start: usize, end: usize, replacement: &[u8]) -> Edit {
    Edit {
        field,
        start: start as u32,
        end: end as u32,
        replacement: replacement.to_vec(),
    }
}

/// The body after replacing, as text.
pub fn replaced(document: &Document<'_>, old: &str, new: &str) -> String {
    let edits = replacing(document, old.as_bytes(), new.as_bytes());
    assert!(!edits.is_empty(), "{old} is in no editable field");
    String::from_utf8(document.rewrite(edits).unwrap()).unwrap()
}
