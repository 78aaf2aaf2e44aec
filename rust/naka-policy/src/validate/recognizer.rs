//! Custom recognisers: their shape here; their patterns, limits and examples by `naka-detect` itself.

use naka_detect::{CustomContext, CustomPattern, Detector, Recognizer, RuleError};

use super::{MAX_LIST, at_most};
use crate::names::Names;
use crate::problem::{Problems, shown};
use crate::proto;

pub(super) fn shape(recognizer: &proto::Recognizer, at: &str, names: &Names, problems: &mut Problems) {
    let name = &recognizer.entity;
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if name.len() < 2 || name.len() > 64 || !name.as_bytes()[0].is_ascii_uppercase() || !name.bytes().all(upper) {
        let message = "must be upper-case letters, digits and `_`, such as EMPLOYEE_ID";
        problems.add("policy_bad_name", format!("{at}.entity"), message);
    } else if names.is_builtin(name) {
        let message = format!("{} is a built-in entity; a recogniser needs a name of its own", shown(name));
        problems.add("policy_recognizer_builtin", format!("{at}.entity"), message);
    }
    if recognizer.patterns.is_empty() && recognizer.keywords.is_empty() {
        problems.add("policy_recognizer_empty", at, "needs `patterns` or `keywords`: it finds nothing");
    }
    for (i, pattern) in recognizer.patterns.iter().enumerate() {
        if !(0.0..=1.0).contains(&pattern.confidence) {
            let path = format!("{at}.patterns[{i}].confidence");
            problems.add("policy_bad_confidence", path, "must be between 0 and 1");
        }
    }
    if !(0.0..=1.0).contains(&recognizer.context_boost) {
        problems.add("policy_bad_confidence", format!("{at}.context.boost"), "must be between 0 and 1");
    }
    at_most(recognizer.patterns.len(), MAX_LIST, &format!("{at}.patterns"), "patterns", problems);
    at_most(recognizer.context_words.len(), MAX_LIST, &format!("{at}.context.words"), "words", problems);
}

/// Compiles each pack's recognisers and runs their examples.
pub(crate) fn recognizers(bundle: &proto::Bundle, problems: &mut Problems) {
    for (i, pack) in bundle.packs.iter().enumerate().filter(|(_, pack)| !pack.recognizers.is_empty()) {
        let list: Vec<Recognizer> = pack.recognizers.iter().map(detector_recognizer).collect();
        if let Err(errors) = Detector::with_recognizers(&list) {
            for error in &errors {
                let j = list.iter().position(|r| belongs(error, &r.entity));
                let at = j.map_or_else(|| format!("packs[{i}].recognizers"), |j| format!("packs[{i}].recognizers[{j}]"));
                problems_of(error, at, problems);
            }
        }
    }
}

/// The error of the detector in the words of a policy.
pub(crate) fn problems_of(error: &RuleError, at: String, problems: &mut Problems) {
    let code = match error.code() {
        "rule_bad_pattern" => "policy_recognizer_pattern",
        "rule_unbounded" => "policy_recognizer_unbounded",
        "rule_unknown_name" => "policy_recognizer_checksum",
        "rule_duplicate_id" => "policy_recognizer_builtin",
        "rule_bad_confidence" => "policy_bad_confidence",
        "rule_bad_word" => "policy_recognizer_word",
        "rule_example_missed" => "policy_recognizer_example_missed",
        "rule_example_matched" => "policy_recognizer_example_matched",
        "rule_too_large" => "policy_recognizer_too_large",
        _ => "policy_recognizer_refused",
    };
    problems.add(code, at, error.to_string());
}

fn belongs(error: &RuleError, entity: &str) -> bool {
    error.rule().strip_prefix(entity).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// The recogniser as the detector takes it.
pub(crate) fn detector_recognizer(source: &proto::Recognizer) -> Recognizer {
    Recognizer {
        entity: source.entity.clone(),
        patterns: (source.patterns.iter())
            .map(|p| CustomPattern { regex: p.regex.clone(), confidence: p.confidence })
            .collect(),
        keywords: source.keywords.clone(),
        context: (!source.context_words.is_empty())
            .then(|| CustomContext { words: source.context_words.clone(), boost: source.context_boost }),
        checksum: (!source.checksum.is_empty()).then(|| source.checksum.clone()),
        match_: source.r#match.clone(),
        no_match: source.no_match.clone(),
    }
}
