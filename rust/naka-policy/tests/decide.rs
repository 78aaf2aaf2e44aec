//! What packs do to texts.

mod support;

use naka_policy::{Action, Keys};
use serde_json::json;
use support::{chat, decide, load, pack, rewrite, rewrite_with, rule, with};

const AADHAAR: &str = "mera aadhaar 5109 8027 4087 hai";

#[test]
fn a_mask_keeps_the_shape_and_the_last_digits() {
    let masks = with(
        rule("aadhaar", json!(["IN_AADHAAR"]), "Mask"),
        json!({"mask": {"keepLast": 4}}),
    );
    let rules = load(json!([pack("p", json!([masks]))]));
    assert_eq!(rewrite(&rules, &chat(), AADHAAR), "mera aadhaar XXXX XXXX 4087 hai");
}

#[test]
fn redact_writes_the_type_and_tokenize_without_keys_does_too() {
    for action in ["Redact", "Tokenize"] {
        let rules = load(json!([pack(
            "p",
            json!([rule("aadhaar", json!(["IN_AADHAAR"]), action)])
        )]));
        assert_eq!(rewrite(&rules, &chat(), AADHAAR), "mera aadhaar [IN_AADHAAR] hai");
    }
}

#[test]
fn the_same_value_gives_the_same_token_however_it_is_written() {
    let rules = load(json!([pack(
        "p",
        json!([rule("aadhaar", json!(["IN_AADHAAR"]), "Tokenize")])
    )]));
    let keys = Keys::derive(&[7; 32], "payments", "openai", 1).unwrap();
    let token = |text: &str| {
        let text = rewrite_with(&rules, &chat(), text, &keys);
        text[text.find('<').unwrap()..=text.find('>').unwrap()].to_owned()
    };
    let plain = token(AADHAAR);
    assert_eq!(plain.len(), "<IN_AADHAAR:>".len() + 13);
    assert_eq!(plain, token("aadhaar: 510980274087"));
    assert_eq!(plain, token("आधार ५१०९ ८०२७ ४०८७"));
}

#[test]
fn a_finding_that_no_rule_names_is_audited() {
    let rules = load(json!([pack("p", json!([rule("pan", json!(["IN_PAN"]), "Block")]))]));
    let decision = decide(&rules, &chat(), &[AADHAAR]);
    assert_eq!((decision.enforced, decision.would_be), (Action::Audit, Action::Audit));
}

#[test]
fn a_shadow_rule_is_recorded_and_changes_nothing() {
    let shadow = with(
        rule("aadhaar", json!(["IN_AADHAAR"]), "Block"),
        json!({"mode": "Shadow"}),
    );
    let rules = load(json!([with(pack("p", json!([shadow])), json!({"mode": "Shadow"}))]));
    let decision = decide(&rules, &chat(), &[AADHAAR]);
    assert_eq!((decision.enforced, decision.would_be), (Action::Audit, Action::Block));
    assert!(!rules.enforces());
}
