//! What a body is: by its content type, and where that says little or lies, by its first bytes.

use crate::document::{NO_RECORD, Reason, Unscannable};
use crate::json::{self, Failed, Syntax};
use crate::path::{Node, Step};
use crate::plain;
use crate::store::{Json, Place, Store};
use crate::tables::automaton::Automaton;
use crate::unnamed;
use crate::walk::{Start, Walk};
use crate::{BodyError, Limits};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    /// One JSON text per line.
    Lines,
    Form,
    Text,
    /// Not scanned.
    Opaque(Reason),
    /// No content type that says anything.
    Unsaid,
}

/// UTF-8's byte order mark.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads the payload of an event: all of it is one record, unless its paths part it.
pub(crate) fn read_event(store: &mut Store<'_>, paths: &Automaton, limits: &Limits) -> Result<(), BodyError> {
    read_as(store, None, paths, limits, 0)
}

/// Reads the body of `store` into it.
pub(crate) fn read(
    store: &mut Store<'_>,
    content_type: Option<&str>,
    paths: &Automaton,
    limits: &Limits,
) -> Result<(), BodyError> {
    read_as(store, content_type, paths, limits, NO_RECORD)
}

fn read_as(
    store: &mut Store<'_>,
    content_type: Option<&str>,
    paths: &Automaton,
    limits: &Limits,
    record: u32,
) -> Result<(), BodyError> {
    let body = store.body;
    let start = if body.starts_with(BOM) { BOM.len() } else { 0 };
    if body[start..].trim_ascii().is_empty() {
        return Ok(());
    }
    let format = format(content_type.unwrap_or_default());
    let utf16 = format == Format::Opaque(Reason::Utf16) || is_utf16(body);
    if utf16 || format == Format::Opaque(Reason::Multipart) {
        opaque(
            store,
            if format == Format::Opaque(Reason::Multipart) {
                Reason::Multipart
            } else {
                Reason::Utf16
            },
        );
        return Ok(());
    }
    // Servers read JSON whatever its content type says, so that is looked for first.
    let bracket = matches!(body[start..].trim_ascii_start().first(), Some(b'{' | b'['));
    let scanned = if format == Format::Json || format != Format::Lines && bracket {
        read_json(store, start, format, (paths, record), limits)?
    } else {
        false
    };
    if !scanned {
        match format {
            Format::Json | Format::Lines => read_lines(store, start, paths, limits)?,
            Format::Form => plain::read_form(store, paths, limits)?,
            Format::Text => plain::read_text(store),
            Format::Unsaid if unnamed::is_text(body) => plain::read_text(store),
            Format::Unsaid | Format::Opaque(_) => {
                let reason = if let Format::Opaque(reason) = format {
                    reason
                } else {
                    Reason::Binary
                };
                opaque(store, reason);
                return Ok(());
            }
        }
    }
    if simdutf8::basic::from_utf8(body).is_err() {
        opaque(store, Reason::InvalidUtf8);
    }
    Ok(())
}

fn format(content_type: &str) -> Format {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf16 = parts.any(|parameter| {
        let parameter = parameter.to_ascii_lowercase();
        parameter.strip_prefix("charset=").is_some_and(|set| {
            let set = set.trim_matches('"');
            set.starts_with("utf-16") || set.starts_with("utf-32") || set.starts_with("ucs-")
        })
    });
    if utf16 {
        return Format::Opaque(Reason::Utf16);
    }
    match &*essence {
        "application/json" | "text/json" => Format::Json,
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonl"
        | "application/jsonlines"
        | "application/x-jsonlines"
        | "application/json-lines" => Format::Lines,
        "application/x-www-form-urlencoded" => Format::Form,
        "text/event-stream" => Format::Opaque(Reason::EventStream),
        "application/xml"
        | "application/yaml"
        | "application/x-yaml"
        | "application/javascript"
        | "application/graphql"
        | "application/toml"
        | "application/sql"
        | "application/csv" => Format::Text,
        "" | "application/octet-stream" | "binary/octet-stream" | "*/*" => Format::Unsaid,
        other if other.ends_with("+json") => Format::Json,
        other if other.starts_with("multipart/") => Format::Opaque(Reason::Multipart),
        other if other.starts_with("text/") || other.ends_with("+xml") => Format::Text,
        other => match unnamed::media_reason(other) {
            Some(reason @ (Reason::Image | Reason::Audio | Reason::Video)) => Format::Opaque(reason),
            _ => Format::Unsaid,
        },
    }
}

