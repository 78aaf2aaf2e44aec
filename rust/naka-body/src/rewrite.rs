//! Edits back into the body: from field to layer to the layer around it, until they are spans of the body.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::codec::{RawEdit, splice};
use crate::document::{Edit, FieldId, FieldKind, NO_RECORD};
use crate::error::EditError;
use crate::json;
use crate::media;
use crate::store::{FieldRecord, Json, Store};

/// Edits of one layer each, in bytes of that layer's text.
type ByLayer = BTreeMap<u32, Vec<RawEdit>>;

/// `numbers`: strings that become numbers, quotes and all.
pub(crate) fn rewrite(store: &Store<'_>, mut edits: Vec<Edit>, numbers: &[FieldId]) -> Result<Vec<u8>, EditError> {
    if edits.is_empty() {
        return Ok(store.body.to_vec());
    }
    let order = |edit: &Edit| (edit.field, edit.start, edit.end);
    // a judge's edits are in order; sorting takes half as much memory again
    if !edits.is_sorted_by_key(order) {
        edits.sort_by_key(order);
    }
    let count = edits.len();
    let mut layers = ByLayer::new();
    // Records whose text changes; true if positions in it move as well.
    let mut records: BTreeMap<u32, bool> = BTreeMap::new();
    for group in edits.chunk_by_mut(|one, other| one.field == other.field) {
        let field = store
            .fields
            .get(group[0].field.0 as usize)
            .ok_or(EditError::OutOfRange)?;
        let text = store.text(field.text);
        check(field, text, group)?;
        let moves = group
            .iter()
            .any(|edit| characters(&text[edit.start as usize..edit.end as usize]) != characters(&edit.replacement));
        *records.entry(field.record).or_default() |= moves;
        let room = if field.layer == 0 { count } else { 0 };
        let carried = match group {
            [edit] if numbers.contains(&edit.field) => vec![number(store, field, text, edit)?],
            _ => field_edits(store, field, text, group)?,
        };
        layers
            .entry(field.layer)
            .or_insert_with(|| Vec::with_capacity(room))
            .extend(carried);
    }
    // their replacements have moved on; in a body that is dense with findings the rest is as large as they
    drop(edits);
    while let Some((layer, mut edits)) = layers.pop_last() {
        sort_apart(&mut edits)?;
        if layer == 0 {
            let edits = with_stale(store, edits, &records);
            return finish(store, splice(store.body, &edits));
        }
        let inner = &store.layers[layer as usize - 1];
        let raw = &store.layer_text(inner.parent)[inner.start as usize..inner.end as usize];
        let carried = shifted(inner.codec.carry(raw, &inner.text, edits)?, inner.start);
        layers.entry(inner.parent).or_default().extend(carried);
    }
    Ok(store.body.to_vec())
}

/// Where in the body a part of a field's text is written: what an edit of it would replace.
pub(crate) fn source_range(store: &Store<'_>, part: &mut Edit) -> Result<Range<usize>, EditError> {
    let field = store.fields.get(part.field.0 as usize).ok_or(EditError::OutOfRange)?;
    let (mut layer, text) = (field.layer, store.text(field.text));
    check_spans(text, std::slice::from_ref(part))?;
    let mut edits = field_edits(store, field, text, std::slice::from_mut(part))?;
    while layer != 0 {
        let inner = &store.layers[layer as usize - 1];
        let raw = &store.layer_text(inner.parent)[inner.start as usize..inner.end as usize];
        edits = shifted(inner.codec.carry(raw, &inner.text, edits)?, inner.start);
        layer = inner.parent;
    }
    Ok(edits[0].start..edits[0].end)
}

/// The edits of one field must be inside it, apart, on character borders, and in UTF-8.
fn check(field: &FieldRecord, text: &[u8], edits: &[Edit]) -> Result<(), EditError> {
    if !field.editable {
        return Err(EditError::NotEditable);
    }
    if edits.iter().any(|edit| std::str::from_utf8(&edit.replacement).is_err()) {
        return Err(EditError::NotUtf8);
    }
    check_spans(text, edits)
}

fn check_spans(text: &[u8], edits: &[Edit]) -> Result<(), EditError> {
    let mut last = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        if start > end || end > text.len() {
            return Err(EditError::OutOfRange);
        }
        if start < last {
            return Err(EditError::Overlap);
        }
        last = end;
        if splits(text, start) || splits(text, end) {
            return Err(EditError::SplitsCharacter);
        }
    }
    Ok(())
}

