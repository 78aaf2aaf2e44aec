//! Any text and label: the fast engine finds what the plain one finds, spans are valid, and recognisers of packs neither
//! remove nor change a built-in finding.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use naka_detect::oracle::Oracle;
use naka_detect::{CustomContext, CustomPattern, Detector, Finding, Flags, Recognizer, Scratch};

/// The oracle tries every pattern at every byte, so that longer texts would only be fewer.
const MAX_TEXT: usize = 400;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().expect("the rules load"));
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::builtin().expect("the rules load"));
static CUSTOM: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_recognizers(&recognizers()).expect("the recognisers hold"));

/// Every example and context word of the rule files: bytes drawn one by one seldom make a check digit.
static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = files.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut pieces = Vec::new();
    for file in files {
        let rule: toml::Table = std::fs::read_to_string(file).expect("readable").parse().expect("TOML");
        let words = rule.get("context").and_then(|context| context.get("words"));
        for list in [rule.get("match"), rule.get("no_match"), words] {
            let list = list.and_then(toml::Value::as_array).into_iter().flatten();
            pieces.extend(list.filter_map(toml::Value::as_str).map(str::to_owned));
        }
    }
    assert!(pieces.len() > 500, "the examples of the rules");
    pieces
});

/// Of every lane, greedy ones and words of built-in rules among them.
fn recognizers() -> Vec<Recognizer> {
    let pattern = |regex: &str| CustomPattern {
        regex: regex.to_owned(),
        confidence: 0.7,
    };
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    vec![
        Recognizer {
            entity: "EVERYTHING".to_owned(),
            patterns: vec![pattern("[0-9A-Za-z@.+]{1,40}")],
            keywords: words(&["aadhaar", "pan", "mobile", "order id", "नंबर"]),
            context: Some(CustomContext {
                words: words(&["aadhaar", "order", "account"]),
                boost: 0.3,
            }),
            ..Recognizer::default()
        },
        Recognizer {
            entity: "LANES".to_owned(),
            patterns: vec![
                pattern("EMP-[0-9]{4}"),
                pattern("[0-9]{4,8}/[A-Z]{2}"),
                pattern("[a-z0-9._]+@[a-z]+"),
                pattern("[A-Z]{3}/[0-9]{2}"),
            ],
            ..Recognizer::default()
        },
    ]
}

/// The bytes as they are, or, when the first says so, as a recipe: pieces of rule files between bytes.
fn text(input: &[u8]) -> Vec<u8> {
    let Some((&how, rest)) = input.split_first() else {
        return Vec::new();
    };
    let mut text = Vec::new();
    if how & 1 == 0 {
        text.extend_from_slice(rest);
    } else {
        for step in rest.chunks_exact(4) {
            let piece = &PIECES[usize::from(u16::from_le_bytes([step[0], step[1]])) % PIECES.len()];
            match step[2] & 7 {
                0 => text.extend(piece.bytes().map(|byte| if byte == b' ' { b'-' } else { byte })),
                1 => text.extend(piece.bytes().filter(|&byte| byte != b' ' && byte != b'-')),
                2 => text.extend(piece.to_uppercase().bytes()),
                3 => text.extend(piece.chars().flat_map(|c| in_devanagari(c).to_string().into_bytes())),
                4 => text.extend(&piece.as_bytes()[..usize::from(step[3]) % (piece.len() + 1)]),
                _ => text.extend(piece.bytes()),
            }
            text.push(step[3]);
        }
    }
    text.truncate(MAX_TEXT);
    text
}

fn in_devanagari(c: char) -> char {
    c.to_digit(10)
        .and_then(|digit| char::from_u32(0x966 + digit))
        .unwrap_or(c)
}

fn scan(detector: &Detector, text: &[u8], label: Option<&[u8]>, scratch: &mut Scratch) -> Vec<Finding> {
    let mut found = Vec::new();
    detector.scan(text, label, scratch, &mut found);
    found
}

/// Memory that another text was scanned with, as a thread has it.
fn used() -> Scratch {
    static EARLIER: LazyLock<String> = LazyLock::new(|| PIECES.join(" ").chars().take(2200).collect());
    let mut scratch = Scratch::default();
    scan(&DETECTOR, EARLIER.as_bytes(), None, &mut scratch);
    scratch
}

fn check_spans(detector: &Detector, text: &[u8], found: &[Finding]) {
    let valid = std::str::from_utf8(text).ok();
    let mut from = 0;
    for one in found {
        let (start, end) = (one.start as usize, one.end as usize);
        assert!(from <= start && start < end && end <= text.len(), "{one:?}");
        assert!(one.confidence >= 0.3 && one.confidence <= 1.0, "{one:?}");
        let whole = valid.is_none_or(|text| text.is_char_boundary(start) && text.is_char_boundary(end));
        assert!(whole, "{one:?} parts a character");
        let mut value = Vec::new();
        detector.normalized(one, text, &mut value);
        from = start;
    }
}

fuzz_target!(init: {
    // Not on the first input's time: the plain engine takes seconds to build with the fuzzer's instrumentation.
    LazyLock::force(&ORACLE);
    LazyLock::force(&CUSTOM);
    LazyLock::force(&DETECTOR);
}, |input: &[u8]| {
    let Some((&choice, input)) = input.split_first() else {
        return;
    };
    // one input in two has a label: the byte chooses it
    let label = (choice & 1 == 1).then(|| PIECES[usize::from(choice) * 7 % PIECES.len()].as_bytes());
    let mut scratch = if choice & 6 == 6 { used() } else { Scratch::default() };
    let text = text(input);
    let found = scan(&DETECTOR, &text, label, &mut scratch);
    assert_eq!(
        found,
        ORACLE.scan(&text, label),
        "label {:?} text {:?}",
        label.map(String::from_utf8_lossy),
        String::from_utf8_lossy(&text)
    );
    check_spans(&DETECTOR, &text, &found);

    let mut with_custom = scan(&CUSTOM, &text, label, &mut Scratch::default());
    check_spans(&CUSTOM, &text, &with_custom);
    with_custom.retain(|one| !one.flags.has(Flags::CUSTOM));
    assert_eq!(with_custom, found, "text {:?}", String::from_utf8_lossy(&text));
});
