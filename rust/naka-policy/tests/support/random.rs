//! Random packs, texts and traffic for the properties of whole policies.

#![allow(unreachable_pub)] // a module of test binaries

use naka_policy::{Date, Direction, Surface, Traffic};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Texts that hold findings of several entities: alone, nested, side by side, overlapping with custom ones.
pub const TEXTS: [&str; 8] = [
    "mera aadhaar 5109 8027 4087 hai, mobile 98123 45670",
    "PAN QWEPK4821M of EMP-004821",
    "pay 9812345670@ybl or card 6012843688130703",
    "EMP-004821 EMP-004822 kestrel 5109 8027 4087",
    "9812345670",
    "desk: own.desk@example.in, phone 98123 45670",
    "aadhaar ५१०९ ८०२७ ४०८७ PAN QWEPK4821M",
    "nothing to see",
];

fn entities() -> impl Strategy<Value = Value> {
    let names = vec![
        "IN_AADHAAR",
        "IN_PAN",
        "PHONE_NUMBER",
        "IN_UPI_ID",
        "CREDIT_CARD",
        "EMPLOYEE_ID",
        "PROJECT_NAME",
        "group:identity",
        "group:contact",
        "group:bank",
    ];
    prop::collection::vec(select(names), 1..4).prop_map(|list| json!(list))
}

fn traffic_json() -> impl Strategy<Value = Value> {
    let list = |words: &'static [&'static str]| prop::collection::vec(select(words.to_vec()), 0..2);
    (
        list(&["openai", "!openai", "own*"]),
        list(&["gpt-*", "!gpt-4*"]),
        list(&["Chat", "Files", "Embeddings"]),
        list(&["Request", "Response"]),
        list(&["IN", "!IN"]),
    )
        .prop_map(|(providers, models, surfaces, directions, regions)| {
            json!({
                "providers": providers, "models": models, "surfaces": surfaces, "directions": directions,
                "regions": regions,
            })
        })
}

fn when() -> impl Strategy<Value = Value> {
    (entities(), select(vec!["Field", "Record", "Request"]), 1_u32..3, any::<bool>()).prop_map(
        |(with, within, min_count, ask)| {
            json!({"with": if ask { with } else { json!([]) }, "within": within, "minCount": min_count})
        },
    )
}

/// A rule without an id: the pack numbers them.
pub fn rule() -> impl Strategy<Value = Value> {
    (
        entities(),
        select(vec!["Allow", "Audit", "Mask", "Tokenize", "Redact", "Block"]),
        select(vec!["Enforce", "Enforce", "Shadow", "Gated"]),
        select(vec![0.0, 0.3, 0.6, 0.9]),
        0_u32..6,
        prop::option::weighted(0.3, traffic_json()),
        prop::option::weighted(0.3, when()),
        prop::option::weighted(0.2, select(vec!["2020-01-01", "2030-01-01"])),
    )
        .prop_map(
            |(entities, action, mode, min_confidence, keep_last, traffic, when, from)| {
                let mask = (action == "Mask").then(|| json!({"keepLast": keep_last}));
                json!({
                    "entities": entities, "action": action, "mode": mode, "minConfidence": min_confidence, "mask": mask,
                    "traffic": traffic, "when": when, "effectiveFrom": from,
                })
            },
        )
}

/// A recogniser that overlaps built-in findings, or not.
pub fn recognizer() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"entity": "EMPLOYEE_ID", "patterns": [{"regex": "EMP-[0-9]{6}", "confidence": 0.6}]}),
        json!({"entity": "EMPLOYEE_ID", "patterns": [{"regex": "EMP-[0-9]{6} EMP-[0-9]{6}", "confidence": 0.9}]}),
        json!({"entity": "PROJECT_NAME", "keywords": ["bluefin", "kestrel"]}),
        json!({"entity": "PROJECT_NAME", "patterns": [{"regex": "PAN [A-Z]{5}[0-9]{4}[A-Z] of", "confidence": 0.7}]}),
        json!({"entity": "PROJECT_NAME", "patterns": [{"regex": "kestrel [0-9]{4}", "confidence": 0.7}]}),
        json!({"entity": "CARD_REF", "patterns": [{"regex": "[a-z]{3} or card [0-9]{16}", "confidence": 0.4}]}),
    ])
}

