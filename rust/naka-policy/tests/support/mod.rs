//! Small words for tests: source JSON from parts, a loaded set, findings of a text, the text after the decision.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own share

use naka_detect::{Finding, Scratch};
use naka_policy::{Compiled, Date, Decision, Direction, FieldFindings, Keys, RuleSet, Surface, Traffic, Workload};
use serde_json::{Value, json};

/// A day on which every rule of the tests is decided.
pub fn today() -> Date {
    Date::new(2026, 11, 24).unwrap()
}

/// A chat request about which nothing else is known.
pub fn chat() -> Traffic<'static> {
    Traffic::unknown(Direction::Request, Surface::Chat, today())
}

/// A namespaced pack that enforces, with these rules.
pub fn pack(name: &str, rules: Value) -> Value {
    json!({"kind": "PolicyPack", "name": name, "namespace": "payments", "mode": "Enforce", "rules": rules})
}

/// An enforced rule.
pub fn rule(id: &str, entities: Value, action: &str) -> Value {
    json!({"id": id, "entities": entities, "action": action, "mode": "Enforce"})
}

/// `value` with these fields set.
pub fn with(mut value: Value, fields: Value) -> Value {
    for (key, field) in fields.as_object().unwrap() {
        value[key] = field.clone();
    }
    value
}

pub fn compile(packs: Value) -> Compiled {
    naka_policy::compile(&json!({"packs": packs}).to_string()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub fn load(packs: Value) -> RuleSet {
    RuleSet::load(&compile(packs).bytes, &Workload::default()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// `(code, path)` of everything that is wrong.
pub fn faults(packs: Value) -> Vec<(String, String)> {
    faults_of(&json!({"packs": packs}).to_string())
}

pub fn faults_of(source: &str) -> Vec<(String, String)> {
    let problems = naka_policy::compile(source).map(|_| ()).expect_err("must be refused");
    problems
        .into_iter()
        .map(|problem| (problem.code.to_owned(), problem.path))
        .collect()
}

pub fn scan(rules: &RuleSet, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    rules
        .detector()
        .scan(text.as_bytes(), None, &mut Scratch::default(), &mut found);
    found
}

/// Scans and decides one text per field; records count from 0.
pub fn decide(rules: &RuleSet, traffic: &Traffic<'_>, texts: &[&str]) -> Decision {
    let found: Vec<Vec<Finding>> = texts.iter().map(|text| scan(rules, text)).collect();
    let fields: Vec<FieldFindings<'_>> = (texts.iter().zip(&found).enumerate())
        .map(|(i, (text, findings))| FieldFindings {
            field: i as u32,
            record: i as u32,
            text: text.as_bytes(),
            findings,
        })
        .collect();
    rules.decide(traffic, &fields)
}

/// The text as the provider gets it.
pub fn rewrite(rules: &RuleSet, traffic: &Traffic<'_>, text: &str) -> String {
    rewrite_with(rules, traffic, text, &Keys::none())
}

pub fn rewrite_with(rules: &RuleSet, traffic: &Traffic<'_>, text: &str, keys: &Keys) -> String {
    let decision = decide(rules, traffic, &[text]);
    let (mut out, mut from) = (Vec::new(), 0);
    for cluster in &decision.clusters {
        out.extend_from_slice(&text.as_bytes()[from..cluster.start as usize]);
        rules.transform(cluster, text.as_bytes(), keys, &mut out);
        from = cluster.end as usize;
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
    String::from_utf8(out).unwrap()
}