/// Whether a cut at `at` would part the bytes of one character. Bytes that are not UTF-8 may be parted.
fn splits(text: &[u8], at: usize) -> bool {
    let begin = at.saturating_sub(3);
    (begin..at).any(|lead| {
        let len = match text[lead] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return false,
        };
        lead + len > at
            && text
                .get(lead..lead + len)
                .is_some_and(|all| std::str::from_utf8(all).is_ok())
    })
}

fn characters(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// The edits of one field in bytes of its layer. Takes their replacements.
fn field_edits(
    store: &Store<'_>,
    field: &FieldRecord,
    text: &[u8],
    edits: &mut [Edit],
) -> Result<Vec<RawEdit>, EditError> {
    let plain = edits.iter_mut().map(|edit| RawEdit {
        start: edit.start as usize,
        end: edit.end as usize,
        bytes: std::mem::take(&mut edit.replacement),
    });
    let plain: Vec<RawEdit> = plain.collect();
    if field.kind == FieldKind::Number {
        // The token as a whole becomes a string.
        let mut bytes = vec![b'"'];
        json::escape(&splice(text, &plain), &mut bytes);
        bytes.push(b'"');
        return Ok(vec![RawEdit {
            start: field.start as usize,
            end: field.end as usize,
            bytes,
        }]);
    }
    let raw = &store.layer_text(field.layer)[field.start as usize..field.end as usize];
    Ok(shifted(field.codec.carry(raw, text, plain)?, field.start))
}

/// A string that becomes the number which replaces all of it.
fn number(store: &Store<'_>, field: &FieldRecord, text: &[u8], edit: &mut Edit) -> Result<RawEdit, EditError> {
    let around = store.layer_text(field.layer);
    let (start, end) = (field.start as usize, field.end as usize);
    let quoted = start > 0 && around.get(start - 1) == Some(&b'"') && around.get(end) == Some(&b'"');
    let whole = (edit.start, edit.end as usize) == (0, text.len());
    let digits = edit.replacement.iter().all(u8::is_ascii_digit);
    if field.kind != FieldKind::Text || !quoted || !whole || !digits {
        return Err(EditError::OutOfRange);
    }
    Ok(RawEdit {
        start: start - 1,
        end: end + 1,
        bytes: std::mem::take(&mut edit.replacement),
    })
}

fn shifted(mut edits: Vec<RawEdit>, by: u32) -> Vec<RawEdit> {
    for edit in &mut edits {
        edit.start += by as usize;
        edit.end += by as usize;
    }
    edits
}

fn sort_apart(edits: &mut [RawEdit]) -> Result<(), EditError> {
    let order = |edit: &RawEdit| (edit.start, edit.end);
    if !edits.is_sorted_by_key(order) {
        edits.sort_by_key(order);
    }
    let apart = edits.windows(2).all(|pair| pair[0].end <= pair[1].start);
    if apart { Ok(()) } else { Err(EditError::Overlap) }
}

/// Adds the replacements of what went stale; an edit inside one goes with it.
fn with_stale(store: &Store<'_>, edits: Vec<RawEdit>, records: &BTreeMap<u32, bool>) -> Vec<RawEdit> {
    let stale = store.stale.iter().filter(|span| {
        span.record != NO_RECORD
            && records
                .get(&span.record)
                .is_some_and(|&moved| moved || !span.stale.only_if_moved)
    });
    let stale: Vec<RawEdit> = stale
        .map(|span| RawEdit {
            start: span.start as usize,
            end: span.end as usize,
            bytes: if span.stale.empty_array {
                b"[]".to_vec()
            } else {
                b"null".to_vec()
            },
        })
        .collect();
    if stale.is_empty() {
        return edits;
    }
    let inside = |edit: &RawEdit| {
        stale
            .iter()
            .any(|span| span.start <= edit.start && edit.end <= span.end)
    };
    let mut all: Vec<RawEdit> = edits.into_iter().filter(|edit| !inside(edit)).collect();
    all.extend(stale.iter().cloned());
    all.sort_by_key(|edit| (edit.start, edit.end));
    all
}

/// A body that was JSON must be JSON still.
fn finish(store: &Store<'_>, body: Vec<u8>) -> Result<Vec<u8>, EditError> {
    let valid = |text: &[u8], from: usize| json::parse_from(text, from, usize::MAX, &mut json::Ignore).is_ok();
    let holds = match store.json {
        Json::No => true,
        Json::Value(from) => valid(&body, from),
        Json::Lines => {
            let lines = body.strip_prefix(media::BOM).unwrap_or(&body);
            let mut lines = lines.split(|&byte| byte == b'\n');
            lines.all(|line| line.trim_ascii().is_empty() || valid(line, 0))
        }
    };
    if holds { Ok(body) } else { Err(EditError::BrokenOutput) }
}
