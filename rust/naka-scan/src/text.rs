//! Plain text of any length, in blocks that overlap, so that neither a finding nor its context is cut.

use crate::scanner::{Desk, Piece};
use crate::step::{FileFinding, Step};

/// Bytes before a border that the next block sees again as context: more than the longest window of the detector.
const BEHIND: usize = 1024;
/// Bytes before the end of a block that are left to the next one: more than the longest finding with its look-ahead.
const AHEAD: usize = 1024;

/// Adds to `step`, whose work is done up to `from`.
pub(crate) fn feed(desk: &mut Desk, block: &[u8], from: usize, last: bool, clean: bool, step: &mut Step) {
    let border = if last {
        block.len()
    } else {
        boundary(block, block.len().saturating_sub(AHEAD))
    };
    if !last && border <= from {
        step.keep_from = from.saturating_sub(BEHIND);
        return;
    }
    // Only the context of what was judged before is read again: the block may begin far in front of it.
    let base = boundary(block, from.saturating_sub(BEHIND));
    let text = &block[base..];
    let decision = desk.decide(std::iter::once(Piece {
        id: 0,
        text,
        label: None,
    }));
    // What lies in front of `from` was judged with the block before; what starts at the border is the next block's.
    let (mut at, mut done) = (from, border);
    for cluster in &decision.clusters {
        let (start, end) = (base + cluster.start as usize, base + cluster.end as usize);
        if start < from || start >= border {
            continue;
        }
        step.findings
            .extend(decision.members(cluster).iter().map(|member| FileFinding {
                finding: member.finding,
                span: base + member.finding.start as usize..base + member.finding.end as usize,
                place: String::new(),
                action: cluster.enforced,
            }));
        if clean && let Some(replacement) = desk.replacement(cluster, text) {
            step.cleaned.extend_from_slice(&block[at..start]);
            step.cleaned.extend_from_slice(&replacement);
            at = end;
        }
        done = done.max(end);
    }
    step.consumed = done;
    if clean {
        step.cleaned.extend_from_slice(&block[at..done]);
    }
    step.keep_from = boundary(block, done.saturating_sub(BEHIND));
}

/// The nearest position at or before `at` that does not part a UTF-8 sequence.
fn boundary(block: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&at| block.get(at).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(at)
}
