//! Memory that a thread uses again for every job, so that a scan allocates nothing once warm.

use naka_detect::{Finding, Scratch};
use naka_policy::RuleSet;

/// One per thread.
#[derive(Default)]
pub struct Tools {
    pub(crate) scratch: Scratch,
    pub(crate) findings: Vec<Finding>,
    pub(crate) spans: Vec<Span>,
}

impl Tools {
    /// True when the detector finds nothing in `text`.
    pub(crate) fn is_clean(&mut self, rules: &RuleSet, text: &[u8]) -> bool {
        self.findings.clear();
        rules.detector().scan(text, None, &mut self.scratch, &mut self.findings);
        self.findings.is_empty()
    }
}

/// Where the findings of one text lie in [`Tools::findings`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Field of the document, or behind its last one, text of the target.
    pub(crate) field: u32,
    pub(crate) record: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}
