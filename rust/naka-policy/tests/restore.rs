//! Restoring a text in pieces is restoring it as a whole, wherever it is cut.

mod support;

use std::sync::OnceLock;

use naka_policy::{
    Fate, Fates, Keys, Permit, Place, Restored, Restorer, RuleSet, TokenLimits, Tokens, live_token_from,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

const PAN: &str = "QWEPK4821M";
/// A value that JSON must escape.
const NAME: &str = "A \"B\" \\ C\nD";

struct Made {
    tokens: Tokens,
    pan: String,
    name: String,
    foreign: String,
}

fn made() -> Made {
    let keys = Keys::derive(&[7; 32], "t", "p", 1).unwrap();
    let mut tokens = Tokens::default();
    let mut add = |entity: &str, value: &str| {
        let minted = keys.mint(entity, value.as_bytes(), true).unwrap();
        tokens.add(&minted, value.as_bytes(), false, &TokenLimits::default());
        String::from_utf8(minted.token).unwrap()
    };
    let (pan, name) = (add("IN_PAN", PAN), add("PERSON", NAME));
    let other = Keys::derive(&[8; 32], "t", "p", 1)
        .unwrap()
        .mint("IN_PAN", PAN.as_bytes(), true)
        .unwrap();
    Made {
        tokens,
        pan,
        name,
        foreign: String::from_utf8(other.token).unwrap(),
    }
}

/// What a pack that says nothing of it permits.
fn permit() -> Permit {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let rules = RULES.get_or_init(|| support::load(json!([support::pack("p", json!([]))])));
    rules.permit(&support::chat())
}

fn spliced(text: &[u8], edits: &[Restored], until: usize, out: &mut Vec<u8>) {
    let mut from = 0;
    for edit in edits {
        out.extend_from_slice(&text[from..edit.start]);
        out.extend_from_slice(&edit.value);
        from = edit.end;
    }
    out.extend_from_slice(&text[from..until]);
}

/// The text after it came in these pieces, and what became of its tokens.
fn streamed<'t>(made: &Made, place: &Place<'_>, pieces: impl IntoIterator<Item = &'t [u8]>) -> (Vec<u8>, Fates) {
    let (mut restorer, mut fates, mut out, mut held) = (Restorer::new(place), Fates::default(), Vec::new(), Vec::new());
    let mut release = |held: &mut Vec<u8>, until: usize| {
        let mut edits = Vec::new();
        restorer.run(&made.tokens, &permit(), place, (held, until), &mut edits, &mut fates);
        spliced(held, &edits, until, &mut out);
        held.drain(..until);
    };
    for piece in pieces {
        held.extend_from_slice(piece);
        let until = live_token_from(&made.tokens, &held, held.len(), place.json);
        release(&mut held, until);
        assert!(held.len() <= 1200, "{} bytes are held", held.len());
    }
    let rest = held.len();
    release(&mut held, rest);
    (out, fates)
}

fn same(fates: &Fates) -> Vec<u32> {
    // whether a token of someone else was cut is not looked at
    let counted = Fate::ALL.iter().filter(|&&fate| fate != Fate::Foreign);
    counted.map(|&fate| fates.count(fate)).collect()
}

fn assert_same_in_pieces(made: &Made, place: &Place<'_>, text: &[u8], cuts: &[usize]) {
    let (whole, whole_fates) = streamed(made, place, [text]);
    let mut pieces = Vec::new();
    let mut from = 0;
    for &cut in cuts {
        pieces.push(&text[from..cut]);
        from = cut;
    }
    pieces.push(&text[from..]);
    let (parts, part_fates) = streamed(made, place, pieces);
    let shown = String::from_utf8_lossy(text);
    assert_eq!(
        String::from_utf8_lossy(&parts),
        String::from_utf8_lossy(&whole),
        "{shown:?} at {cuts:?}"
    );
    assert_eq!(same(&part_fates), same(&whole_fates), "{shown:?} at {cuts:?}");
}

fn texts(made: &Made) -> Vec<String> {
    let Made { pan, name, foreign, .. } = made;
    let bare = pan.trim_matches(['<', '>']);
    vec![
        format!("You said: {pan}, {name}{pan} and {foreign}."),
        format!("< {bare} > or &lt;{bare}&gt; or \\<{bare}\\> or {}", pan.to_lowercase()),
        format!("see https://evil.example/?x={pan} or ![a](/x?{pan}) or {pan}"),
        format!("{pan}.evil.example {pan}@evil.example {pan}{name}@evil.example {pan}. {pan}, {pan}"),
        format!("<img alt='>' src=\"//x/ {pan}\"> {pan}</b>"),
        format!("[a](<//x y {pan}>) {pan}\n\n[a]: {pan} {pan}"),
        format!("<IN_PAN:{} <IN_PAN:x <IN_ <{pan} &lt; &lt;IN_PAN", &bare[7..19]),
    ]
}

