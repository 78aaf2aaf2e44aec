//! `when`, exemptions, dates, confidence, clusters and directions.

mod support;

use naka_policy::{Action, Date, Decision, Direction, Keys, RuleSet, Traffic, exemption_hash};
use serde_json::{Value, json};
use support::{chat, decide, load, pack, rewrite, rewrite_with, rule, scan, today, with};

const PAN: &str = "PAN QWEPK4821M";

fn one(rule: Value) -> RuleSet {
    load(json!([pack("p", json!([rule]))]))
}

fn enforced(rules: &RuleSet, texts: &[&str]) -> Vec<Action> {
    decide(rules, &chat(), texts)
        .clusters
        .iter()
        .map(|cluster| cluster.enforced)
        .collect()
}

#[test]
fn with_asks_for_another_finding_in_its_scope() {
    let within = |scope: &str| {
        one(with(
            rule("r", json!(["IN_PAN"]), "Block"),
            json!({"when": {"with": ["IN_AADHAAR"], "within": scope}}),
        ))
    };
    let (pan, aadhaar) = (PAN, "aadhaar 5109 8027 4087");
    let both = format!("{pan}, {aadhaar}");
    assert_eq!(enforced(&within("Field"), &[&both]), [Action::Block, Action::Audit]);
    assert_eq!(
        enforced(&within("Field"), &[pan, aadhaar]),
        [Action::Audit, Action::Audit]
    );
    assert_eq!(
        enforced(&within("Record"), &[pan, aadhaar]),
        [Action::Audit, Action::Audit],
        "two messages"
    );
    assert_eq!(
        enforced(&within("Request"), &[pan, aadhaar]),
        [Action::Block, Action::Audit]
    );
}

#[test]
fn a_finding_is_not_its_own_company() {
    let rules = one(with(
        rule("r", json!(["IN_PAN"]), "Block"),
        json!({"when": {"with": ["IN_PAN"]}}),
    ));
    assert_eq!(enforced(&rules, &[PAN]), [Action::Audit]);
    assert_eq!(
        enforced(&rules, &["PAN QWEPK4821M and PAN ABCPK1234L"]),
        [Action::Block, Action::Block]
    );
}

#[test]
fn min_count_asks_for_many_findings_of_the_rules_own_entities() {
    let rules = one(with(
        rule("r", json!(["IN_PAN"]), "Block"),
        json!({"when": {"minCount": 2}}),
    ));
    assert_eq!(enforced(&rules, &[PAN]), [Action::Audit]);
    assert_eq!(
        enforced(&rules, &[PAN, "PAN ABCPK1234L"]),
        [Action::Block, Action::Block]
    );
}

#[test]
fn a_companion_below_the_rules_confidence_does_not_count() {
    let text = "PAN QWEPK4821M, 9812345670";
    let rules = |min: f64| {
        let when = json!({"minConfidence": min, "when": {"with": ["PHONE_NUMBER"]}});
        one(with(rule("r", json!(["IN_PAN"]), "Block"), when))
    };
    let phone = scan(&rules(0.6), text)
        .into_iter()
        .map(|finding| finding.confidence)
        .fold(1.0, f32::min);
    assert!((0.3..0.6).contains(&phone), "a bare number is only possible: {phone}");
    assert_eq!(enforced(&rules(0.6), &[text])[0], Action::Audit);
    assert_eq!(enforced(&rules(0.3), &[text])[0], Action::Block);
}

#[test]
fn a_rule_speaks_about_every_finding_unless_it_says_from_which_confidence_on() {
    // no optional field makes a rule stricter than its absence: one that is misspelt must not let data out
    let rules = one(rule("r", json!(["PHONE_NUMBER"]), "Block"));
    assert_eq!(enforced(&rules, &["9812345670"]), [Action::Block]);
    let likely = with(
        rule("r", json!(["PHONE_NUMBER"]), "Block"),
        json!({"minConfidence": 0.6}),
    );
    let rules = one(likely);
    assert_eq!(enforced(&rules, &["9812345670"]), [Action::Audit]);
    assert_eq!(enforced(&rules, &["mobile 9812345670"]), [Action::Block]);
}

