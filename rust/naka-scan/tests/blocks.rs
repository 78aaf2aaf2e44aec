//! However a file is cut into blocks, the findings and the cleaned copy are those of the whole.

mod support;

use std::sync::{Arc, OnceLock};

use naka_policy::{Date, RuleSet, Workload, compile};
use naka_scan::{FileScanner, Kind};
use proptest::prelude::*;
use support::{Outcome, feed};

fn rules() -> Arc<RuleSet> {
    static RULES: OnceLock<Arc<RuleSet>> = OnceLock::new();
    Arc::clone(RULES.get_or_init(load))
}

fn load() -> Arc<RuleSet> {
    let source = r#"{"packs": [{"kind": "PolicyPack", "name": "p", "namespace": "n", "rules": [
        {"id": "aadhaar", "entities": ["IN_AADHAAR"], "action": "Mask", "mask": {"keepLast": 4}, "mode": "Enforce"},
        {"id": "rest", "entities": ["IN_PAN", "PHONE_NUMBER", "IN_UPI_ID"], "action": "Redact", "mode": "Enforce"},
        {"id": "card", "entities": ["CREDIT_CARD"], "action": "Block", "mode": "Enforce"}]}]}"#;
    let bundle = compile(source).expect("a valid source");
    let workload = Workload {
        namespace: Some("n".into()),
        ..Workload::default()
    };
    Arc::new(RuleSet::load(&bundle.bytes, &workload).expect("a valid bundle"))
}

fn scanner(kind: Kind) -> FileScanner {
    FileScanner::new(rules(), kind, Date::parse("2026-11-24").expect("a date"), true)
}

fn run(kind: Kind, file: &[u8], block: usize) -> Outcome {
    feed(scanner(kind), file, block)
}

const PIECES: [&str; 12] = [
    "aadhaar 5109 8027 4087",
    "PAN QWEPK4821M",
    "call 9812345670",
    "upi q.mehta21@okaxis",
    "order 4417",
    "आधार ५१०९ ८०२७ ४०८७",
    "plain words that say nothing",
    "\n",
    "\r\n",
    "card 4192520636070481",
    "\"",
    "😀",
];

fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..400).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn text_in_blocks_is_text_in_one(text in texts(), block in 2_500_usize..9_000) {
        prop_assert_eq!(run(Kind::Text, text.as_bytes(), block), run(Kind::Text, text.as_bytes(), usize::MAX >> 1));
    }

    #[test]
    fn any_bytes_in_any_blocks_are_consumed(bytes in prop::collection::vec(any::<u8>(), 0..6_000), block in 1_usize..5_000) {
        for kind in [Kind::Text, Kind::Json, Kind::JsonLines, Kind::Csv { delimiter: b',' }] {
            let (_, cleaned) = run(kind, &bytes, block);
            // Nothing was found in noise, as good as always; then the copy is the file.
            if run(kind, &bytes, usize::MAX >> 1).0.is_empty() {
                prop_assert_eq!(&cleaned, &bytes, "{:?}", kind);
            }
        }
    }

    #[test]
    fn csv_in_blocks_is_csv_in_one(cells in prop::collection::vec((texts(), texts()), 1..12), block in 64_usize..4_000) {
        let mut file = String::from("name,notes\r\n");
        for (left, right) in &cells {
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            file += &format!("{},{}\r\n", quoted(left), quoted(right));
        }
        let whole = run(Kind::Csv { delimiter: b',' }, file.as_bytes(), usize::MAX >> 1);
        prop_assert_eq!(&run(Kind::Csv { delimiter: b',' }, file.as_bytes(), block), &whole);
        prop_assert!(!String::from_utf8_lossy(&whole.1).contains("4192520636070481"));
    }
}

#[test]
fn a_finding_on_the_border_of_two_blocks_is_found_once() {
    let mut file = "x".repeat(3000).into_bytes();
    file.push(b' ');
    for shift in 0..40 {
        let mut shifted = file.clone();
        shifted.extend(vec![b' '; shift]);
        shifted.extend_from_slice(b"aadhaar 5109 8027 4087 ");
        shifted.extend(vec![b'y'; 3000]);
        let (found, cleaned) = run(Kind::Text, &shifted, 4040);
        assert_eq!(found.len(), 1, "shift {shift}");
        assert!(
            cleaned.windows(14).any(|part| part == b"XXXX XXXX 4087"),
            "shift {shift}"
        );
    }
}

#[test]
fn a_csv_cell_is_judged_by_its_column() {
    let file = b"id,mobile,note\n1,9812345670,\"said \"\"call 9812345670\"\"\"\n2,17,ok\n";
    let (found, cleaned) = run(Kind::Csv { delimiter: b',' }, file, usize::MAX >> 1);
    assert_eq!(
        found.iter().map(|one| one.3.as_str()).collect::<Vec<_>>(),
        ["mobile", "note"]
    );
    assert_eq!(&file[found[0].1..found[0].2], b"9812345670");
    assert_eq!(&file[found[1].1..found[1].2], b"9812345670");
    assert_eq!(
        cleaned,
        b"id,mobile,note\n1,[PHONE_NUMBER],\"said \"\"call [PHONE_NUMBER]\"\"\"\n2,17,ok\n"
    );
}

