//! An anchored automaton over many patterns: asked at one position, it tells the longest match of
//! every pattern that matches there.
//!
//! Built once from a rule set, never from an unanchored set (those explode: 17 digit patterns passed
//! 64 MiB). The table holds 16-bit states and byte classes, so that the states of common text stay in
//! the first-level cache. Patterns have no look-around and a bounded length, so a run reads at most
//! [`Limits::reach`] bytes.
//! Cost: about 1 ns a byte read; no allocation once the caller's buffer has grown.

use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, Look};

use super::determinize::{Dfa, determinize};

/// Most patterns in one automaton; larger sets are split.
pub(crate) const MAX_PATTERNS: usize = 128;

/// A set of patterns of one automaton, bit `i` for pattern `i`.
pub(crate) type PatternSet = u128;

/// Why patterns cannot become an [`Automaton`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CannotBuild {
    /// A pattern is not a regular expression, by index.
    Syntax { pattern: usize, why: String },
    /// A pattern matches the empty text, has look-around or no bound on its length, by index.
    Unfit { pattern: usize },
    /// The table would pass its limit.
    TooLarge,
}

/// How large the table may become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most states, at most 65,535.
    pub(crate) states: usize,
    /// Longest match of a pattern, in bytes.
    pub(crate) reach: usize,
}

/// A match position on the way of one run: where, and which patterns end there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) at: u32,
    pub(crate) patterns: PatternSet,
}

/// The compiled table.
#[derive(Debug, Clone)]
pub(crate) struct Automaton {
    dfa: Dfa,
}

impl Automaton {
    /// Compiles `patterns`: ASCII regexes with Unicode off, `(?i)` allowed.
    pub(crate) fn new(patterns: &[&str], limits: Limits) -> Result<Self, CannotBuild> {
        assert!(patterns.len() <= MAX_PATTERNS, "split larger sets before");
        let hirs = patterns
            .iter()
            .enumerate()
            .map(|(pattern, regex)| {
                let hir = parse(regex).map_err(|why| CannotBuild::Syntax { pattern, why })?;
                match length(&hir) {
                    Some(length) if length <= limits.reach => Ok(hir),
                    _ => Err(CannotBuild::Unfit { pattern }),
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        let nfa = compile(&hirs).ok_or(CannotBuild::TooLarge)?;
        let dfa = determinize(&nfa, limits.states).ok_or(CannotBuild::TooLarge)?;
        Ok(Self { dfa })
    }

    /// The table.
    pub(super) const fn dfa(&self) -> &Dfa {
        &self.dfa
    }

    /// Runs from `start` and writes every position where patterns end, in ascending order.
    #[inline]
    pub(crate) fn run(&self, text: &[u8], start: usize, ends: &mut Vec<End>) {
        ends.clear();
        let mut state = self.dfa.start;
        let mut at = start;
        while let Some(&byte) = text.get(at) {
            state = self.dfa.step(state, byte);
            if state == 0 {
                return;
            }
            at += 1;
            if self.dfa.accepts(state) {
                ends.push(End {
                    at: at as u32,
                    patterns: self.dfa.patterns(state),
                });
            }
        }
    }
}

/// Parses with Unicode off: a pattern speaks of bytes.
pub(crate) fn parse(regex: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex)
        .map_err(|error| error.to_string())
}

/// The longest match, `None` when there is no bound, the empty text matches or there is look-around.
pub(crate) fn length(hir: &Hir) -> Option<usize> {
    let properties = hir.properties();
    if properties.minimum_len() == Some(0) || !properties.look_set().is_empty() {
        return None;
    }
    debug_assert!(!properties.look_set().contains(Look::Start));
    properties.maximum_len()
}

fn compile(hirs: &[Hir]) -> Option<NFA> {
    NFA::compiler()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(
            thompson::Config::new()
                .utf8(false)
                .which_captures(WhichCaptures::None)
                .nfa_size_limit(Some(16 << 20)),
        )
        .build_many_from_hir(hirs)
        .ok()
}

/// Calls `found(pattern, end)` for the longest end of each pattern; `ends` as [`Automaton::run`] left it.
#[inline(always)]
pub(crate) fn longest(ends: &[End], mut found: impl FnMut(usize, usize)) {
    let mut seen: PatternSet = 0;
    for end in ends.iter().rev() {
        let mut new = end.patterns & !seen;
        seen |= new;
        while new != 0 {
            found(new.trailing_zeros() as usize, end.at as usize);
            new &= new - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex_automata::meta;

    const LIMITS: Limits = Limits {
        states: 10_000,
        reach: 400,
    };

    const PATTERNS: &[&str] = &[
        "[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        "[0-9]{9,18}",
        "(?:91)?[6-9][0-9]{9}",
        "(?i)[a-z]{5}[0-9]{4}[a-z]",
        "[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{0,3}[ -]?[0-9]{4}",
        "a{1,3}b?|c",
    ];

    fn ends(automaton: &Automaton, text: &[u8], start: usize) -> Vec<(usize, usize)> {
        let mut buffer = Vec::new();
        automaton.run(text, start, &mut buffer);
        let mut out = Vec::new();
        longest(&buffer, |pattern, end| out.push((pattern, end)));
        out.sort_unstable();
        out
    }

    proptest! {
        #[test]
        fn finds_the_longest_match_of_every_pattern(text in "[0-9 a-cA-C-]{0,40}", start in 0usize..8) {
            let automaton = Automaton::new(PATTERNS, LIMITS).expect("builds");
            let text = text.as_bytes();
            let start = start.min(text.len());
            let mut expected = Vec::new();
            for (i, pattern) in PATTERNS.iter().enumerate() {
                // The longest match: every end is tried, since alternations prefer the first branch.
                let whole = meta::Regex::new(&format!("^(?:{pattern})$")).expect("a regex");
                let end = (start + 1..=text.len()).rev().find(|&end| whole.is_match(&text[start..end]));
                expected.extend(end.map(|end| (i, end)));
            }
            prop_assert_eq!(ends(&automaton, text, start), expected);
        }
    }

    #[test]
    fn refuses_what_it_cannot_bound() {
        let build = |pattern: &str| Automaton::new(&[pattern], LIMITS).map(|_| ()).unwrap_err();
        assert_eq!(build("[0-9]+"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build(r"\b[0-9]{3}"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build("[0-9]{0,3}"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build("[0-9]{401}"), CannotBuild::Unfit { pattern: 0 });
        assert!(matches!(build("[0-9"), CannotBuild::Syntax { pattern: 0, .. }));
        let explodes = "[ab]{0,14}a[ab]{14}";
        assert_eq!(build(explodes), CannotBuild::TooLarge);
    }
}
