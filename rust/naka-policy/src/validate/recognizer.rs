//! Custom recognisers: their shape here; their patterns, limits and examples by `naka-detect` itself.

use std::sync::Arc;

use naka_detect::Detector;

use super::{MAX_LIST, at_most};
use crate::names::Names;
use crate::problem::{PolicyProblem, Problems, shown};
use crate::proto;
use crate::ruleset::{shadow_entities, shadow_patterns};

pub(super) fn shape(recognizer: &proto::Recognizer, at: &str, names: &Names, problems: &mut Problems) {
    let name = &recognizer.entity;
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if name.len() < 2 || name.len() > 64 || !name.as_bytes()[0].is_ascii_uppercase() || !name.bytes().all(upper) {
        let message = "must be upper-case letters, digits and `_`, such as EMPLOYEE_ID";
        problems.add("policy_bad_name", format!("{at}.entity"), message);
    } else if names.is_builtin(name) {
        let message = format!(
            "{} is a built-in entity; a recogniser needs a name of its own",
            shown(name)
        );
        problems.add("policy_recognizer_builtin", format!("{at}.entity"), message);
    }
    if recognizer.patterns.is_empty() && recognizer.keywords.is_empty() {
        problems.add(
            "policy_recognizer_empty",
            at,
            "needs `patterns` or `keywords`: it finds nothing",
        );
    }
    for (i, pattern) in recognizer.patterns.iter().enumerate() {
        if !(0.0..=1.0).contains(&pattern.confidence) {
            let path = format!("{at}.patterns[{i}].confidence");
            problems.add("policy_bad_confidence", path, "must be between 0 and 1");
        }
    }
    if !(0.0..=1.0).contains(&recognizer.context_boost) {
        problems.add(
            "policy_bad_confidence",
            format!("{at}.context.boost"),
            "must be between 0 and 1",
        );
    }
    at_most(
        recognizer.patterns.len(),
        MAX_LIST,
        &format!("{at}.patterns"),
        "patterns",
        problems,
    );
    at_most(
        recognizer.context_words.len(),
        MAX_LIST,
        &format!("{at}.context.words"),
        "words",
        problems,
    );
}

/// Custom recognisers are refused until the detector compiles them.
pub(crate) fn recognizers(bundle: &proto::Bundle, problems: &mut Problems) {
    for (i, _) in bundle
        .packs
        .iter()
        .enumerate()
        .filter(|(_, pack)| !pack.recognizers.is_empty())
    {
        let message = "this version does not compile custom recognisers yet";
        problems.add("policy_recognizer_refused", format!("packs[{i}].recognizers"), message);
    }
}

/// The detector of the selected packs, and which of its rules have no say in what is enforced.
pub(crate) fn detector(
    packs: &[&proto::Pack],
    builtin: &Arc<Detector>,
) -> Result<(Arc<Detector>, Vec<bool>), Vec<PolicyProblem>> {
    let shadow = shadow_patterns(builtin, &shadow_entities(packs));
    Ok((Arc::clone(builtin), shadow))
}
