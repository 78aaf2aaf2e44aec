//! Any file of any kind, cut into blocks anywhere: findings and cleaned copy are those of the whole file, and the copy
//! has as many records as the file, each as valid as it was.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use std::sync::{Arc, OnceLock};

use libfuzzer_sys::fuzz_target;
use naka_detect::Detector;
use naka_policy::{Date, RuleSet, Workload, compile};
use naka_scan::{FileScanner, Kind};
use support::{Outcome, feed};

/// Text may be cut anywhere, but a block holds more than a finding with its context.
const MIN_TEXT_BLOCK: usize = 3000;
const MAX_RECORD: usize = 1 << 20;

const PIECES: [&str; 32] = [
    "aadhaar 5109 8027 4087",
    "PAN QWEPK4821M",
    "call 9812345670",
    "q.mehta21@okaxis",
    "order 4417",
    "आधार ५१०९ ८०२७ ४०८७",
    "plain words that say nothing ",
    "\n",
    "\r\n",
    "card 4192520636070481",
    "\"",
    "😀",
    ",",
    "\t",
    "\"\"",
    "name,mobile,note\n",
    "{\"pan\": \"QWEPK4821M\"}",
    "{\"a\": [1, 2",
    "}",
    "]",
    "\": \"",
    "\\n",
    "\\u0039812345670",
    "Name: Asha Rao",
    "H.No. 12, MG Road, Bengaluru 560001",
    "27QWEPK4821M1ZU",
    "\u{feff}",
    "\0",
    "\u{200b}",
    "dob 1990-01-01",
    " ",
    "id: 9812345670, ",
];

fn rules() -> Arc<RuleSet> {
    static RULES: OnceLock<Arc<RuleSet>> = OnceLock::new();
    Arc::clone(RULES.get_or_init(|| {
        let entities: Vec<&str> = Detector::shared().entities().iter().map(|entity| entity.name.as_str()).collect();
        let rule = |id: &str, action: &str, entities: &[&str]| {
            serde_json::json!({"id": id, "entities": entities, "action": action, "mode": "Enforce", "minConfidence": 0.6})
        };
        let rules = [
            rule("all", "Redact", &entities),
            rule("masked", "Mask", &["PHONE_NUMBER"]),
            rule("blocked", "Block", &["CREDIT_CARD"]),
        ];
        let source = serde_json::json!({"packs": [{"kind": "PolicyPack", "name": "p", "namespace": "n", "rules": rules}]});
        let bundle = compile(&source.to_string()).expect("the source is right");
        let workload = Workload {
            namespace: Some("n".into()),
            ..Workload::default()
        };
        Arc::new(RuleSet::load(&bundle.bytes, &workload).expect("the bundle is right"))
    }))
}

fn run(kind: Kind, file: &[u8], block: usize, max_record: usize) -> Outcome {
    let today = Date::parse("2026-11-24").expect("a date");
    let scanner = FileScanner::new(rules(), kind, today, true).with_max_record(max_record);
    feed(scanner, file, block)
}

/// The bytes as they are, those of no ASCII character as pieces.
fn file(input: &[u8], raw: bool) -> Vec<u8> {
    if raw {
        return input.to_vec();
    }
    let mut file = Vec::new();
    for &byte in input {
        match byte.checked_sub(128) {
            None => file.push(byte),
            Some(piece) => file.extend_from_slice(PIECES[usize::from(piece) % PIECES.len()].as_bytes()),
        }
    }
    file
}

/// Cells of each row.
fn shape(file: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    reader
        .byte_records()
        .map(|row| row.expect("bytes are always rows").len())
        .collect()
}

fuzz_target!(|input: &[u8]| {
    let Some((&[choice, block], input)) = input.split_first_chunk::<2>() else {
        return;
    };
    let kind = match choice & 7 {
        0 | 1 => Kind::Text,
        2 => Kind::Json,
        3 | 4 => Kind::JsonLines,
        5 => Kind::Csv { delimiter: b'\t' },
        _ => Kind::Csv { delimiter: b',' },
    };
    let file = file(input, choice & 8 != 0);
    let block = match kind {
        Kind::Text => MIN_TEXT_BLOCK + usize::from(block),
        _ => usize::from(block) + 1,
    };
    // where a record is too long it is cut elsewhere in other blocks, which may change what is found in it
    let short = choice & 16 != 0 && kind != Kind::Text;
    let whole = if short {
        run(kind, &file, block, 100)
    } else {
        let whole = run(kind, &file, usize::MAX >> 1, MAX_RECORD);
        assert_eq!(
            run(kind, &file, block, MAX_RECORD),
            whole,
            "{kind:?}, blocks of {block}"
        );
        whole
    };
    let cleaned = &whole.1;
    if whole.0.is_empty() {
        assert_eq!(*cleaned, file);
    }
    if short {
        return;
    }
    match kind {
        Kind::Csv { delimiter } => assert_eq!(shape(cleaned, delimiter), shape(&file, delimiter)),
        Kind::JsonLines => {
            let valid = |file: &[u8]| -> Vec<bool> {
                file.split(|&byte| byte == b'\n')
                    .map(|line| serde_json::from_slice::<serde_json::Value>(line).is_ok())
                    .collect()
            };
            let (before, after) = (valid(&file), valid(cleaned));
            assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                assert!(after || !before);
            }
        }
        Kind::Json if serde_json::from_slice::<serde_json::Value>(&file).is_ok() => {
            serde_json::from_slice::<serde_json::Value>(cleaned).expect("the copy is JSON, as the file is");
        }
        _ => {}
    }
});
