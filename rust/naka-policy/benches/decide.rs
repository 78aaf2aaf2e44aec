//! Cost of one decision: without findings, with the findings of a chat message, and with a body full of them; of
//! loading a bundle; of the transforms. `cargo bench -p naka-policy`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use naka_detect::{Finding, Scratch};
use naka_policy::{Action, Date, Direction, FieldFindings, Keys, RuleSet, Surface, Traffic, Workload, compile};
use serde_json::{Value, json};

/// Packs of the size of the built-in ones: 3 packs of 30 rules, some with traffic and conditions.
fn source() -> String {
    let entities = ["IN_AADHAAR", "IN_PAN", "PHONE_NUMBER", "IN_UPI_ID", "CREDIT_CARD"];
    let actions = ["Audit", "Mask", "Tokenize", "Redact"];
    let rule = |p: usize, r: usize| {
        let mut rule = json!({
            "id": format!("rule-{r}"), "entities": [entities[r % 5]], "action": actions[(r + p) % 4], "mode": "Enforce",
        });
        if r % 3 == 1 {
            rule["traffic"] = json!({"surfaces": ["Files", "FineTuning"]});
        }
        if r % 3 == 2 {
            rule["traffic"] = json!({"regions": ["!IN"], "models": ["gpt-*"]});
        }
        if r.is_multiple_of(10) {
            rule["when"] = json!({"with": ["group:identity"], "within": "Record"});
        }
        rule
    };
    let pack = |p: usize| {
        let rules: Vec<Value> = (0..30).map(|r| rule(p, r)).collect();
        json!({"kind": "ClusterPolicyPack", "name": format!("pack-{p}"), "mode": "Enforce", "rules": rules})
    };
    json!({"packs": [pack(0), pack(1), pack(2)]}).to_string()
}

fn scan(rules: &RuleSet, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    rules
        .detector()
        .scan(text.as_bytes(), None, &mut Scratch::default(), &mut found);
    found
}

fn decisions(c: &mut Criterion) {
    let bytes = compile(&source()).expect("the source is right").bytes;
    let rules = RuleSet::load(&bytes, &Workload::default()).expect("the bundle is right");
    let traffic = Traffic {
        provider: Some("openai"),
        model: Some("gpt-4o-mini"),
        region: Some("US"),
        ..Traffic::unknown(Direction::Request, Surface::Chat, Date::from_unix_days(20_781))
    };
    let message = "mera aadhaar 5109 8027 4087 hai, PAN QWEPK4821M, mobile 98123 45670, pay q.mehta21@okaxis";
    let full = format!("{message}\n").repeat(250);
    let mut group = c.benchmark_group("decide");
    for (name, text) in [
        ("no findings", "good morning"),
        ("one message", message),
        ("a thousand findings", &full),
    ] {
        let found = scan(&rules, text);
        let fields = [FieldFindings {
            field: 0,
            record: 0,
            text: text.as_bytes(),
            findings: &found,
        }];
        group.throughput(Throughput::Elements(found.len().max(1) as u64));
        group.bench_function(name, |b| {
            b.iter(|| rules.decide(black_box(&traffic), black_box(&fields)))
        });
    }
    group.finish();

    let mut group = c.benchmark_group("transform");
    // the joins above end in Redact; here every finding becomes a token
    let rule = json!({"id": "r", "entities": ["group:identity", "group:bank", "group:card", "group:contact"],
        "action": "Tokenize", "mode": "Enforce"});
    let tokens = json!({"packs": [{"kind": "ClusterPolicyPack", "name": "p", "mode": "Enforce", "rules": [rule]}]});
    let bytes_of_tokens = compile(&tokens.to_string()).expect("the source is right").bytes;
    let rules = RuleSet::load(&bytes_of_tokens, &Workload::default()).expect("the bundle is right");
    let found = scan(&rules, message);
    let fields = [FieldFindings {
        field: 0,
        record: 0,
        text: message.as_bytes(),
        findings: &found,
    }];
    let decision = rules.decide(&traffic, &fields);
    assert!(
        decision
            .clusters
            .iter()
            .all(|cluster| cluster.enforced == Action::Tokenize)
    );
    let keys = Keys::derive(&[7; 32], "payments", "openai", 1).expect("a key");
    let mut out = Vec::with_capacity(1024);
    for (name, keys) in [("with keys", &keys), ("without keys", &Keys::none())] {
        group.throughput(Throughput::Elements(decision.clusters.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                out.clear();
                for cluster in &decision.clusters {
                    black_box(rules.transform(cluster, message.as_bytes(), keys, &mut out));
                }
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("bundle");
    let text = source();
    group.bench_function("compile", |b| b.iter(|| compile(black_box(&text))));
    group.bench_function("load", |b| {
        b.iter(|| RuleSet::load(black_box(&bytes), &Workload::default()))
    });
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
