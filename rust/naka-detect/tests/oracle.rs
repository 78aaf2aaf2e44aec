//! The fast engine finds what the plain one finds: on the rule files' own examples, on text made of
//! pieces of identifiers, words and layout, and on any bytes. This is what makes its speed honest.

mod support;

use std::cell::RefCell;
use std::sync::LazyLock;

use naka_detect::oracle::Oracle;
use naka_detect::{Detector, Scratch};
use proptest::prelude::*;
use support::*;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().expect("the rules load"));
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::builtin().expect("the rules load"));

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

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

/// One character off.
fn off(text: String, place: prop::sample::Index) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = place.index(chars.len());
    chars[at] = if chars[at] == '7' { '8' } else { '7' };
    chars.into_iter().collect()
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => variant(off),
        3 => prop::sample::select(SIGNS).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "{\"pan\": \"", "\", \"mobile\": ", "<td>", "</td>", "id=", "order id ", "txn ", "my number is ", "hai",
            "Name: ", "Shri ", "S/o ", "account no ", "खाता ", "मेरा ", "at ", "/users/", "0x", "v1.", "sha256:",
        ]).prop_map(str::to_owned),
        6 => noise(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn on_text_made_of_pieces(pieces in prop::collection::vec(piece(), 0..14), label in prop::option::of(variant(off))) {
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
