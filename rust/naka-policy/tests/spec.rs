//! The examples and vectors of docs/spec/bundle.md are what this crate makes. The vectors of sections 4 and 5 were made
//! with Python's `hmac` and `hashlib`.

use naka_policy::{Keys, RuleSet, Workload, compile, exemption_hash, token};

const PAGE: &str = include_str!("../../../docs/spec/bundle.md");

/// The fenced block of that language.
fn block(language: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("```{language}\n"))
        .expect("the page has the block");
    rest.split_once("```").expect("the block ends").0.trim()
}

#[test]
fn the_worked_example_compiles_to_its_bytes_and_revision() {
    let compiled = compile(block("json")).expect("the source is right");
    let hex: Vec<u8> = block("hex")
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal"))
        .collect();
    assert_eq!(compiled.bytes, hex);
    assert_eq!(compiled.revision, block("revision"));
    assert!(PAGE.contains(&format!("this bundle of {} bytes", hex.len())));
    let rules = RuleSet::load(&hex, &Workload::default()).expect("the bundle is right");
    assert_eq!(rules.revision(), block("revision"));
}

#[test]
fn the_vectors_of_hashes_and_tokens_hold() {
    assert_eq!(token::value_hash("IN_PAN", b"QWEPK4821M"), block("hash"));
    assert_eq!(exemption_hash("IN_PAN", "qwepk 4821 m").unwrap(), block("hash"));
    let master: Vec<u8> = (0..32).collect();
    let keys = Keys::derive(&master, "payments", "openai", 1).unwrap();
    let mut out = Vec::new();
    assert!(keys.token("IN_PAN", b"QWEPK4821M", &mut out));
    assert_eq!(String::from_utf8(out).unwrap(), block("token"));
}
