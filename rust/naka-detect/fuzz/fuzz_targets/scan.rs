//! Any text and label: the fast engine finds what the plain one finds, spans are valid, and recognisers of packs neither
//! remove nor change a built-in finding.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use naka_detect::oracle::Oracle;
use naka_detect::{CustomContext, CustomPattern, Detector, Finding, Flags, Recognizer, Scratch};

#[path = "../pieces.rs"]
mod pieces;
use pieces::{PIECES, text};

/// The oracle tries every pattern at every byte, so that longer texts would only be fewer.
const MAX_TEXT: usize = 400;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().expect("the rules load"));
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::builtin().expect("the rules load"));
static CUSTOM: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_recognizers(&recognizers()).expect("the recognisers hold"));

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
    let text = text(input, MAX_TEXT);
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
