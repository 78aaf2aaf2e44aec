//! Any expression, keyword, context word and check: refused, or it scans any text without touching a built-in finding.
//! What takes longer than a moment to refuse is a hang, which ends the run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naka_detect::{CustomContext, CustomPattern, Detector, Finding, Flags, Recognizer, Scratch};

const TEXT: &str =
    "employee EMP-004821 of Asha, mera aadhaar 5109 8027 4087, PAN QWEPK4821M, pay 9812345670@ybl, कर्मचारी ००४८";
const CHECKS: [Option<&str>; 4] = [None, Some("luhn"), Some("verhoeff"), Some("md5")];

/// What expressions, words and texts are made of: bytes drawn one by one seldom make an expression that compiles.
const FRAGMENTS: [&str; 32] = [
    "[0-9]{4}",
    "[A-Z]{2,5}",
    "[a-z]+",
    "EMP-",
    "(?:ab|cd)",
    "(?i)",
    "(?u)",
    r"\b",
    r"\w",
    r"\d",
    r"\p{L}",
    "{1,30}",
    "{40}",
    "?",
    "*",
    "+",
    ".",
    "^",
    "$",
    "@",
    "#",
    "अआ",
    "०",
    "[^x]",
    "(",
    ")",
    "|",
    "employee",
    "aadhaar",
    "Asha ",
    "-",
    "\t",
];

/// ASCII as it is, other bytes as fragments.
fn spelled(input: &[u8]) -> String {
    let mut text = String::new();
    for &byte in input {
        match byte.checked_sub(128) {
            None => text.push(char::from(byte)),
            Some(fragment) => text.push_str(FRAGMENTS[usize::from(fragment) % FRAGMENTS.len()]),
        }
    }
    text
}

fn scan(detector: &Detector, text: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    detector.scan(text, None, &mut Scratch::default(), &mut found);
    found
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, rest)) = input.split_first() else {
        return;
    };
    // a line each of expressions, keywords and context words, divided by tabs; the rest is the text
    let rest = spelled(rest);
    let mut lines = rest.splitn(4, '\n');
    let parts = |line: Option<&str>| -> Vec<String> {
        line.unwrap_or_default()
            .split('\t')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (patterns, keywords, words) = (parts(lines.next()), parts(lines.next()), parts(lines.next()));
    let text = lines.next().unwrap_or_default();
    let recognizer = Recognizer {
        entity: "MINE".to_owned(),
        patterns: patterns
            .into_iter()
            .map(|regex| CustomPattern { regex, confidence: 0.7 })
            .collect(),
        keywords,
        context: (!words.is_empty()).then_some(CustomContext { words, boost: 0.2 }),
        checksum: CHECKS[usize::from(choice & 3)].map(str::to_owned),
        ..Recognizer::default()
    };
    let detector = match Detector::with_recognizers(&[recognizer]) {
        Ok(detector) => detector,
        Err(errors) => {
            for error in errors {
                assert!(error.code().starts_with("rule_") && !error.to_string().is_empty());
            }
            return;
        }
    };
    for text in [TEXT, text] {
        let found = scan(&detector, text.as_bytes());
        for one in &found {
            assert!(one.start < one.end && one.end as usize <= text.len(), "{one:?}");
            assert!(text.is_char_boundary(one.start as usize) && text.is_char_boundary(one.end as usize));
        }
        let built_in: Vec<Finding> = found.into_iter().filter(|one| !one.flags.has(Flags::CUSTOM)).collect();
        assert_eq!(built_in, scan(Detector::shared(), text.as_bytes()));
    }
});
