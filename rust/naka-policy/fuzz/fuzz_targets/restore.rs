//! A text with tokens in it, cut anywhere: restored in pieces it is what it is as a whole, little of it is ever held, and
//! JSON stays JSON. Byte 1 of the input stands for a token, 2 for one of a value with quotes, 3 for someone else's.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use naka_policy::{
    Date, Direction, Fate, Fates, Keys, Permit, Place, Restored, Restorer, RuleSet, Surface, TokenLimits, Tokens, Traffic,
    Workload, compile, live_token_from,
};

const SOURCE: &str = r#"{"packs": [{"kind": "PolicyPack", "name": "p", "namespace": "n", "mode": "Enforce",
    "restore": {"allowHosts": ["ok.example"]}, "rules": []}]}"#;

struct Made {
    tokens: Tokens,
    permit: Permit,
    spelled: [Vec<u8>; 3],
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let bundle = compile(SOURCE).expect("the pack is right").bytes;
        let rules = RuleSet::load(&bundle, &Workload::default()).expect("it loads");
        let traffic = Traffic::unknown(Direction::Response, Surface::Chat, Date::from_unix_days(20_781));
        let mint = |key: u8, entity: &str, value: &str| {
            let keys = Keys::derive(&[key; 32], "t", "p", 1).expect("a key");
            keys.mint(entity, value.as_bytes(), true).expect("a token")
        };
        let values = [(7, "IN_PAN", "QWEPK4821M"), (7, "PERSON", "A \"B\" \\ C\n"), (8, "IN_PAN", "QWEPK4821M")];
        let minted = values.map(|(key, entity, value)| mint(key, entity, value));
        let mut tokens = Tokens::default();
        for (minted, (_, _, value)) in minted.iter().zip(values).take(2) {
            tokens.add(minted, value.as_bytes(), false, &TokenLimits::default());
        }
        Made { tokens, permit: rules.permit(&traffic), spelled: minted.map(|minted| minted.token) }
    })
}

fn run(place: &Place<'_>, text: &[u8], size: usize) -> (Vec<u8>, Vec<u32>) {
    let made = made();
    let (mut restorer, mut fates) = (Restorer::new(place), Fates::default());
    let (mut out, mut held): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut release = |held: &mut Vec<u8>, until: usize| {
        let mut edits: Vec<Restored> = Vec::new();
        restorer.run(&made.tokens, &made.permit, place, (held, until), &mut edits, &mut fates);
        let mut from = 0;
        for edit in &edits {
            out.extend_from_slice(&held[from..edit.start]);
            out.extend_from_slice(&edit.value);
            from = edit.end;
        }
        out.extend_from_slice(&held[from..until]);
        held.drain(..until);
    };
    for piece in text.chunks(size) {
        held.extend_from_slice(piece);
        let until = live_token_from(&made.tokens, &held, held.len(), place.json);
        release(&mut held, until);
        assert!(held.len() <= size + 1200, "{} bytes are held", held.len());
    }
    let rest = held.len();
    release(&mut held, rest);
    let counted = Fate::ALL.iter().filter(|&&fate| fate != Fate::Foreign);
    (out, counted.map(|&fate| fates.count(fate)).collect())
}

fuzz_target!(|data: &[u8]| {
    let Some((&[flags, size], rest)) = data.split_first_chunk() else { return };
    let made = made();
    let mut text = Vec::with_capacity(rest.len() * 4);
    for &byte in rest {
        match byte {
            1..=3 => text.extend_from_slice(&made.spelled[usize::from(byte) - 1]),
            _ => text.push(byte),
        }
    }
    let place = Place { argument: flags & 1 != 0, json: flags & 3 == 3, encoded: flags & 4 != 0, ..Place::default() };
    let whole = run(&place, &text, text.len().max(1));
    let parts = run(&place, &text, usize::from(size).max(1));
    assert_eq!(whole, parts);
});
