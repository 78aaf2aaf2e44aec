//! No leaf of any known body is a place to hide in: a text put in the place of any string or number of any fixture is a
//! field, or unscannable, or a copy that goes once the text it repeats is changed.

mod common;

use std::path::Path;

use common::read;
use naka_body::{ApiTables, Direction, Document, Edit};
use serde_json::Value;

const SENTENCE: &str = "mera aadhaar 5109 8027 4087 hai";

/// Method, path, content type, body and direction of every fixture that is JSON.
fn bodies() -> Vec<(String, String, Value, Direction)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut bodies = Vec::new();
    for folder in std::fs::read_dir(root).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            if file.to_string_lossy().ends_with(".expected.toml") {
                continue;
            }
            let fixture: toml::Table = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            let text = |table: &toml::Table, name: &str| table[name].as_str().unwrap().to_owned();
            for (name, direction) in [("request", Direction::Request), ("response", Direction::Response)] {
                let part = fixture.get(name).and_then(toml::Value::as_table);
                let body = part.and_then(|part| serde_json::from_str(&text(part, "body")).ok());
                if let Some(body) = body {
                    bodies.push((text(&fixture, "method"), text(&fixture, "path"), body, direction));
                }
            }
        }
    }
    bodies
}

/// JSON pointers of all strings and numbers.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) | Value::Number(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (key, item) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(item, &format!("{at}/{key}"), found);
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

/// Whether all of a body's editable fields changed leave nothing of the value.
fn goes_with_its_text(document: &Document<'_>) -> bool {
    let edits = document.fields().filter(|field| field.editable).map(|field| Edit {
        field: field.id,
        start: 0,
        end: field.text.len() as u32,
        replacement: b"X".to_vec(),
    });
    let body = document.rewrite(edits.collect()).unwrap();
    !String::from_utf8(body).unwrap().contains(SENTENCE)
}

#[test]
fn a_text_in_the_place_of_any_leaf_is_seen() {
    let (mut tried, mut copies) = (0, 0);
    for (method, path, body, direction) in bodies() {
        let route = ApiTables::shared().route(&method, &path);
        let mut found = Vec::new();
        leaves(&body, "", &mut found);
        for leaf in found {
            let mut changed = body.clone();
            *changed.pointer_mut(&leaf).unwrap() = Value::from(SENTENCE);
            let text = changed.to_string();
            let document = read(text.as_bytes(), Some("application/json"), route, direction);
            let field = document.fields().any(|field| field.text == SENTENCE.as_bytes());
            let copy = !field && !is_unscannable(&document, &leaf);
            assert!(!copy || goes_with_its_text(&document), "{} {leaf}", route.api);
            tried += 1;
            copies += usize::from(copy);
        }
    }
    assert!(tried > 800, "{tried}");
    // Log probabilities, token by token.
    assert!(copies < 40, "{copies} of {tried}");
}

/// Something is reported where the leaf stands. Keys may be hidden in paths, so only the form is compared there.
fn is_unscannable(document: &Document<'_>, leaf: &str) -> bool {
    let steps: Vec<&str> = leaf.split('/').skip(1).collect();
    let mut places = document
        .unscannable()
        .iter()
        .map(|item| document.unscannable_path(item));
    places.any(|place| {
        let shown: Vec<String> = place
            .split(['.', '['])
            .filter(|step| !step.is_empty())
            .map(|step| step.trim_end_matches(']').to_owned())
            .collect();
        shown.len() <= steps.len()
            && shown
                .iter()
                .zip(&steps)
                .all(|(shown, step)| shown == "*" || shown == step)
    })
}
