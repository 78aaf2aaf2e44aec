//! The fast engine: one pass over the folded text finds the places where a candidate may be, the lanes
//! propose candidates there, and the judge decides on each.
//!
//! The same candidates as the oracle's reach the judge, except those that it would refuse for their
//! first byte alone. Held by `tests/oracle.rs`.
//! Cost: `docs/concepts/engine.md`. No allocation once the buffers have grown.

use crate::context::{Memory, Page};
use crate::finding::Finding;
use crate::judge::Candidate;
use crate::lanes::{Anchor, Anchored, End, Grouped, MAX_PATTERNS, Source, Unfit, WordCarry, Worded};
use crate::mask::{self, BLOCK, Level, Masks};
use crate::rule;
use crate::rule_error::RuleError;
use crate::ruleset::{MAX_MATCH, RuleSet};

/// The lanes of the built-in rules.
#[derive(Debug)]
pub(crate) struct Engine {
    level: Level,
    numbers: Vec<Anchored>,
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
}

impl Default for ScanBuffer {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            memory: Memory::new(),
            findings: Vec::new(),
        }
    }
}

impl Engine {
    /// Sorts the patterns into lanes and compiles these.
    pub(crate) fn new(rules: &RuleSet) -> Result<Self, Vec<RuleError>> {
        let of = |anchor: rule::Anchor| -> Vec<Source<'_>> {
            let patterns = rules
                .patterns
                .iter()
                .enumerate()
                .filter(|(_, pattern)| pattern.anchor == anchor);
            patterns
                .map(|(id, pattern)| Source {
                    id: id as u16,
                    regex: &pattern.regex,
                })
                .collect()
        };
        let mut errors = Vec::new();
        let mut fail = |unfit: Unfit| {
            let rule = rules.rules[usize::from(unfit.id)].name.clone();
            errors.push(RuleError::NotCompiled {
                rule,
                why: unfit.why.to_owned(),
            });
        };
        let mut anchored = |sources: &[Source<'_>], anchor| -> Vec<Anchored> {
            let lanes = sources
                .chunks(MAX_PATTERNS)
                .map(|part| Anchored::new(part, anchor, MAX_MATCH));
            lanes.filter_map(|lane| lane.map_err(&mut fail).ok()).collect()
        };
        let numbers = anchored(&of(rule::Anchor::Digits), Anchor::Digits);
        let addresses = anchored(&of(rule::Anchor::At), Anchor::At);
        let grouped = of(rule::Anchor::Groups);
        let groups = grouped.chunks(MAX_PATTERNS).map(|part| Grouped::new(part, MAX_MATCH));
        let groups = groups.filter_map(|lane| lane.map_err(&mut fail).ok()).collect();
        let worded = of(rule::Anchor::Words);
        let words = worded.chunks(MAX_PATTERNS).map(|part| Worded::new(part, MAX_MATCH));
        let words = words.filter_map(|lane| lane.map_err(&mut fail).ok()).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            level: Level::detect(),
            numbers,
            addresses,
            groups,
            words,
        })
    }

    /// Bytes of memory of all automata.
    pub(crate) fn memory(&self) -> usize {
        let anchored = self
            .numbers
            .iter()
            .chain(&self.addresses)
            .map(Anchored::memory)
            .sum::<usize>();
        let groups = self.groups.iter().map(Grouped::memory).sum::<usize>();
        anchored + groups + self.words.iter().map(Worded::memory).sum::<usize>()
    }

    /// Scans a page and leaves all accepted candidates in `buffer.findings`, overlaps included.
    pub(crate) fn scan(&self, rules: &RuleSet, page: Page<'_>, buffer: &mut ScanBuffer) {
        buffer.memory = Memory::new();
        buffer.findings.clear();
        let mut state = Run {
            engine: self,
            rules,
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
    page: Page<'r>,
    buffer: &'r mut ScanBuffer,
}

/// Walks over the blocks; bits of a mask that end in this block are worked on at once.
fn walk<M: Masks>(run: &mut Run<'_>) {
    let text = run.page.text;
    let has_groups = !run.engine.groups.is_empty();
    let has_words = !run.engine.words.is_empty();
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
        base += BLOCK;
    }
}

impl Run<'_> {
    fn number(&mut self, anchor: usize) {
        let text = self.page.text;
        let Self {
            engine,
            rules,
            page,
            buffer,
        } = self;
        let ScanBuffer { ends, memory, findings } = &mut **buffer;
        // No pattern of this lane accepts a start in the middle of a number.
        let opens = |start: usize| !(start > 0 && text[start - 1].is_ascii_digit() && text[start].is_ascii_digit());
        for lane in &engine.numbers {
            lane.propose(text, anchor, ends, opens, |pattern, start, end| {
                findings.extend(rules.judge(page, Candidate { pattern, start, end }, memory));
            });
        }
    }

    fn address(&mut self, anchor: usize) {
        let text = self.page.text;
        let Self {
            engine,
            rules,
            page,
            buffer,
        } = self;
        let ScanBuffer { ends, memory, findings } = &mut **buffer;
        for lane in &engine.addresses {
            lane.propose(
                text,
                anchor,
                ends,
                |_| true,
                |pattern, start, end| {
                    findings.extend(rules.judge(page, Candidate { pattern, start, end }, memory));
                },
            );
        }
    }

    fn group(&mut self, start: usize) {
        let Self {
            engine,
            rules,
            page,
            buffer,
        } = self;
        let ScanBuffer { ends, memory, findings } = &mut **buffer;
        for lane in &engine.groups {
            lane.propose(page.text, start, ends, |pattern, start, end| {
                findings.extend(rules.judge(page, Candidate { pattern, start, end }, memory));
            });
        }
    }

    fn word(&mut self, start: usize) {
        let Self {
            engine,
            rules,
            page,
            buffer,
        } = self;
        let ScanBuffer { ends, memory, findings } = &mut **buffer;
        for lane in &engine.words {
            lane.propose(page.text, start, ends, |pattern, start, end| {
                findings.extend(rules.judge(page, Candidate { pattern, start, end }, memory));
            });
        }
    }
}
