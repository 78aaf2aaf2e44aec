//! The fast engine: one pass over the folded text finds the places where a candidate may be, the lanes
//! propose candidates there, and the judge decides on each.
//!
//! The same candidates as the oracle's reach the judge, except those that it would refuse for their
//! first byte alone. Held by `tests/oracle.rs`.
//! Cost: `docs/concepts/engine.md`. No allocation once the buffers have grown.

use crate::context::{Memory, Page};
use crate::custom::{CustomBuffer, Customs};
use crate::finding::Finding;
use crate::judge::Candidate;
use crate::lanes::{Anchor, Anchored, End, Grouped, Limits, SHARED, Source, WordCarry, Worded, parse, split};
use crate::lexicon::Last;
use crate::mask::{self, BLOCK, Level, Masks};
use crate::neighbours::{self, Neighbours, Sides};
use crate::rule;
use crate::rule_error::RuleError;
use crate::ruleset::{MAX_MATCH, RuleSet};

/// The lanes of the built-in rules.
#[derive(Debug)]
pub(crate) struct Engine {
    level: Level,
    numbers: Vec<Anchored>,
    /// Patterns at digits that are no plain values: their neighbours are other ones.
    loose: Vec<Anchored>,
    addresses: Vec<Anchored>,
    groups: Vec<Grouped>,
    words: Vec<Worded>,
}

/// Memory that is reused from one scan to the next.
#[derive(Debug)]
pub(crate) struct ScanBuffer {
    ends: Vec<End>,
    memory: Memory,
    /// What the judge accepted, before overlaps are resolved.
    pub(crate) findings: Vec<Finding>,
    pub(crate) custom: CustomBuffer,
}

impl Default for ScanBuffer {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            memory: Memory::new(),
            findings: Vec::new(),
            custom: CustomBuffer::default(),
        }
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
            ..SHARED
        };
        let anchored = |part: &[Source<'_>], anchor| Anchored::new(part, anchor, MAX_MATCH, limits);
        // Values share a cheap look at what stands before them; dates and the like do not.
        let is_value = |source: &Source<'_>| {
            let neighbours = rules.patterns[usize::from(source.id)].neighbours;
            matches!(neighbours, Neighbours::Number | Neighbours::Token)
        };
        let (values, others) = of(rule::Anchor::Digits).into_iter().partition::<Vec<_>, _>(is_value);
        let numbers = split(&values, &|part| anchored(part, Anchor::Digits));
        let loose = split(&others, &|part| anchored(part, Anchor::Digits));
        let addresses = split(&of(rule::Anchor::At), &|part| anchored(part, Anchor::At));
        let groups = split(&of(rule::Anchor::Groups), &|part| Grouped::new(part, limits));
        let words = split(&of(rule::Anchor::Words), &|part| Worded::new(part, limits));
        match (numbers, loose, addresses, groups, words) {
            (Ok(numbers), Ok(loose), Ok(addresses), Ok(groups), Ok(words)) if errors.is_empty() => Ok(Self {
                level: Level::detect(),
                numbers,
                loose,
                addresses,
                groups,
                words,
            }),
            (numbers, loose, addresses, groups, words) => {
                let unfit = [numbers.err(), loose.err(), addresses.err(), groups.err(), words.err()];
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
        let anchored = self
            .numbers
            .iter()
            .chain(&self.loose)
            .chain(&self.addresses)
            .map(Anchored::memory)
            .sum::<usize>();
        let groups = self.groups.iter().map(Grouped::memory).sum::<usize>();
        anchored + groups + self.words.iter().map(Worded::memory).sum::<usize>()
    }

    /// Scans a page and leaves all accepted candidates in `buffer.findings`, overlaps included, and the hits of
    /// custom rules in `buffer.custom`.
    pub(crate) fn scan(&self, rules: &RuleSet, customs: Option<&Customs>, page: Page<'_>, buffer: &mut ScanBuffer) {
        buffer.memory = Memory::new();
        buffer.findings.clear();
        let mut state = Run {
            engine: self,
            rules,
            customs,
            page,
            buffer,
        };
        let run = &mut state;
        mask::dispatch!(self.level, walk<'r, 'w>(run: &'w mut Run<'r>) -> ());
    }
}

struct Run<'r> {
    engine: &'r Engine,
    rules: &'r RuleSet,
    customs: Option<&'r Customs>,
    page: Page<'r>,
    buffer: &'r mut ScanBuffer,
}

