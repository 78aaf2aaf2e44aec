//! Overlapping readings of the same bytes: which of them is true.
//!
//! Within one entity the longest reading stays. Between entities the more confident one stays, then the longer one,
//! then the one with the stronger kind of evidence. A true part of a larger finding (the PAN in a GSTIN, the mobile
//! number in a UPI id) is kept beside it and marked [`Flags::NESTED`]; parts that no pattern can see, because letters
//! touch them, are added here. Doing it twice changes nothing.

use std::cmp::Ordering;

use crate::check::Compact;
use crate::finding::{EntityId, Evidence, Finding, Flags, WordId};
use crate::rule::Class;
use crate::ruleset::{PartSpan, RuleSet};

/// Most places that [`sort`] moves a finding by.
const ASTRAY: usize = 16;

/// Sorts by start, the longest first. The lanes find nearly in order: then each is moved by a few places only.
fn sort(findings: &mut [Finding]) {
    let before = |a: &Finding, b: &Finding| (a.start, b.end, a.rule) < (b.start, a.end, b.rule);
    for i in 1..findings.len() {
        let astray = findings[i];
        let mut at = i;
        while at > 0 && before(&astray, &findings[at - 1]) {
            if i - at == ASTRAY {
                findings[at] = astray;
                findings.sort_unstable_by(|a, b| (a.start, b.end, a.rule).cmp(&(b.start, a.end, b.rule)));
                return;
            }
            findings[at] = findings[at - 1];
            at -= 1;
        }
        if at < i {
            findings[at] = astray;
        }
    }
}

impl RuleSet {
    /// Leaves the true readings in `findings`, sorted by start, the longest first. Readings that do not overlap have
    /// nothing to do with each other, so each cluster of overlapping ones is resolved by itself: the cost follows the
    /// number of findings.
    pub(crate) fn resolve(&self, text: &[u8], findings: &mut Vec<Finding>) {
        sort(findings);
        let all = findings.len();
        let mut next = 0;
        while next < all {
            let from = findings.len();
            let mut end = findings[next].end;
            while next < all && (findings.len() == from || findings[next].start < end) {
                end = end.max(findings[next].end);
                findings.push(findings[next]);
                next += 1;
            }
            self.resolve_cluster(text, findings, from);
        }
        findings.drain(..all);
    }

    /// Resolves the readings from `from` on.
    fn resolve_cluster(&self, text: &[u8], findings: &mut Vec<Finding>, from: usize) {
        if findings.len() - from > 1 {
            // Longest of each entity: `+91 98123 45670` before the same number without its prefix.
            findings[from..].sort_unstable_by(|a, b| {
                (a.entity, length(b), a.start)
                    .cmp(&(b.entity, length(a), b.start))
                    .then(by_confidence(a, b))
                    .then(a.rule.cmp(&b.rule))
            });
            keep_apart(findings, from, |a, b| a.entity == b.entity && overlap(a, b));
            findings[from..].sort_unstable_by(|a, b| self.rank(a, b));
            keep_apart(findings, from, |kept, new| {
                overlap(kept, new) && !self.is_part(kept, new) && !self.is_part(new, kept)
            });
        }
        self.add_parts(text, findings, from);
        if findings.len() - from > 1 {
            let cluster = &mut findings[from..];
            cluster.sort_unstable_by(|a, b| (a.start, b.end, a.entity).cmp(&(b.start, a.end, b.entity)));
            for i in 0..cluster.len() {
                let nested = cluster.iter().any(|outer| self.is_part(outer, &cluster[i]));
                if nested {
                    cluster[i].flags = cluster[i].flags.with(Flags::NESTED);
                }
            }
        }
    }

    fn rank(&self, a: &Finding, b: &Finding) -> Ordering {
        let class = |f: &Finding| match self.entities[usize::from(f.entity.0)].class {
            Class::Checksum => 0,
            Class::Registry => 1,
            Class::Structure => 2,
            Class::Label => 3,
            Class::Masked => 4,
            Class::Heuristic => 5,
            Class::Custom => 6,
        };
        by_confidence(a, b)
            .then(length(b).cmp(&length(a)))
            .then(class(a).cmp(&class(b)))
            .then(a.entity.cmp(&b.entity))
            .then(a.start.cmp(&b.start))
            .then(a.rule.cmp(&b.rule))
    }

    /// True when `inner` is a true part of `outer`.
    fn is_part(&self, outer: &Finding, inner: &Finding) -> bool {
        outer.start <= inner.start
            && inner.end <= outer.end
            && length(inner) < length(outer)
            && self.entities[usize::from(inner.entity.0)].nested_in & 1 << outer.entity.0 != 0
    }

    /// Adds the parts that rules declare: the PAN of a GSTIN, the mobile number before an `@`.
    fn add_parts(&self, text: &[u8], findings: &mut Vec<Finding>, from: usize) {
        for i in from..findings.len() {
            let outer = findings[i];
            for part in &self.entities[usize::from(outer.entity.0)].parts {
                let range = outer.start as usize..outer.end as usize;
                let inner = match part.span {
                    PartSpan::Slice(from, to) => nth(text, &range, from)
                        .zip(nth(text, &range, to - 1))
                        .map(|(a, b)| (a, b + 1)),
                    PartSpan::Mobile => mobile(text, &range),
                };
                let Some((start, end)) = inner else { continue };
                let known = findings[from..]
                    .iter()
                    .any(|f| f.entity.0 == part.entity && f.start < end as u32 && f.end > start as u32);
                if known {
                    continue;
                }
                let compact = Compact::new(&text[start..end]);
                findings.push(Finding {
                    entity: EntityId(part.entity),
                    rule: outer.rule,
                    start: start as u32,
                    end: end as u32,
                    confidence: outer.confidence,
                    evidence: Evidence::FORMAT,
                    flags: self.flags(part.entity, compact.as_ref()).with(Flags::NESTED),
                    word: WordId::NONE,
                    counter_word: WordId::NONE,
                });
            }
        }
    }
}

/// Position of the n-th letter or digit.
fn nth(text: &[u8], range: &std::ops::Range<usize>, n: usize) -> Option<usize> {
    range.clone().filter(|&i| text[i].is_ascii_alphanumeric()).nth(n)
}

/// The local part of an address when it is an Indian mobile number.
fn mobile(text: &[u8], range: &std::ops::Range<usize>) -> Option<(usize, usize)> {
    let at = memchr::memchr(b'@', &text[range.clone()])?;
    let local = &text[range.start..range.start + at];
    let number = match local {
        [b'9', b'1', rest @ ..] if rest.len() == 10 => rest,
        [b'0', rest @ ..] if rest.len() == 10 => rest,
        all => all,
    };
    let is_mobile = number.len() == 10 && matches!(number[0], b'6'..=b'9') && number.iter().all(u8::is_ascii_digit);
    is_mobile.then_some((range.start, range.start + at))
}

/// Of the findings from `from` on, keeps each that clashes with none kept before it.
fn keep_apart(findings: &mut Vec<Finding>, from: usize, clash: impl Fn(&Finding, &Finding) -> bool) {
    let mut kept = from;
    for i in from..findings.len() {
        let new = findings[i];
        if !findings[from..kept].iter().any(|old| clash(old, &new)) {
            findings[kept] = new;
            kept += 1;
        }
    }
    findings.truncate(kept);
}

fn length(f: &Finding) -> u32 {
    f.end - f.start
}

fn overlap(a: &Finding, b: &Finding) -> bool {
    a.start < b.end && b.start < a.end
}

fn by_confidence(a: &Finding, b: &Finding) -> Ordering {
    b.confidence.total_cmp(&a.confidence)
}
