//! The fast engine: one pass over the folded text finds the places where a candidate may be, the lanes
//! propose candidates there, and the judge decides on each.
//!
//! The same candidates as the oracle's reach the judge, except those that it would refuse for what stands before them,
//! or since no word names their entity. Held by `tests/oracle.rs`.
//! Cost: `docs/concepts/engine.md`. No allocation once the buffers have grown.

mod engine;

pub(crate) use engine::Engine;

use std::cell::RefCell;

use crate::context::{Memory, Page};
use crate::custom::{CustomBuffer, Customs};
use crate::finding::Finding;
use crate::judge::Candidate;
use crate::lanes::{DigitRun, End, Grouped, PatternSet};
use crate::lexicon::Last;
use crate::mask::{self, BLOCK, Classes, Masks};
use crate::neighbours::{self, Sides};
use crate::ruleset::RuleSet;
use crate::word_index::{self, Seekers, Wanted};
use engine::NumberLane;

/// Memory that is reused from one scan to the next.
#[derive(Debug)]
pub(crate) struct ScanBuffer {
    ends: Vec<End>,
    memory: Memory,
    /// Where the tables of the page begin.
    tops: Vec<usize>,
    /// What the judge accepted, before overlaps are resolved.
    pub(crate) findings: Vec<Finding>,
    pub(crate) custom: CustomBuffer,
}

impl Default for ScanBuffer {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            memory: Memory::indexed(),
            tops: Vec::new(),
            findings: Vec::new(),
            custom: CustomBuffer::default(),
        }
    }
}

impl ScanBuffer {
    /// Memory for ends of matches.
    pub(crate) const fn ends(&mut self) -> &mut Vec<End> {
        &mut self.ends
    }
}

impl Engine {
    /// Scans a page and leaves all accepted candidates in `buffer.findings`, overlaps included, and the hits of
    /// custom rules in `buffer.custom`.
    pub(crate) fn scan(&self, rules: &RuleSet, customs: Option<&Customs>, page: Page<'_>, buffer: &mut ScanBuffer) {
        self.scan_patterns(rules, customs, page, buffer);
        rules.whole_values(&page, &mut buffer.tops, &mut buffer.findings);
    }

