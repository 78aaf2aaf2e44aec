//! Recognisers to automata: each expression gets the cheapest lane that its shape allows, or is refused by name.

use std::collections::{BTreeMap, HashSet};

use regex_syntax::hir::Hir;

use super::context::Contexts;
use super::edges::Edges;
use super::limits::{self, *};
use super::live::{Prefixes, is_judged};
use super::recognizer::Recognizer;
use super::start::Starts;
use super::trial::Trial;
use crate::check::{Check, by_name};
use crate::finding::{EntityId, RuleId};
use crate::fold::{FoldBuffer, fold};
use crate::lanes::{
    Anchor, Anchored, Automaton, CannotBuild, Limits, Literal, SHARED, Source, Unfit, WordTable, parse, prefix_length,
    prefixes, split,
};
use crate::rule::Class;
use crate::rule_error::RuleError;
use crate::ruleset::{EntityInfo, RuleInfo};

/// Where the engine looks for the matches of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lane {
    /// At runs of three digits.
    Digits,
    /// At short groups of digits or hex digits.
    Groups,
    /// At `@`.
    At,
    /// At fixed words that the rule begins with.
    Words,
    /// A table of keywords.
    Keywords,
    /// At every start of a word whose first byte fits: the most costly one.
    Starts,
}

/// All custom recognisers of a detector.
#[derive(Debug)]
pub(crate) struct Customs {
    pub(super) rules: Vec<Rule>,
    pub(super) words: WordTable,
    pub(super) numbers: Vec<Anchored>,
    pub(super) addresses: Vec<Anchored>,
    pub(super) starts: Vec<Starts>,
    pub(super) contexts: Contexts,
    /// For streams: what begins a literal.
    pub(super) prefixes: Prefixes,
    /// Entities in the order of their ids, which follow the built-in ones.
    pub(crate) entities: Vec<EntityInfo>,
    /// Rules in the order of their ids, which follow the built-in ones.
    pub(crate) infos: Vec<RuleInfo>,
}

/// One expression, or all keywords of one recogniser.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) entity: EntityId,
    pub(super) recognizer: u16,
    pub(super) confidence: f32,
    /// Added when a context word is near; `None` when there are no words.
    pub(super) boost: Option<f32>,
    pub(super) check: Option<Check>,
    pub(super) edges: Edges,
    /// The automaton of a rule in the word lane.
    pub(super) alone: Option<Automaton>,
}

/// Owners in the word table: rule, and whether the keyword may go on.
pub(super) const OPEN: u32 = 1 << 31;
/// Owners in the word table that are keywords.
pub(super) const KEYWORD: u32 = 1 << 30;

/// What exists already: built-in names and counts.
#[derive(Clone, Copy)]
pub(crate) struct Builtin<'a> {
    pub(crate) knows: &'a dyn Fn(&str) -> bool,
    pub(crate) entities: usize,
    pub(crate) rules: usize,
}

/// An expression after its first inspection.
struct Expression {
    rule: u16,
    hir: Hir,
    lane: Lane,
}

struct Compiler<'a> {
    builtin: Builtin<'a>,
    errors: Vec<RuleError>,
    entities: BTreeMap<String, EntityId>,
    infos: Vec<EntityInfo>,
    rules: Vec<Rule>,
    rule_infos: Vec<RuleInfo>,
    expressions: Vec<Expression>,
    /// Bytes, any case, owner.
    literals: Vec<(Vec<u8>, u32)>,
    contexts: Vec<(String, u16)>,
    fold: FoldBuffer,
}

impl Customs {
    /// Compiles all recognisers, or tells every fault.
    pub(crate) fn new(recognizers: &[Recognizer], builtin: Builtin<'_>) -> Result<Self, Vec<RuleError>> {
        let mut compiler = Compiler {
            builtin,
            errors: Vec::new(),
            entities: BTreeMap::new(),
            infos: Vec::new(),
            rules: Vec::new(),
            rule_infos: Vec::new(),
            expressions: Vec::new(),
            literals: Vec::new(),
            contexts: Vec::new(),
            fold: FoldBuffer::default(),
        };
        compiler.count(recognizers);
        if compiler.errors.is_empty() {
            for (index, recognizer) in recognizers.iter().enumerate() {
                compiler.add(index as u16, recognizer);
            }
        }
        compiler.finish()
    }

    /// Bytes of memory of automata and tables.
    pub(crate) fn memory(&self) -> usize {
        let alone: usize = self
            .rules
            .iter()
            .filter_map(|rule| rule.alone.as_ref())
            .map(Automaton::memory)
            .sum();
        let anchored: usize = self.numbers.iter().chain(&self.addresses).map(Anchored::memory).sum();
        let starts: usize = self.starts.iter().map(Starts::memory).sum();
        self.words.memory() + self.prefixes.memory() + alone + anchored + starts
    }

