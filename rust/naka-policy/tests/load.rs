//! What is taken for a bundle, and for whom.

mod support;

use naka_policy::{Action, Failure, Handling, Labels, RuleSet, Workload};
use serde_json::json;
use support::{chat, compile, decide, pack, rule, with};

fn code(bytes: &[u8]) -> &'static str {
    RuleSet::load(bytes, &Workload::default()).expect_err("must be refused")[0].code
}

fn bundle() -> Vec<u8> {
    compile(json!([pack(
        "p",
        json!([rule("a", json!(["IN_PAN", "IN_AADHAAR"]), "Block")])
    )]))
    .bytes
}

#[test]
fn the_empty_bundle_enforces_nothing_and_is_refused_only_for_its_missing_format() {
    assert_eq!(code(b""), "policy_bundle_format");
    let empty = compile(json!([])).bytes;
    let rules = RuleSet::load(&empty, &Workload::default()).unwrap();
    assert!(!rules.enforces());
    assert_eq!(rules.failure(), Failure::Open);
    assert_eq!(decide(&rules, &chat(), &["PAN QWEPK4821M"]).enforced, Action::Audit);
}

#[test]
fn bytes_that_are_no_bundle_are_refused() {
    assert_eq!(code(b"\xFF\xFF\xFF"), "policy_bundle_unreadable");
    let mut cut = bundle();
    cut.pop();
    assert_eq!(code(&cut), "policy_bundle_unreadable");
}

#[test]
fn another_format_and_a_newer_core_are_refused() {
    let bytes = bundle();
    assert_eq!(&bytes[..2], [8, 1], "format comes first");
    let mut other = bytes.clone();
    other[1] = 2;
    assert_eq!(code(&other), "policy_bundle_format");
    assert_eq!(&bytes[2..9], b"\x12\x050.1.0", "then min_core");
    for newer in ["9.0.0", "0.9.0", "0.1.x", "0x1.0"] {
        let mut other = bytes.clone();
        other[4..9].copy_from_slice(newer.as_bytes());
        assert_eq!(code(&other), "policy_bundle_too_new", "{newer}");
    }
}

#[test]
fn fields_that_this_core_does_not_know_are_refused() {
    let mut bytes = bundle();
    bytes.extend_from_slice(&[0xF8, 0x07, 0x01]); // field 127, varint 1
    assert_eq!(code(&bytes), "policy_bundle_not_canonical");
}

#[test]
fn other_orders_are_refused() {
    // the two entities of the rule are neighbours: swap them
    let bytes = bundle();
    let at = |name: &[u8]| bytes.windows(name.len()).position(|window| window == name).unwrap();
    let (aadhaar, pan) = (at(b"\x12\x0AIN_AADHAAR"), at(b"\x12\x06IN_PAN"));
    assert_eq!(aadhaar + 12, pan, "sorted");
    let swapped = [
        &bytes[..aadhaar],
        b"\x12\x06IN_PAN\x12\x0AIN_AADHAAR",
        &bytes[pan + 8..],
    ]
    .concat();
    assert_eq!(swapped.len(), bytes.len());
    assert_eq!(code(&swapped), "policy_bundle_not_canonical");
}

#[test]
fn bytes_from_elsewhere_pass_the_same_checks_as_a_source() {
    let bytes = bundle();
    let at = bytes.windows(6).position(|window| window == b"IN_PAN").unwrap();
    let mut unknown = bytes.clone();
    unknown[at..at + 6].copy_from_slice(b"IN_XYZ");
    assert_eq!(code(&unknown), "policy_unknown_entity");
}

