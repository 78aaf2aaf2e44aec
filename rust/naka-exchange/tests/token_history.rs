//! Conversations that the provider keeps: tokens of an earlier exchange, where that is asked for.

mod support;

use std::sync::Arc;

use naka_exchange::{
    BodyHead, DecisionId, Event, Exchange, History, HistoryLimits, ResponseHead, Settings, Shared, Tools,
};
use naka_policy::{Date, Fate, RuleSet};
use serde_json::{Value, json};
use support::*;

const PAN: &str = "QWEPK4821M";

fn rules() -> Arc<RuleSet> {
    rules_of(&[
        r#"{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{},
        "rules":[{"id":"all","entities":["IN_PAN"],"action":"Tokenize","mode":"Enforce"}]}"#
            .to_owned(),
    ])
}

fn shared(history: bool) -> Arc<Shared> {
    let limits = HistoryLimits {
        ttl_ms: 60_000,
        bytes: 1 << 20,
    };
    keyed("t", Settings::default(), history.then(|| History::new(limits)))
}

/// A shell whose exchange begins `at_ms`.
fn shell(shared: &Arc<Shared>, at_ms: u64) -> Shell {
    let mut id = [0; 16];
    id[..6].copy_from_slice(&at_ms.to_be_bytes()[2..]);
    let today = Date::new(2026, 11, 24).unwrap();
    Shell {
        exchange: Exchange::new(Arc::clone(shared), rules(), DecisionId(id), today),
        tools: Tools::default(),
        commands: Vec::new(),
        outcomes: Vec::new(),
        shared: Arc::clone(shared),
    }
}

fn ask(shell: &mut Shell, body: &Value) -> Value {
    let body = serde_json::to_vec(body).unwrap();
    shell.tell(post("/v1/responses", Some(body.len() as u64)));
    let up = sent(&shell.tell(piece(body.clone(), true))).unwrap_or(body);
    serde_json::from_slice(&up).unwrap()
}

fn answer_text(id: &str, text: &str) -> Value {
    let part = json!({"type": "output_text", "text": text, "annotations": []});
    json!({"id": id, "object": "response", "conversation": {"id": "conv_1"},
        "output": [{"type": "message", "role": "assistant", "content": [part]}]})
}

fn hear(shell: &mut Shell, id: &str, text: &str) -> String {
    let body = serde_json::to_vec(&answer_text(id, text)).unwrap();
    shell.tell(answer(Some(body.len() as u64)));
    let down = sent(&shell.tell(answer_piece(body.clone(), true))).unwrap_or(body);
    let down: Value = serde_json::from_slice(&down).unwrap();
    down["output"][0]["content"][0]["text"].as_str().unwrap().to_owned()
}

/// The first exchange of a conversation; the token that went up.
fn begin(shared: &Arc<Shared>) -> String {
    let mut first = shell(shared, 1_000);
    let up = ask(&mut first, &json!({"model": "m", "input": PAN}));
    let token = up["input"].as_str().unwrap().to_owned();
    assert_eq!(hear(&mut first, "resp_1", &token), PAN);
    token
}

fn go_on(shared: &Arc<Shared>, at_ms: u64, from: &Value, token: &str) -> (String, Shell) {
    let mut next = shell(shared, at_ms);
    let mut body = json!({"model": "m", "input": "and again?"});
    body.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    ask(&mut next, &body);
    (hear(&mut next, "resp_2", token), next)
}

#[test]
fn an_answer_that_goes_on_from_another_has_its_values_where_that_is_asked_for() {
    let kept = shared(true);
    let token = begin(&kept);
    for from in [
        json!({"previous_response_id": "resp_1"}),
        json!({"conversation": "conv_1"}),
        json!({"conversation": {"id": "conv_1"}}),
    ] {
        assert_eq!(go_on(&kept, 2_000, &from, &token).0, PAN, "{from}");
    }
    // the second answer's own id leads there too
    assert_eq!(
        go_on(&kept, 3_000, &json!({"previous_response_id": "resp_2"}), &token).0,
        PAN
    );
    for from in [json!({}), json!({"previous_response_id": "resp_9"})] {
        let (said, shell) = go_on(&kept, 3_000, &from, &token);
        assert_eq!(said, token, "{from}");
        assert_eq!(
            shell
                .outcomes
                .iter()
                .map(|o| o.tokens.count(Fate::Foreign))
                .sum::<u32>(),
            1
        );
    }
    assert_eq!(
        go_on(&kept, 90_000, &json!({"previous_response_id": "resp_1"}), &token).0,
        token,
        "its time is over"
    );
}

#[test]
fn nothing_is_kept_unless_it_is_asked_for() {
    let none = shared(false);
    let token = begin(&none);
    let (said, _) = go_on(&none, 2_000, &json!({"previous_response_id": "resp_1"}), &token);
    assert_eq!(said, token);
    assert_eq!(none.budget.used(), 0);
}

#[test]
fn a_streamed_answer_keeps_its_tokens_too() {
    let kept = shared(true);
    let mut first = shell(&kept, 1_000);
    let up = ask(&mut first, &json!({"model": "m", "input": PAN, "stream": true}));
    let token = up["input"].as_str().unwrap().to_owned();
    first.tell(Event::ResponseHeaders(ResponseHead {
        status: 200,
        body: BodyHead {
            content_type: "text/event-stream".into(),
            ..BodyHead::default()
        },
    }));
    let created = json!({"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "object": "response", "output": []}});
    first.tell(answer_piece(
        format!("event: response.created\ndata: {created}\n\n"),
        false,
    ));
    first.tell(answer_piece("", true));
    assert_eq!(
        go_on(&kept, 2_000, &json!({"previous_response_id": "resp_1"}), &token).0,
        PAN
    );
}

#[test]
fn what_the_client_typed_once_stays_its_own() {
    let kept = shared(true);
    let token = begin(&kept);
    let mut next = shell(&kept, 2_000);
    ask(
        &mut next,
        &json!({"model": "m", "previous_response_id": "resp_1", "input": format!("what is {token}?")}),
    );
    assert_eq!(hear(&mut next, "resp_2", &token), token);
    assert_eq!(
        go_on(&kept, 3_000, &json!({"previous_response_id": "resp_2"}), &token).0,
        token
    );
}
