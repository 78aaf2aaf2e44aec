//! What a bundle must satisfy, whoever made it: the compiler's source and a stranger's bytes pass the same checks.
//! Paths are those of the source JSON. Every check runs, so that an author sees all faults in one go.

mod exemption;
mod leaks;
mod pack;
mod recognizer;
mod rule;
mod upstream;

pub(crate) use exemption::anchored;
pub(crate) use leaks::leaks;
pub(crate) use recognizer::{detector, recognizers};
pub(crate) use rule::warnings;

use std::collections::BTreeMap;

use crate::names::Names;
use crate::problem::Problems;
use crate::proto;

/// Packs in one bundle.
const MAX_PACKS: usize = 1_000;
/// Rules in one pack, and exemptions in one pack.
const MAX_RULES: usize = 1_000;
/// Rules over all packs of a bundle; the rule set counts them in 16 bits.
const MAX_ALL_RULES: usize = 50_000;
/// Upstreams in one bundle.
const MAX_UPSTREAMS: usize = 1_000;
/// Entries in one list of a rule, filter or selector.
const MAX_LIST: usize = 1_000;
/// Hashes in one exemption.
const MAX_HASHES: usize = 10_000;
/// Text for people: clauses and reasons, in bytes.
const MAX_TEXT: usize = 2_000;
/// Names and words, in bytes.
const MAX_NAME: usize = 253;
/// Largest `mask.keepLast`; at most half of a value stays in any case.
pub(crate) const MAX_KEEP_LAST: u32 = 64;
/// Largest `when.minCount`.
pub(crate) const MAX_MIN_COUNT: u32 = 1_000_000;

/// Every fault of the bundle but those of its recognisers' patterns.
pub(crate) fn bundle(bundle: &proto::Bundle, names: &Names, problems: &mut Problems) {
    at_most(bundle.packs.len(), MAX_PACKS, "packs", "packs", problems);
    at_most(
        bundle.packs.iter().map(|p| p.rules.len()).sum(),
        MAX_ALL_RULES,
        "packs",
        "rules of all packs",
        problems,
    );
    let mut seen = BTreeMap::new();
    for (i, one) in bundle.packs.iter().enumerate() {
        let at = format!("packs[{i}]");
        pack::pack(one, &at, names, problems);
        unique(
            &mut seen,
            (one.kind, &one.namespace, &one.name),
            &at,
            "policy_duplicate_pack",
            problems,
        );
    }
    upstream::upstreams(&bundle.upstreams, problems);
}

/// Reports a second use of `key`, and where the first one is.
fn unique<K: Ord>(seen: &mut BTreeMap<K, String>, key: K, at: &str, code: &'static str, problems: &mut Problems) {
    if let Some(first) = seen.get(&key) {
        problems.add(code, at, format!("repeats the name of {first}; rename or remove one"));
    } else {
        seen.insert(key, at.to_owned());
    }
}

fn at_most(count: usize, limit: usize, at: &str, what: &str, problems: &mut Problems) {
    if count > limit {
        problems.add("policy_too_many", at, format!("{count} {what}; the limit is {limit}"));
    }
}

fn text_limit(text: &str, limit: usize, at: String, problems: &mut Problems) {
    if text.len() > limit || text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        problems.add(
            "policy_bad_text",
            at,
            format!("must have at most {limit} bytes and no control characters"),
        );
    }
}

/// `rule_id`, `own-desk`, `dpdp.aadhaar`: what a metric label and a log line can carry.
fn is_id(text: &str) -> bool {
    let first = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    first
        && text.len() <= 63
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

/// A name as Kubernetes takes it: DNS labels joined by dots.
fn is_object_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= MAX_NAME
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(|b| inner(b) || b == b'-')
                && inner(label.as_bytes()[0])
                && inner(label.as_bytes()[label.len() - 1])
        })
}

/// Checks a list of entity and group names.
fn entities(list: &[String], at: &str, names: &Names, problems: &mut Problems) {
    at_most(list.len(), MAX_LIST, at, "entities", problems);
    for (i, name) in list.iter().enumerate() {
        if let Err(unknown) = names.check(name) {
            let hint = unknown
                .near
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let what = if unknown.code == "policy_unknown_group" {
                "group"
            } else {
                "entity"
            };
            let message = format!("{} is no known {what}{hint}", crate::problem::shown(name));
            problems.add(unknown.code, format!("{at}[{i}]"), message);
        }
    }
}