/// A byte order mark, or every other byte NUL as ASCII has it in UTF-16 and UTF-32.
fn is_utf16(body: &[u8]) -> bool {
    match *body {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..] => true,
        [0, 0, 0, fourth, ..] => fourth != 0,
        [0, second, 0, fourth, ..] => second != 0 && fourth != 0,
        [first, 0, third, 0, ..] => first != 0 && (third != 0 || body.get(4).is_some_and(|&fifth| fifth != 0)),
        _ => false,
    }
}

/// The whole body cannot be scanned, or not as what it is.
pub(crate) fn opaque(store: &mut Store<'_>, reason: Reason) {
    store.unscannable.push(Unscannable {
        reason,
        node: 0,
        step: Step::Here,
    });
}

fn start(paths: &Automaton) -> Start {
    Start {
        node: 0,
        label: Place::NONE,
        record: NO_RECORD,
        state: paths.start,
        lines: false,
    }
}

/// Reads one JSON text. False, with nothing kept, if the body should be read as something else.
fn read_json(
    store: &mut Store<'_>,
    from: usize,
    format: Format,
    (paths, record): (&Automaton, u32),
    limits: &Limits,
) -> Result<bool, BodyError> {
    let text = store.body;
    let start = Start { record, ..start(paths) };
    let mut walk = Walk::new(store, text, (0, 0), paths, limits, start);
    match json::parse_from(text, from, limits.max_depth, &mut walk) {
        Ok(()) => {
            store.json = Json::Value(from);
            Ok(true)
        }
        Err(Failed::Sink(why)) => Err(why),
        Err(Failed::Syntax(Syntax::TooDeep)) => Err(BodyError::TooDeep),
        Err(Failed::Syntax(Syntax::Wrong { after })) if format == Format::Json && !all_lines(text, from, limits) => {
            walk.broken(after)?;
            Ok(true)
        }
        Err(Failed::Syntax(Syntax::Wrong { .. })) => {
            store.forget();
            Ok(false)
        }
    }
}

/// Spans of the lines that hold something.
fn lines(body: &[u8], from: usize) -> impl Iterator<Item = (u32, usize, usize)> {
    let mut at = from;
    let lines = body[from..]
        .split(|&byte| byte == b'\n')
        .zip(0..)
        .map(move |(line, number)| {
            let start = at;
            at += line.len() + 1;
            (number, start, start + line.len())
        });
    lines.filter(|&(_, start, end)| !body[start..end].trim_ascii().is_empty())
}

/// Several lines, each a JSON text of its own: lines of JSON with the content type of one.
fn all_lines(body: &[u8], from: usize, limits: &Limits) -> bool {
    let mut count = 0;
    let valid = lines(body, from).all(|(_, start, end)| {
        count += 1;
        json::parse_from(&body[..end], start, limits.max_depth, &mut json::Ignore).is_ok()
    });
    valid && count > 1
}

fn read_lines(store: &mut Store<'_>, from: usize, paths: &Automaton, limits: &Limits) -> Result<(), BodyError> {
    let body = store.body;
    let mut whole = true;
    for (number, begin, end) in lines(body, from) {
        if store.kept() >= limits.max_fields {
            return Err(BodyError::TooManyFields);
        }
        let node = store.nodes.len() as u32;
        store.nodes.push(Node {
            parent: 0,
            step: Step::Item(number),
        });
        let start = Start {
            node,
            record: number,
            lines: true,
            ..start(paths)
        };
        let text = &body[..end];
        let mut walk = Walk::new(store, text, (0, 0), paths, limits, start);
        match json::parse_from(text, begin, limits.max_depth, &mut walk) {
            Ok(()) => {}
            Err(Failed::Sink(why)) => return Err(why),
            Err(Failed::Syntax(Syntax::TooDeep)) => return Err(BodyError::TooDeep),
            Err(Failed::Syntax(Syntax::Wrong { after })) => {
                whole = false;
                walk.broken(after)?;
            }
        }
    }
    if whole {
        store.json = Json::Lines;
    }
    Ok(())
}
