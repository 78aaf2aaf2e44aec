//! Text to try rules on: their own examples and words, changed as people and programs do, and what stands between.
#![allow(unreachable_pub)] // each test file uses its part

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

/// Every example and every context word of the rule files: the pool grows with the rules.
pub static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| pieces(true));

/// Signs and spaces.
pub const SIGNS: &[&str] = &[
    " ", " ", "  ", "\n", ", ", ": ", "-", ".", "/", "_", "@", "#", "(", ")", "\"", "'", "{", "}", "[", "]", "\t", "|",
    "=", "\\n", "+91", "+91 ", "Rs ", "₹", "। ", "“", "”", "\u{200b}", "%", "&", "?",
];

/// The examples of the rule files, and with `words` the words that they name.
pub fn pieces(words: bool) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut pieces = Vec::new();
    for file in files {
        let rule: toml::Table = std::fs::read_to_string(file).expect("readable").parse().expect("TOML");
        let mut add = |list: Option<&toml::Value>| {
            let list = list.and_then(toml::Value::as_array).into_iter().flatten();
            pieces.extend(list.filter_map(toml::Value::as_str).map(str::to_owned));
        };
        add(rule.get("match"));
        add(rule.get("no_match"));
        if words {
            add(rule.get("context").and_then(|context| context.get("words")));
        }
    }
    pieces
}

/// Changes an example as people and programs do: other digits, other separators, glued words; one way in twelve is `own`.
pub fn variant(own: fn(String, Index) -> String) -> impl Strategy<Value = String> {
    (any::<Index>(), 0u8..12, any::<Index>()).prop_map(move |(index, how, place)| {
        let text = index.get(&PIECES).clone();
        let zero = |digit: char, zero: u32| char::from_u32(zero + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit);
        let digits = |base: u32| {
            text.chars()
                .map(|c| if c.is_ascii_digit() { zero(c, base) } else { c })
                .collect()
        };
        match how {
            0 => digits(0x966),
            1 => digits(0xFF10),
            2 => text.replace(' ', "-"),
            3 => text.replace(' ', ""),
            4 => text.replace(['-', ' '], "\u{a0}"),
            5 => text.to_uppercase(),
            6 => text.to_lowercase(),
            7 => own(text, place),
            8 => text.chars().rev().collect(),
            9 => text.chars().take(place.index(text.chars().count() + 1)).collect(),
            _ => text,
        }
    })
}

/// What looks like a number, a code, an address or a word.
pub fn noise() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[0-9]{1,20}",
        1 => "[A-Z]{1,5}[0-9]{1,8}[A-Z]{0,2}",
        1 => "[a-f0-9]{2,5}([-:.][a-f0-9]{2,4}){0,6}",
        1 => "[a-z0-9.]{1,8}@[a-z]{2,8}(\\.[a-z]{2,3})?",
        1 => "[a-zA-Z ]{1,20}",
    ]
}
