//! The plain engine: every pattern is tried at every byte of the folded text, one automaton each.
//! It defines what is found; the fast engine must find the same. Used in tests and benchmarks.
//! Cost: about a hundred automaton starts per byte of text.

use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense;
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input, MatchKind};

use crate::context::{Memory, Page};
use crate::finding::Finding;
use crate::fold::{FoldBuffer, fold};
use crate::judge::Candidate;
use crate::rule_error::RuleError;
use crate::ruleset::{RuleSet, syntax_config};

/// One anchored automaton per pattern.
#[derive(Debug)]
pub struct Oracle {
    rules: RuleSet,
    automata: Vec<dense::DFA<Vec<u32>>>,
}

impl Oracle {
    /// The built-in rules.
    ///
    /// # Errors
    /// Every fault of the rule files.
    pub fn builtin() -> Result<Self, Vec<RuleError>> {
        Self::new(RuleSet::builtin()?)
    }

    pub(crate) fn new(rules: RuleSet) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut automata = Vec::new();
        for (pattern, info) in rules.patterns.iter().zip(&rules.rules) {
            let built = dense::Builder::new()
                .configure(
                    dense::Config::new()
                        .match_kind(MatchKind::All)
                        .start_kind(regex_automata::dfa::StartKind::Anchored),
                )
                .thompson(thompson::Config::new().utf8(false))
                .syntax(syntax_config())
                .build(&pattern.regex);
            match built {
                Ok(dfa) => automata.push(dfa),
                Err(why) => errors.push(RuleError::NotCompiled {
                    rule: info.name.clone(),
                    why: why.to_string(),
                }),
            }
        }
        if errors.is_empty() {
            Ok(Self { rules, automata })
        } else {
            Err(errors)
        }
    }

    /// What [`crate::Detector::scan`] must find, in the same order.
    #[must_use]
    pub fn scan(&self, text: &[u8], label: Option<&[u8]>) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.scan_into(text, label, &mut FoldBuffer::default(), &mut findings);
        findings
    }

    pub(crate) fn scan_into(&self, text: &[u8], label: Option<&[u8]>, buffer: &mut FoldBuffer, out: &mut Vec<Finding>) {
        let folded = fold(text, buffer);
        let page = Page {
            text: folded.bytes(),
            label: label.unwrap_or_default(),
        };
        let mut memory = Memory::new();
        let mut findings = Vec::new();
        for start in 0..page.text.len() {
            for (pattern, automaton) in self.automata.iter().enumerate() {
                let Some(end) = longest(automaton, page.text, start) else {
                    continue;
                };
                let candidate = Candidate {
                    pattern: pattern as u16,
                    start,
                    end,
                };
                findings.extend(self.rules.judge(&page, candidate, &mut memory));
            }
        }
        self.rules.whole_values(&page, &mut Vec::new(), &mut findings);
        self.rules.resolve(page.text, &mut findings);
        for finding in &mut findings {
            let (start, end) = folded.span(finding.start as usize, finding.end as usize);
            (finding.start, finding.end) = (start as u32, end as u32);
        }
        out.append(&mut findings);
    }
}

fn longest(automaton: &dense::DFA<Vec<u32>>, text: &[u8], start: usize) -> Option<usize> {
    let input = Input::new(text).range(start..).anchored(Anchored::Yes);
    // A dense automaton without quit bytes and with an anchored start cannot fail.
    automaton
        .try_search_fwd(&input)
        .ok()
        .flatten()
        .map(|half| half.offset())
}
