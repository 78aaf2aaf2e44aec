//! Which rules are judged in streams, and a scan by these alone.

use std::cmp::Reverse;

use super::MAX_MATCH;
use crate::context::Page;
use crate::finding::{EntityId, Finding, RuleId};
use crate::fold::fold;
use crate::rule::Class;
use crate::{Detector, Scratch};

impl Detector {
    /// True when `rule` is judged while a channel streams. False for names, addresses and phrases (class `heuristic`)
    /// and for expressions of packs without a longest match of [`MAX_MATCH`] bytes: the whole channel is scanned for
    /// those at its end. Values that only the name of their column tells (ages in a table) have no rule of their own and are
    /// never judged in streams.
    #[must_use]
    pub fn stream_judged(&self, rule: RuleId) -> bool {
        self.rules()
            .get(usize::from(rule.0))
            .is_some_and(|info| info.max_len <= MAX_MATCH && self.entity(info.entity).class != Class::Heuristic)
    }

    /// True when every rule of `entity` is judged while a channel streams.
    #[must_use]
    pub fn entity_stream_judged(&self, entity: EntityId) -> bool {
        let mut own = self.rules().iter().filter(|info| info.entity == entity).peekable();
        own.peek().is_some() && own.all(|info| self.stream_judged(info.id))
    }

    /// What the rules that are judged in streams find in a whole text: what [`super::ChannelScan`] finds in it,
    /// however it is cut. Appends to `out`, sorted by start, the longest first.
    ///
    /// # Panics
    /// When the text is longer than [`crate::fold::MAX_TEXT`].
    pub fn scan_stream_judged(&self, text: &str, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let folded = fold(text.as_bytes(), &mut scratch.fold);
        let page = Page {
            text: folded.bytes(),
            label: b"",
        };
        let (rules, engine, customs) = self.parts();
        engine.scan_patterns(rules, customs, page, &mut scratch.scan);
        let findings = &mut scratch.scan.findings;
        findings.retain(|finding| self.stream_judged(finding.rule));
        rules.resolve(page.text, findings);
        if let Some(customs) = customs {
            let built_in = findings.len();
            customs.finish(
                &page,
                rules.rules.len(),
                rules.words.len(),
                &mut scratch.scan.custom,
                findings,
            );
            findings.retain(|finding| self.stream_judged(finding.rule));
            if findings.len() > built_in {
                findings.sort_by_key(|f| (f.start, Reverse(f.end), f.entity));
            }
        }
        for finding in findings.iter_mut() {
            let (start, end) = folded.span(finding.start as usize, finding.end as usize);
            (finding.start, finding.end) = (start as u32, end as u32);
        }
        out.append(findings);
    }
}
