//! JSON documents and JSON lines: every string, number and key is a text, its key the label.

use naka_body::{ApiTables, Direction, Document, Edit, FieldId};

use crate::scanner::{Judge, MAX_RECORD, Piece};
use crate::step::{FileFinding, Step, Unread};
use crate::text;

/// A whole file. Asks for more until the last block, unless it is too long to be held.
pub(crate) fn document(judge: &mut Judge, block: &[u8], last: bool, clean: bool) -> Step {
    if !last && block.len() <= MAX_RECORD {
        return Step::default();
    }
    let mut step = Step::default();
    if last {
        record(judge, block, 0, clean, &mut step);
        (step.consumed, step.keep_from) = (block.len(), block.len());
    } else {
        step = text::feed(judge, block, 0, last, clean);
        step.unread.push(Unread {
            at: 0,
            reason: "json_too_large",
        });
    }
    step
}

/// The whole lines of a block.
pub(crate) fn lines(judge: &mut Judge, block: &[u8], last: bool, clean: bool) -> Step {
    let mut step = Step::default();
    while step.consumed < block.len() {
        let rest = &block[step.consumed..];
        let line = match memchr::memchr(b'\n', rest) {
            Some(end) => &rest[..end],
            None if last => rest,
            None if rest.len() > MAX_RECORD && step.consumed == 0 => {
                let mut step = text::feed(judge, block, 0, last, clean);
                step.unread.push(Unread {
                    at: 0,
                    reason: "line_too_large",
                });
                return step;
            }
            None => break,
        };
        if line.trim_ascii().is_empty() {
            if clean {
                step.cleaned.extend_from_slice(line);
            }
        } else {
            record(judge, line, step.consumed, clean, &mut step);
        }
        step.consumed += line.len();
        if step.consumed < block.len() {
            step.consumed += 1;
            if clean {
                step.cleaned.push(b'\n');
            }
        }
    }
    step.keep_from = step.consumed;
    step
}

/// One document that begins at byte `base` of the block.
fn record(judge: &mut Judge, bytes: &[u8], base: usize, clean: bool, step: &mut Step) {
    let route = ApiTables::shared().route("", "");
    let read = Document::read(
        bytes,
        Some("application/json"),
        &route,
        Direction::Request,
        &judge.limits,
    );
    let document = match read {
        Ok(document) => document,
        Err(error) => {
            // Past a limit: as plain text nothing is missed but what escapes hide.
            let mut plain = text::feed(judge, bytes, 0, true, clean);
            plain
                .findings
                .iter_mut()
                .for_each(|found| found.span = found.span.start + base..found.span.end + base);
            step.findings.append(&mut plain.findings);
            step.unread.push(Unread {
                at: base,
                reason: error.code(),
            });
            step.cleaned.append(&mut plain.cleaned);
            return;
        }
    };
    step.unread.extend(document.unscannable().iter().map(|part| Unread {
        at: base,
        reason: part.reason.code(),
    }));
    let decision = judge.decide(document.fields().map(|field| Piece {
        id: field.id.0,
        text: field.text,
        label: field.label,
    }));
    let mut edits = Vec::new();
    for cluster in &decision.clusters {
        let field = FieldId(cluster.field);
        for member in decision.members(cluster) {
            let found = member.finding;
            let span = document
                .source_range(field, found.start, found.end)
                .unwrap_or(0..bytes.len());
            step.findings.push(FileFinding {
                finding: found,
                span: span.start + base..span.end + base,
                place: document.path(field),
                action: cluster.enforced,
            });
        }
        let field = document.field(field);
        if clean && let Some(replacement) = judge.replacement(cluster, field.text) {
            edits.push(Edit {
                field: field.id,
                start: cluster.start,
                end: cluster.end,
                replacement,
            });
        }
    }
    if clean {
        match document.rewrite(&edits) {
            Ok(cleaned) => step.cleaned.extend_from_slice(&cleaned),
            Err(error) => {
                // A finding that cannot be taken out: the record goes rather than the value stays.
                step.unread.push(Unread {
                    at: base,
                    reason: error.code(),
                });
            }
        }
    }
}
