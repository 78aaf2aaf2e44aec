//! The custom lanes at work: the walk over the text calls them at the places it finds, and `finish` turns hits
//! into findings.

use super::compile::{Customs, KEYWORD, OPEN};
use super::edges::ends_word;
use super::limits::MAX_MATCH;
use crate::check::Compact;
use crate::context::Page;
use crate::finding::{Evidence, Finding, Flags, RuleId, Tier, WordId};
use crate::heads::Heads;
use crate::lanes::{End, PatternSet};

/// Memory that is reused from one scan to the next.
#[derive(Debug, Default)]
pub(crate) struct CustomBuffer {
    ends: Vec<End>,
    hits: Vec<Hit>,
}

/// A match of a rule that fits its edges and its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    rule: u16,
    start: u32,
    /// Bytes behind the end count down, so that the longest of one start comes first.
    end: std::cmp::Reverse<u32>,
}

impl Customs {
    /// True when starts of words must be looked at.
    pub(crate) fn wants_words(&self) -> bool {
        !self.words.is_empty() || !self.starts.is_empty()
    }

    /// Which ASCII words may begin something; `None` when all may.
    pub(crate) fn heads(&self) -> Option<&Heads> {
        self.starts.is_empty().then(|| self.words.heads())
    }

    /// True when punctuation must be looked at.
    pub(crate) fn wants_signs(&self) -> bool {
        self.starts.iter().any(super::start::Starts::begins_with_signs)
    }

    /// Looks at the start of a word.
    #[inline(always)]
    pub(crate) fn word(&self, text: &[u8], at: usize, buffer: &mut CustomBuffer) {
        self.words
            .probe(text, at, |owner, end| self.literal(text, at, owner, end, buffer));
        self.sign(text, at, buffer);
    }

    fn literal(&self, text: &[u8], at: usize, owner: u32, end: usize, buffer: &mut CustomBuffer) {
        let rule = (owner & !(KEYWORD | OPEN)) as u16;
        if owner & KEYWORD != 0 {
            if owner & OPEN != 0 || ends_word(text, end) {
                self.hit(text, rule, at, end, &mut buffer.hits);
            }
            return;
        }
        if let Some(automaton) = &self.rules[usize::from(rule)].alone {
            automaton.run(&text[..text.len().min(at + MAX_MATCH)], at, &mut buffer.ends);
            self.pick(text, at, |_| rule, buffer);
        }
    }

    /// Looks at any other character, or the start of a word, with the expressions that have no better lane.
    #[inline(always)]
    pub(crate) fn sign(&self, text: &[u8], at: usize, buffer: &mut CustomBuffer) {
        for lane in &self.starts {
            if lane.run(text, at, &mut buffer.ends) {
                self.pick(text, at, |pattern| lane.id(pattern), buffer);
            }
        }
    }

    /// Looks at a run of three digits or more.
    pub(crate) fn number(&self, text: &[u8], anchor: usize, buffer: &mut CustomBuffer) {
        for lane in &self.numbers {
            lane.starts(text, anchor, |start| {
                lane.run(&text[..text.len().min(start + MAX_MATCH)], start, &mut buffer.ends);
                self.pick(text, start, |pattern| lane.id(pattern), buffer);
            });
        }
    }

    /// Looks at an `@`.
    pub(crate) fn address(&self, text: &[u8], anchor: usize, buffer: &mut CustomBuffer) {
        for lane in &self.addresses {
            lane.starts(text, anchor, |start| {
                lane.run(&text[..text.len().min(start + MAX_MATCH)], start, &mut buffer.ends);
                self.pick(text, start, |pattern| lane.id(pattern), buffer);
            });
        }
    }

    /// For each pattern, the longest end at the edge of a word.
    fn pick(&self, text: &[u8], start: usize, rule: impl Fn(usize) -> u16, buffer: &mut CustomBuffer) {
        let mut seen: PatternSet = 0;
        for end in buffer.ends.iter().rev() {
            let mut new = end.patterns & !seen;
            while new != 0 {
                let pattern = new.trailing_zeros() as usize;
                new &= new - 1;
                let id = rule(pattern);
                let edges = self.rules[usize::from(id)].edges;
                if edges.close(text, end.at as usize) {
                    seen |= 1 << pattern;
                    if edges.open(text, start) {
                        self.hit(text, id, start, end.at as usize, &mut buffer.hits);
                    }
                }
            }
        }
    }

    fn hit(&self, text: &[u8], rule: u16, start: usize, end: usize, hits: &mut Vec<Hit>) {
        let holds = match &self.rules[usize::from(rule)].check {
            None => true,
            Some(check) => Compact::new(&text[start..end]).is_some_and(|compact| (check.test)(&compact)),
        };
        if holds {
            hits.push(Hit {
                rule,
                start: start as u32,
                end: std::cmp::Reverse(end as u32),
            });
        }
    }

    /// Appends the findings of one scan to `out`. `rules` and `words` are the counts of the built-in ones.
    pub(crate) fn finish(
        &self,
        page: &Page<'_>,
        rules: usize,
        words: usize,
        buffer: &mut CustomBuffer,
        out: &mut Vec<Finding>,
    ) {
        let from = out.len();
        buffer.hits.sort_unstable();
        let mut last = None;
        for hit in buffer.hits.drain(..) {
            // Matches of one rule do not overlap: the leftmost wins, then the longest.
            if last.is_some_and(|(rule, end)| rule == hit.rule && hit.start < end) {
                continue;
            }
            last = Some((hit.rule, hit.end.0));
            let rule = &self.rules[usize::from(hit.rule)];
            let (start, end) = (hit.start as usize, hit.end.0 as usize);
            let word = match rule.boost {
                Some(_) => self.contexts.heard(page, start, end, rule.recognizer),
                None => None,
            };
            let boost = if word.is_some() { rule.boost.unwrap_or(0.0) } else { 0.0 };
            let confidence = (rule.confidence + boost).min(1.0);
            if Tier::of(confidence).is_none() {
                continue;
            }
            let mut evidence = Evidence::FORMAT;
            if rule.check.is_some_and(|check| check.arithmetic) {
                evidence = evidence.with(Evidence::CHECKSUM);
            }
            if word.is_some() {
                evidence = evidence.with(Evidence::CONTEXT);
            }
            out.push(Finding {
                entity: rule.entity,
                rule: RuleId(rules as u16 + hit.rule),
                start: hit.start,
                end: hit.end.0,
                confidence,
                evidence,
                flags: Flags::CUSTOM,
                word: word.map_or(WordId::NONE, |word| WordId(words as u16 + word)),
                counter_word: WordId::NONE,
            });
        }
        // Several rules of one recogniser may see the same span: the most confident one speaks for it. Recognisers of
        // two packs both speak, for a pack that enforces nothing must not silence one that does.
        let key = |f: &Finding| {
            let recognizer = self.rules[usize::from(f.rule.0) - rules].recognizer;
            (f.start, std::cmp::Reverse(f.end), f.entity, recognizer)
        };
        out[from..].sort_by(|a, b| key(a).cmp(&key(b)).then(b.confidence.total_cmp(&a.confidence)));
        let mut kept = from;
        for i in from..out.len() {
            if i == from || key(&out[kept - 1]) != key(&out[i]) {
                out[kept] = out[i];
                kept += 1;
            }
        }
        out.truncate(kept);
    }
}
