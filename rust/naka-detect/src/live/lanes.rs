//! The patterns that are judged in streams, in automata of their own: what is alive at the end of a text must be told
//! apart from what is not judged here at all, and from what is nothing without a word.
//!
//! Cost: built once for a process, a tenth of a second and two megabytes ([`crate::Detector::prepare_streams`]).

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::lanes::{Automaton, End, Limits, PatternSet, SHARED, Source, Unfit, longest, parse, split, unfit};
use crate::lexicon::EntitySet;
use crate::neighbours::Neighbours;
use crate::rule::{self, Anchor};
use crate::ruleset::RuleSet;
use crate::span::Ahead;

/// Patterns of one kind in one automaton.
#[derive(Debug)]
pub(super) struct Lane {
    forward: Automaton,
    /// Bytes that a match may begin with.
    first: Box<[bool; 256]>,
    /// Ids of the patterns, in the automaton's order.
    ids: Box<[u16]>,
    pub(super) kind: Kind,
    /// The entities of the patterns that may begin with a small letter.
    pub(super) lettered: EntitySet,
}

/// What patterns have in common for the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers and codes; `told` ones are nothing without a word that names them.
    Value { told: bool },
    /// Dates, addresses with an `@`, and groups of digits.
    Other,
    /// Words and prefixes that begin the value.
    Words,
    /// Words that lead to a value before them, or at their end.
    Leading,
    /// Labels whose value stands behind them.
    Labels,
}

/// All lanes of the built-in rules.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// Tried wherever a value may begin.
    pub(super) values: Vec<Lane>,
    /// Tried where a word begins.
    pub(super) words: Vec<Lane>,
    /// Tried where a word begins, further back.
    pub(super) labels: Vec<Lane>,
}

impl Lanes {
    /// Compiles the patterns of `rules`.
    pub(crate) fn new(rules: &RuleSet) -> Result<Self, Unfit> {
        let judged = |id: usize| rules.entities[usize::from(rules.patterns[id].entity)].class != rule::Class::Heuristic;
        let mut hirs = Vec::new();
        for id in (0..rules.patterns.len()).filter(|&id| judged(id)) {
            // What does not parse the engine has refused before.
            let Ok(hir) = parse(&rules.patterns[id].regex) else {
                continue;
            };
            hirs.push((id as u16, hir));
        }
        let of = |kind: Kind| -> Result<Vec<Lane>, Unfit> {
            let chosen = hirs.iter().filter(|(id, _)| kind_of(rules, *id) == kind);
            let sources: Vec<Source<'_>> = chosen.map(|(id, hir)| Source { id: *id, hir }).collect();
            split(&sources, &|part| Lane::new(rules, part, kind))
        };
        let mut values = of(Kind::Value { told: false })?;
        values.extend(of(Kind::Value { told: true })?);
        values.extend(of(Kind::Other)?);
        // One by one: what waits depends on the pattern.
        let mut words = Vec::new();
        for (id, hir) in hirs.iter().filter(|(id, _)| kind_of(rules, *id) == Kind::Leading) {
            words.push(Lane::new(rules, &[Source { id: *id, hir }], Kind::Leading)?);
        }
        words.extend(of(Kind::Words)?);
        Ok(Self {
            values,
            words,
            labels: of(Kind::Labels)?,
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let lanes = self.values.iter().chain(&self.words).chain(&self.labels);
        lanes.map(|lane| lane.forward.memory() + 2 * lane.ids.len()).sum()
    }
}

fn kind_of(rules: &RuleSet, id: u16) -> Kind {
    let pattern = &rules.patterns[usize::from(id)];
    match (pattern.anchor, pattern.ahead) {
        (_, Some(Ahead::Value(_))) => Kind::Labels,
        (Anchor::Words, None) if pattern.span.is_some() => Kind::Leading,
        (Anchor::Words, Some(Ahead::Digits | Ahead::Token)) => Kind::Leading,
        (Anchor::Words, _) => Kind::Words,
        (Anchor::Digits, _) if matches!(pattern.neighbours, Neighbours::Number | Neighbours::Token) => Kind::Value {
            told: pattern.needs_word,
        },
        _ => Kind::Other,
    }
}

impl Lane {
    fn new(rules: &RuleSet, sources: &[Source<'_>], kind: Kind) -> Result<Self, Unfit> {
        let hirs: Vec<_> = sources.iter().map(|source| source.hir).collect();
        let limits = Limits {
            table: 4 << 20,
            ..SHARED
        };
        let begins = sources.iter().filter(|source| begins_small(source.hir));
        let lettered = begins.fold(0, |all, source| {
            all | 1 << rules.patterns[usize::from(source.id)].entity
        });
        let forward = Automaton::new(&hirs, limits).map_err(|error| unfit(sources, error))?;
        let mut first = Box::new([false; 256]);
        for byte in 0..=255u8 {
            first[usize::from(byte)] = forward.begins_with(byte);
        }
        Ok(Self {
            forward,
            first,
            ids: sources.iter().map(|source| source.id).collect(),
            kind,
            lettered,
        })
    }

    /// The first of its patterns.
    pub(super) fn pattern(&self) -> u16 {
        self.ids[0]
    }

    /// Calls `found(pattern, end)` for the longest match of each pattern from `start`; true when the text ends while
    /// something may still match or grow.
    #[inline(always)]
    pub(super) fn run(
        &self,
        text: &[u8],
        start: usize,
        ends: &mut Vec<End>,
        mut found: impl FnMut(u16, usize),
    ) -> bool {
        if !self.first[usize::from(text[start])] {
            return false;
        }
        let alive = self.forward.run_on(text, start, ends);
        if !ends.is_empty() {
            longest(ends, |pattern, end| found(self.ids[pattern], end));
        }
        alive
    }
}

/// True when a match may begin with a small letter.
fn begins_small(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.first().is_some_and(u8::is_ascii_lowercase),
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|range| range.start() <= b'z' && range.end() >= b'a'),
        HirKind::Class(Class::Unicode(class)) => class.iter().any(|range| range.start() <= 'z' && range.end() >= 'a'),
        HirKind::Repetition(repetition) => begins_small(&repetition.sub),
        HirKind::Capture(capture) => begins_small(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().any(begins_small),
        // Up to the first part that cannot be left out.
        HirKind::Concat(parts) => {
            let optional = |part: &&Hir| part.properties().minimum_len() == Some(0);
            let skipped = parts.iter().take_while(optional).count();
            parts.iter().take(skipped + 1).any(begins_small)
        }
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

const _: () = assert!(PatternSet::BITS as usize == crate::lanes::MAX_PATTERNS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_in_front_are_told() {
        let of = |regex: &str| begins_small(&parse(regex).expect("a regex"));
        for regex in [
            "[a-f]x",
            "(?i)[A-Z]{3}",
            "a|[0-9]",
            "[0-9]?b",
            "(?:x)?[0-9]",
            "(?i)udyam",
        ] {
            assert!(of(regex), "{regex}");
        }
        for regex in ["[A-Z]{3}", "[0-9]a", "[2-9][a-z]", "ABC|[0-9]"] {
            assert!(!of(regex), "{regex}");
        }
    }
}
