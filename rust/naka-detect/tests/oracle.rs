//! The fast engine finds what the plain one finds: on the rule files' own examples, on text made of
//! pieces of identifiers, words and layout, and on any bytes. This is what makes its speed honest.

use std::cell::RefCell;
use std::sync::LazyLock;

use naka_detect::oracle::Oracle;
use naka_detect::{Detector, Scratch};
use proptest::prelude::*;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().expect("the rules load"));
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::builtin().expect("the rules load"));

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Every example and every context word of the rule files: the pool grows with the rules.
static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut pieces = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("readable");
        let rule: toml::Table = text.parse().expect("TOML");
        let mut add = |list: Option<&toml::Value>| {
            let list = list.and_then(toml::Value::as_array).into_iter().flatten();
            pieces.extend(list.filter_map(toml::Value::as_str).map(str::to_owned));
        };
        add(rule.get("match"));
        add(rule.get("no_match"));
        add(rule.get("context").and_then(|context| context.get("words")));
    }
    pieces
});

fn same(text: &[u8], label: Option<&[u8]>) -> Result<(), TestCaseError> {
    let mut found = Vec::new();
    // One scratch for all texts: what an earlier one leaves in it must not matter.
    SCRATCH.with_borrow_mut(|scratch| DETECTOR.scan(text, label, scratch, &mut found));
    let expected = ORACLE.scan(text, label);
    prop_assert_eq!(
        found,
        expected,
        "label {:?} text {:?}",
        label,
        String::from_utf8_lossy(text)
    );
    Ok(())
}

/// Changes an example as people and programs do: other digits, other separators, glued words.
fn variant() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), 0u8..12, any::<prop::sample::Index>()).prop_map(|(index, how, place)| {
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
            7 => {
                // one character off
                let mut chars: Vec<char> = text.chars().collect();
                let at = place.index(chars.len());
                chars[at] = if chars[at] == '7' { '8' } else { '7' };
                chars.into_iter().collect()
            }
            8 => text.chars().rev().collect(),
            9 => text.chars().take(place.index(text.chars().count() + 1)).collect(),
            _ => text,
        }
    })
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => variant(),
        3 => prop::sample::select(vec![
            " ", " ", "  ", "\n", ", ", ": ", "-", ".", "/", "_", "@", "#", "(", ")", "\"", "'", "{", "}", "[",
            "]", "\t", "|", "=", "\\n", "+91", "+91 ", "Rs ", "₹", "। ", "“", "”", "\u{200b}", "%", "&", "?",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "{\"pan\": \"", "\", \"mobile\": ", "<td>", "</td>", "id=", "order id ", "txn ", "my number is ", "hai",
            "Name: ", "Shri ", "S/o ", "account no ", "खाता ", "मेरा ", "at ", "/users/", "0x", "v1.", "sha256:",
        ]).prop_map(str::to_owned),
        2 => "[0-9]{1,20}",
        1 => "[A-Z]{1,5}[0-9]{1,8}[A-Z]{0,2}",
        1 => "[a-f0-9]{2,5}([-:.][a-f0-9]{2,4}){0,6}",
        1 => "[a-z0-9.]{1,8}@[a-z]{2,8}(\\.[a-z]{2,3})?",
        1 => "[a-zA-Z ]{1,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn on_text_made_of_pieces(pieces in prop::collection::vec(piece(), 0..14), label in prop::option::of(variant())) {
        same(pieces.concat().as_bytes(), label.as_deref().map(str::as_bytes))?;
    }

    #[test]
    fn on_broken_text(pieces in prop::collection::vec(piece(), 0..10), cut in any::<prop::sample::Index>(), len in 0usize..4) {
        let mut bytes = pieces.concat().into_bytes();
        let from = cut.index(bytes.len() + 1);
        let to = (from + len).min(bytes.len());
        bytes.drain(from..to);
        same(&bytes, None)?;
    }

    #[test]
    fn on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        same(&bytes, None)?;
    }

    #[test]
    fn on_long_runs(piece in piece(), count in 1usize..60) {
        same(piece.repeat(count).as_bytes(), None)?;
    }
}

#[test]
fn on_every_example_in_every_place_of_a_block() {
    for piece in PIECES.iter() {
        for before in 0..70 {
            let text = format!("{}{piece} ", " x".repeat(before / 2) + &" ".repeat(before % 2));
            same(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn a_broken_character_swallows_no_letters() {
    let key = b"{\"rationCardNo\":\"2748213344556\"}";
    for broken in [
        &b"\xf0"[..],
        b"\xe2\x80",
        b"\xe3\x80",
        b"\xf0\x9f",
        b"\xc2",
        b"\xe0\xa5",
        b"\xff",
        b"\xd8",
    ] {
        for before in 0..4 {
            let text = [&b"x ".repeat(before)[..], broken, key, broken, b"customer"].concat();
            let label = Some("पोस्टल कोड".as_bytes());
            same(&text, label).unwrap_or_else(|error| panic!("{error}"));
            same(&text, None).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn a_line_that_names_columns_may_be_a_question_too() {
    // The same line names the column of one value and is asked by the next line, which is no row.
    let text = "amount,please share mobile\n12,13\n4,9812345670\n\namount,please share mobile\n9812345671\n\
                sum,tell me your customer id\n7,48213377\nsum,tell me your customer id\nit is 48213378\n";
    same(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}"));
}