#[test]
fn a_workload_gets_the_packs_that_select_it() {
    let cluster = |name: &str, selector| {
        json!({
            "kind": "ClusterPolicyPack", "name": name, "mode": "Enforce", "namespaceSelector": selector,
            "rules": [rule("pan", json!(["IN_PAN"]), "Redact")],
        })
    };
    let bytes = compile(json!([
        cluster("everyone", json!({})),
        cluster("regulated", json!({"matchLabels": {"regulated": "yes"}})),
        with(
            pack("assistants", json!([rule("pan", json!(["IN_PAN"]), "Block")])),
            json!({
                "workloadSelector": {"matchLabels": {"app": "assistant"}}
            })
        ),
    ]))
    .bytes;
    let labels = |list: &[(&str, &str)]| -> Labels { list.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect() };
    let packs = |namespace: &str, pod: &[(&str, &str)], of_namespace: &[(&str, &str)]| -> Vec<String> {
        let workload = Workload {
            namespace: Some(namespace.to_owned()),
            labels: Some(labels(pod)),
            namespace_labels: Some(labels(of_namespace)),
        };
        let rules = RuleSet::load(&bytes, &workload).unwrap();
        rules.pack_names().map(str::to_owned).collect()
    };
    let assistant = [("app", "assistant")];
    assert_eq!(packs("web", &assistant, &[]), ["everyone"]);
    assert_eq!(packs("web", &[], &[("regulated", "yes")]), ["everyone", "regulated"]);
    assert_eq!(packs("payments", &assistant, &[]), ["payments/assistants", "everyone"]);
    assert_eq!(packs("payments", &[("app", "batch")], &[]), ["everyone"]);
    let unknown = RuleSet::load(&bytes, &Workload::default()).unwrap();
    assert_eq!(unknown.pack_names().count(), 3, "what is not known counts as selected");
}

#[test]
fn the_settings_of_enforcing_packs_join() {
    let settings = |name: &str, fields| with(pack(name, json!([])), fields);
    let bytes = compile(json!([
        settings(
            "a",
            json!({"failure": "Open", "onUnscannable": "Block", "onUnknownRoute": "Allow"})
        ),
        settings(
            "b",
            json!({"failure": "Closed", "onUnscannable": "Audit", "onUnknownRoute": "Audit"})
        ),
        settings("c", json!({"mode": "Shadow", "onUnknownRoute": "Block"})),
    ]))
    .bytes;
    let rules = RuleSet::load(&bytes, &Workload::default()).unwrap();
    assert_eq!(rules.failure(), Failure::Closed);
    assert_eq!(rules.unscannable(&chat()).enforced, Handling::Block);
    let unknown_route = rules.unknown_route(&chat());
    assert_eq!(
        (unknown_route.enforced, unknown_route.would_be),
        (Handling::Audit, Handling::Block)
    );
}

#[test]
fn one_enforced_rule_makes_its_shadow_pack_count() {
    let enforced = rule("pan", json!(["IN_PAN"]), "Block");
    let bytes = compile(json!([with(pack("p", json!([enforced])), json!({"mode": "Shadow"}))])).bytes;
    let rules = RuleSet::load(&bytes, &Workload::default()).unwrap();
    assert!(rules.enforces());
    assert_eq!(rules.failure(), Failure::Closed, "else an outage would lift the rule");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_where_a_pack_would_act_on_it() {
    use naka_policy::{Surface, Traffic};
    let files = Traffic {
        surface: Surface::Files,
        ..chat()
    };
    let lenient = json!({"fineTuning": {"onFinding": "Audit", "requireVerdict": false}});
    let load = |rule: serde_json::Value, fields: serde_json::Value| {
        let bytes = compile(json!([with(with(pack("p", json!([rule])), lenient.clone()), fields)])).bytes;
        RuleSet::load(&bytes, &Workload::default()).unwrap().unscannable(&files)
    };
    let acts = || rule("pan", json!(["IN_PAN"]), "Mask");
    assert_eq!(load(acts(), json!({})).enforced, Handling::Block);
    assert_eq!(
        load(rule("pan", json!(["IN_PAN"]), "Audit"), json!({})).enforced,
        Handling::Audit
    );
    assert_eq!(
        load(acts(), json!({"traffic": {"surfaces": ["Chat"]}})).enforced,
        Handling::Allow
    );
    let in_shadow = load(with(acts(), json!({"mode": "Shadow"})), json!({"mode": "Shadow"}));
    assert_eq!(
        (in_shadow.enforced, in_shadow.would_be),
        (Handling::Allow, Handling::Block)
    );
    let verdict = json!({"fineTuning": {"onFinding": "Audit", "requireVerdict": true}});
    assert_eq!(
        load(rule("pan", json!(["IN_PAN"]), "Audit"), verdict).enforced,
        Handling::Block
    );
}
