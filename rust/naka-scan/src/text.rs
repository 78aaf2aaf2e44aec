//! Plain text of any length, in blocks that overlap, so that neither a finding nor its context is cut.

use crate::scanner::{Judge, Piece};
use crate::step::{FileFinding, Step};

/// Bytes before a border that the next block sees again as context: more than the longest window of the detector.
const BEHIND: usize = 1024;
/// Bytes before the end of a block that are left to the next one: more than the longest finding with its look-ahead.
const AHEAD: usize = 1024;

pub(crate) fn feed(judge: &mut Judge, block: &[u8], from: usize, last: bool, clean: bool) -> Step {
    let border = if last {
        block.len()
    } else {
        boundary(block, block.len().saturating_sub(AHEAD))
    };
    if !last && border <= from {
        return Step {
            keep_from: from.saturating_sub(BEHIND),
            ..Step::default()
        };
    }
    let decision = judge.decide(std::iter::once(Piece {
        id: 0,
        text: block,
        label: None,
    }));
    let mut step = Step::default();
    // What lies in front of `from` was judged with the block before; what starts at the border is the next block's.
    let mut at = from;
    for cluster in &decision.clusters {
        let (start, end) = (cluster.start as usize, cluster.end as usize);
        if start < from || start >= border {
            continue;
        }
        step.findings
            .extend(decision.members(cluster).iter().map(|member| FileFinding {
                finding: member.finding,
                span: member.finding.start as usize..member.finding.end as usize,
                place: String::new(),
                action: cluster.enforced,
            }));
        if clean && let Some(replacement) = judge.replacement(cluster, block) {
            step.cleaned.extend_from_slice(&block[at..start]);
            step.cleaned.extend_from_slice(&replacement);
            at = end;
        }
        step.consumed = step.consumed.max(end);
    }
    step.consumed = step.consumed.max(border);
    if clean {
        step.cleaned.extend_from_slice(&block[at..step.consumed]);
    }
    step.keep_from = boundary(block, step.consumed.saturating_sub(BEHIND));
    step
}

/// The nearest position at or before `at` that does not part a UTF-8 sequence.
fn boundary(block: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&at| block.get(at).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(at)
}