    /// [`Self::scan`] without the values that only the name of their column tells.
    pub(crate) fn scan_patterns(
        &self,
        rules: &RuleSet,
        customs: Option<&Customs>,
        page: Page<'_>,
        buffer: &mut ScanBuffer,
    ) {
        buffer.memory.clear();
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
#[inline(always)]
fn walk<M: Masks>(run: &mut Run<'_>) {
    let text = run.page.text;
    let has_groups = !run.engine.groups.is_empty();
    let custom_words = run.customs.is_some_and(Customs::wants_words);
    let custom_signs = run.customs.is_some_and(Customs::wants_signs);
    let mut ahead = classes_at::<M>(text, 0);
    let (mut digits, mut triples) = (0u64, 0u64);
    let mut carry = Default::default();
    let mut base = 0;
    while base < text.len() {
        hear::<M>(run, &mut ahead, base + BLOCK + word_index::AHEAD);
        let (classes, wanted) = run.block(base);

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
        let mut starts = wanted.lanes;
        while starts != 0 {
            run.word(base + starts.trailing_zeros() as usize);
            starts &= starts - 1;
        }
        if custom_words {
            let mut starts = wanted.customs;
            while starts != 0 {
                run.custom_word(base + starts.trailing_zeros() as usize);
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

/// Lets the index of words hear the text up to `until`.
#[inline(always)]
fn hear<M: Masks>(run: &mut Run<'_>, next: &mut Classes, until: usize) {
    let (text, engine, customs) = (run.page.text, run.engine, run.customs);
    let seekers = Seekers {
        lanes: &engine.words,
        customs,
    };
    let Some(index) = run.buffer.memory.index() else { return };
    let until = until.min(text.len());
    while index.heard() < until {
        let base = index.heard();
        let now = *next;
        *next = classes_at::<M>(text, base + BLOCK);
        // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
        let leads = || unsafe { M::leads(&mask::block_at(text, base)) };
        index.hear::<M>(&run.rules.lexicon, text, [&now, next], leads, seekers);
    }
}

#[inline(always)]
fn classes_at<M: Masks>(text: &[u8], base: usize) -> Classes {
    if base >= text.len() {
        return Classes::default();
    }
    // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
    unsafe { M::classes(&mask::block_at(text, base)) }
}

impl Run<'_> {
    /// A run of three digits or more begins at `anchor`.
    fn number(&mut self, anchor: usize) {
        let (rules, page) = (self.rules, &self.page);
        let mut opens = Opens((usize::MAX, false));
        let run = page.text[anchor..].iter().take_while(|c| c.is_ascii_digit()).count();
        let digits = DigitRun::new(page.text, anchor, anchor + run);
        for NumberLane {
            lane,
            values,
            told,
            gate,
            reach,
        } in &self.engine.numbers
        {
            let possible = gate.entities(digits);
            if possible == 0 {
                continue;
            }
            let ScanBuffer {
                ends, memory, findings, ..
            } = &mut *self.buffer;
            // Behind a start lies at most a match, before it at most a match without its digits.
            let near = |memory: &mut Memory, from: usize, to: usize| memory.gist(&rules.lexicon, page, from, to).pro;
            if told.is_some() {
                let (from, to) = (anchor.saturating_sub(*reach), anchor + reach);
                if !memory.may_name(&rules.lexicon, page, from, anchor, to, possible) {
                    continue;
                }
            }
            let memory = RefCell::new(memory);
            let mut named = (0, 0);
            let opens = &mut opens;
            let patterns = |start: usize| {
                let opens = if *values {
                    opens.ask(rules, page.text, start)
                } else {
                    apart(page.text, start)
                };
                match told {
                    _ if !opens => 0,
                    Some(told) => {
                        let near = near(&mut memory.borrow_mut(), start, start + reach);
                        if near != named.0 {
                            named = (near, told.patterns(near));
                        }
                        named.1
                    }
                    None => PatternSet::MAX,
                }
            };
            let may_end = |end: usize| !*values || closes(page.text, end);
            lane.propose(page.text, anchor, ends, patterns, may_end, |pattern, start, end| {
                findings.extend(rules.judge(page, Candidate { pattern, start, end }, &mut memory.borrow_mut()));
            });
        }
        if let Some(customs) = self.customs {
            customs.number(page.text, anchor, &mut self.buffer.custom);
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
                |_| PatternSet::MAX,
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
    }

    /// A word may begin at `start` that custom rules want to see.
    fn custom_word(&mut self, start: usize) {
        if let Some(customs) = self.customs {
            customs.word(self.page.text, start, &mut self.buffer.custom);
        }
    }

    /// What the index knows of the block at `base`.
    #[inline(always)]
    fn block(&mut self, base: usize) -> (Classes, Wanted) {
        self.buffer
            .memory
            .index()
            .map_or_else(Default::default, |index| index.block(base))
    }

    /// A character that is neither a letter nor a digit stands at `at`.
    fn sign(&mut self, at: usize) {
        if let Some(customs) = self.customs {
            customs.sign(self.page.text, at, &mut self.buffer.custom);
        }
    }
}

/// The last start that was asked for: lanes ask for the same ones.
struct Opens((usize, bool));

impl Opens {
    /// False where no number can begin: what stands before it makes it a slice of something longer, or letters are glued
    /// to it that are no label. Most runs of digits in identifiers of machines end here.
    #[inline(always)]
    fn ask(&mut self, rules: &RuleSet, text: &[u8], start: usize) -> bool {
        if self.0.0 != start {
            let opens = match neighbours::value_begins(text, start) {
                None => false,
                Some(Sides { glued: Some(glued), .. }) => !matches!(rules.lexicon.last(&text[glued]), Last::Unknown),
                Some(_) => true,
            };
            self.0 = (start, opens);
        }
        self.0.1
    }
}

/// False where no value can end: letters, digits and the like go on.
fn closes(text: &[u8], end: usize) -> bool {
    let goes_on = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'@');
    !text.get(end).is_some_and(goes_on)
}

/// False in the middle of a number: what begins there is a slice of it.
fn apart(text: &[u8], start: usize) -> bool {
    !(start > 0 && text[start - 1].is_ascii_digit() && text[start].is_ascii_digit())
}
