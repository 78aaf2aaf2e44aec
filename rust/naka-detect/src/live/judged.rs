//! Which rules are judged in streams, and a scan by these alone.

use super::from::{View, page};
use super::{MAX_HELD, MAX_MATCH, floor};
use crate::detector::arrange;
use crate::finding::{EntityId, Finding, RuleId};
use crate::fold::{Folded, fold, without_soft_end};
use crate::rule::Class;
use crate::scan::ScanBuffer;
use crate::{Detector, Scratch};

/// What is settled of a text, in bytes of the original.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    /// Up to here it is released.
    pub(super) released: usize,
    /// Before this place no label waits for its value.
    pub(super) labels: usize,
}

/// The place in `text` of the byte `at` of its folded form; the end for the end.
fn original(folded: &Folded<'_>, at: usize, text: &str) -> usize {
    if at >= folded.bytes().len() {
        text.len()
    } else {
        folded.span(at, at + 1).0
    }
}

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
        let findings = &mut scratch.scan.findings;
        findings.clear();
        let length = folded.bytes().len();
        self.scan_judged(&folded, length, length, &mut scratch.scan);
        out.append(&mut scratch.scan.findings);
    }

    /// What [`Self::scan`] finds in a text and [`Self::scan_stream_judged`] does not: names, addresses, what only the name of its
    /// column tells. Two scans. Appends to `out`, sorted by start, the longest first.
    ///
    /// # Panics
    /// When the text is longer than [`crate::fold::MAX_TEXT`].
    pub fn scan_late(&self, text: &str, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let mut all = Vec::new();
        self.scan(text.as_bytes(), None, scratch, &mut all);
        if all.is_empty() {
            return;
        }
        let mut judged = Vec::new();
        self.scan_stream_judged(text, scratch, &mut judged);
        let told = |late: &Finding| {
            let place = |f: &Finding| (f.entity, f.start, f.end);
            judged.iter().any(|finding| place(finding) == place(late))
        };
        out.extend(all.into_iter().filter(|finding| !told(finding)));
    }

    /// The first byte of `text`, the channel so far or its tail, that must wait: a rule that is judged in streams could
    /// still find something there, or something else, when more comes. `text.len()` when nothing must. `released` is
    /// what was said of the text before, 0 at first.
    #[must_use]
    pub fn live_from(&self, text: &str, released: usize, scratch: &mut Scratch) -> usize {
        let marks = Marks { released, labels: 0 };
        self.advance(text, marks, false, scratch).released
    }

    /// [`Self::live_from`], or the end of the text when it `ends` the channel; leaves in `scratch` what is found before
    /// that place, for good.
    pub(super) fn advance(&self, text: &str, marks: Marks, ends: bool, scratch: &mut Scratch) -> Marks {
        let Marks { released, labels } = marks;
        let Scratch { fold: buffer, scan } = scratch;
        scan.findings.clear();
        let known = if ends { text } else { without_soft_end(text) };
        let folded = fold(known.as_bytes(), buffer);
        let length = folded.bytes().len();
        let mut labels = labels;
        let (mut from, first, rival) = if ends {
            (length, 0, length)
        } else {
            let (rules, _, customs) = self.parts();
            let view = View {
                rules,
                lanes: self.live_lanes(),
                text: folded.bytes(),
                released: folded.image(released),
                labels: folded.image(labels),
            };
            let mut live = view.live(scan.ends());
            if let Some(customs) = customs {
                customs.live(&view, scan.ends(), &mut live);
            }
            labels = original(&folded, live.labels, text);
            (live.from, live.first, live.rival)
        };
        let waits_too_long = |from: usize| known.len() - original(&folded, from, known) > MAX_HELD;
        let mut late = waits_too_long(from);
        if first < from && !late {
            from = self.scan_judged(&folded, from, rival, scan);
            late = waits_too_long(from);
        }
        let mut from = original(&folded, from, text);
        if late {
            // What waits for too long is judged by what is there.
            let oldest = floor(known, known.len() - MAX_HELD / 2);
            let begin = folded.image(oldest);
            self.scan_judged(&folded, begin, length, scan);
            let begun = scan.findings.iter().filter(|f| (f.start as usize) < oldest);
            from = begun.map(|f| f.end as usize).max().unwrap_or(0).max(oldest);
        }
        Marks {
            released: from.max(released),
            labels,
        }
    }

    /// Leaves in `scan` what the rules that are judged in streams find in `folded`, in original bytes. Gives `live`, or the
    /// beginning of what overlaps with something that is not decided: what waits, or what begins at `rival`.
    fn scan_judged(&self, folded: &Folded<'_>, mut live: usize, rival: usize, scan: &mut ScanBuffer) -> usize {
        let page = page(folded.bytes());
        let (rules, engine, customs) = self.parts();
        engine.scan_patterns(rules, customs, page, scan);
        let findings = &mut scan.findings;
        let built_in = findings.len();
        if let Some(customs) = customs {
            let custom = &mut scan.custom;
            customs.finish(&page, rules.rules.len(), rules.words.len(), custom, findings);
        }
        let mut custom = findings.split_off(built_in);
        findings.retain(|finding| self.stream_judged(finding.rule));
        custom.retain(|finding| self.stream_judged(finding.rule));
        if findings.iter().chain(&custom).any(|f| f.end as usize > rival) {
            live = live.min(rival);
        }
        while let Some(first) = findings
            .iter()
            .chain(&custom)
            .filter(|f| (f.start as usize) < live && f.end as usize > live)
            .map(|f| f.start as usize)
            .min()
        {
            live = first;
        }
        rules.resolve(page.text, findings);
        let built_in = findings.len();
        findings.append(&mut custom);
        arrange(folded, findings, built_in);
        live
    }
}