    /// The words of all contexts.
    pub(crate) fn context_words(&self) -> impl Iterator<Item = &str> {
        self.contexts.words()
    }
}

impl Compiler<'_> {
    fn too_large(&mut self, rule: &str, what: &'static str, limit: usize) {
        self.errors.push(RuleError::TooLarge {
            rule: rule.to_owned(),
            what,
            limit,
        });
    }

    /// Counts over all recognisers.
    fn count(&mut self, recognizers: &[Recognizer]) {
        let sum = |of: &dyn Fn(&Recognizer) -> usize| recognizers.iter().map(of).sum::<usize>();
        let bytes = |recognizer: &Recognizer| recognizer.keywords.iter().map(String::len).sum();
        for (what, count, limit) in [
            ("the number of recognisers", recognizers.len(), MAX_RECOGNIZERS),
            ("the number of expressions", sum(&|r| r.patterns.len()), MAX_PATTERNS),
            ("the number of keywords", sum(&|r| r.keywords.len()), MAX_KEYWORDS),
            ("the size of all keywords in bytes", sum(&bytes), MAX_KEYWORD_BYTES),
        ] {
            if count > limit {
                self.too_large("recognizers", what, limit);
            }
        }
    }

    fn add(&mut self, index: u16, recognizer: &Recognizer) {
        let name = recognizer.entity.as_str();
        let sound = !name.is_empty()
            && name.len() <= 64
            && name.as_bytes()[0].is_ascii_uppercase()
            && name
                .bytes()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_');
        if !sound {
            return self.errors.push(RuleError::BadName { rule: name.to_owned() });
        }
        if (self.builtin.knows)(name) {
            return self.errors.push(RuleError::DuplicateId { rule: name.to_owned() });
        }
        let check = match &recognizer.checksum {
            None => None,
            Some(check) => match by_name(check) {
                Some(check) => Some(check),
                None => {
                    let (rule, name) = (name.to_owned(), check.clone());
                    return self.errors.push(RuleError::UnknownName {
                        rule,
                        kind: "check",
                        name,
                    });
                }
            },
        };
        let boost = self.context(index, recognizer);
        let entity = self.entity(name);
        let rule = |confidence, edges, alone| Rule {
            entity,
            recognizer: index,
            confidence,
            boost,
            check,
            edges,
            alone,
        };
        for (number, pattern) in recognizer.patterns.iter().enumerate() {
            let id = format!("{}.{number}", name.to_ascii_lowercase());
            if !(0.0..=1.0).contains(&pattern.confidence) {
                self.errors.push(RuleError::BadConfidence { rule: id });
                continue;
            }
            match self.expression(&id, &pattern.regex) {
                Ok((edges, alone)) => self.rules.push(rule(pattern.confidence, edges, alone)),
                Err(error) => self.errors.push(error),
            }
        }
        if !recognizer.keywords.is_empty() {
            let id = format!("{}.keywords", name.to_ascii_lowercase());
            let longest = self.keywords(&id, &recognizer.keywords);
            self.info(entity, id, Lane::Keywords, longest, 0.0);
            self.rules.push(rule(KEYWORD_CONFIDENCE, Edges::default(), None));
        }
    }

    fn entity(&mut self, name: &str) -> EntityId {
        let next = EntityId((self.builtin.entities + self.infos.len()) as u16);
        let id = *self.entities.entry(name.to_owned()).or_insert(next);
        if id == next {
            self.infos.push(EntityInfo {
                id,
                name: name.to_owned(),
                description: "Defined by a policy pack.".to_owned(),
                groups: Vec::new(),
                aliases: Vec::new(),
                class: Class::Custom,
                source: "policy pack".to_owned(),
                checked_on: String::new(),
            });
        }
        id
    }

    fn info(&mut self, entity: EntityId, name: String, lane: Lane, max_len: usize, cost: f32) {
        let id = RuleId((self.builtin.rules + self.rule_infos.len()) as u16);
        let steps_per_kib = (cost * 1024.0).ceil() as u32;
        self.rule_infos.push(RuleInfo {
            id,
            entity,
            name,
            lane,
            max_len,
            steps_per_kib,
        });
    }

    fn context(&mut self, index: u16, recognizer: &Recognizer) -> Option<f32> {
        let context = recognizer.context.as_ref()?;
        let name = &recognizer.entity;
        if !(0.0..=1.0).contains(&context.boost) {
            self.errors.push(RuleError::BadConfidence { rule: name.clone() });
        }
        if context.words.len() > MAX_CONTEXT_WORDS {
            self.too_large(name, "the number of context words", MAX_CONTEXT_WORDS);
        }
        for word in &context.words {
            let folded = fold(word.as_bytes(), &mut self.fold);
            self.contexts
                .push((String::from_utf8_lossy(folded.bytes()).into_owned(), index));
        }
        Some(context.boost)
    }

    /// Folds, cuts off assertions, sizes and tries one expression, and chooses its lane.
    fn expression(&mut self, id: &str, regex: &str) -> Result<(Edges, Option<Automaton>), RuleError> {
        let bad = |at: usize, why: &str| RuleError::BadPattern {
            rule: id.to_owned(),
            at,
            why: why.to_owned(),
        };
        let too_large = |what, limit| RuleError::TooLarge {
            rule: id.to_owned(),
            what,
            limit,
        };
        if regex.len() > MAX_REGEX {
            return Err(too_large("the length of the expression in bytes", MAX_REGEX));
        }
        let folded = String::from_utf8_lossy(fold(regex.as_bytes(), &mut self.fold).bytes()).into_owned();
        let hir = parse(&folded).map_err(|error| bad(error.at, &error.why))?;
        let (edges, hir) = Edges::split(hir).map_err(|_| {
            bad(
                0,
                "only \\b, ^ and $ are allowed, at the beginning and the end, and not inside a group",
            )
        })?;
        if hir.properties().minimum_len().is_none_or(|length| length == 0) {
            return Err(bad(0, "it can match nothing"));
        }
        let limits = Limits {
            table: MAX_RULE_MEMORY,
            nfa: MAX_NFA_MEMORY,
            work: MAX_RULE_WORK,
            reach: None,
        };
        let automaton = Automaton::new(&[&hir], limits).map_err(|error| match error {
            CannotBuild::TooLarge => too_large("the compiled expression in bytes", MAX_RULE_MEMORY),
            CannotBuild::Unfit { .. } => bad(0, "it can match nothing"),
        })?;
        let (lane, prefixes) = lane(&hir, &automaton);
        let cost = Trial::shared().cost(&automaton, lane, &prefixes);
        if cost > MAX_STEPS_PER_BYTE {
            return Err(RuleError::TooSlow {
                rule: id.to_owned(),
                steps: cost.ceil() as u32,
                limit: MAX_STEPS_PER_BYTE as u32,
            });
        }
        let rule = self.rules.len() as u16;
        let max_len = hir.properties().maximum_len().unwrap_or(MAX_MATCH).min(MAX_MATCH);
        let entity = EntityId(0); // set by `finish`, when all rules have theirs
        self.info(entity, id.to_owned(), lane, max_len, cost);
        let alone = (lane == Lane::Words).then(|| {
            self.literals
                .extend(prefixes.into_iter().map(|bytes| (bytes, u32::from(rule))));
            automaton
        });
        self.expressions.push(Expression { rule, hir, lane });
        Ok((edges, alone))
    }

    /// Takes the keywords of one recogniser and returns the length of the longest.
    fn keywords(&mut self, id: &str, keywords: &[String]) -> usize {
        let rule = self.rules.len() as u32;
        let mut seen = HashSet::with_capacity(keywords.len());
        let mut longest = 0;
        for (index, keyword) in keywords.iter().enumerate() {
            let folded = fold(keyword.trim().as_bytes(), &mut self.fold);
            let (bytes, open) = match folded.bytes().strip_suffix(b"*") {
                Some(bytes) => (bytes, OPEN),
                None => (folded.bytes(), 0),
            };
            let begins = bytes.first().is_some_and(|&c| c.is_ascii_alphanumeric() || c >= 0xC0);
            if !begins || bytes.len() < 2 || bytes.len() > MAX_KEYWORD {
                // The keyword may come from a Secret: it is named by its place.
                self.errors.push(RuleError::BadKeyword {
                    rule: id.to_owned(),
                    index,
                    limit: MAX_KEYWORD,
                });
                continue;
            }
            longest = longest.max(bytes.len());
            let bytes = bytes.to_ascii_lowercase();
            if seen.insert((bytes.clone(), open)) {
                self.literals.push((bytes, rule | KEYWORD | open));
            }
        }
        longest
    }

    fn finish(mut self) -> Result<Customs, Vec<RuleError>> {
        let contexts = Contexts::new(&self.contexts);
        if let Err(index) = contexts {
            let (word, recognizer) = self.contexts[index].clone();
            self.errors.push(RuleError::BadWord {
                rule: format!("recogniser {recognizer}"),
                word,
            });
        }
        let (Ok(contexts), true) = (contexts, self.errors.is_empty()) else {
            return Err(self.errors);
        };
        let of = |lane: Lane, in_streams: bool| -> Vec<Source<'_>> {
            let chosen = self.expressions.iter().filter(|expression| expression.lane == lane);
            let judged = |rule: u16| is_judged(&self.rule_infos[usize::from(rule)]);
            chosen
                .filter(|expression| judged(expression.rule) == in_streams)
                .map(|expression| Source {
                    id: expression.rule,
                    hir: &expression.hir,
                })
                .collect()
        };
        let anchored = |part: &[Source<'_>], anchor| Anchored::new(part, anchor, MAX_LOCAL, SHARED);
        let numbers = apart(|judged| split(&of(Lane::Digits, judged), &|part| anchored(part, Anchor::Digits)));
        let addresses = apart(|judged| split(&of(Lane::At, judged), &|part| anchored(part, Anchor::At)));
        let starts = apart(|judged| split(&of(Lane::Starts, judged), &|part| Starts::new(part, SHARED)));
        let (numbers, addresses, starts) = match (numbers, addresses, starts) {
            (Ok(numbers), Ok(addresses), Ok(starts)) => (numbers, addresses, starts),
            (numbers, addresses, starts) => {
                let unfit = [numbers.err(), addresses.err(), starts.err()];
                let error = |unfit: Unfit| RuleError::NotCompiled {
                    rule: self.rule_infos[usize::from(unfit.id)].name.clone(),
                    why: unfit.why.text().to_owned(),
                };
                return Err(unfit.into_iter().flatten().map(error).collect());
            }
        };
        self.errors
            .extend(too_slow(&self.rule_infos, &numbers, &addresses, &starts));
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let literals = self.literals.iter().map(|(bytes, owner)| Literal {
            bytes,
            any_case: true,
            whole: owner & KEYWORD != 0 && owner & OPEN == 0,
            owner: *owner,
        });
        let words = WordTable::new(literals.collect());
        let prefixes = Prefixes::new(self.literals.iter().map(|(bytes, _)| &bytes[..]));
        for (info, rule) in self.rule_infos.iter_mut().zip(&self.rules) {
            info.entity = rule.entity;
        }
        let customs = Customs {
            rules: self.rules,
            words,
            numbers,
            addresses,
            starts,
            contexts,
            prefixes,
            entities: self.infos,
            infos: self.rule_infos,
        };
        if customs.memory() > limits::MAX_MEMORY {
            let what = "all compiled expressions and keywords in bytes";
            let rule = "recognizers".to_owned();
            return Err(vec![RuleError::TooLarge {
                rule,
                what,
                limit: limits::MAX_MEMORY,
            }]);
        }
        Ok(customs)
    }
}

