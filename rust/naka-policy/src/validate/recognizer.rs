//! Custom recognisers: their shape here; their patterns, limits and examples by `naka-detect` itself.

use std::sync::Arc;

use naka_detect::custom::{CustomContext, CustomPattern, Recognizer};
use naka_detect::{Detector, RuleError};

use super::{MAX_LIST, at_most};
use crate::names::Names;
use crate::problem::{PolicyProblem, Problems, shown};
use crate::proto;
use crate::ruleset::enforcing;

/// Inline keywords of one pack.
const MAX_KEYWORDS: usize = 5_000;
/// Bytes of the inline keywords of one pack.
const MAX_KEYWORD_BYTES: usize = 200 << 10;

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

/// Compiles each pack's recognisers and runs their examples.
pub(crate) fn recognizers(bundle: &proto::Bundle, problems: &mut Problems) {
    for (i, pack) in bundle.packs.iter().enumerate() {
        let keywords = pack.recognizers.iter().flat_map(|recognizer| &recognizer.keywords);
        let at = format!("packs[{i}].recognizers");
        at_most(keywords.clone().count(), MAX_KEYWORDS, &at, "keywords", problems);
        at_most(
            keywords.map(String::len).sum(),
            MAX_KEYWORD_BYTES,
            &at,
            "bytes of keywords",
            problems,
        );
        if pack.recognizers.is_empty() {
            continue;
        }
        let list: Vec<Recognizer> = pack.recognizers.iter().map(detector_recognizer).collect();
        for error in Detector::with_recognizers(&list).err().into_iter().flatten() {
            let place = list.iter().position(|recognizer| belongs(&error, &recognizer.entity));
            let at = place.map_or_else(|| at.clone(), |j| format!("{at}[{j}]"));
            problems.add(code(&error), at, error.to_string());
        }
    }
}

/// The detector of the selected packs, and which of its rules have no say in what is enforced: those of recognisers of
/// packs that enforce nothing.
pub(crate) fn detector(
    packs: &[&proto::Pack],
    builtin: &Arc<Detector>,
) -> Result<(Arc<Detector>, Vec<bool>), Vec<PolicyProblem>> {
    let sources: Vec<(bool, Recognizer)> = (packs.iter())
        .flat_map(|pack| {
            pack.recognizers
                .iter()
                .map(|source| (!enforcing(pack), detector_recognizer(source)))
        })
        .collect();
    if sources.is_empty() {
        return Ok((Arc::clone(builtin), Vec::new()));
    }
    let list: Vec<Recognizer> = sources.iter().map(|(_, recognizer)| recognizer.clone()).collect();
    let detector = Detector::with_recognizers(&list).map_err(|errors| {
        let problem = |error: RuleError| PolicyProblem {
            code: code(&error),
            path: format!("recognizers/{}", error.rule()),
            message: error.to_string(),
        };
        errors.into_iter().map(problem).collect::<Vec<_>>()
    })?;
    // the detector numbers the rules of recognisers in their order: the patterns, then one for all keywords
    let mut shadow = vec![false; builtin.rules().len()];
    for (is_shadow, recognizer) in &sources {
        let rules = recognizer.patterns.len() + usize::from(!recognizer.keywords.is_empty());
        shadow.extend(std::iter::repeat_n(*is_shadow, rules));
    }
    debug_assert_eq!(shadow.len(), detector.rules().len());
    if !shadow.contains(&true) {
        shadow.clear();
    }
    Ok((Arc::new(detector), shadow))
}

/// The detector's error in the words of a policy.
fn code(error: &RuleError) -> &'static str {
    match error.code() {
        "rule_bad_pattern" => "policy_recognizer_pattern",
        "rule_unbounded" => "policy_recognizer_unbounded",
        "rule_unknown_name" => "policy_recognizer_checksum",
        "rule_duplicate_id" => "policy_recognizer_builtin",
        "rule_bad_name" => "policy_bad_name",
        "rule_bad_confidence" => "policy_bad_confidence",
        "rule_bad_word" | "rule_bad_keyword" => "policy_recognizer_word",
        "rule_example_missed" => "policy_recognizer_example_missed",
        "rule_example_matched" => "policy_recognizer_example_matched",
        "rule_too_large" => "policy_recognizer_too_large",
        "rule_too_slow" => "policy_recognizer_too_slow",
        _ => "policy_recognizer_refused",
    }
}

/// The detector names `ENTITY` or `entity.pattern`.
fn belongs(error: &RuleError, entity: &str) -> bool {
    let rule = error.rule();
    let name = rule.split_once('.').map_or(rule, |(name, _)| name);
    name.eq_ignore_ascii_case(entity)
}

/// The recogniser as the detector takes it.
fn detector_recognizer(source: &proto::Recognizer) -> Recognizer {
    Recognizer {
        entity: source.entity.clone(),
        patterns: (source.patterns.iter())
            .map(|pattern| CustomPattern {
                regex: pattern.regex.clone(),
                confidence: pattern.confidence,
            })
            .collect(),
        keywords: source.keywords.clone(),
        context: (!source.context_words.is_empty()).then(|| CustomContext {
            words: source.context_words.clone(),
            boost: source.context_boost,
        }),
        checksum: (!source.checksum.is_empty()).then(|| source.checksum.clone()),
        match_: source.r#match.clone(),
        no_match: source.no_match.clone(),
    }
}