/// Walks over the blocks; bits of a mask that end in this block are worked on at once.
fn walk<M: Masks>(run: &mut Run<'_>) {
    let text = run.page.text;
    let has_groups = !run.engine.groups.is_empty();
    let custom_words = run.customs.is_some_and(Customs::wants_words);
    let custom_signs = run.customs.is_some_and(Customs::wants_signs);
    let has_words = !run.engine.words.is_empty() || custom_words;
    let mut word_carry = WordCarry::default();
    let (mut digits, mut triples) = (0u64, 0u64);
    let mut carry = Default::default();
    let mut base = 0;
    let mut tail;
    while base < text.len() {
        let block: &[u8; BLOCK] = match text[base..].first_chunk() {
            Some(block) => block,
            None => {
                tail = mask::padded(text, base);
                tail.first_chunk().expect("a window holds a block")
            }
        };
        // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
        let classes = unsafe { M::classes(block) };

        // Third digits of runs; a run is reported once, at its first triple.
        let d = classes.digit;
        let triple = d & (d << 1 | digits >> 63) & (d << 2 | digits >> 62);
        let mut runs = triple & !(triple << 1 | triples >> 63);
        (digits, triples) = (d, triple);
        while runs != 0 {
            run.number(base + runs.trailing_zeros() as usize - 2);
            runs &= runs - 1;
        }
        let mut at = classes.at;
        while at != 0 {
            run.address(base + at.trailing_zeros() as usize);
            at &= at - 1;
        }
        if has_groups {
            let mut starts = Grouped::starts(&classes, &mut carry);
            while starts != 0 {
                run.group(base + starts.trailing_zeros() as usize - Grouped::LAG);
                starts &= starts - 1;
            }
        }
        if has_words {
            // SAFETY: as above.
            let mut starts = word_carry.starts(&classes, || unsafe { M::leads(block) });
            while starts != 0 {
                run.word(base + starts.trailing_zeros() as usize);
                starts &= starts - 1;
            }
        }
        if custom_signs {
            let text_bits = u64::MAX >> (BLOCK - (text.len() - base).min(BLOCK));
            let mut signs = !(classes.alpha | classes.digit | classes.high) & text_bits;
            while signs != 0 {
                run.sign(base + signs.trailing_zeros() as usize);
                signs &= signs - 1;
            }
        }
        base += BLOCK;
    }
}

impl Run<'_> {
    /// A run of three digits or more begins at `anchor`.
    fn number(&mut self, anchor: usize) {
        let text = self.page.text;
        let opens = |start: usize| opens(self.rules, text, start);
        for lane in &self.engine.numbers {
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            lane.propose(text, anchor, ends, opens, |pattern, start, end| {
                findings.extend(self.rules.judge(&self.page, Candidate { pattern, start, end }, memory));
            });
        }
        // A start in the middle of a number is a slice of it.
        let apart = |start: usize| !(start > 0 && text[start - 1].is_ascii_digit() && text[start].is_ascii_digit());
        for lane in &self.engine.loose {
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            lane.propose(text, anchor, ends, apart, |pattern, start, end| {
                findings.extend(self.rules.judge(&self.page, Candidate { pattern, start, end }, memory));
            });
        }
        if let Some(customs) = self.customs {
            customs.number(text, anchor, &mut self.buffer.custom);
        }
    }

    /// An `@` stands at `anchor`.
    fn address(&mut self, anchor: usize) {
        let text = self.page.text;
        for lane in &self.engine.addresses {
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            lane.propose(
                text,
                anchor,
                ends,
                |_| true,
                |pattern, start, end| {
                    findings.extend(self.rules.judge(&self.page, Candidate { pattern, start, end }, memory));
                },
            );
        }
        if let Some(customs) = self.customs {
            customs.address(text, anchor, &mut self.buffer.custom);
        }
    }

    /// Short groups of digits begin at `start`.
    fn group(&mut self, start: usize) {
        for lane in &self.engine.groups {
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            lane.propose(self.page.text, start, ends, |pattern, start, end| {
                findings.extend(self.rules.judge(&self.page, Candidate { pattern, start, end }, memory));
            });
        }
    }

    /// A word may begin at `start`.
    fn word(&mut self, start: usize) {
        for lane in &self.engine.words {
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            lane.propose(self.page.text, start, ends, |pattern, start, end| {
                findings.extend(self.rules.judge(&self.page, Candidate { pattern, start, end }, memory));
            });
        }
        if let Some(customs) = self.customs {
            customs.word(self.page.text, start, &mut self.buffer.custom);
        }
    }

    /// A character that is neither a letter nor a digit stands at `at`.
    fn sign(&mut self, at: usize) {
        if let Some(customs) = self.customs {
            customs.sign(self.page.text, at, &mut self.buffer.custom);
        }
    }
}

/// False where no number can begin: what stands before it makes it a slice of something longer, or letters are glued to
/// it that are no label. Most runs of digits in identifiers of machines end here.
fn opens(rules: &RuleSet, text: &[u8], start: usize) -> bool {
    match neighbours::value_begins(text, start) {
        None => false,
        Some(Sides { glued: Some(glued), .. }) => !matches!(rules.lexicon.last(&text[glued]), Last::Unknown),
        Some(_) => true,
    }
}