/// Lanes of the rules that are judged in streams, then of the others: what is alive at the end of a text must be told apart.
fn apart<L>(lanes: impl Fn(bool) -> Result<Vec<L>, Unfit>) -> Result<Vec<L>, Unfit> {
    let mut all = lanes(true)?;
    all.extend(lanes(false)?);
    Ok(all)
}

/// All rules together: those of the word lane run alone, those of the others share automata.
fn too_slow(rules: &[RuleInfo], numbers: &[Anchored], addresses: &[Anchored], starts: &[Starts]) -> Option<RuleError> {
    let trial = Trial::shared();
    let alone: u32 = rules
        .iter()
        .filter(|rule| rule.lane == Lane::Words)
        .map(|rule| rule.steps_per_kib)
        .sum();
    let digits: f32 = numbers
        .iter()
        .map(|lane| trial.cost(lane.forward(), Lane::Digits, &[]))
        .sum();
    let at: f32 = addresses
        .iter()
        .map(|lane| trial.cost(lane.forward(), Lane::At, &[]))
        .sum();
    let starts: f32 = starts
        .iter()
        .map(|lane| trial.cost(lane.forward(), Lane::Starts, &[]))
        .sum();
    let steps = alone as f32 / 1024.0 + digits + at + starts;
    (steps > MAX_TOTAL_STEPS_PER_BYTE).then(|| RuleError::TooSlow {
        rule: "recognizers".to_owned(),
        steps: steps.ceil() as u32,
        limit: MAX_TOTAL_STEPS_PER_BYTE as u32,
    })
}

/// The cheapest lane that finds every match, and the prefixes for the word lane.
fn lane(hir: &Hir, automaton: &Automaton) -> (Lane, Vec<Vec<u8>>) {
    if let Some(prefixes) = prefixes(hir)
        && prefixes.iter().all(|prefix| prefix.len() >= 3)
    {
        return (Lane::Words, prefixes);
    }
    if matches!(prefix_length(automaton, Anchor::Digits), Ok(Some(length)) if length <= MAX_LOCAL) {
        return (Lane::Digits, Vec::new());
    }
    if prefix_length(automaton, Anchor::At).is_ok() {
        return (Lane::At, Vec::new());
    }
    (Lane::Starts, Vec::new())
}