#[test]
fn a_rule_counts_as_shadow_before_its_day() {
    let rules = one(with(
        rule("r", json!(["IN_PAN"]), "Block"),
        json!({"effectiveFrom": "2027-05-13"}),
    ));
    let on = |year, month, day| {
        let traffic = Traffic {
            today: Date::new(year, month, day).unwrap(),
            ..chat()
        };
        let decision = decide(&rules, &traffic, &[PAN]);
        (decision.enforced, decision.would_be)
    };
    assert_eq!(on(2027, 5, 12), (Action::Audit, Action::Block));
    assert_eq!(on(2027, 5, 13), (Action::Block, Action::Block));
}

fn exempting(exemption: Value) -> Value {
    let defaults = json!({"id": "e", "entities": ["IN_PAN"], "reason": "a test value", "expires": "2027-06-30"});
    let acts = rule("r", json!(["IN_PAN"]), "Block");
    with(
        pack("p", json!([acts])),
        json!({"exemptions": [with(defaults, exemption)]}),
    )
}

#[test]
fn an_exemption_takes_whole_values_out_of_its_own_pack() {
    let rules = load(json!([exempting(json!({"matches": "QWEPK[0-9]{4}[A-Z]"}))]));
    let decision: Decision = decide(&rules, &chat(), &[PAN, "PAN ABCPK1234L"]);
    assert_eq!(decision.clusters[0].enforced, Action::Audit, "no rule names it now");
    assert_eq!(decision.clusters[1].enforced, Action::Block);
    assert_eq!(decision.exempted, 1);
    let part = load(json!([exempting(json!({"matches": "QWEPK"}))]));
    assert_eq!(
        enforced(&part, &[PAN]),
        [Action::Block],
        "a part of the value is not the value"
    );
}

#[test]
fn an_exemption_does_not_speak_for_another_pack() {
    let other = pack("q", json!([rule("r", json!(["IN_PAN"]), "Redact")]));
    let rules = load(json!([exempting(json!({"matches": "QWEPK[0-9]{4}[A-Z]"})), other]));
    assert_eq!(enforced(&rules, &[PAN]), [Action::Redact]);
}

#[test]
fn an_exemption_names_a_value_by_hash_however_it_is_written() {
    let hash = exemption_hash("IN_PAN", " qwepk 4821 m ").unwrap();
    let rules = load(json!([exempting(json!({"sha256s": [hash]}))]));
    for text in [PAN, "pan card QWEPK 4821 M", "PAN: qwepk4821m"] {
        assert_eq!(enforced(&rules, &[text]), [Action::Audit], "{text}");
    }
    assert_eq!(enforced(&rules, &["PAN ABCPK1234L"]), [Action::Block]);
}

#[test]
fn an_exemption_counts_through_its_last_day() {
    let rules = load(json!([exempting(json!({"matches": "QWEPK[0-9]{4}[A-Z]"}))]));
    let on = |year, month, day| {
        let traffic = Traffic {
            today: Date::new(year, month, day).unwrap(),
            ..chat()
        };
        decide(&rules, &traffic, &[PAN]).enforced
    };
    assert_eq!(on(2027, 6, 30), Action::Audit);
    assert_eq!(on(2027, 7, 1), Action::Block);
}

#[test]
fn overlapping_findings_are_one_cluster_named_by_the_strongest() {
    // the phone number inside the payment address is a finding of its own
    let text = "pay 9812345670@ybl now";
    let rules = load(json!([pack(
        "p",
        json!([rule("phones", json!(["PHONE_NUMBER"]), "Redact")])
    )]));
    let found = scan(&rules, text);
    assert_eq!(found.len(), 2, "nested findings are kept");
    let decision = decide(&rules, &chat(), &[text]);
    assert_eq!(decision.clusters.len(), 1);
    let cluster = &decision.clusters[0];
    assert_eq!((cluster.start, cluster.end), (4, 18));
    assert_eq!(rules.detector().entity(cluster.entity).name, "IN_UPI_ID");
    assert_eq!(decision.members(cluster).len(), 2);
    assert_eq!(rewrite(&rules, &chat(), text), "pay [IN_UPI_ID] now");
}

