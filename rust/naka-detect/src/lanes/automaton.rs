//! An anchored automaton over many patterns: asked at one position, it tells the longest match of
//! every pattern that matches there.
//!
//! Built once from a rule set, never from an unanchored set (those explode: 17 digit patterns passed
//! 64 MiB). The table holds 16-bit states and byte classes, so that the states of common text stay in
//! the first-level cache. Patterns have no look-around and a bounded length, so a run reads at most
//! [`Limits::reach`] bytes.
//! Cost: about 1 ns a byte read; no allocation once the caller's buffer has grown.

use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_syntax::hir::Hir;

use super::determinize::{Dfa, determinize};

/// Most patterns in one automaton; larger sets are split.
pub(crate) const MAX_PATTERNS: usize = 128;

/// A set of patterns of one automaton, bit `i` for pattern `i`.
pub(crate) type PatternSet = u128;

/// Why patterns cannot become an [`Automaton`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CannotBuild {
    /// A pattern matches the empty text, has look-around or no bound on its length, by index.
    Unfit {
        /// Index of the pattern.
        pattern: usize,
    },
    /// The table would pass its limit.
    TooLarge,
}

/// How large the table may become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most bytes of the table.
    pub(crate) table: usize,
    /// Most bytes of the intermediate form.
    pub(crate) nfa: usize,
    /// Most visits of states while the table is made: about 10 ns each.
    pub(crate) work: usize,
    /// Longest match of a pattern, in bytes; `None` when the caller bounds what a run reads.
    pub(crate) reach: Option<usize>,
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
    /// Compiles at most [`MAX_PATTERNS`] patterns.
    pub(crate) fn new(patterns: &[&Hir], limits: Limits) -> Result<Self, CannotBuild> {
        assert!(patterns.len() <= MAX_PATTERNS, "split larger sets before");
        for (pattern, hir) in patterns.iter().enumerate() {
            let properties = hir.properties();
            let bounded = match (properties.maximum_len(), limits.reach) {
                (_, None) => true,
                (length, Some(reach)) => length.is_some_and(|length| length <= reach),
            };
            let empty = properties.minimum_len().is_none_or(|length| length == 0);
            if empty || !bounded || !properties.look_set().is_empty() {
                return Err(CannotBuild::Unfit { pattern });
            }
        }
        let nfa = NFA::compiler()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(limits.nfa)),
            )
            .build_many_from_hir(patterns)
            .map_err(|_| CannotBuild::TooLarge)?;
        let dfa = determinize(&nfa, limits.table, limits.work).ok_or(CannotBuild::TooLarge)?;
        Ok(Self { dfa })
    }

    /// The table.
    pub(super) const fn dfa(&self) -> &Dfa {
        &self.dfa
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.dfa.memory()
    }

    /// True when a match may begin with `byte`.
    pub(crate) fn begins_with(&self, byte: u8) -> bool {
        self.dfa.step(self.dfa.start, byte) != 0
    }

    /// Where a run from `start` stops: nothing can match any more, or the text ends.
    pub(crate) fn stop(&self, text: &[u8], start: usize) -> usize {
        let mut state = self.dfa.start;
        let dead = |&byte: &u8| {
            state = self.dfa.step(state, byte);
            state == 0
        };
        text[start..]
            .iter()
            .position(dead)
            .map_or(text.len(), |steps| start + steps)
    }

    /// Runs from `start` and writes every position where patterns end, in ascending order.
    #[inline]
    pub(crate) fn run(&self, text: &[u8], start: usize, ends: &mut Vec<End>) {
        self.run_to(text, start, |_| true, ends);
    }

    /// [`Self::run`], which also tells whether the text ends while something may still match.
    #[inline]
    pub(crate) fn run_on(&self, text: &[u8], start: usize, ends: &mut Vec<End>) -> bool {
        self.run_to(text, start, |_| true, ends)
    }

    /// [`Self::run_on`] for [`longest_of`] with the same `may_end`: leaves out where no match may end, as long as there is
    /// no shorter one whose place it would take. That is most digits of a number.
    #[inline(always)]
    pub(crate) fn run_to(
        &self,
        text: &[u8],
        start: usize,
        may_end: impl Fn(usize) -> bool,
        ends: &mut Vec<End>,
    ) -> bool {
        ends.clear();
        let mut state = self.dfa.start;
        let mut at = start;
        while let Some(&byte) = text.get(at) {
            state = self.dfa.step(state, byte);
            if state == 0 {
                return false;
            }
            at += 1;
            if self.dfa.accepts(state) && (!ends.is_empty() || may_end(at)) {
                ends.push(End {
                    at: at as u32,
                    patterns: self.dfa.patterns(state),
                });
            }
        }
        true
    }
}

/// Where and why a text is not a regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadRegex {
    /// Byte offset.
    pub(crate) at: usize,
    pub(crate) why: String,
}

/// Parses with Unicode off: a pattern speaks of bytes.
pub(crate) fn parse(regex: &str) -> Result<Hir, BadRegex> {
    let mut parser = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(60)
        .build();
    parser.parse(regex).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => BadRegex {
            at: error.span().start.offset,
            why: error.kind().to_string(),
        },
        regex_syntax::Error::Translate(error) => BadRegex {
            at: error.span().start.offset,
            why: error.kind().to_string(),
        },
        _ => BadRegex {
            at: 0,
            why: "it is not a regular expression".to_owned(),
        },
    })
}

/// Calls `found(pattern, end)` for the longest end of each pattern; `ends` as [`Automaton::run`] left it.
#[inline(always)]
pub(crate) fn longest(ends: &[End], found: impl FnMut(usize, usize)) {
    longest_of(ends, PatternSet::MAX, |_| true, found);
}

/// [`longest`] for some of the patterns, where a match may end.
#[inline(always)]
pub(crate) fn longest_of(
    ends: &[End],
    mut patterns: PatternSet,
    may_end: impl Fn(usize) -> bool,
    mut found: impl FnMut(usize, usize),
) {
    for end in ends.iter().rev() {
        let mut new = end.patterns & patterns;
        patterns &= !new;
        if !may_end(end.at as usize) {
            continue;
        }
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
        table: 1 << 20,
        nfa: 1 << 20,
        work: 1 << 24,
        reach: Some(400),
    };

    fn build(patterns: &[&str]) -> Result<Automaton, CannotBuild> {
        let hirs: Vec<Hir> = patterns
            .iter()
            .map(|pattern| parse(pattern).expect("a regex"))
            .collect();
        Automaton::new(&hirs.iter().collect::<Vec<_>>(), LIMITS)
    }

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
            let automaton = build(PATTERNS).expect("builds");
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
        let build = |pattern: &str| build(&[pattern]).map(|_| ()).unwrap_err();
        assert_eq!(build("[0-9]+"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build(r"\b[0-9]{3}"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build("[0-9]{0,3}"), CannotBuild::Unfit { pattern: 0 });
        assert_eq!(build("[0-9]{401}"), CannotBuild::Unfit { pattern: 0 });
        let explodes = "[ab]{0,40}a[ab]{20}";
        assert_eq!(build(explodes), CannotBuild::TooLarge);
    }
}
