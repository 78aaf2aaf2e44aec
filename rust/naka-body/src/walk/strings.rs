//! Strings: text, or another text written inside one.

use super::{Leaf, Slot, Start, Walk};
use crate::BodyError;
use crate::codec::Codec;
use crate::document::{FieldKind, Reason};
use crate::json::{self, Failed, Syntax};
use crate::path::Node;
use crate::shape;
use crate::store::{FieldRecord, Layer, Place};
use crate::tables::automaton::{Class, FREE};
use crate::unnamed;

/// Encoded bytes in a string, from `data` on.
struct Blob {
    data: usize,
    base64: bool,
    /// What they are if they are no text.
    reason: Option<Reason>,
}

impl Walk<'_, '_> {
    pub(super) fn string_value(&mut self, leaf: Leaf, class: Class) -> Result<(), BodyError> {
        let text = self.read(leaf.text);
        if text.is_empty() {
            return Ok(());
        }
        match class {
            Class::Copy => Ok(()),
            Class::Keep if shape::is_setting(text) || shape::is_ciphertext(text) => Ok(()),
            Class::Keep | Class::Audit => self.push_string(leaf, false),
            Class::Url => self.url(leaf),
            // Files may be text, and then are: by a data: URL, as base64, or as it stands.
            Class::Opaque(Reason::File) => match data_url(text) {
                Some(blob) => self.blob(leaf, blob),
                None if shape::may_be_base64(text) => {
                    let blob = base64(text);
                    self.blob(leaf, blob)
                }
                None => self.text(leaf),
            },
            Class::Opaque(reason) => self.report(leaf.slot, reason),
            Class::Unnamed if unnamed::is_excused(self.read(leaf.slot.label), text) => Ok(()),
            Class::Unnamed | Class::Text | Class::Free => self.text(leaf),
        }
    }

    /// A string that may be text: looked into as far as it holds another text, else one field.
    fn text(&mut self, leaf: Leaf) -> Result<(), BodyError> {
        let text = self.read(leaf.text);
        if let Some(blob) = data_url(text) {
            return self.blob(leaf, blob);
        }
        if shape::is_blob(text) {
            let blob = base64(text);
            return self.blob(leaf, blob);
        }
        if looks_like_json(text) {
            if self.depth >= self.limits.max_layers {
                self.report(leaf.slot, Reason::NestedTooDeep)?;
            } else {
                let inner = text.to_vec();
                let layer = self.add_layer((leaf.raw.start, leaf.raw.end), Codec::Json);
                if self.walk_inside(leaf.slot, layer, inner)?.is_none() {
                    return Ok(());
                }
                self.store.layers.pop();
            }
        }
        self.push_string(leaf, true)
    }

    /// A URL that the provider will follow.
    fn url(&mut self, leaf: Leaf) -> Result<(), BodyError> {
        if let Some(blob) = data_url(self.read(leaf.text)) {
            return self.blob(leaf, blob);
        }
        self.push_string(leaf, false)?;
        self.report(leaf.slot, Reason::RemoteUrl)
    }

    /// A text inside if the encoded bytes turn out to be one, else unscannable.
    fn blob(&mut self, leaf: Leaf, blob: Blob) -> Result<(), BodyError> {
        let text = self.read(leaf.text);
        // Pictures and sound are not looked into: they are large, and never text.
        let media = matches!(blob.reason, Some(Reason::Image | Reason::Audio | Reason::Video));
        let inner = (!media)
            .then(|| unnamed::inner_text(&text[blob.data..], blob.base64))
            .flatten();
        let Some((codec, inner)) = inner.filter(|_| self.depth < self.limits.max_layers) else {
            return self.report(leaf.slot, blob.reason.unwrap_or(Reason::File));
        };
        if inner.is_empty() {
            return Ok(());
        }
        let (outer, mut at) = (self.layer, (leaf.raw.start + blob.data, leaf.raw.end));
        if leaf.raw.escaped {
            // The bytes are themselves written with escapes: undo those first, as a layer of its own.
            let unescaped = text.to_vec();
            at = (blob.data, unescaped.len());
            self.layer = self.add_layer((leaf.raw.start, leaf.raw.end), Codec::Json);
            self.set_layer_text(self.layer, unescaped);
        }
        let layer = self.add_layer(at, codec);
        self.layer = outer;
        let inner = if looks_like_json(&inner) {
            self.walk_inside(leaf.slot, layer, inner)?
        } else {
            Some(inner)
        };
        let Some(inner) = inner else { return Ok(()) };
        self.within_limit()?;
        self.store.fields.push(FieldRecord {
            layer,
            start: 0,
            end: inner.len() as u32,
            text: Place::in_layer(layer, 0, inner.len()),
            label: leaf.slot.label,
            node: leaf.slot.node,
            step: leaf.slot.step,
            record: leaf.slot.record,
            kind: FieldKind::Text,
            codec: Codec::Plain,
            editable: true,
        });
        self.set_layer_text(layer, inner);
        Ok(())
    }

    /// Walks `inner`, the text of the new and last `layer`, as JSON. Gives it back, with nothing kept, if it is none.
    fn walk_inside(&mut self, slot: Slot, layer: u32, inner: Vec<u8>) -> Result<Option<Vec<u8>>, BodyError> {
        self.within_limit()?;
        let before = self.store.mark();
        let node = self.store.nodes.len() as u32;
        self.store.nodes.push(Node {
            parent: slot.node,
            step: slot.step,
        });
        let start = Start {
            node,
            label: slot.label,
            record: slot.record,
            state: FREE,
            lines: self.start.lines,
        };
        let mut walk = Walk::new(
            self.store,
            &inner,
            (layer, self.depth + 1),
            self.paths,
            self.limits,
            start,
        );
        match json::parse(&inner, self.limits.max_depth, &mut walk) {
            Ok(()) => {
                self.set_layer_text(layer, inner);
                return Ok(None);
            }
            // It has passed a limit: as JSON, or because it was taken for JSON.
            Err(Failed::Sink(why)) if json::parse(&inner, self.limits.max_depth, &mut json::Ignore).is_ok() => {
                return Err(why);
            }
            Err(Failed::Syntax(Syntax::TooDeep)) => {
                self.store.reset(before);
                self.report(slot, Reason::NestedTooDeep)?;
            }
            Err(_) => self.store.reset(before),
        }
        Ok(Some(inner))
    }

    fn add_layer(&mut self, (start, end): (usize, usize), codec: Codec) -> u32 {
        let (parent, start, end) = (self.layer, start as u32, end as u32);
        self.store.layers.push(Layer {
            parent,
            start,
            end,
            codec,
            text: Vec::new(),
        });
        self.store.layers.len() as u32
    }

    fn set_layer_text(&mut self, layer: u32, text: Vec<u8>) {
        self.store.layers[layer as usize - 1].text = text;
    }
}

/// All of a string, taken for base64.
fn base64(text: &[u8]) -> Blob {
    Blob {
        data: 0,
        base64: true,
        reason: Some(unnamed::base64_reason(text)),
    }
}

fn data_url(text: &[u8]) -> Option<Blob> {
    let url = shape::data_url(text)?;
    Some(Blob {
        data: url.data,
        base64: url.base64,
        reason: unnamed::media_reason(url.media),
    })
}

/// Worth an attempt to parse: starts and ends as an object or array does.
fn looks_like_json(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(
        (text.first(), text.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    )
}
