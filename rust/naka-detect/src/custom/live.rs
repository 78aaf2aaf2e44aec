//! What the recognisers of packs leave open at the end of a stream's text. Only those with a bounded match are judged in
//! streams; an automaton holds either these or the others.
//! Cost: every lane once for each start of a word in the text that waits, and one look into the sorted keywords.

use super::compile::{Customs, KEYWORD, OPEN};
use crate::lanes::{Automaton, End, longest, starts_word};
use crate::live::{self, Live, View};
use crate::ruleset::RuleInfo;

/// True for a rule that is judged in streams.
pub(super) const fn is_judged(info: &RuleInfo) -> bool {
    info.max_len <= live::MAX_MATCH
}

/// Literals in lower case, sorted: whether a text begins one.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    bytes: Vec<u8>,
    /// Where each literal ends; it begins where the one before ends.
    ends: Vec<u32>,
}

impl Prefixes {
    pub(super) fn new<'l>(literals: impl Iterator<Item = &'l [u8]>) -> Self {
        let mut all: Vec<Vec<u8>> = literals.map(<[u8]>::to_ascii_lowercase).collect();
        all.sort_unstable();
        all.dedup();
        let mut new = Self::default();
        for literal in all {
            new.bytes.extend_from_slice(&literal);
            new.ends.push(new.bytes.len() as u32);
        }
        new
    }

    /// True when `text` is the beginning of a longer literal.
    fn begin(&self, text: &[u8]) -> bool {
        let of = |i: usize| {
            let from = i.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            &self.bytes[from..self.ends[i] as usize]
        };
        let text = text.to_ascii_lowercase();
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if of(middle) <= &text[..] {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low < self.ends.len() && of(low).starts_with(&text)
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        self.bytes.len() + 4 * self.ends.len()
    }
}

impl Customs {
    /// Adds to `live` what these recognisers leave open.
    pub(crate) fn live(&self, view: &View<'_>, ends: &mut Vec<End>, live: &mut Live) {
        let text = view.text;
        let judged = |rule: u16| is_judged(&self.infos[usize::from(rule)]);
        for start in view.released..text.len() {
            let begins = starts_word(text, start);
            if begins && !self.words.is_empty() {
                self.literals(text, start, ends, live);
            }
            let inside = text[start].is_ascii_alphanumeric() || text[start] >= 0x80;
            if inside && !begins {
                continue;
            }
            let anchored = self.numbers.iter().chain(&self.addresses);
            for lane in anchored.filter(|lane| judged(lane.id(0))) {
                self.run(text, start, lane.forward(), &|pattern| lane.id(pattern), ends, live);
            }
            for lane in self.starts.iter().filter(|lane| judged(lane.id(0))) {
                self.run(text, start, lane.forward(), &|pattern| lane.id(pattern), ends, live);
            }
        }
    }

    fn literals(&self, text: &[u8], start: usize, ends: &mut Vec<End>, live: &mut Live) {
        if text.len() - start <= super::limits::MAX_KEYWORD && self.prefixes.begin(&text[start..]) {
            live.open(start);
        }
        self.words.probe(text, start, |owner, end| {
            let rule = (owner & !(KEYWORD | OPEN)) as u16;
            if !is_judged(&self.infos[usize::from(rule)]) {
                return;
            }
            if owner & KEYWORD != 0 {
                self.close(text, rule, start, end, owner & OPEN != 0, live);
            } else if let Some(automaton) = &self.rules[usize::from(rule)].alone {
                self.run(text, start, automaton, &|_| rule, ends, live);
            }
        });
    }

    fn run(
        &self,
        text: &[u8],
        start: usize,
        automaton: &Automaton,
        rule: &dyn Fn(usize) -> u16,
        ends: &mut Vec<End>,
        live: &mut Live,
    ) {
        if automaton.run_on(text, start, ends) {
            live.open(start);
        }
        longest(ends, |pattern, end| {
            self.close(text, rule(pattern), start, end, false, live)
        });
    }

    /// Takes a match: it waits for the character behind it, and for the words around it where these count.
    fn close(&self, text: &[u8], rule: u16, start: usize, end: usize, open: bool, live: &mut Live) {
        let boost = self.rules[usize::from(rule)].boost.is_some();
        let known = (open || end < text.len()) && (!boost || live::words_are_known(text, start, end));
        if known {
            live.first = live.first.min(start);
        } else {
            live.open(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginnings_of_longer_literals_count() {
        let words = ["Bluefin", "blue", "kestrel wing"];
        let prefixes = Prefixes::new(words.iter().map(|word| word.as_bytes()));
        for text in ["b", "B", "blue", "bluefi", "kestrel ", "KESTREL W"] {
            assert!(prefixes.begin(text.as_bytes()), "{text}");
        }
        for text in ["bluefin", "a", "c", "kestrel wings", "z"] {
            assert!(!prefixes.begin(text.as_bytes()), "{text}");
        }
        assert!(!Prefixes::default().begin(b"a"));
    }
}
