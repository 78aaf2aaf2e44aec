//! Rules: what they name, from which confidence, and what they want done.

use super::{MAX_KEEP_LAST, MAX_MIN_COUNT, MAX_TEXT, entities, is_id, pack, text_limit};
use crate::date::Date;
use crate::names::Names;
use crate::problem::{PolicyProblem, Problems};
use crate::proto;

pub(super) fn rule(rule: &proto::Rule, at: &str, names: &Names, problems: &mut Problems) {
    if !is_id(&rule.id) {
        let message = "must be lower-case letters, digits, `-`, `_` and `.`, at most 63 bytes";
        problems.add("policy_bad_name", format!("{at}.id"), message);
    }
    if rule.entities.is_empty() {
        problems.add("policy_no_entities", format!("{at}.entities"), "names no entity");
    }
    entities(&rule.entities, &format!("{at}.entities"), names, problems);
    if !(0.0..=1.0).contains(&rule.min_confidence) {
        problems.add(
            "policy_bad_confidence",
            format!("{at}.minConfidence"),
            "must be between 0 and 1",
        );
    }
    if rule.action() == proto::ActionKind::ActionUnspecified {
        problems.add("policy_bad_action", format!("{at}.action"), "is missing or unknown");
    }
    if rule.keep_last > MAX_KEEP_LAST || (rule.keep_last > 0 && rule.action() != proto::ActionKind::Mask) {
        problems.add(
            "policy_bad_keep_last",
            format!("{at}.mask.keepLast"),
            "is too large, or the action is not Mask",
        );
    }
    if rule.mode() == proto::Mode::Unspecified {
        problems.add("policy_bad_mode", format!("{at}.mode"), "is missing or unknown");
    }
    pack::traffic(rule.traffic.as_ref(), &format!("{at}.traffic"), problems);
    if let Some(when) = &rule.when {
        entities(&when.with, &format!("{at}.when.with"), names, problems);
        if when.within() == proto::Within::Unspecified {
            problems.add(
                "policy_bad_within",
                format!("{at}.when.within"),
                "is missing or unknown",
            );
        }
        if when.min_count == 0 || when.min_count > MAX_MIN_COUNT {
            problems.add(
                "policy_bad_min_count",
                format!("{at}.when.minCount"),
                "must be between 1 and 1,000,000",
            );
        }
    }
    if rule.effective_from != 0 && Date::from_number(rule.effective_from).is_none() {
        problems.add("policy_bad_date", format!("{at}.effectiveFrom"), "is no day");
    }
    text_limit(&rule.clause, MAX_TEXT, format!("{at}.clause"), problems);
    text_limit(&rule.origin, 100, format!("{at}.origin"), problems);
}

/// What is allowed but does less than its author may think.
pub(crate) fn warnings(bundle: &proto::Bundle, names: &Names) -> Vec<PolicyProblem> {
    let mut found = Problems::default();
    for (p, pack) in bundle.packs.iter().enumerate() {
        for (r, rule) in pack.rules.iter().enumerate() {
            let at = format!("packs[{p}].rules[{r}]");
            match rule.action() {
                proto::ActionKind::Allow => found.add(
                    "policy_allow_adds_nothing",
                    format!("{at}.action"),
                    "Allow means no objection: it overrides no other rule, and the finding is still audited",
                ),
                proto::ActionKind::Tokenize if rule.entities.iter().any(|name| names.is_secret(name)) => found.add(
                    "policy_never_tokenized",
                    format!("{at}.action"),
                    "one of these entities is never tokenised; it is redacted instead",
                ),
                _ => {}
            }
        }
    }
    found.into_list()
}
