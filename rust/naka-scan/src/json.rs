//! JSON documents and JSON lines: every string, number and key is a text, its key the label.

use naka_body::{ApiTables, Direction, Document, Edit, FieldId};

use crate::scanner::{Desk, Piece};
use crate::step::{FileFinding, Step, Unread};
use crate::text;

/// A whole file. Asks for more until the last block; says why not when it is too long to be held.
pub(crate) fn document(
    desk: &mut Desk,
    block: &[u8],
    last: bool,
    clean: bool,
    step: &mut Step,
) -> Option<&'static str> {
    if last {
        record(desk, block, 0, clean, step);
        step.consumed = block.len();
    }
    (!last && block.len() > desk.limits.max_decoded_bytes).then_some("json_too_large")
}

/// The whole lines of a block; says why not when the next one is too long to be held.
pub(crate) fn lines(desk: &mut Desk, block: &[u8], last: bool, clean: bool, step: &mut Step) -> Option<&'static str> {
    while step.consumed < block.len() {
        let rest = &block[step.consumed..];
        let line = match memchr::memchr(b'\n', rest) {
            Some(end) => &rest[..end],
            None if last => rest,
            None => return (rest.len() > desk.limits.max_decoded_bytes).then_some("line_too_large"),
        };
        if line.trim_ascii().is_empty() {
            if clean {
                step.cleaned.extend_from_slice(line);
            }
        } else {
            record(desk, line, step.consumed, clean, step);
        }
        step.consumed += line.len();
        if step.consumed < block.len() {
            step.consumed += 1;
            if clean {
                step.cleaned.push(b'\n');
            }
        }
    }
    None
}

/// One document that begins at byte `base` of the block.
fn record(desk: &mut Desk, bytes: &[u8], base: usize, clean: bool, step: &mut Step) {
    let route = ApiTables::shared().route("", "");
    let read = Document::read(
        bytes,
        Some("application/json"),
        &route,
        Direction::Request,
        &desk.limits,
    );
    let document = match read {
        Ok(document) => document,
        Err(error) => {
            // Past a limit: as plain text nothing is missed but what escapes hide.
            let mut plain = Step::default();
            text::feed(desk, bytes, 0, true, clean, &mut plain);
            for found in &mut plain.findings {
                found.span = found.span.start + base..found.span.end + base;
            }
            step.findings.append(&mut plain.findings);
            step.cleaned.append(&mut plain.cleaned);
            step.unread.push(Unread {
                at: base,
                reason: error.code(),
            });
            return;
        }
    };
    step.unread.extend(document.unscannable().iter().map(|part| Unread {
        at: base,
        reason: part.reason.code(),
    }));
    let decision = desk.decide(document.fields().map(|field| Piece {
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
        if clean && let Some(replacement) = desk.replacement(cluster, field.text) {
            edits.push(Edit {
                field: field.id,
                start: cluster.start,
                end: cluster.end,
                replacement,
            });
        }
    }
    if clean {
        match document.rewrite(edits) {
            Ok(cleaned) => step.cleaned.extend_from_slice(&cleaned),
            Err(error) => {
                // A finding that cannot be taken out: the record goes rather than the value stays, and its place stays valid.
                step.cleaned.extend_from_slice(b"null");
                step.unread.push(Unread {
                    at: base,
                    reason: error.code(),
                });
            }
        }
    }
}