pub fn exemption() -> impl Strategy<Value = Value> {
    let matches = select(vec![
        r"own\.desk@example\.in",
        "(?i)qwepk.*",
        "EMP-00482.",
        ".*981234.*",
        "5109.*",
    ]);
    (entities(), matches, select(vec!["2020-01-01", "2030-01-01"])).prop_map(|(entities, matches, expires)| {
        json!({"entities": entities, "matches": matches, "reason": "a test", "expires": expires})
    })
}

/// Tools and hosts that packs of the properties name.
pub const TOOLS: [&str; 3] = ["crm_open", "fetch", "lookup"];
pub const HOSTS: [&str; 3] = ["crm.bank.example", "bank.example", "evil.example"];

fn restore() -> impl Strategy<Value = Value> {
    let list = |words: &'static [&'static str]| prop::collection::vec(select(words.to_vec()), 0..3);
    (
        any::<[bool; 3]>(),
        list(&["*", "crm_*", "fetch", "look??"]),
        list(&["*", "*.bank.example", "bank.example"]),
    )
        .prop_map(|([text, arguments, urls], tools, hosts)| {
            json!({"text": text, "toolArguments": arguments, "urls": urls, "tools": tools, "allowHosts": hosts})
        })
}

/// A pack; name and the numbers of rules and exemptions are set by [`named`].
pub fn pack() -> impl Strategy<Value = Value> {
    let handling = || select(vec!["Allow", "Audit", "Block"]);
    (
        select(vec!["Enforce", "Shadow", "Gated"]),
        prop::option::weighted(0.2, traffic_json()),
        prop::collection::vec(rule(), 0..5),
        prop::collection::vec(recognizer(), 0..2),
        prop::collection::vec(exemption(), 0..2),
        (handling(), handling(), select(vec!["Open", "Closed"])),
        (select(vec!["Audit", "Redact", "Block"]), any::<bool>()),
        (select(vec!["async", "fsync", "acked"]), any::<bool>()),
        restore(),
    )
        .prop_map(|(mode, traffic, rules, recognizers, exemptions, handling, tuning, ledger, restore)| {
            json!({
                "mode": mode, "traffic": traffic, "rules": rules, "recognizers": recognizers, "exemptions": exemptions,
                "onUnscannable": handling.0, "onUnknownRoute": handling.1, "failure": handling.2,
                "fineTuning": {"onFinding": tuning.0, "requireVerdict": tuning.1},
                "restore": restore,
                "ledger": {"durability": ledger.0, "full": ledger.1},
            })
        })
}

/// The packs with names, and ids on their rules and exemptions.
pub fn named(mut packs: Vec<Value>) -> Value {
    for (p, pack) in packs.iter_mut().enumerate() {
        pack["kind"] = json!("PolicyPack");
        pack["name"] = json!(format!("pack-{p}"));
        for list in ["rules", "exemptions"] {
            for (i, item) in pack[list].as_array_mut().unwrap().iter_mut().enumerate() {
                item["id"] = json!(format!("id-{i}"));
            }
        }
    }
    // words that no recogniser defines would be refused
    let all = json!([
        {"entity": "EMPLOYEE_ID", "keywords": ["unused-employee-word"]},
        {"entity": "PROJECT_NAME", "keywords": ["unused-project-word"]},
    ]);
    packs
        .push(json!({"kind": "ClusterPolicyPack", "name": "words", "mode": "Shadow", "rules": [], "recognizers": all}));
    json!(packs)
}

pub fn traffic() -> impl Strategy<Value = Traffic<'static>> {
    let word = |words: &'static [&'static str]| prop::option::of(select(words.to_vec()));
    (
        select(Direction::ALL.to_vec()),
        select(vec![Surface::Chat, Surface::Files, Surface::Unknown]),
        word(&["openai", "own"]),
        word(&["gpt-4o", "gpt-5", "o3"]),
        word(&["IN", "US"]),
    )
        .prop_map(|(direction, surface, provider, model, region)| Traffic {
            provider,
            model,
            region,
            ..Traffic::unknown(direction, surface, Date::new(2026, 11, 24).unwrap())
        })
}
