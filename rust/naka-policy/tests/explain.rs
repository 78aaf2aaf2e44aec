//! `explain` says which rule decided, which did not speak and why, and never shows a value.

mod support;

use naka_policy::{explain_json, info_json};
use serde_json::{Value, json};
use support::{compile, pack, rule, with};

fn explain(bundle: &[u8], request: Value) -> Value {
    let answer = explain_json(bundle, &request.to_string()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    serde_json::from_str(&answer).unwrap()
}

fn parts(answer: &Value) -> Vec<(String, String, Value)> {
    let rules = answer["clusters"][0]["findings"][0]["rules"].as_array().unwrap();
    rules
        .iter()
        .map(|r| {
            (
                r["id"].as_str().unwrap().into(),
                r["part"].as_str().unwrap().into(),
                r["because"].clone(),
            )
        })
        .collect()
}

#[test]
fn every_rule_that_names_the_entity_gives_its_part_and_reason() {
    let aadhaar = || json!(["IN_AADHAAR"]);
    let rules = json!([
        with(
            rule("masks", aadhaar(), "Mask"),
            json!({"mask": {"keepLast": 4}, "clause": "Aadhaar Act s.29"})
        ),
        rule("audits", aadhaar(), "Audit"),
        with(rule("shadow", aadhaar(), "Block"), json!({"mode": "Shadow"})),
        with(rule("gated", aadhaar(), "Block"), json!({"mode": "Gated"})),
        with(
            rule("later", aadhaar(), "Block"),
            json!({"effectiveFrom": "2027-05-13"})
        ),
        with(
            rule("abroad", aadhaar(), "Block"),
            json!({"traffic": {"regions": ["!IN"]}})
        ),
        with(rule("sure", aadhaar(), "Block"), json!({"minConfidence": 1.0})),
        with(
            rule("with-card", aadhaar(), "Block"),
            json!({"when": {"with": ["CREDIT_CARD"]}})
        ),
    ]);
    let bundle = compile(json!([pack("p", rules)])).bytes;
    let text = "मेरा aadhaar 5109 8027 4087 hai";
    let request = json!({"text": text, "traffic": {"today": "2026-11-24", "region": "IN"}});
    let answer = explain(&bundle, request);

    let decision = &answer["clusters"][0]["decision"];
    assert_eq!(decision["enforced"], json!({"action": "Mask", "keepLast": 4}));
    assert_eq!(decision["wouldBe"], json!({"action": "Block"}));
    let expected = [
        ("masks", "decides", Value::Null),
        ("audits", "agrees", Value::Null),
        ("gated", "shadow", json!("mode Gated, and no promotion names it")),
        ("later", "shadow", json!("effectiveFrom is a later day")),
        ("shadow", "shadow", json!("mode Shadow")),
        ("abroad", "silent", json!("traffic.regions")),
        ("sure", "silent", json!("minConfidence 1")),
        ("with-card", "silent", json!("when")),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(id, part, why)| (id.to_owned(), part.to_owned(), why))
        .collect();
    assert_eq!(parts(&answer), expected);
    assert_eq!(
        answer["clusters"][0]["findings"][0]["rules"][0]["clause"],
        "Aadhaar Act s.29"
    );
    assert_eq!(answer["clusters"][0]["charStart"], 13);
    assert_eq!(answer["clusters"][0]["start"], 21);
    assert!(!answer.to_string().contains("4087"), "no part of a value");
}

#[test]
fn two_rules_that_make_a_third_action_both_decide() {
    let rules = json!([
        rule("masks", json!(["IN_PAN"]), "Mask"),
        rule("tokens", json!(["IN_PAN"]), "Tokenize")
    ]);
    let bundle = compile(json!([pack("p", rules)])).bytes;
    let answer = explain(
        &bundle,
        json!({"text": "PAN QWEPK4821M", "traffic": {"today": "2026-11-24"}}),
    );
    assert_eq!(answer["decision"]["enforced"]["action"], "Redact");
    assert!(parts(&answer).iter().all(|(_, part, _)| part == "decides"));
}

#[test]
fn an_upstream_fills_in_provider_and_region() {
    let source = json!({
        "packs": [with(pack("p", json!([rule("pan", json!(["IN_PAN"]), "Block")])), json!({"traffic": {"regions": ["!IN"]}}))],
        "upstreams": [{"name": "home", "hosts": ["llm.example.in"], "provider": "own", "region": "IN", "kind": "local"}],
    });
    let bundle = naka_policy::compile(&source.to_string()).unwrap().bytes;
    let ask = |host: &str| {
        explain(
            &bundle,
            json!({"text": "PAN QWEPK4821M", "traffic": {"today": "2026-11-24", "host": host}}),
        )
    };
    let home = ask("llm.example.in");
    assert_eq!(home["decision"]["enforced"]["action"], "Audit");
    assert_eq!(home["packs"][0]["silentBecause"], "traffic.regions");
    let elsewhere = ask("api.openai.com");
    assert_eq!(
        elsewhere["decision"]["enforced"]["action"], "Block",
        "an unknown region counts as matching"
    );
    assert_eq!(elsewhere["traffic"]["knownRoute"], false);
}

#[test]
fn a_wrong_request_is_told_without_its_text() {
    let bundle = compile(json!([pack("p", json!([rule("pan", json!(["IN_PAN"]), "Block")]))])).bytes;
    for request in [
        json!({"text": {"5109 8027 4087": 1}, "traffic": {"today": "2026-11-24"}}).to_string(),
        json!({"text": "x", "traffic": {"today": "5109 8027 4087"}}).to_string(),
        json!({"text": "x", "traffic": {"today": "2026-11-24", "surface": "510980274087"}}).to_string(),
        "5109 8027 4087".to_owned(),
    ] {
        let problems = explain_json(&bundle, &request).unwrap_err();
        assert_eq!(problems[0].code, "policy_bad_request");
        assert!(!problems[0].message.contains("4087"), "{}", problems[0].message);
    }
}

#[test]
fn info_tells_what_is_in_a_bundle() {
    let rules = json!([
        rule("pan", json!(["IN_PAN"]), "Block"),
        with(rule("s", json!(["IN_PAN"]), "Audit"), json!({"mode": "Shadow"}))
    ]);
    let compiled = compile(json!([with(pack("p", rules), json!({"resolved": ["dpdp@1.0"]}))]));
    let info: Value = serde_json::from_str(&info_json(&compiled.bytes).unwrap()).unwrap();
    assert_eq!(info["revision"], compiled.revision);
    assert_eq!(info["failure"], "Closed");
    assert_eq!(info["packs"][0]["enforcedRules"], 1);
    assert_eq!(info["packs"][0]["rules"], 2);
    assert_eq!(info["lateInStreams"], json!([]));
}

#[test]
fn info_tells_what_is_not_judged_while_a_stream_runs() {
    let recognizers = json!([
        {"entity": "DESK", "patterns": [{"regex": "DESK-[0-9]{4}", "confidence": 0.7}]},
        {"entity": "MEMO", "patterns": [{"regex": "MEMO:.*", "confidence": 0.7}]}
    ]);
    let rules = json!([
        rule("mask", json!(["IN_PAN", "group:demographic", "DESK", "MEMO"]), "Redact"),
        rule("audit", json!(["UPSI_CONTEXT"]), "Audit")
    ]);
    let compiled = compile(json!([with(pack("p", rules), json!({"recognizers": recognizers}))]));
    let info: Value = serde_json::from_str(&info_json(&compiled.bytes).unwrap()).unwrap();
    assert_eq!(info["lateInStreams"], json!(["IN_ADDRESS", "MEMO", "PERSON"]));
}
