//! The lanes of the built-in rules, compiled.

use crate::lanes::{Anchor, Anchored, Gate, Grouped, Limits, PatternSet, SHARED, Source, Unfit, Worded, parse, split};
use crate::lexicon::EntitySet;
use crate::mask::Level;
use crate::neighbours::Neighbours;
use crate::rule;
use crate::rule_error::RuleError;
use crate::ruleset::{MAX_MATCH, RuleSet};

/// The lanes of the built-in rules.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(super) level: Level,
    pub(super) numbers: Vec<NumberLane>,
    pub(super) addresses: Vec<Anchored>,
    pub(super) groups: Vec<Grouped>,
    pub(super) words: Vec<Worded>,
}

/// Patterns at runs of digits. Most of them are nothing without a word that names their entity: those lanes are run
/// only where there is such a word.
#[derive(Debug)]
pub(super) struct NumberLane {
    pub(super) lane: Anchored,
    /// Values share a cheap look at what stands before them; dates and the like do not.
    pub(super) values: bool,
    /// The patterns of each entity, where the lane needs words.
    pub(super) told: Option<Told>,
    /// Which runs of digits may be in a match.
    pub(super) gate: Gate,
    /// Bytes of the longest match.
    pub(super) reach: usize,
}

/// Which patterns of a lane belong to which entities.
#[derive(Debug)]
pub(super) struct Told {
    /// All entities.
    pub(super) entities: EntitySet,
    patterns: Box<[PatternSet]>,
}

impl Told {
    fn new(rules: &RuleSet, part: &[Source<'_>]) -> Self {
        let mut patterns = vec![0; rules.entities.len()].into_boxed_slice();
        let mut entities = 0;
        for (i, source) in part.iter().enumerate() {
            let entity = rules.patterns[usize::from(source.id)].entity;
            patterns[usize::from(entity)] |= 1 << i;
            entities |= 1 << entity;
        }
        Self { entities, patterns }
    }

    /// The patterns of `entities`, by their order in the lane.
    #[inline]
    pub(super) fn patterns(&self, entities: EntitySet) -> PatternSet {
        let mut left = entities & self.entities;
        let mut patterns = 0;
        while left != 0 {
            patterns |= self.patterns[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        patterns
    }
}

impl Engine {
    /// Sorts the patterns into lanes and compiles these.
    pub(crate) fn new(rules: &RuleSet) -> Result<Self, Vec<RuleError>> {
        let fail = |id: u16, why: &str| RuleError::NotCompiled {
            rule: rules.rules[usize::from(id)].name.clone(),
            why: why.to_owned(),
        };
        let mut errors = Vec::new();
        let mut hirs = Vec::new();
        for (id, pattern) in rules.patterns.iter().enumerate() {
            match parse(&pattern.regex) {
                Ok(hir) => hirs.push((id as u16, pattern.anchor, hir)),
                Err(_) => errors.push(fail(id as u16, "it is not a regular expression")),
            }
        }
        let of = |anchor: rule::Anchor| -> Vec<Source<'_>> {
            let chosen = hirs.iter().filter(|(_, of, _)| *of == anchor);
            chosen.map(|(id, _, hir)| Source { id: *id, hir }).collect()
        };
        let limits = Limits {
            reach: Some(MAX_MATCH),
            // All patterns at words in one lane: a second one looks at every word again.
            table: 4 << 20,
            ..SHARED
        };
        let numbers = number_lanes(rules, of(rule::Anchor::Digits), limits);
        let addresses = split(&of(rule::Anchor::At), &|part| {
            Anchored::new(part, Anchor::At, MAX_MATCH, limits)
        });
        let groups = split(&of(rule::Anchor::Groups), &|part| Grouped::new(part, limits));
        let words = split(&of(rule::Anchor::Words), &|part| Worded::new(part, limits));
        match (numbers, addresses, groups, words) {
            (Ok(numbers), Ok(addresses), Ok(groups), Ok(words)) if errors.is_empty() => Ok(Self {
                level: Level::detect(),
                numbers,
                addresses,
                groups,
                words,
            }),
            (numbers, addresses, groups, words) => {
                let unfit = [numbers.err(), addresses.err(), groups.err(), words.err()];
                errors.extend(
                    unfit
                        .into_iter()
                        .flatten()
                        .map(|unfit| fail(unfit.id, unfit.why.text())),
                );
                Err(errors)
            }
        }
    }

    /// Bytes of memory of all automata.
    pub(crate) fn memory(&self) -> usize {
        let numbers = self
            .numbers
            .iter()
            .map(|number| number.lane.memory() + number.gate.memory());
        let numbers = numbers.sum::<usize>();
        let addresses = self.addresses.iter().map(Anchored::memory).sum::<usize>();
        let groups = self.groups.iter().map(Grouped::memory).sum::<usize>();
        numbers + addresses + groups + self.words.iter().map(Worded::memory).sum::<usize>()
    }
}

/// Builds the lanes of the patterns at digits: values and others, those that need a word and those that do not.
fn number_lanes(rules: &RuleSet, sources: Vec<Source<'_>>, limits: Limits) -> Result<Vec<NumberLane>, Unfit> {
    let pattern = |source: &Source<'_>| &rules.patterns[usize::from(source.id)];
    let mut lanes = Vec::new();
    for (values, told) in [(true, false), (true, true), (false, false), (false, true)] {
        let part: Vec<Source<'_>> = sources
            .iter()
            .copied()
            .filter(|source| {
                let pattern = pattern(source);
                let is_value = matches!(pattern.neighbours, Neighbours::Number | Neighbours::Token);
                (is_value, pattern.needs_word) == (values, told)
            })
            .collect();
        lanes.extend(split(&part, &|part: &[Source<'_>]| {
            let lengths = part.iter().map(|source| source.hir.properties().maximum_len());
            let owners: Vec<u16> = part.iter().map(|source| pattern(source).entity).collect();
            let lane = Anchored::new(part, Anchor::Digits, MAX_MATCH, limits)?;
            Ok(NumberLane {
                gate: Gate::new(lane.forward(), values, &owners),
                lane,
                values,
                told: told.then(|| Told::new(rules, part)),
                reach: lengths.flatten().max().unwrap_or(MAX_MATCH),
            })
        })?);
    }
    Ok(lanes)
}
