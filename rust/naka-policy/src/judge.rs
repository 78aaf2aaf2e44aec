//! Texts in, one decision out: scans what belongs together and asks the rules about all of it at once, since their
//! conditions span fields and records. Keeps its buffers, so that a text without findings costs no allocation.

use std::ops::Range;

use naka_detect::{Finding, Scratch};

use crate::{Decision, FieldFindings, RuleSet, Traffic};

/// A text to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// The caller's number for it: [`crate::Cluster::field`] of what is found in it.
    pub field: u32,
    /// The record that it belongs to, for conditions within a record.
    pub record: u32,
    /// The text.
    pub bytes: &'t [u8],
    /// The key, column or form label whose value it is.
    pub label: Option<&'t [u8]>,
}

impl<'t> Text<'t> {
    fn with<'f>(&self, findings: &'f [Finding]) -> FieldFindings<'f>
    where
        't: 'f,
    {
        FieldFindings {
            field: self.field,
            record: self.record,
            text: self.bytes,
            findings,
        }
    }
}

/// Findings for which room is kept from one body to the next. A body that is dense with them gives its room back before
/// it is written anew, which takes as much.
const KEPT: usize = 1024;

/// One per thread.
#[derive(Default)]
pub struct Judge {
    scratch: Scratch,
    findings: Vec<Finding>,
}

impl Judge {
    /// Scans `texts` and decides over all of them. Their fields are in ascending order.
    pub fn decide<'t>(
        &mut self,
        rules: &RuleSet,
        traffic: &Traffic<'_>,
        texts: impl IntoIterator<Item = Text<'t>>,
    ) -> Decision {
        let detector = rules.detector();
        self.findings.clear();
        let mut found: Vec<(Text<'t>, Range<usize>)> = Vec::new();
        for text in texts {
            let start = self.findings.len();
            detector.scan(text.bytes, text.label, &mut self.scratch, &mut self.findings);
            if self.findings.len() > start {
                found.push((text, start..self.findings.len()));
            }
        }
        let fields: Vec<FieldFindings<'_>> = found
            .into_iter()
            .map(|(text, range)| text.with(&self.findings[range]))
            .collect();
        let decision = rules.decide(traffic, &fields);
        drop(fields);
        self.give_back();
        decision
    }

    fn give_back(&mut self) {
        if self.findings.capacity() > KEPT {
            self.findings = Vec::new();
        }
    }

    /// As [`Judge::decide`], in two parts: over the findings that `first` takes, and over the others.
    pub fn decide_parted<'t>(
        &mut self,
        rules: &RuleSet,
        traffic: &Traffic<'_>,
        texts: impl IntoIterator<Item = Text<'t>>,
        first: impl Fn(&Finding) -> bool,
    ) -> (Decision, Decision) {
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        for text in texts {
            self.findings.clear();
            rules
                .detector()
                .scan(text.bytes, text.label, &mut self.scratch, &mut self.findings);
            if self.findings.is_empty() {
                continue;
            }
            let (own, other): (Vec<Finding>, Vec<Finding>) = self.findings.iter().copied().partition(|f| first(f));
            ours.push((text, own));
            others.push((text, other));
        }
        self.give_back();
        let decide = |found: &[(Text<'t>, Vec<Finding>)]| {
            let fields: Vec<FieldFindings<'_>> = found.iter().map(|(text, findings)| text.with(findings)).collect();
            rules.decide(traffic, &fields)
        };
        (decide(&ours), decide(&others))
    }

    /// The detector's memory, for one who scans a text in pieces.
    pub fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }

    /// True when the detector finds nothing in `text`.
    pub fn is_clean(&mut self, rules: &RuleSet, text: &[u8]) -> bool {
        self.findings.clear();
        rules.detector().scan(text, None, &mut self.scratch, &mut self.findings);
        self.findings.is_empty()
    }
}
