//! Malformed bodies: each row of docs/reference/bad-input.md has its test here, named after what comes in.

mod common;

use common::{chat, fields, read, replaced, request, unknown, unscannable};
use naka_body::{BodyError, Coverage, Direction, Document, Limits};

fn post<'b>(body: &'b [u8], content_type: &str) -> Document<'b> {
    read(body, Some(content_type), chat(), Direction::Request)
}

fn error(body: &[u8]) -> BodyError {
    Document::read(
        body,
        Some("application/json"),
        &chat(),
        Direction::Request,
        &Limits::default(),
    )
    .unwrap_err()
}

#[test]
fn nothing() {
    for body in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf"] {
        for content_type in [None, Some("application/json"), Some("text/plain"), Some("image/png")] {
            let document = read(body, content_type, chat(), Direction::Request);
            assert_eq!((fields(&document).len(), document.coverage()), (0, Coverage::Scanned));
            assert_eq!(document.rewrite(vec![]).unwrap(), body);
        }
    }
}

#[test]
fn truncated_json() {
    let body = br#"{"model":"gpt-4o","messages":[{"role":"user","content":"first 5109 8027 4087"},{"role":"user","content":"and \u0035109 8027 40"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        ["messages[0].content=first 5109 8027 4087", "$=\"and 5109 8027 40"]
    );
    assert_eq!(unscannable(&document), ["$ invalid_json"]);
    assert_eq!(document.coverage(), Coverage::Partial);
    assert_eq!(document.facts().model.as_deref(), Some("gpt-4o"));
    // Edits still land, in both parts.
    let after = replaced(&document, "8027", "XXXX");
    assert_eq!(after, String::from_utf8_lossy(body).replace("8027", "XXXX"));
}

#[test]
fn json_with_something_behind_it() {
    let body = br#"{"messages":[{"content":"one"}]} {"messages":[{"content":"5109 8027 4087"}]}"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        [
            "messages[0].content=one",
            r#"$={"messages":[{"content":"5109 8027 4087"}]}"#
        ]
    );
    assert_eq!(unscannable(&document), ["$ invalid_json"]);
}

#[test]
fn json_as_other_languages_write_it() {
    for body in [
        &br#"{'content': '5109 8027 4087'}"#[..],
        br#"{"content": "5109 8027 4087",}"#,
        br#"{"a": NaN, "content": "5109 8027 4087"}"#,
        br#"{"a": 01, "content": "5109 8027 4087"}"#,
        b"{\"content\": \"5109\t8027 \\x 5109 8027 4087\"}",
        b"{\"content\": \"\x00 5109 8027 4087\"}",
        b"5109 8027 4087",
        b"/* x */ {\"content\": \"5109 8027 4087\"}",
    ] {
        let document = request(body);
        let found = fields(&document).iter().any(|field| field.contains("5109 8027 4087"));
        assert!(found, "{}", String::from_utf8_lossy(body));
        assert_eq!(document.coverage(), Coverage::Partial);
        assert!(unscannable(&document).contains(&"$ invalid_json".to_owned()));
        assert!(!replaced(&document, "5109 8027 4087", "[IN_AADHAAR]").contains("5109 8027 4087"));
    }
}

