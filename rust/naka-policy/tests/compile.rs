//! What the compiler refuses, by code and field path, and what it makes of what it accepts.

mod support;

use serde_json::{Value, json};
use support::{compile, faults, faults_of, pack, rule, with};

fn fault(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

/// The faults of one rule that differs from a good one by `fields`.
fn rule_faults(fields: Value) -> Vec<(String, String)> {
    faults(json!([pack(
        "p",
        json!([with(rule("r", json!(["IN_PAN"]), "Block"), fields)])
    )]))
}

#[test]
fn all_faults_are_told_at_once() {
    let bad = json!([
        {"id": "a", "entities": ["IN_PAM", "group:identitty"], "action": "Redact", "mode": "Enforce", "minConfidence": 2},
        {"id": "a", "entities": [], "action": "Block", "mode": "Shadow", "mask": {"keepLast": 2}, "effectiveFrom": "2027-02-30"},
    ]);
    let exemption = json!({"id": "e", "entities": ["IN_PAN"], "matches": "X.*"});
    let source = with(
        pack("p", bad),
        json!({"exemptions": [exemption], "traffic": {"models": ["gpt-[45]"]}}),
    );
    let mut found = faults(json!([source]));
    found.sort();
    let mut expected = [
        fault("policy_unknown_entity", "packs[0].rules[0].entities[0]"),
        fault("policy_unknown_group", "packs[0].rules[0].entities[1]"),
        fault("policy_bad_confidence", "packs[0].rules[0].minConfidence"),
        fault("policy_duplicate_rule", "packs[0].rules[1]"),
        fault("policy_no_entities", "packs[0].rules[1].entities"),
        fault("policy_mask_without_mask", "packs[0].rules[1].mask"),
        fault("policy_bad_date", "packs[0].rules[1].effectiveFrom"),
        fault("policy_exemption_reason", "packs[0].exemptions[0].reason"),
        fault("policy_exemption_expires", "packs[0].exemptions[0].expires"),
        fault("policy_exemption_wide", "packs[0].exemptions[0].matches"),
        fault("policy_bad_glob", "packs[0].traffic.models[0]"),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn each_part_of_a_rule_is_checked() {
    let at = |field: &str| format!("packs[0].rules[0].{field}");
    for (fields, code, path) in [
        (json!({"id": "Not An Id"}), "policy_bad_name", at("id")),
        (
            json!({"action": "Mask", "mask": {"keepLast": 65}}),
            "policy_bad_keep_last",
            at("mask.keepLast"),
        ),
        (
            json!({"action": "Mask", "mask": {"keepLast": -1}}),
            "policy_bad_keep_last",
            at("mask.keepLast"),
        ),
        (
            json!({"minConfidence": -0.1}),
            "policy_bad_confidence",
            at("minConfidence"),
        ),
        (
            json!({"effectiveFrom": "13-05-2027"}),
            "policy_bad_date",
            at("effectiveFrom"),
        ),
        (
            json!({"traffic": {"surfaces": ["Chats"]}}),
            "policy_unknown_surface",
            at("traffic.surfaces[0]"),
        ),
        (
            json!({"traffic": {"directions": ["In"]}}),
            "policy_unknown_direction",
            at("traffic.directions[0]"),
        ),
        (
            json!({"traffic": {"regions": ["!"]}}),
            "policy_bad_glob",
            at("traffic.regions[0]"),
        ),
        (
            json!({"when": {"with": ["NOPE"]}}),
            "policy_unknown_entity",
            at("when.with[0]"),
        ),
        (
            json!({"when": {"minCount": 0}}),
            "policy_bad_min_count",
            at("when.minCount"),
        ),
        (json!({"clause": "x".repeat(2001)}), "policy_bad_text", at("clause")),
    ] {
        assert_eq!(rule_faults(fields.clone()), [(code.to_owned(), path)], "{fields}");
    }
}

#[test]
fn each_part_of_a_pack_is_checked() {
    for (fields, code, path) in [
        (json!({"kind": "Pack"}), "policy_bad_kind", "packs[0].kind"),
        (json!({"name": "Bad Name"}), "policy_bad_name", "packs[0].name"),
        (
            json!({"namespace": "a.b/c"}),
            "policy_bad_namespace",
            "packs[0].namespace",
        ),
        (
            json!({"kind": "ClusterPolicyPack"}),
            "policy_bad_namespace",
            "packs[0].namespace",
        ),
        (
            json!({"namespaceSelector": {"matchLabels": {"a": "b"}}}),
            "policy_bad_selector",
            "packs[0].namespaceSelector",
        ),
        (
            json!({"workloadSelector": {"matchExpressions": [{"key": "a", "operator": "Has"}]}}),
            "policy_bad_selector",
            "packs[0].workloadSelector.matchExpressions[0].operator",
        ),
        (
            json!({"workloadSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}),
            "policy_bad_selector",
            "packs[0].workloadSelector.matchExpressions[0].values",
        ),
        (
            json!({"workloadSelector": {"matchLabels": {"-a": "b"}}}),
            "policy_bad_selector",
            "packs[0].workloadSelector",
        ),
        (
            json!({"restore": {"tools": ["a b"]}}),
            "policy_bad_glob",
            "packs[0].restore.tools[0]",
        ),
    ] {
        let found = faults(json!([with(pack("p", json!([])), fields.clone())]));
        assert_eq!(found, [fault(code, path)], "{fields}");
    }
    let twice = json!([pack("p", json!([])), pack("p", json!([]))]);
    assert_eq!(faults(twice), [fault("policy_duplicate_pack", "packs[1]")]);
}

#[test]
fn each_part_of_an_exemption_is_checked() {
    let good = json!({
        "id": "desk", "entities": ["IN_UPI_ID"], "matches": r"[a-z.]+@okaxis", "reason": "own support desk",
        "expires": "2027-06-30",
    });
    compile(json!([with(pack("p", json!([])), json!({"exemptions": [good]}))]));
    let at = |field: &str| format!("packs[0].exemptions[0]{field}");
    for (fields, code, path) in [
        (json!({"matches": ""}), "policy_exemption_empty", at("")),
        (json!({"matches": "("}), "policy_exemption_pattern", at(".matches")),
        (json!({"matches": ".*"}), "policy_exemption_wide", at(".matches")),
        (json!({"sha256s": ["abc"]}), "policy_bad_sha256", at(".sha256s[0]")),
        (json!({"reason": "  "}), "policy_exemption_reason", at(".reason")),
        (json!({"expires": null}), "policy_exemption_expires", at(".expires")),
        (json!({"expires": "2027-06-31"}), "policy_bad_date", at(".expires")),
        (json!({"entities": []}), "policy_no_entities", at(".entities")),
    ] {
        let found = faults(json!([with(
            pack("p", json!([])),
            json!({"exemptions": [with(good.clone(), fields.clone())]})
        )]));
        assert_eq!(found, [(code.to_owned(), path)], "{fields}");
    }
}

#[test]
fn upstreams_are_checked_and_share_no_host() {
    let good = json!({"name": "a", "hosts": ["api.example.in"], "provider": "own"});
    let found = |second: Value| faults_of(&json!({"upstreams": [good, second]}).to_string());
    for (fields, code, path) in [
        (json!({"name": "a"}), "policy_duplicate_upstream", "upstreams[1]"),
        (
            json!({"hosts": ["API.example.in"]}),
            "policy_duplicate_host",
            "upstreams[1].hosts[0]",
        ),
        (
            json!({"hosts": ["https://b.in"]}),
            "policy_bad_host",
            "upstreams[1].hosts[0]",
        ),
        (json!({"hosts": []}), "policy_bad_host", "upstreams[1].hosts"),
        (json!({"provider": ""}), "policy_bad_provider", "upstreams[1].provider"),
        (json!({"region": "IND"}), "policy_bad_region", "upstreams[1].region"),
        (
            json!({"pathPrefix": "/a/../b"}),
            "policy_bad_path_prefix",
            "upstreams[1].pathPrefix",
        ),
    ] {
        let second = with(
            json!({"name": "b", "hosts": ["b.example.in"], "provider": "own"}),
            fields.clone(),
        );
        assert_eq!(found(second), [fault(code, path)], "{fields}");
    }
}

#[test]
fn a_pack_that_holds_a_value_is_refused_and_the_value_is_not_repeated() {
    let places = [
        (
            json!({"name": "p", "rules": [with(rule("r", json!(["IN_PAN"]), "Block"), json!({"clause": "PAN QWEPK4821M"}))]}),
            "packs[0].rules[0].clause",
        ),
        (
            json!({"recognizers": [{"entity": "X_Y", "keywords": ["aadhaar 5109 8027 4087"]}]}),
            "packs[0].recognizers[0].keywords[0]",
        ),
        (
            json!({"exemptions": [{"id": "e", "entities": ["IN_AADHAAR"], "matches": "aadhaar 510980274087", "reason": "x", "expires": "2027-01-01"}]}),
            "packs[0].exemptions[0].matches",
        ),
    ];
    for (fields, path) in places {
        let source = json!({"packs": [with(pack("p", json!([])), fields)]}).to_string();
        let problems = naka_policy::compile(&source).unwrap_err();
        assert_eq!(
            (problems[0].code, problems[0].path.as_str()),
            ("policy_holds_value", path)
        );
        assert!(!format!("{problems:?}").contains("4821M") && !format!("{problems:?}").contains("4087"));
    }
}

#[test]
fn a_value_typed_in_the_wrong_place_is_not_repeated() {
    for source in [
        json!({"packs": [pack("p", json!([rule("r", json!(["5109 8027 4087", "510980274087"]), "Block")]))]}),
        json!({"packs": [pack("5109 8027 4087", json!([]))]}),
        json!({"packs": [{"kind": "PolicyPack", "name": "p", "510980274087": 1}]}),
        json!({"packs": [with(pack("p", json!([])), json!({"failure": "5109 8027 4087"}))]}),
        json!({"packs": [pack("p", json!([with(rule("r", json!(["IN_PAN"]), "Block"), json!({"effectiveFrom": "510980274087"}))]))]}),
        json!({"packs": [with(pack("p", json!([])), json!({"traffic": {"surfaces": ["510980274087"]}}))]}),
        json!({"packs": [with(pack("p", json!([])), json!({"recognizers": [{"entity": "A_B", "patterns": [{"regex": "(5109 8027 4087", "confidence": 0.5}]}]}))]}),
    ] {
        let problems = naka_policy::compile(&source.to_string()).unwrap_err();
        let told = format!("{problems:?}");
        assert!(!told.contains("4087"), "{told}");
    }
}

#[test]
fn what_is_no_source_is_told_by_its_place() {
    for source in ["", "[]", "{\"packs\": [{}]}", "{\"rules\": []}"] {
        let problems = naka_policy::compile(source).unwrap_err();
        assert_eq!(problems[0].code, "policy_bad_source", "{source}");
        assert!(problems[0].message.contains("line"));
    }
}

#[test]
fn a_near_miss_is_suggested() {
    let source = json!({"packs": [pack("p", json!([rule("r", json!(["IN_ADHAAR", "group:contacts"]), "Block")]))]});
    let problems = naka_policy::compile(&source.to_string()).unwrap_err();
    assert!(problems[0].message.contains("`IN_AADHAAR`"), "{}", problems[0]);
    assert!(problems[1].message.contains("`group:contact`"), "{}", problems[1]);
}

#[test]
fn one_meaning_has_one_revision() {
    let base = compile(json!([pack(
        "p",
        json!([rule("r", json!(["IN_PAN", "IN_AADHAAR"]), "Block")])
    )]))
    .revision;
    for same in [
        json!({"entities": ["IN_AADHAAR", "IN_PAN", "IN_PAN"]}),
        json!({"entities": ["INDIA_PAN_INDIVIDUAL", "IN_AADHAAR"]}),
        json!({"minConfidence": 0}),
        json!({"when": {}}),
        json!({"when": {"with": [], "minCount": 1, "minor": false, "within": "Field"}}),
        json!({"traffic": {"models": [], "regions": null}}),
        json!({"clause": ""}),
    ] {
        let rule = with(rule("r", json!(["IN_PAN", "IN_AADHAAR"]), "Block"), same.clone());
        assert_eq!(compile(json!([pack("p", json!([rule]))])).revision, base, "{same}");
    }
    for other in [
        json!({"minConfidence": 0.3}),
        json!({"traffic": {"models": ["gpt-*"]}}),
        json!({"when": {"minor": true}}),
        json!({"mode": "Shadow"}),
        json!({"clause": "x"}),
    ] {
        let rule = with(rule("r", json!(["IN_PAN", "IN_AADHAAR"]), "Block"), other.clone());
        assert_ne!(compile(json!([pack("p", json!([rule]))])).revision, base, "{other}");
    }
}

#[test]
fn labels_and_expressions_of_one_meaning_have_one_revision() {
    let pack = |selector: Value| {
        compile(json!([with(
            pack("p", json!([])),
            json!({"workloadSelector": selector})
        )]))
        .revision
    };
    let expression = json!({"key": "app", "operator": "In", "values": ["assistant"]});
    assert_eq!(
        pack(json!({"matchLabels": {"app": "assistant"}})),
        pack(json!({"matchExpressions": [expression]}))
    );
    assert_eq!(pack(json!({})), pack(Value::Null));
}

#[test]
fn doubtful_wishes_are_warned_of() {
    let keys = rule("keys", json!(["group:credential"]), "Tokenize");
    let rules = json!([rule("allow", json!(["IN_PAN"]), "Allow"), keys]);
    let warnings = compile(json!([pack("p", rules)])).warnings;
    let told: Vec<_> = warnings.iter().map(|w| (w.code, w.path.as_str())).collect();
    let expected = [
        ("policy_allow_adds_nothing", "packs[0].rules[0].action"),
        ("policy_never_tokenized", "packs[0].rules[1].action"),
    ];
    assert_eq!(told, expected);
}
