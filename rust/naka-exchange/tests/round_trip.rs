//! Whatever is said around a value, and wherever it stands in JSON: it goes up as a token and comes back as it was.

mod support;

use naka_exchange::Settings;
use naka_policy::Fate;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use support::*;

/// Values of four entities, one of them written in two ways.
const VALUES: [&str; 4] = ["QWEPK4821M", "5109 8027 4087", "ABCPK1234F", "q.mehta21@okaxis"];

fn shell() -> Shell {
    let rules = rules_of(&[
        r#"{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{},
            "rules":[{"id":"all","entities":["IN_PAN","IN_AADHAAR","IN_UPI_ID"],"action":"Tokenize","mode":"Enforce"}]}"#
            .to_owned(),
    ]);
    let shared = keyed("t", Settings::default(), None);
    Shell::with(rules, shared)
}

/// A text with values in it, and nothing that leads elsewhere. Its letters are no context of anything.
fn text() -> impl Strategy<Value = String> {
    let around = "[a-h \"'\n\té₹प्र😀,;()*_`$+|~^!-]{0,12}";
    prop::collection::vec((around, select(VALUES.to_vec())), 1..5).prop_map(|parts| {
        parts
            .iter()
            .map(|(around, value)| format!("{around} {value} "))
            .collect()
    })
}

/// Puts `text` at one of the places at which an application has text, in a request and in an answer.
fn places(place: usize, text: &str) -> (Value, Value) {
    let inner = json!({"note": text, "deep": [{"list": [text]}]});
    let message = |content: Value| json!({"model": "m", "messages": [{"role": "user", "content": content}]});
    let said =
        |content: Value| json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]});
    let call = |arguments: Value| json!([{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}]);
    let called = |arguments: Value| json!({"role": "assistant", "content": null, "tool_calls": call(arguments)});
    match place {
        0 => (message(json!(text)), said(json!(text))),
        1 => (
            message(json!([{"type": "text", "text": text}])),
            said(json!([{"type": "text", "text": text}])),
        ),
        2 => (message(json!(inner.to_string())), said(json!(inner.to_string()))),
        3 => (
            json!({"messages": [called(json!(inner.to_string()))]}),
            json!({"choices": [{"index": 0, "message": called(json!(inner.to_string()))}]}),
        ),
        _ => (
            json!({"messages": [called(inner.clone())]}),
            json!({"choices": [{"index": 0, "message": called(inner)}]}),
        ),
    }
}

fn up(shell: &mut Shell, body: &Value) -> Vec<u8> {
    let body = serde_json::to_vec(body).unwrap();
    shell.tell(post("/v1/chat/completions", Some(body.len() as u64)));
    sent(&shell.tell(piece(body.clone(), true))).unwrap_or(body)
}

fn down(shell: &mut Shell, body: &Value) -> Value {
    let body = serde_json::to_vec(body).unwrap();
    shell.tell(answer(Some(body.len() as u64)));
    let body = sent(&shell.tell(answer_piece(body.clone(), true))).unwrap_or(body);
    serde_json::from_slice(&body).unwrap()
}

/// The texts that the tokenised request holds instead of `text`, put where the answer has it.
fn echoed(sent: &Value, place: usize) -> Value {
    let message = &sent["messages"][0];
    match place {
        0..=2 => json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": message["content"]}}]}),
        _ => json!({"choices": [{"index": 0, "message": message}]}),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_tokenised_comes_back(text in text(), place in 0_usize..5) {
        let mut shell = shell();
        let (request, wanted) = places(place, &text);
        let sent = up(&mut shell, &request);
        for value in VALUES {
            prop_assert!(!contains(&sent, value), "{value} went up");
        }
        let answer = echoed(&serde_json::from_slice(&sent).unwrap(), place);
        prop_assert_eq!(down(&mut shell, &answer), wanted);
        let fates = |fate| shell.outcomes.iter().map(|outcome| outcome.tokens.count(fate)).sum::<u32>();
        prop_assert_eq!(fates(Fate::Made), fates(Fate::Restored));
    }

    #[test]
    fn an_answer_that_is_restored_has_nothing_left_to_restore(text in text()) {
        let mut shell = shell();
        let sent = up(&mut shell, &places(0, &text).0);
        let once = down(&mut shell, &echoed(&serde_json::from_slice(&sent).unwrap(), 0));
        // the client's next turn says it back: the same tokens go up again
        let mut again = self::shell();
        let said = once["choices"][0]["message"]["content"].as_str().unwrap();
        prop_assert_eq!(up(&mut again, &places(0, said).0), sent);
    }
}