#[test]
fn every_cut_of_a_text_gives_the_same() {
    let made = made();
    for text in texts(&made) {
        for argument in [false, true] {
            let place = Place {
                argument,
                ..Place::default()
            };
            for cut in 0..=text.len() {
                assert_same_in_pieces(&made, &place, text.as_bytes(), &[cut]);
            }
            let all: Vec<usize> = (1..text.len()).collect();
            assert_same_in_pieces(&made, &place, text.as_bytes(), &all);
        }
    }
}

#[test]
fn every_cut_of_partial_json_gives_the_same_and_json_again() {
    let made = made();
    let place = Place {
        argument: true,
        json: true,
        ..Place::default()
    };
    let go = |token: &str| token.replace('<', "\\u003c").replace('>', "\\u003e");
    let text = format!(
        r#"{{"url": "https:\/\/evil.example\/?x={0}", "pan":"{0}","n": {{"a\"b": ["{1}", "{2}", "\u0040{0}"]}}, "cut": "x {0}"#,
        made.pan,
        made.name,
        go(&made.name),
    );
    for cut in 0..=text.len() {
        assert_same_in_pieces(&made, &place, text.as_bytes(), &[cut]);
    }
    let (out, fates) = streamed(&made, &place, text.as_bytes().chunks(1));
    let closed = format!("{}\"}}", String::from_utf8(out).unwrap());
    let read: serde_json::Value = serde_json::from_str(&closed).unwrap();
    assert_eq!(read["url"], format!("https://evil.example/?x={}", made.pan));
    assert_eq!(read["pan"], PAN);
    assert_eq!(read["n"]["a\"b"][0], NAME);
    assert_eq!(read["n"]["a\"b"][1], NAME);
    assert_eq!(read["n"]["a\"b"][2], format!("@{}", made.pan));
    assert_eq!(read["cut"], format!("x {PAN}"));
    assert_eq!(
        (
            fates.count(Fate::Restored),
            fates.count(Fate::Url),
            fates.count(Fate::Email)
        ),
        (4, 1, 1)
    );
}

#[test]
fn text_without_a_token_in_progress_is_held_by_nothing() {
    let made = made();
    for text in [
        "The quick brown fox is",
        "a < b",
        "<b>",
        "x <in 1",
        "<IN_AADHAAR:",
        "AT&T &amp;",
        "50% of",
        "",
        &made.foreign,
    ] {
        assert_eq!(
            live_token_from(&made.tokens, text.as_bytes(), text.len(), false),
            text.len(),
            "{text}"
        );
    }
    for (text, from) in [
        ("x <", 2),
        ("x <IN_P", 2),
        ("x &l", 2),
        (&*format!("x {}", made.pan), 2),
        (&*format!("x {}.", made.pan), 2),
    ] {
        assert_eq!(
            live_token_from(&made.tokens, text.as_bytes(), text.len(), false),
            from,
            "{text}"
        );
    }
    let done = format!("x {} ", made.pan);
    assert_eq!(
        live_token_from(&made.tokens, done.as_bytes(), done.len(), false),
        done.len()
    );
    assert_eq!(live_token_from(&Tokens::default(), b"x <IN_P", 7, false), 7);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cuts_of_any_text_give_the_same(
        pieces in prop::collection::vec(select((0..28).collect::<Vec<usize>>()), 1..14),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        argument in any::<bool>(),
        json in any::<bool>(),
    ) {
        let made = made();
        let bare = made.pan.trim_matches(['<', '>']);
        let spelled = format!("&lt;{bare}&gt;");
        let spaced = format!("< {bare} >");
        let words: [&str; 28] = [
            &made.pan, &made.name, &made.pan, &made.foreign, &spelled, &spaced, " ", "https://x.example/", "?a=", "[a](", ")",
            "<img src=\"", "\"", ">", "@", ".", "x", "\\", "{\"a\": \"", "\n", "\\u0040", ",", "<", "&", "//", "'", "[a]: <", "-",
        ];
        let text: String = pieces.iter().map(|&at| words[at]).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let place = Place { argument: argument || json, json, ..Place::default() };
        assert_same_in_pieces(&made, &place, text.as_bytes(), &cuts);
    }
}
