//! Exemptions: values that a pack does not act on. Each names values, says why, and ends on a day.

use regex_automata::meta::{Config, Regex};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::{MAX_HASHES, MAX_TEXT, at_most, entities, is_id, text_limit};
use crate::date::Date;
use crate::names::Names;
use crate::problem::Problems;
use crate::proto;

/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 1_000;
/// Compiled size of one pattern, in bytes.
const MAX_COMPILED: usize = 256 << 10;
/// An exemption spells out at least this many letters or digits of the values it names.
const MIN_SPELLED: usize = 3;

pub(super) fn exemption(exemption: &proto::Exemption, at: &str, names: &Names, problems: &mut Problems) {
    if !is_id(&exemption.id) {
        let message = "must be lower-case letters, digits, `-`, `_` and `.`, at most 63 bytes";
        problems.add("policy_bad_name", format!("{at}.id"), message);
    }
    if exemption.entities.is_empty() {
        problems.add("policy_no_entities", format!("{at}.entities"), "names no entity");
    }
    entities(&exemption.entities, &format!("{at}.entities"), names, problems);
    if exemption.reason.trim().is_empty() {
        problems.add(
            "policy_exemption_reason",
            format!("{at}.reason"),
            "is required: why are these values harmless?",
        );
    }
    text_limit(&exemption.reason, MAX_TEXT, format!("{at}.reason"), problems);
    match exemption.expires {
        0 => problems.add(
            "policy_exemption_expires",
            format!("{at}.expires"),
            "is required: the last day it counts",
        ),
        day if Date::from_number(day).is_none() => {
            problems.add(
                "policy_bad_date",
                format!("{at}.expires"),
                "is no day; write YYYY-MM-DD",
            );
        }
        _ => {}
    }
    if exemption.matches.is_empty() && exemption.sha256s.is_empty() {
        problems.add(
            "policy_exemption_empty",
            at,
            "needs `matches` or `sha256s`: it names no value",
        );
    }
    if !exemption.matches.is_empty()
        && let Err((code, message)) = anchored(&exemption.matches)
    {
        problems.add(code, format!("{at}.matches"), message);
    }
    at_most(
        exemption.sha256s.len(),
        MAX_HASHES,
        &format!("{at}.sha256s"),
        "hashes",
        problems,
    );
    for (i, hash) in exemption.sha256s.iter().enumerate() {
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            let message = "must be 64 hexadecimal digits, as `naka policy hash` prints them";
            problems.add("policy_bad_sha256", format!("{at}.sha256s[{i}]"), message);
        }
    }
}

/// The pattern, compiled so that it only fits a whole value. The start and end are added to the parsed expression,
/// not to its text, so that no pattern can close a bracket and escape them.
pub(crate) fn anchored(pattern: &str) -> Result<Regex, (&'static str, String)> {
    let bad = |message: String| ("policy_exemption_pattern", message);
    if pattern.len() > MAX_PATTERN {
        return Err(bad(format!("is longer than {MAX_PATTERN} bytes")));
    }
    let hir = regex_syntax::ParserBuilder::new()
        .utf8(false)
        .nest_limit(32)
        .build()
        .parse(pattern)
        // the parser's message quotes the pattern, which may hold a value typed in the wrong place
        .map_err(|_| bad("is no regular expression of this engine (no look-around, no back-references)".into()))?;
    if spelled(&hir) < MIN_SPELLED {
        let message = format!("is too wide: spell out at least {MIN_SPELLED} characters of the values it names");
        return Err(("policy_exemption_wide", message));
    }
    let whole = Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]);
    Regex::builder()
        .configure(
            Config::new()
                .utf8_empty(false)
                .nfa_size_limit(Some(MAX_COMPILED))
                .hybrid_cache_capacity(MAX_COMPILED),
        )
        .build_from_hir(&whole)
        .map_err(|_| bad("is too large when compiled; shorten its repetitions".into()))
}

/// The longest run of characters that every match must contain, letter case aside.
fn spelled(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => spelled(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => spelled(&repetition.sub),
        HirKind::Alternation(branches) => branches.iter().map(spelled).min().unwrap_or(0),
        HirKind::Concat(parts) => {
            let (mut best, mut run) = (0, 0);
            for part in parts {
                match part.kind() {
                    HirKind::Literal(literal) => run += literal.0.len(),
                    HirKind::Class(class) if one_letter(class) => run += 1,
                    _ => {
                        best = best.max(spelled(part));
                        run = 0;
                    }
                }
                best = best.max(run);
            }
            best
        }
        HirKind::Class(class) => usize::from(one_letter(class)),
        _ => 0,
    }
}

/// `[aA]`: what a letter becomes under `(?i)`.
fn one_letter(class: &regex_syntax::hir::Class) -> bool {
    let mut characters: Vec<char> = match class {
        regex_syntax::hir::Class::Unicode(class) if class.ranges().len() <= 4 => {
            let ranges = class.ranges().iter();
            ranges.flat_map(|range| (range.start()..=range.end()).take(5)).collect()
        }
        regex_syntax::hir::Class::Bytes(class) if class.ranges().len() <= 4 => class
            .ranges()
            .iter()
            .flat_map(|range| (range.start()..=range.end()).take(5))
            .map(char::from)
            .collect(),
        _ => return false,
    };
    characters
        .iter_mut()
        .for_each(|c| *c = c.to_lowercase().next().unwrap_or(*c));
    characters.dedup();
    characters.len() == 1
}

#[cfg(test)]
mod tests {
    use super::anchored;

    #[test]
    fn a_pattern_fits_whole_values_only() {
        let regex = anchored(r"[a-z.]+@example\.in").unwrap();
        assert!(regex.is_match("own.desk@example.in"));
        assert!(!regex.is_match("own.desk@example.in.evil.in"));
        assert!(!regex.is_match("X own.desk@example.in"));
    }

    #[test]
    fn a_pattern_cannot_close_the_bracket_around_it() {
        assert_eq!(anchored("abc)|(.*").unwrap_err().0, "policy_exemption_pattern");
        let regex = anchored("abcd|bcde").unwrap();
        assert!(!regex.is_match("abcdX") && !regex.is_match("Xbcde"));
    }

    #[test]
    fn a_pattern_that_names_no_value_is_refused() {
        for wide in [
            ".*",
            "[0-9]{12}",
            r"\d+",
            "(abc)?.*",
            "abcd|.*",
            "a.b.c",
            r"[\w.]+@\w+\.in",
        ] {
            let result = anchored(wide);
            if wide == r"[\w.]+@\w+\.in" {
                assert!(result.is_ok(), "`.in` is spelled out");
            } else {
                assert_eq!(result.unwrap_err().0, "policy_exemption_wide", "{wide}");
            }
        }
        assert!(anchored("(?i)support[0-9]*@.*").is_ok(), "case does not matter");
    }

    #[test]
    fn a_pattern_that_explodes_is_refused() {
        assert_eq!(
            anchored(r"abc(\pL{100}){100}").unwrap_err().0,
            "policy_exemption_pattern"
        );
        assert_eq!(
            anchored(&format!("abc{}", "(".repeat(400))).unwrap_err().0,
            "policy_exemption_pattern"
        );
    }
}