#[test]
fn very_long_numbers() {
    for (digits, coverage) in [(4300, Coverage::Scanned), (5000, Coverage::Partial)] {
        let body = format!(r#"{{"a":{},"b":"5109 8027 4087"}}"#, "7".repeat(digits));
        let document = request(body.as_bytes());
        assert_eq!(document.coverage(), coverage);
        assert!(fields(&document).iter().any(|field| field.contains("5109 8027 4087")));
    }
}

#[test]
fn deeply_nested_json() {
    let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert_eq!(fields(&request(&deep(128))).len(), 0);
    assert_eq!(error(&deep(129)), BodyError::TooDeep);
    assert_eq!(error(&vec![b'['; 8 << 20]), BodyError::TooDeep);
    let objects = "{\"a\":".repeat(200);
    assert_eq!(error(objects.as_bytes()), BodyError::TooDeep);
    // Inside a string it is text, and reported.
    let inner = String::from_utf8(deep(200)).unwrap();
    let body = format!(r#"{{"messages":[{{"content":"{inner}"}}]}}"#);
    let document = request(body.as_bytes());
    assert_eq!(unscannable(&document), ["messages[0].content nested_too_deep"]);
    assert_eq!(document.coverage(), Coverage::Partial);
}

#[test]
fn json_in_strings_in_strings() {
    let mut text = r#"{"pan":"ABCPK1234F"}"#.to_owned();
    for layer in 0..8 {
        let body = format!(
            r#"{{"messages":[{{"content":{}}}]}}"#,
            serde_json::Value::from(text.clone())
        );
        let document = request(body.as_bytes());
        assert!(!replaced(&document, "ABCPK1234F", "[IN_PAN]").contains("ABCPK1234F"));
        let expected = if layer < 4 {
            Coverage::Scanned
        } else {
            Coverage::Partial
        };
        assert_eq!(document.coverage(), expected, "{layer}");
        text = serde_json::json!({ "t": text }).to_string();
    }
}

#[test]
fn more_fields_than_the_limit() {
    let many = format!("[{}0]", "\"a\",".repeat(200_000));
    assert_eq!(error(many.as_bytes()), BodyError::TooManyFields);
    let many = format!("[{}0]", "[],".repeat(200_000));
    assert_eq!(error(many.as_bytes()), BodyError::TooManyFields);
    let inside = format!(r#"{{"x":{}}}"#, serde_json::Value::from(many));
    assert_eq!(error(inside.as_bytes()), BodyError::TooManyFields);
    let lines = "1\n".repeat(200_000);
    let read = Document::read(
        lines.as_bytes(),
        Some("application/jsonl"),
        &chat(),
        Direction::Request,
        &Limits::default(),
    );
    assert_eq!(read.unwrap_err(), BodyError::TooManyFields);
    let form = "a=b&".repeat(200_000);
    let form_type = Some("application/x-www-form-urlencoded");
    let read = Document::read(
        form.as_bytes(),
        form_type,
        &chat(),
        Direction::Request,
        &Limits::default(),
    );
    assert_eq!(read.unwrap_err(), BodyError::TooManyFields);
}

#[test]
fn a_body_above_the_size_limit() {
    let body = vec![b'a'; (64 << 20) + 1];
    let read = Document::read(
        &body,
        Some("text/plain"),
        &chat(),
        Direction::Request,
        &Limits::default(),
    );
    assert_eq!(read.unwrap_err(), BodyError::TooLarge);
}

#[test]
fn a_body_at_the_size_limit() {
    let front = br#"{"messages":[{"content":""#;
    let back = br#" 5109 8027 4087"}]}"#;
    let mut body = front.to_vec();
    body.resize((64 << 20) - back.len(), b'a');
    body.extend_from_slice(back);
    let document = request(&body);
    assert!(document.fields().next().unwrap().text.ends_with(b"5109 8027 4087"));
}

#[test]
fn bytes_that_are_not_utf8() {
    let body = b"{\"messages\":[{\"content\":\"\xff\xfe \xe0\xa4 5109 8027 4087 \xc0\"}]}";
    let document = request(body);
    assert_eq!(unscannable(&document), ["$ invalid_utf8"]);
    let field = document.fields().next().unwrap();
    assert_eq!(document.path(field.id), "messages[0].content");
    let start = field.text.windows(4).position(|window| window == b"5109").unwrap();
    let edit = common::edit(field.id, start, start + 14, b"[IN_AADHAAR]");
    let wanted = b"{\"messages\":[{\"content\":\"\xff\xfe \xe0\xa4 [IN_AADHAAR] \xc0\"}]}";
    assert_eq!(document.rewrite(vec![edit]).unwrap(), wanted);
}

#[test]
fn utf16_and_utf32() {
    let text = r#"{"messages":[{"content":"5109 8027 4087"}]}"#;
    let utf16le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let utf32le: Vec<u8> = text
        .chars()
        .flat_map(|character| (character as u32).to_le_bytes())
        .collect();
    let utf32be: Vec<u8> = text
        .chars()
        .flat_map(|character| (character as u32).to_be_bytes())
        .collect();
    let marked = [&[0xff, 0xfe][..], &utf16le].concat();
    for body in [&utf16le, &utf16be, &utf32le, &utf32be, &marked] {
        for content_type in ["application/json", "text/plain", ""] {
            let document = post(body, content_type);
            assert_eq!(unscannable(&document), ["$ utf16"]);
            assert_eq!(document.coverage(), Coverage::Unscannable);
        }
    }
    assert_eq!(
        unscannable(&post(text.as_bytes(), "application/json; charset=UTF-16LE")),
        ["$ utf16"]
    );
}

#[test]
fn a_byte_order_mark() {
    let body = b"\xef\xbb\xbf{\"messages\":[{\"content\":\"5109 8027 4087\"}]}";
    let document = request(body);
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(fields(&document), ["messages[0].content=5109 8027 4087"]);
    let after = replaced(&document, "5109 8027 4087", "X");
    assert_eq!(after.as_bytes(), b"\xef\xbb\xbf{\"messages\":[{\"content\":\"X\"}]}");
}

#[test]
fn a_byte_order_mark_before_lines() {
    let body = b"\xef\xbb\xbf{\"a\":\"5109\"}\n{\"a\":\"5109\"}";
    let document = post(body, "application/x-ndjson");
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(
        replaced(&document, "5109", "X").as_bytes(),
        b"\xef\xbb\xbf{\"a\":\"X\"}\n{\"a\":\"X\"}"
    );
}

#[test]
fn forms_that_spell_bytes_that_are_not_utf8() {
    let document = post(b"a=%ff+5109&b=%e0%a4%86", "application/x-www-form-urlencoded");
    assert_eq!(unscannable(&document), ["$ invalid_utf8"]);
    assert_eq!(document.fields().nth(3).unwrap().text, "आ".as_bytes());
    assert_eq!(replaced(&document, "5109", "X"), "a=%ff+X&b=%e0%a4%86");
}

#[test]
fn nul_bytes() {
    let document = post(b"5109 8027\x00 4087", "text/plain");
    assert_eq!(
        (fields(&document).len(), unscannable(&document)),
        (1, vec!["$ binary".to_owned()])
    );
    let escaped = request(br#"{"messages":[{"content":"5109\u0000"}]}"#);
    assert_eq!((fields(&escaped).len(), escaped.coverage()), (1, Coverage::Scanned));
}

#[test]
fn json_that_is_called_something_else() {
    let body = br#" {"messages":[{"content":"5109 8027 4087"}]}"#;
    for content_type in [
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "image/png",
        "",
        "nonsense",
    ] {
        assert_eq!(
            fields(&post(body, content_type)),
            ["messages[0].content=5109 8027 4087"],
            "{content_type}"
        );
    }
    let document = read(body, None, chat(), Direction::Request);
    assert_eq!(document.coverage(), Coverage::Scanned);
    let vendor = post(body, "application/vnd.api+json; charset=utf-8");
    assert_eq!(vendor.coverage(), Coverage::Scanned);
}

#[test]
fn plain_text() {
    let document = post("आधार 5109 8027 4087\n".as_bytes(), "text/plain; charset=utf-8");
    assert_eq!(fields(&document), ["$=आधार 5109 8027 4087\n"]);
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(replaced(&document, "5109 8027 4087", "\"X\""), "आधार \"X\"\n");
    assert_eq!(fields(&post(b"<p>5109</p>", "application/xml")), ["$=<p>5109</p>"]);
    assert_eq!(fields(&post(b"[INFO] 5109", "text/plain")), ["$=[INFO] 5109"]);
}

#[test]
fn no_content_type_and_not_json() {
    let document = read(b"call 9876543210", None, unknown(), Direction::Request);
    assert_eq!(
        (fields(&document), document.coverage()),
        (vec!["$=call 9876543210".to_owned()], Coverage::Scanned)
    );
    let document = read(b"\x1f\x8b\x08\x00junk", None, unknown(), Direction::Request);
    assert_eq!(
        (unscannable(&document), document.coverage()),
        (vec!["$ binary".to_owned()], Coverage::Unscannable)
    );
}

#[test]
fn bodies_that_are_no_text() {
    for (content_type, reason) in [
        ("multipart/form-data; boundary=x", "multipart"),
        ("text/event-stream", "event_stream"),
        ("image/png", "image"),
        ("audio/mpeg", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "binary"),
        ("application/vnd.amazon.eventstream", "binary"),
    ] {
        let document = post(b"--x\r\n\x00\x01\xff 5109 8027 4087", content_type);
        assert_eq!(unscannable(&document), [format!("$ {reason}")], "{content_type}");
        assert_eq!(document.coverage(), Coverage::Unscannable);
    }
    // A multipart body is one even if its first bytes look like JSON.
    assert_eq!(unscannable(&post(b"{\"a\":1}", "multipart/form-data")), ["$ multipart"]);
}

#[test]
fn forms() {
    let body = b"text=call+98765%2043210&empty=&%41adhaar=5109+8027+4087&json=%7B%22pan%22%3A%22ABCPK1234F%22%7D&flag";
    let document = post(body, "application/x-www-form-urlencoded");
    assert_eq!(
        fields(&document),
        [
            "text=call 98765 43210",
            "*=empty",
            "*=Aadhaar",
            "*=5109 8027 4087",
            "json.*=pan",
            "json.*=ABCPK1234F",
            "*=flag",
        ]
    );
    let labels: Vec<_> = document.fields().filter_map(|field| field.label).collect();
    assert_eq!(labels, [&b"text"[..], b"Aadhaar", b"json", b"pan"]);
    assert_eq!(
        replaced(&document, "5109 8027 4087", "a&b c"),
        String::from_utf8_lossy(body).replace("5109+8027+4087", "a%26b+c")
    );
    assert_eq!(
        replaced(&document, "ABCPK1234F", "\"X"),
        String::from_utf8_lossy(body).replace("ABCPK1234F", "%5C%22X")
    );
}

#[test]
fn lines_of_json() {
    let body = b"{\"messages\":[{\"content\":\"a 5109 8027 4087\"}]}\r\n\n{\"ask\":\"b\"}\n{\"ask\": \"5109 8027 4087\n\"tail\"";
    let document = post(body, "application/x-ndjson");
    assert_eq!(
        fields(&document),
        [
            "[0].messages[0].content=a 5109 8027 4087",
            "[2].*=ask",
            "[2].*=b",
            "[3].*=ask",
            "[3]=\"5109 8027 4087",
            "[4]=tail",
        ]
    );
    assert_eq!(unscannable(&document), ["[3] invalid_json"]);
    let records: Vec<u32> = document.fields().map(|field| field.record).collect();
    assert_eq!(records, [0, 2, 2, 3, 3, 4]);
    assert_eq!(
        replaced(&document, "5109 8027 4087", "X"),
        String::from_utf8_lossy(body).replace("5109 8027 4087", "X")
    );
}

#[test]
fn a_number_of_one_line_does_not_join_the_fault_of_the_next() {
    let document = post(b"5109\n8027 4087\nx", "application/x-ndjson");
    assert_eq!(fields(&document), ["[0]=5109", "[1]=8027 4087", "[2]=x"]);
}

#[test]
fn lines_of_json_that_are_called_json() {
    let body = b"{\"a\":\"5109\"}\n{\"a\":\"8027\"}\n";
    let document = request(body);
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(fields(&document), ["[0].*=a", "[0].*=5109", "[1].*=a", "[1].*=8027"]);
}

#[test]
fn duplicate_keys() {
    let body =
        br#"{"messages":[{"content":"5109 8027 4087"}],"messages":[{"content":"ABCPK1234F"}],"model":"a","model":"b"}"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        ["messages[0].content=5109 8027 4087", "messages[0].content=ABCPK1234F"]
    );
    assert_eq!(document.facts().duplicate_deciding_keys, ["model"]);
}
