//! The tokens that a request made, kept until its answer has passed. They live as long as the exchange, count against the
//! budget of the process, and are wiped when it ends.

use std::sync::{Arc, OnceLock};

use naka_body::{Document, Edit, Field, FieldId, FieldKind};
use naka_policy::{Decision, Fates, Permit, Place, Restorer, Tokens, may_hold_token, token_spans};

use crate::budget::{Budget, Lease};

/// Tokens and the room that they take.
pub(crate) struct Held {
    pub(crate) tokens: Tokens,
    _lease: Option<Lease>,
}

impl Held {
    /// No tokens. One for all exchanges: nothing is ever put into it.
    pub(crate) fn none() -> Arc<Self> {
        static NONE: OnceLock<Arc<Held>> = OnceLock::new();
        let none = NONE.get_or_init(|| {
            Arc::new(Self {
                tokens: Tokens::default(),
                _lease: None,
            })
        });
        Arc::clone(none)
    }

    /// `None` when the budget has no room for them.
    pub(crate) fn new(tokens: Tokens, budget: &Arc<Budget>) -> Option<Arc<Self>> {
        let mut lease = Lease::new(Arc::clone(budget));
        let fits = lease.cover(tokens.bytes() as u64);
        fits.then(|| {
            Arc::new(Self {
                tokens,
                _lease: Some(lease),
            })
        })
    }
}

/// Adds what becomes of the tokens in the fields of an answer that `chosen` chooses, each a whole text. `edits` are those
/// of its masks: a token in a span that is masked goes with it. `numbers`: strings that become numbers again; without it
/// they stay strings. `call`: the tool whose call a document is about that does not name it.
pub(crate) fn restore_fields(
    (tokens, permit, call): (&Tokens, &Permit, Option<&str>),
    document: &Document<'_>,
    chosen: impl Fn(&Field<'_>) -> bool,
    (edits, mut numbers): (&mut Vec<Edit>, Option<&mut Vec<FieldId>>),
    fates: &mut Fates,
) {
    let mut found = Vec::new();
    let masks = edits.len();
    for field in document.fields().filter(chosen) {
        // without tokens of its own, only those that someone else made are counted
        let may_hold = field.text.contains(&b'<') || (!tokens.is_empty() && may_hold_token(field.text));
        if !may_hold {
            continue;
        }
        let tool = document.tool(field.id);
        let begins = field.text.trim_ascii_start().first();
        let place = Place {
            argument: tool.is_some(),
            leaf: document.is_nested(field.id),
            tool: tool.and_then(|tool| tool.name.or(call)),
            json: tool.is_some_and(|tool| tool.whole) && matches!(begins, Some(b'{' | b'[')),
            encoded: document.is_encoded(field.id),
        };
        let whole = (field.text, field.text.len());
        Restorer::new(&place).run(tokens, permit, &place, whole, &mut found, fates);
        for restored in found.drain(..) {
            let (start, end) = (restored.start as u32, restored.end as u32);
            let masked = |edit: &Edit| edit.field == field.id && edit.start < end && start < edit.end;
            if !field.editable || edits[..masks].iter().any(masked) {
                fates.sealed();
                continue;
            }
            if let (true, FieldKind::Text, Some(numbers)) = (restored.number, field.kind, &mut numbers) {
                numbers.push(field.id);
            }
            edits.push(Edit {
                field: field.id,
                start,
                end,
                replacement: restored.value,
            });
        }
    }
}

/// Leaves out what was found inside of tokens of this exchange, however a model has spelled them.
pub(crate) fn overlook_tokens<'t>(decision: &mut Decision, tokens: &Tokens, text: impl Fn(u32) -> &'t [u8]) {
    if tokens.is_empty() || decision.clusters.is_empty() {
        return;
    }
    let mut known = None;
    decision.clusters.retain(|cluster| {
        let spans = match &mut known {
            Some((field, spans)) if *field == cluster.field => spans,
            _ => {
                &mut known
                    .insert((cluster.field, token_spans(tokens, text(cluster.field))))
                    .1
            }
        };
        let (start, end) = (cluster.start as usize, cluster.end as usize);
        !spans.iter().any(|span| span.start <= start && end <= span.end)
    });
}