#[test]
fn json_lines_keep_their_number_and_their_bytes() {
    let file = b"{\"a\": 1.0, \"text\": \"pan QWEPK4821M\"}\n\n{broken 5109 8027 4087 aadhaar\n{\"ok\": true}";
    let (found, cleaned) = run(Kind::JsonLines, file, usize::MAX >> 1);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].3, "text");
    assert_eq!(
        cleaned,
        b"{\"a\": 1.0, \"text\": \"pan [IN_PAN]\"}\n\n{broken XXXX XXXX 4087 aadhaar\n{\"ok\": true}"
    );
}

#[test]
fn a_row_cut_behind_a_delimiter_is_not_complete() {
    let file = b"id,mobile\nA1,9812345670\n";
    let whole = run(Kind::Csv { delimiter: b',' }, file, usize::MAX >> 1);
    assert_eq!(whole.0.len(), 1);
    for block in 1..file.len() {
        assert_eq!(
            run(Kind::Csv { delimiter: b',' }, file, block),
            whole,
            "blocks of {block} bytes"
        );
    }
}

#[test]
fn a_byte_order_mark_belongs_to_no_cell() {
    let file = "\u{feff}\"mobile\",note\n9812345670,x\n\u{feff}\"9812345670\",y\n".as_bytes();
    let csv = Kind::Csv { delimiter: b',' };
    let whole = run(csv, file, usize::MAX >> 1);
    let places: Vec<_> = whole
        .0
        .iter()
        .map(|one| (&file[one.1..one.2], one.3.as_str()))
        .collect();
    assert_eq!(places, [(&b"9812345670"[..], "mobile"), (&b"9812345670"[..], "mobile")]);
    let cleaned = "\u{feff}\"mobile\",note\n[PHONE_NUMBER],x\n\u{feff}\"[PHONE_NUMBER]\",y\n";
    assert_eq!(String::from_utf8_lossy(&whole.1), cleaned);
    for block in 1..file.len() {
        assert_eq!(run(csv, file, block), whole, "blocks of {block} bytes");
    }
}

#[test]
fn a_cell_may_go_on_behind_its_closing_quote() {
    let file = b"mobile\n\"98123\"45670\n\"a \"\"b\"\" \"9812345670\n";
    let (found, cleaned) = run(Kind::Csv { delimiter: b',' }, file, usize::MAX >> 1);
    assert_eq!(&file[found[0].1..found[0].2], b"98123\"45670");
    assert_eq!(&file[found[1].1..found[1].2], b"9812345670");
    assert_eq!(cleaned, b"mobile\n\"[PHONE_NUMBER]\"\n\"a \"\"b\"\" [PHONE_NUMBER]\"\n");
}

/// A record that is longer than the limit, with numbers in it, between two that are not.
fn with_a_long_record(before: &str, open: &str, close: &str, after: &str) -> (String, String) {
    let long = |card: &str| {
        format!(
            "{open}{}{close}",
            format!("{}card {card} ", "y ".repeat(700)).repeat(20)
        )
    };
    let file = |phone: &str, card: &str| format!("{before}{phone}{}{after}{phone}\n", long(card));
    (
        file("9812345670", "4192520636070481"),
        file("[PHONE_NUMBER]", "[CREDIT_CARD]"),
    )
}

#[test]
fn a_record_over_the_limit_is_scanned_as_text_and_its_neighbours_as_they_are() {
    let csv = Kind::Csv { delimiter: b',' };
    let cases = [
        (
            Kind::JsonLines,
            with_a_long_record("mobile ", "\n{\"text\": \"", "\"}\n", "mobile "),
        ),
        (csv, with_a_long_record("id,mobile\n1,", "\n2,\"", "\"\n", "3,")),
        // a quote that is never closed ends with its line, once it is too long
        (csv, with_a_long_record("id,mobile\n1,", "\n2,\"", "\n", "3,")),
        (
            Kind::Json,
            with_a_long_record("[\"mobile ", "\", \"", "\", ", "\"mobile "),
        ),
    ];
    for (kind, (file, cleaned)) in cases {
        for block in [700, 1500, 2100, 5000, 9999] {
            let (found, copy) = feed(scanner(kind).with_max_record(8000), file.as_bytes(), block);
            assert_eq!(
                String::from_utf8_lossy(&copy),
                cleaned,
                "{kind:?}, blocks of {block} bytes"
            );
            assert_eq!(found.len(), 22, "{kind:?}, blocks of {block} bytes");
            for (_, start, end, _) in found {
                assert!(file[start..end].bytes().all(|byte| byte.is_ascii_digit()), "{kind:?}");
            }
        }
    }
}

#[test]
fn a_record_over_the_limit_is_said_once() {
    let line = format!("{{\"a\": \"{}\"}}\n", "x ".repeat(20_000));
    let mut scanner = scanner(Kind::JsonLines).with_max_record(4000);
    let (mut unread, mut from, mut buffer) = (Vec::new(), 0, Vec::new());
    for part in line.as_bytes().chunks(3000) {
        buffer.extend_from_slice(part);
        let step = scanner.feed(&buffer, from, false);
        unread.extend(step.unread.iter().map(|one| one.reason));
        from = step.consumed - step.keep_from;
        buffer.drain(..step.keep_from);
        assert!(buffer.len() < 8000, "held {} bytes", buffer.len());
    }
    assert_eq!(unread, ["line_too_large"]);
}
