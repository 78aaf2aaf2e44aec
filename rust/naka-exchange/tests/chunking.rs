//! Any chunking of the same body gives the same output and the same record.

mod support;

use bytes::Bytes;
use naka_exchange::Command;
use naka_policy::Direction;
use proptest::prelude::*;
use support::*;

/// A chat body of some messages, some of which hold the number in one of its spellings.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        Just("hello there".to_owned()),
        Just(format!("mera aadhaar {AADHAAR} hai")),
        Just("aadhaar no 510980274087, call".to_owned()),
        Just("आधार ५१०९ ८०२७ ४०८७".to_owned()),
        Just("order 4111".to_owned()),
        "[ a-z0-9]{0,40}",
    ];
    prop::collection::vec(text, 1..6).prop_map(|texts| {
        let messages: Vec<String> = texts
            .iter()
            .map(|text| format!(r#"{{"role":"user","content":"{text}"}}"#))
            .collect();
        format!(r#"{{"model":"gpt-4o","messages":[{}]}}"#, messages.join(",")).into_bytes()
    })
}

/// The body in pieces that end at `cuts`.
fn pieces(body: &[u8], cuts: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    at.sort_unstable();
    let mut out = Vec::new();
    let mut from = 0;
    for to in at.into_iter().chain([body.len()]) {
        out.push(body[from..to].to_vec());
        from = to;
    }
    out
}

/// What goes on of a request in full-duplex, and the record.
fn full_duplex(parts: &[Vec<u8>], end_alone: bool) -> (Vec<u8>, String) {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    let mut answers = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len() && !end_alone;
        answers.extend(shell.tell(piece(part.clone(), last)));
    }
    if end_alone {
        answers.extend(shell.tell(piece(Bytes::new(), true)));
    }
    let ends = answers
        .iter()
        .filter(|command| matches!(command, Command::Chunk { end: true, .. }))
        .count();
    assert_eq!(ends, 1, "eos exactly once");
    (sent(&answers).unwrap(), format!("{:?}", shell.outcomes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn full_duplex_output_does_not_depend_on_the_chunks(
        body in body(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8), end_alone in any::<bool>(),
    ) {
        let whole = full_duplex(std::slice::from_ref(&body), false);
        let cut = full_duplex(&pieces(&body, &cuts), end_alone);
        prop_assert_eq!(&whole, &cut);
        for raw in [AADHAAR, "510980274087", "५१०९ ८०२७ ४०८७"] {
            prop_assert!(!contains(&whole.0, raw));
        }
        // buffered gives the same
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        shell.tell(post("/v1/chat/completions", Some(body.len() as u64)));
        let answers = shell.tell(piece(body.clone(), true));
        prop_assert_eq!(answers.len(), 1);
        prop_assert_eq!(sent(&answers).unwrap_or(body), whole.0);
    }

    #[test]
    fn every_streamed_piece_gets_exactly_one_empty_answer_and_the_record_is_the_same(
        body in body(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let record = |parts: &[Vec<u8>]| {
            let mut shell = Shell::new(rules("Shadow", "Mask"));
            shell.tell(post("/v1/chat/completions", None));
            for (at, part) in parts.iter().enumerate() {
                let answers = shell.tell(piece(part.clone(), at + 1 == parts.len()));
                assert!(
                    matches!(&answers[..], [Command::Body { direction: Direction::Request, replace: None, edits }] if edits.is_empty())
                );
            }
            format!("{:?}", shell.outcomes)
        };
        prop_assert_eq!(record(std::slice::from_ref(&body)), record(&pieces(&body, &cuts)));
    }

    #[test]
    fn no_bytes_panic_and_a_buffered_body_always_gets_one_answer(
        bytes in prop::collection::vec(any::<u8>(), 0..200), path in "/[a-z0-9/%.?=&]{0,30}", kind in "[a-z/+-]{0,20}",
    ) {
        let mut shell = Shell::new(rules("Enforce", "Mask"));
        let mut head = post_head(&path, Some(bytes.len() as u64));
        head.body.content_type = kind.into_bytes().into();
        let first = shell.tell(naka_exchange::Event::RequestHeaders(head));
        prop_assert_eq!(first.len(), 1);
        if matches!(first[0], Command::Headers { request_mode: naka_exchange::BodyMode::Buffered, .. }) {
            prop_assert_eq!(shell.tell(piece(bytes, true)).len(), 1);
        }
        shell.close();
    }
}
