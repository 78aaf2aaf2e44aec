//! Properties that hold for every body.

mod common;

use common::{chat, read, replacing, request, unknown};
use naka_body::{ApiTables, Direction, Document, Edit, FieldKind, Limits};
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON; strings may hold JSON or a data: URL. Keys have at most one 7 and no X, so that masking 7 keeps them apart.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~\\n\u{0}-\u{1f}\u{966}-\u{96f}😀]{0,30}".prop_map(Value::from),
        "[0-9 ]{4,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-wA-W \"\\\\é]{1,6}7?", inner.clone(), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.clone().prop_map(|value| Value::from(value.to_string())),
            inner.prop_map(|value| Value::from(serde_json::to_string_pretty(&value).unwrap())),
        ]
    })
}

/// Writes JSON with every character of its strings as it comes out of `pick`: plain, or escaped in one of the ways.
fn written(value: &Value, pick: &mut impl FnMut() -> u8, out: &mut String) {
    let space = |out: &mut String, pick: u8| out.push_str(["", "", " ", "\r\n\t"][usize::from(pick % 4)]);
    match value {
        Value::String(text) => string(text, pick, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                space(out, pick());
                written(item, pick, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, item)) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                space(out, pick());
                string(key, pick, out);
                out.push(':');
                space(out, pick());
                written(item, pick, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn string(text: &str, pick: &mut impl FnMut() -> u8, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let mut units = [0; 2];
        match (character, pick() % 6) {
            ('/', 0) => out.push_str("\\/"),
            ('\n', 0) => out.push_str("\\n"),
            (_, 1) => {
                for unit in character.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            ('"' | '\\', _) => out.extend(['\\', character]),
            ('\0'..='\u{1f}', _) => out.push_str(&format!("\\u{:04X}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// What masking every 7 must make of a value, by a tree walk of its own.
fn assert_masked(before: &Value, after: &Value) {
    match (before, after) {
        (Value::String(before), Value::String(after)) => match serde_json::from_str::<Value>(before) {
            // JSON inside a string stays JSON, whatever white space it is written with.
            Ok(inner @ (Value::Array(_) | Value::Object(_))) => {
                assert_masked(&inner, &serde_json::from_str(after).unwrap());
            }
            _ => assert_eq!(before.replace('7', "X\""), *after),
        },
        (Value::Number(before), Value::String(after)) => {
            assert!(before.to_string().contains('7'));
            assert_eq!(before.to_string().replace('7', "X\""), *after);
        }
        (Value::Number(number), _) => {
            assert_eq!(before, after);
            assert!(!number.to_string().contains('7'));
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before
                .iter()
                .zip(after)
                .for_each(|(before, after)| assert_masked(before, after));
        }
        (Value::Object(before), Value::Object(after)) => {
            assert_eq!(before.len(), after.len());
            for (key, value) in before {
                assert_masked(value, &after[&key.replace('7', "X\"")]);
            }
        }
        _ => assert_eq!(before, after),
    }
}

/// Equal, or both strings hold JSON that is.
fn same_meaning(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| same_meaning(before, after))
        }
        (Value::Object(before), Value::Object(after)) => {
            let mut pairs = before.iter().zip(after);
            before.len() == after.len()
                && pairs.all(|((key, before), (same, after))| key == same && same_meaning(before, after))
        }
        (Value::String(one), Value::String(other)) if one != other => {
            let inner = |text: &str| serde_json::from_str::<Value>(text).ok();
            inner(one)
                .zip(inner(other))
                .is_some_and(|(one, other)| same_meaning(&one, &other))
        }
        _ => before == after,
    }
}

proptest! {
    #[test]
    fn without_edits_a_body_stays_as_it_is(value in any_json(), picks in prop::collection::vec(any::<u8>(), 1..64)) {
        let mut body = String::new();
        let mut picks = picks.iter().copied().cycle();
        written(&value, &mut || picks.next().unwrap(), &mut body);
        for route in [chat(), unknown()] {
            for direction in [Direction::Request, Direction::Response] {
                let document = read(body.as_bytes(), Some("application/json"), route, direction);
                prop_assert_eq!(document.rewrite(vec![]).unwrap(), body.as_bytes());
                // An edit that changes nothing changes nothing but spelling.
                let edits: Vec<Edit> = document
                    .fields()
                    .filter(|field| field.editable && field.kind != FieldKind::Number)
                    .map(|field| common::edit(field.id, 0, field.text.len(), field.text))
                    .collect();
                if direction == Direction::Request {
                    let same: Value = serde_json::from_slice(&document.rewrite(edits).unwrap()).unwrap();
                    prop_assert!(same_meaning(&serde_json::from_str(&body).unwrap(), &same));
                }
            }
        }
    }

    #[test]
    fn edits_land_in_every_string_number_and_key(value in any_json(), picks in prop::collection::vec(any::<u8>(), 1..64)) {
        let mut body = String::new();
        let mut picks = picks.iter().copied().cycle();
        written(&value, &mut || picks.next().unwrap(), &mut body);
        let document = read(body.as_bytes(), Some("application/json"), unknown(), Direction::Request);
        let after = document.rewrite(replacing(&document, b"7", b"X\"")).unwrap();
        assert_masked(&value, &serde_json::from_slice(&after).unwrap());
    }

    #[test]
    fn chat_text_is_found_whatever_its_escapes(text in "[ -~\\n\u{900}-\u{97f}😀]{1,40}", picks in prop::collection::vec(any::<u8>(), 1..64)) {
        prop_assume!(serde_json::from_str::<Value>(&text).is_err());
        let mut picks = picks.iter().copied().cycle();
        let mut content = String::new();
        string(&text, &mut || picks.next().unwrap(), &mut content);
        let body = format!(r#"{{"messages":[{{"role":"user","content":{content}}}]}}"#);
        let document = request(body.as_bytes());
        let field = document.fields().next().unwrap();
        prop_assert_eq!(field.text, text.as_bytes());
        prop_assert_eq!(document.path(field.id), "messages[0].content");
        // Replace one character in the middle: all before and after stays byte for byte.
        let (start, character) = text.char_indices().nth(text.chars().count() / 2).unwrap();
        let edit = common::edit(field.id, start, start + character.len_utf8(), b"#");
        let after = document.rewrite(vec![edit]).unwrap();
        let value: Value = serde_json::from_slice(&after).unwrap();
        let wanted = format!("{}#{}", &text[..start], &text[start + character.len_utf8()..]);
        prop_assert_eq!(value["messages"][0]["content"].as_str().unwrap(), wanted);
        let same_front = body.bytes().zip(&after).take_while(|(old, new)| old == *new).count();
        let same_back = body.bytes().rev().zip(after.iter().rev()).take_while(|(old, new)| old == *new).count();
        // At most one unit (twelve bytes for a surrogate pair) goes and one byte comes.
        prop_assert!(same_front + same_back + 12 >= body.len());
    }

    #[test]
    fn no_bytes_make_it_panic(
        mut body in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b"{}[]\":,\\u0d8e7 \n%&=data;base64/+"[..])], 0..120),
        content_type in prop::sample::select(vec![None, Some("application/json"), Some("text/plain"), Some("application/x-ndjson"), Some("application/x-www-form-urlencoded"), Some("image/png")]),
        json in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        if json {
            let front = br#"{"messages":[{"content":[{"type":"file","file":{"file_data":"data:text/plain;base64,"#;
            body.splice(0..0, front[..cut.index(front.len())].iter().copied());
        }
        for direction in [Direction::Request, Direction::Response] {
            let document = read(&body, content_type, chat(), direction);
            prop_assert_eq!(&document.rewrite(vec![]).unwrap(), &body);
            for field in document.fields() {
                document.path(field.id);
                if field.editable {
                    let edit = common::edit(field.id, 0, field.text.len(), "X\"é".as_bytes());
                    prop_assert!(document.rewrite(vec![edit]).is_ok());
                }
            }
            document.unscannable().iter().for_each(|item| { document.unscannable_path(item); });
        }
    }

    #[test]
    fn what_a_broken_body_says_is_still_scanned(value in any_json(), cut in any::<prop::sample::Index>()) {
        // Cut anywhere: each run of digits that is whole before the cut is in some field.
        let body = serde_json::json!({"messages": [{"role": "user", "content": "5109 8027 4087"}], "rest": value}).to_string();
        let end = cut.index(body.len());
        let document = read(&body.as_bytes()[..end], Some("application/json"), chat(), Direction::Request);
        if end > body.find("4087").unwrap() + 4 {
            let found = document.fields().any(|field| field.text.windows(14).any(|window| window == b"5109 8027 4087"));
            prop_assert!(found);
        }
    }

    #[test]
    fn overlapping_edits_are_refused(starts in prop::collection::vec((0usize..20, 0usize..6), 1..5)) {
        let body = br#"{"messages":[{"role":"user","content":"0123456789012345678901234"}]}"#;
        let document = request(body);
        let id = document.fields().next().unwrap().id;
        let edits: Vec<Edit> = starts.iter().map(|&(start, length)| common::edit(id, start, start + length, b"x")).collect();
        let mut sorted = starts.clone();
        sorted.sort_by_key(|&(start, length)| (start, start + length));
        let apart = sorted.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0);
        prop_assert_eq!(document.rewrite(edits).is_ok(), apart);
    }

    #[test]
    fn any_path_finds_some_route(method in "[A-Z]{3,6}", path in "(/[a-z0-9{}:.%-]{0,8}){0,5}(\\?[a-z=&]{0,6})?") {
        let route = ApiTables::shared().route(&method, &path);
        prop_assert!(!route.api.is_empty());
    }
}

#[test]
fn a_document_never_shows_its_body() {
    let body = br#"{"model":"secret-model","messages":[{"role":"user","content":"5109 8027 4087","x":1}]}"#;
    let document = request(body);
    let edit = common::edit(document.fields().next().unwrap().id, 0, 4, b"5109");
    let shown = format!(
        "{document:?} {:?} {:?} {:?} {:?}",
        document.fields().collect::<Vec<_>>(),
        document.facts(),
        document.unscannable(),
        edit
    );
    assert!(!shown.contains("5109") && !shown.contains("secret"), "{shown}");
}

#[test]
fn limits_are_errors_with_codes() {
    let limits = Limits {
        max_fields: 10,
        max_depth: 4,
        max_decoded_bytes: 300,
        ..Limits::default()
    };
    let code = |body: &[u8]| {
        Document::read(body, None, &chat(), Direction::Request, &limits)
            .unwrap_err()
            .code()
    };
    assert_eq!(code(b"[[[[[1]]]]]"), "body_too_deep");
    assert_eq!(
        code(br#"["a","b","c","d","e","f","g","h","i","j","k","l"]"#),
        "body_too_many_fields"
    );
    assert_eq!(code(b"[[],[],[],[],[],[],[],[],[],[],[],[]]"), "body_too_many_fields");
    assert_eq!(code(&[b'x'; 301]), "body_too_large");
}