#[test]
fn tokenize_on_an_answer_is_a_full_mask() {
    let rules = one(rule("r", json!(["IN_PAN"]), "Tokenize"));
    let keys = Keys::derive(&[7; 32], "payments", "openai", 1).unwrap();
    let answer = Traffic {
        direction: Direction::Response,
        ..chat()
    };
    assert_eq!(rewrite_with(&rules, &answer, PAN, &keys), "PAN XXXXXXXXXX");
}

#[test]
fn a_token_in_the_text_stays_as_it_is() {
    let rules = load(json!([with(
        pack(
            "p",
            json!([
                rule("words", json!(["ID_WORD"]), "Block"),
                rule("pan", json!(["IN_PAN"]), "Tokenize")
            ])
        ),
        json!({"recognizers": [{"entity": "ID_WORD", "patterns": [{"regex": "[A-Z]{2}_[A-Z]{3}", "confidence": 0.9}]}]}),
    )]));
    let keys = Keys::derive(&[7; 32], "payments", "openai", 1).unwrap();
    let once = rewrite_with(&rules, &chat(), PAN, &keys);
    let decision = decide(&rules, &chat(), &[&once]);
    assert_eq!((decision.clusters.len(), decision.enforced), (0, Action::Allow));
    assert_eq!(decision.opaque, 1, "the word inside the token was found and left alone");
    assert_eq!(rewrite_with(&rules, &chat(), &once, &keys), once);
    assert_eq!(
        decide(&rules, &chat(), &["IN_PAN"]).enforced,
        Action::Block,
        "outside a token it counts"
    );
}

#[test]
fn a_value_dressed_as_a_token_is_still_found() {
    let rules = one(rule("r", json!(["IN_PAN"]), "Block"));
    assert_eq!(
        decide(&rules, &chat(), &["<IN_PAN:QWEPK4821M>"]).enforced,
        Action::Block
    );
    assert_eq!(
        decide(&rules, &chat(), &["<IN_PAN: PAN QWEPK4821M ABC>"]).enforced,
        Action::Block
    );
}

#[test]
fn masking_twice_is_masking_once() {
    for keep_last in [0, 2, 4] {
        let masks = with(
            rule("r", json!(["group:identity", "PHONE_NUMBER"]), "Mask"),
            json!({"mask": {"keepLast": keep_last}}),
        );
        let rules = one(masks);
        for text in [
            "aadhaar 5109 8027 4087",
            PAN,
            "mobile 98123 45670",
            "आधार ५१०९ ८०२७ ४०८७",
        ] {
            let once = rewrite(&rules, &chat(), text);
            assert_ne!(once, text);
            assert_eq!(rewrite(&rules, &chat(), &once), once);
        }
    }
}

#[test]
fn nothing_found_is_nothing_decided() {
    let rules = one(rule("r", json!(["IN_PAN"]), "Block"));
    let decision = decide(&rules, &chat(), &["good morning", ""]);
    assert_eq!(decision, Decision::default());
    assert!(!decision.edits());
    assert_eq!(today(), chat().today);
}

#[test]
fn a_secret_is_never_tokenised_and_a_mask_shows_nothing_of_it() {
    let keys = Keys::derive(&[7; 32], "payments", "openai", 1).unwrap();
    let text = "password: Kx9!vQ2#tz";
    let tokenize = one(rule("r", json!(["group:credential"]), "Tokenize"));
    assert_eq!(enforced(&tokenize, &[text]), [Action::Redact]);
    assert_eq!(rewrite_with(&tokenize, &chat(), text, &keys), "password: [PASSWORD]");
    let masks = with(rule("r", json!(["PASSWORD"]), "Mask"), json!({"mask": {"keepLast": 4}}));
    assert_eq!(rewrite(&one(masks), &chat(), text), "password: XXXXXXXXXX");
}
