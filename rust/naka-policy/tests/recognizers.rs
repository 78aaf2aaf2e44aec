//! Entities that packs define.

mod support;

use naka_policy::Action;
use serde_json::{Value, json};
use support::{chat, decide, faults, load, pack, rewrite, rule, scan, with};

fn employee(confidence: f64) -> Value {
    json!({
        "entity": "EMPLOYEE_ID",
        "patterns": [{"regex": "EMP-[0-9]{6}", "confidence": confidence}],
        "context": {"words": ["employee"], "boost": 0.3},
        "match": ["EMP-004821"],
        "noMatch": ["EMP-12"],
    })
}

#[test]
fn a_pack_finds_and_acts_on_its_own_entity() {
    let rules = json!([rule("staff", json!(["EMPLOYEE_ID"]), "Redact")]);
    let rules = load(json!([with(pack("p", rules), json!({"recognizers": [employee(0.6)]}))]));
    assert_eq!(rewrite(&rules, &chat(), "ask EMP-004821 now"), "ask [EMPLOYEE_ID] now");
}

#[test]
fn a_rule_may_name_an_entity_that_another_pack_defines() {
    let defines = with(pack("a", json!([])), json!({"recognizers": [employee(0.6)]}));
    let names = pack("b", json!([rule("staff", json!(["EMPLOYEE_ID"]), "Block")]));
    let rules = load(json!([defines, names]));
    assert_eq!(decide(&rules, &chat(), &["EMP-004821"]).enforced, Action::Block);
}

#[test]
fn a_recogniser_of_a_shadow_pack_widens_and_names_nothing_that_is_enforced() {
    let enforced = || pack("a", json!([rule("pan", json!(["IN_PAN"]), "Redact")]));
    let text = "PAN QWEPK4821M is here";
    let wide = json!([{"entity": "FILE_REF", "patterns": [{"regex": "[A-Z]{5}[0-9]{4}[A-Z] is", "confidence": 1.0}]}]);
    let block = with(rule("refs", json!(["FILE_REF"]), "Block"), json!({"mode": "Shadow"}));
    let shadow = with(
        pack("b", json!([block])),
        json!({"mode": "Shadow", "recognizers": wide}),
    );

    let alone = load(json!([enforced()]));
    let both = load(json!([enforced(), shadow]));
    assert!(
        scan(&both, text).len() > scan(&alone, text).len(),
        "the shadow recogniser finds something"
    );
    assert_eq!(rewrite(&alone, &chat(), text), rewrite(&both, &chat(), text));
    let decision = decide(&both, &chat(), &[text]);
    assert_eq!((decision.enforced, decision.would_be), (Action::Redact, Action::Block));
    let cluster = &decision.clusters[0];
    assert_eq!((cluster.start, cluster.end, cluster.would_be_span), (4, 14, (4, 17)));

    // nothing but the shadow pack: the finding is told, and nothing is enforced
    let wide = json!([{"entity": "FILE_REF", "patterns": [{"regex": "REF-[0-9]{3}", "confidence": 1.0}]}]);
    let block = with(rule("refs", json!(["FILE_REF"]), "Block"), json!({"mode": "Shadow"}));
    let only = load(json!([with(
        pack("b", json!([block])),
        json!({"mode": "Shadow", "recognizers": wide})
    )]));
    let decision = decide(&only, &chat(), &["REF-123"]);
    assert_eq!((decision.enforced, decision.would_be), (Action::Allow, Action::Block));
}

#[test]
fn a_shadow_pack_that_defines_the_same_entity_does_not_silence_the_enforcing_one() {
    let acts = |name: &str, mode: &str, confidence: f64, action: &str| {
        let acting = with(rule("staff", json!(["EMPLOYEE_ID"]), action), json!({"mode": mode}));
        with(
            pack(name, json!([acting])),
            json!({"mode": mode, "recognizers": [employee(confidence)]}),
        )
    };
    let rules = load(json!([
        acts("a", "Enforce", 0.6, "Redact"),
        acts("b", "Shadow", 0.9, "Block")
    ]));
    let decision = decide(&rules, &chat(), &["EMP-004821"]);
    assert_eq!(decision.clusters.len(), 1);
    assert_eq!((decision.enforced, decision.would_be), (Action::Redact, Action::Block));
}

#[test]
fn a_shadow_pack_does_not_make_a_condition_of_an_enforced_rule_true() {
    let conditional = with(
        rule("pan", json!(["IN_PAN"]), "Block"),
        json!({"when": {"with": ["EMPLOYEE_ID"]}}),
    );
    let shadow = with(
        pack("b", json!([])),
        json!({"mode": "Shadow", "recognizers": [employee(0.6)]}),
    );
    let rules = load(json!([pack("a", json!([conditional])), shadow]));
    let decision = decide(&rules, &chat(), &["PAN QWEPK4821M of EMP-004821"]);
    assert_eq!((decision.enforced, decision.would_be), (Action::Audit, Action::Block));
}

#[test]
fn what_the_detector_refuses_is_told_by_field_path() {
    let many: Vec<String> = (0..5_001).map(|i| format!("word{i}")).collect();
    let refused = [
        (
            json!({"entity": "IN_PAN", "keywords": ["x"]}),
            "policy_recognizer_builtin",
            "packs[0].recognizers[0].entity",
        ),
        (
            json!({"entity": "bad", "keywords": ["x"]}),
            "policy_bad_name",
            "packs[0].recognizers[0].entity",
        ),
        (
            json!({"entity": "EMPTY"}),
            "policy_recognizer_empty",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "OFF", "patterns": [{"regex": "a", "confidence": 1.5}]}),
            "policy_bad_confidence",
            "packs[0].recognizers[0].patterns[0].confidence",
        ),
        (
            json!({"entity": "OPEN", "patterns": [{"regex": "(", "confidence": 0.5}]}),
            "policy_recognizer_pattern",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "LARGE", "patterns": [{"regex": "(?:[a-z]{1,100}){1,100}", "confidence": 0.5}]}),
            "policy_recognizer_too_large",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "CHECKED", "patterns": [{"regex": "X[0-9]{4}", "confidence": 0.5}], "checksum": "sum"}),
            "policy_recognizer_checksum",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "MISSED", "patterns": [{"regex": "X[0-9]{4}", "confidence": 0.5}], "match": ["X1"]}),
            "policy_recognizer_example_missed",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "MATCHED", "patterns": [{"regex": "X[0-9]{4}", "confidence": 0.5}], "noMatch": ["X1234"]}),
            "policy_recognizer_example_matched",
            "packs[0].recognizers[0]",
        ),
        (
            json!({"entity": "MANY", "keywords": many}),
            "policy_too_many",
            "packs[0].recognizers",
        ),
    ];
    for (recognizer, code, path) in refused {
        let entity = recognizer["entity"].clone();
        let found = faults(json!([with(
            pack("p", json!([])),
            json!({"recognizers": [recognizer]})
        )]));
        assert_eq!(found, [(code.to_owned(), path.to_owned())], "{entity}");
    }
}
