//! Bodies without structure, or with little: plain text, and forms.

use crate::codec::Codec;
use crate::document::{FieldKind, NO_RECORD, Reason};
use crate::json::{self, Failed};
use crate::media::opaque;
use crate::path::{Node, Step};
use crate::store::{FieldRecord, Layer, Place, Store};
use crate::tables::automaton::{Automaton, FREE};
use crate::walk::{Start, Walk};
use crate::{BodyError, Limits};

/// The whole body as one field.
pub(crate) fn read_text(store: &mut Store<'_>) {
    if store.body.contains(&0) {
        opaque(store, Reason::Binary);
    }
    let all = Place::in_layer(0, 0, store.body.len());
    store.fields.push(FieldRecord {
        layer: 0,
        start: all.start,
        end: all.end,
        text: all,
        label: Place::NONE,
        node: 0,
        step: Step::Here,
        record: NO_RECORD,
        kind: FieldKind::Text,
        codec: Codec::Plain,
        editable: true,
    });
}

/// Pairs of a form: keys and values are fields; a value that is JSON is walked.
pub(crate) fn read_form(store: &mut Store<'_>, paths: &Automaton, limits: &Limits) -> Result<(), BodyError> {
    let body = store.body;
    let mut at = 0;
    let mut utf8 = true;
    for pair in body.split(|&byte| byte == b'&') {
        if store.kept() + 3 >= limits.max_fields {
            return Err(BodyError::TooManyFields);
        }
        let cut = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let key = Place::in_layer(0, at, at + cut);
        let value = Place::in_layer(0, (at + cut + 1).min(at + pair.len()), at + pair.len());
        at += pair.len() + 1;

        let label = form_text(store, key);
        if label.len() > 0 && !store.words.contains(store.text(label)) {
            push(store, key, label, Place::NONE, FieldKind::Key, Step::Key(label));
        }
        let text = form_text(store, value);
        utf8 &= [label, text]
            .iter()
            .all(|&place| std::str::from_utf8(store.text(place)).is_ok());
        let inner = store.text(text);
        if matches!(inner.first(), Some(b'{' | b'[')) && json::parse(inner, limits.max_depth, &mut json::Ignore).is_ok()
        {
            walk_value(store, value, text, label, (paths, limits))?;
        } else if text.len() > 0 {
            push(store, value, text, label, FieldKind::Text, Step::Key(label));
        }
    }
    // Bytes of the body that are not UTF-8 are noticed by the caller.
    if !utf8 && std::str::from_utf8(body).is_ok() {
        opaque(store, Reason::InvalidUtf8);
    }
    Ok(())
}

fn push(store: &mut Store<'_>, raw: Place, text: Place, label: Place, kind: FieldKind, step: Step) {
    store.fields.push(FieldRecord {
        layer: 0,
        start: raw.start,
        end: raw.end,
        text,
        label,
        node: 0,
        step,
        record: NO_RECORD,
        kind,
        codec: Codec::Form,
        editable: true,
    });
}

/// Walks the value of a pair, which is JSON.
fn walk_value(
    store: &mut Store<'_>,
    raw: Place,
    text: Place,
    label: Place,
    (paths, limits): (&Automaton, &Limits),
) -> Result<(), BodyError> {
    let (inner, node) = (store.text(text).to_vec(), store.nodes.len() as u32);
    store.nodes.push(Node {
        parent: 0,
        step: Step::Key(label),
    });
    store.layers.push(Layer {
        parent: 0,
        start: raw.start,
        end: raw.end,
        codec: Codec::Form,
        text: Vec::new(),
    });
    let layer = store.layers.len();
    let start = Start {
        node,
        label,
        record: NO_RECORD,
        state: FREE,
        lines: false,
    };
    let mut walk = Walk::new(store, &inner, (layer as u32, 1), paths, limits, start);
    let walked = json::parse(&inner, limits.max_depth, &mut walk);
    store.layers[layer - 1].text = inner;
    match walked {
        Err(Failed::Sink(why)) => Err(why),
        // The caller has parsed the same text before.
        Ok(()) | Err(Failed::Syntax(_)) => Ok(()),
    }
}

/// The decoded text of a key or value.
fn form_text(store: &mut Store<'_>, raw: Place) -> Place {
    let body = store.body;
    let text = &body[raw.start as usize..raw.end as usize];
    if text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        store.decode(Codec::Form, text)
    } else {
        raw
    }
}
