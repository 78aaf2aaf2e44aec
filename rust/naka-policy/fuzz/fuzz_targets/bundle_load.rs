//! Bytes of any content as a bundle, as an addition to a good bundle, and as a source: each is refused or loads, and
//! what loads decides about a text without a panic, explains itself, and keeps its laws.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use naka_detect::{Finding, Scratch};
use naka_policy::{
    Date, Direction, FieldFindings, Keys, RuleSet, Surface, Traffic, Workload, canonical_for_fuzzing, compile,
};

const TEXT: &str = "mera aadhaar 5109 8027 4087, PAN QWEPK4821M of EMP-004821, pay 9812345670@ybl <IN_PAN:ABCDEFGHIJK23>";
const SOURCE: &str = r#"{"packs": [{"kind": "PolicyPack", "name": "p", "namespace": "n", "mode": "Enforce",
    "traffic": {"models": ["gpt-*"], "regions": ["!IN"]},
    "rules": [{"id": "a", "entities": ["IN_PAN", "group:identity"], "action": "Mask", "mask": {"keepLast": 4},
               "mode": "Enforce", "when": {"with": ["STAFF"], "within": "Record", "minCount": 1}},
              {"id": "b", "entities": ["STAFF"], "action": "Tokenize", "mode": "Shadow", "effectiveFrom": "2027-05-13"}],
    "recognizers": [{"entity": "STAFF", "patterns": [{"regex": "EMP-[0-9]{6}", "confidence": 0.7}], "keywords": ["boss"]}],
    "exemptions": [{"id": "e", "entities": ["IN_PAN"], "matches": "QWEPK.*", "reason": "x", "expires": "2027-01-01"}]}],
  "upstreams": [{"name": "u", "hosts": ["api.example.in", "*.example.org"], "provider": "own", "region": "IN"}]}"#;

fn base() -> &'static [u8] {
    static BASE: OnceLock<Vec<u8>> = OnceLock::new();
    BASE.get_or_init(|| compile(SOURCE).expect("the base is right").bytes)
}

fn use_it(rules: &RuleSet) {
    let mut findings: Vec<Finding> = Vec::new();
    rules.detector().scan(TEXT.as_bytes(), None, &mut Scratch::default(), &mut findings);
    let fields = [FieldFindings { field: 3, record: 1, text: TEXT.as_bytes(), findings: &findings }];
    let keys = Keys::derive(&[7; 32], "t", "p", 1).expect("a key");
    for direction in Direction::ALL {
        let traffic = Traffic::unknown(direction, Surface::Files, Date::from_unix_days(20_781));
        let decision = rules.decide(&traffic, &fields);
        assert!(decision.would_be.at_least(decision.enforced));
        let mut last = 0;
        for cluster in &decision.clusters {
            assert!(last <= cluster.start && cluster.start < cluster.end);
            last = cluster.end;
            rules.transform(cluster, TEXT.as_bytes(), &keys, &mut Vec::new());
        }
        let explanation = rules.explain(&traffic, &fields);
        assert_eq!(explanation.decision.enforced, decision.enforced);
        assert!(rules.enforces() || rules.unscannable(&traffic).enforced == naka_policy::Handling::Allow);
    }
    let _ = rules.upstream_for_host("a.example.org:443");
}

fuzz_target!(|data: &[u8]| {
    if let Ok(rules) = RuleSet::load(data, &Workload::default()) {
        use_it(&rules);
    }
    // protobuf messages that follow each other are merged, so the bytes become more packs, rules, upstreams
    let merged = [base(), data].concat();
    if let Some(canonical) = canonical_for_fuzzing(&merged)
        && let Ok(rules) = RuleSet::load(&canonical, &Workload::default())
    {
        use_it(&rules);
    }
    if let Ok(source) = std::str::from_utf8(data)
        && let Ok(compiled) = compile(source)
    {
        let rules = RuleSet::load(&compiled.bytes, &Workload::default()).expect("what compiles loads");
        assert_eq!(rules.revision(), compiled.revision);
        use_it(&rules);
    }
});
