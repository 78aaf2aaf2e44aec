//! Everything read from one body, as spans.
//!
//! A *layer* is a text inside another: the JSON in a tool call's argument string, a decoded `data:` URL. Layer 0 is the
//! body. A field's *raw* span is in its layer's text; its decoded text is there too if nothing had to be decoded, else
//! in the arena. So a field takes 64 bytes and no allocation of its own.

use crate::codec::Codec;
use crate::document::{Field, FieldId, FieldKind, Unscannable};
use crate::facts::Facts;
use crate::path::{Node, Step};
use crate::stream::Notes;
use crate::tables::Words;
use crate::tables::automaton::Stale;

/// A span of a buffer: the arena (0), or the text of layer `buffer - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) buffer: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Place {
    const ARENA: u32 = 0;
    /// No text at all.
    pub(crate) const NONE: Self = Self {
        buffer: u32::MAX,
        start: 0,
        end: 0,
    };

    pub(crate) fn in_layer(layer: u32, start: usize, end: usize) -> Self {
        Self {
            buffer: layer + 1,
            start: start as u32,
            end: end as u32,
        }
    }

    pub(crate) fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldRecord {
    pub(crate) layer: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: Place,
    pub(crate) label: Place,
    pub(crate) node: u32,
    pub(crate) step: Step,
    pub(crate) record: u32,
    pub(crate) kind: FieldKind,
    pub(crate) codec: Codec,
    pub(crate) editable: bool,
}

/// A text inside another. `start..end` is a span of the parent layer's text, written in `codec`.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) parent: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) codec: Codec,
    pub(crate) text: Vec<u8>,
}

/// A span of the body that is replaced once its record is edited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StaleSpan {
    pub(crate) record: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) stale: Stale,
}

/// The call of a tool: the fields of its arguments, and its name if it has one.
#[derive(Debug, Clone)]
pub(crate) struct ToolCall {
    pub(crate) fields: std::ops::Range<u32>,
    pub(crate) name: Place,
}

/// How much was read at some point.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    layers: usize,
    arena: usize,
    nodes: usize,
    fields: usize,
    unscannable: usize,
}

pub(crate) struct Store<'b> {
    pub(crate) body: &'b [u8],
    pub(crate) words: &'b Words,
    /// Layer 0 is the body and has no entry: layer `n` is at `n - 1`. A child comes after its parent.
    pub(crate) layers: Vec<Layer>,
    pub(crate) arena: Vec<u8>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) fields: Vec<FieldRecord>,
    pub(crate) unscannable: Vec<Unscannable>,
    pub(crate) stale: Vec<StaleSpan>,
    /// In document order; only paths of the body name them.
    pub(crate) tools: Vec<ToolCall>,
    pub(crate) facts: Facts,
    /// For the events of a stream; empty for other bodies.
    pub(crate) notes: Notes,
    /// The body is JSON (or lines of it) without a fault, and must be when it was edited.
    pub(crate) json: Json,
}

/// What an edited body must still be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Json {
    No,
    /// One value that starts at this offset (behind a byte order mark).
    Value(usize),
    Lines,
}

impl<'b> Store<'b> {
    pub(crate) fn new(body: &'b [u8], words: &'b Words) -> Self {
        Self {
            body,
            words,
            layers: Vec::new(),
            arena: Vec::new(),
            nodes: vec![Node::ROOT],
            fields: Vec::new(),
            unscannable: Vec::new(),
            stale: Vec::new(),
            tools: Vec::new(),
            facts: Facts::default(),
            notes: Notes::default(),
            json: Json::No,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            layers: self.layers.len(),
            arena: self.arena.len(),
            nodes: self.nodes.len(),
            fields: self.fields.len(),
            unscannable: self.unscannable.len(),
        }
    }

    /// Forgets what was read of a text inside a string since `mark`; facts and copies are of the body only.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.layers.truncate(mark.layers);
        self.arena.truncate(mark.arena);
        self.nodes.truncate(mark.nodes);
        self.fields.truncate(mark.fields);
        self.unscannable.truncate(mark.unscannable);
    }

    /// As after [`Self::new`].
    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.body, self.words);
    }

    pub(crate) fn layer_text(&self, layer: u32) -> &[u8] {
        match layer {
            0 => self.body,
            _ => &self.layers[layer as usize - 1].text,
        }
    }

    pub(crate) fn text(&self, place: Place) -> &[u8] {
        let buffer = match place.buffer {
            Place::ARENA => &self.arena,
            u32::MAX => return b"",
            layer => self.layer_text(layer - 1),
        };
        // Nothing, for a layer that is being walked further out: it keeps its text to itself until then.
        buffer.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// Decodes `raw` into the arena.
    pub(crate) fn decode(&mut self, codec: Codec, raw: &[u8]) -> Place {
        let start = self.arena.len() as u32;
        codec.decode(raw, &mut self.arena);
        Place {
            buffer: Place::ARENA,
            start,
            end: self.arena.len() as u32,
        }
    }

    pub(crate) fn field(&self, id: u32) -> Field<'_> {
        let record = &self.fields[id as usize];
        Field {
            id: FieldId(id),
            text: self.text(record.text),
            label: (record.label != Place::NONE).then(|| self.text(record.label)),
            record: record.record,
            kind: record.kind,
            editable: record.editable,
        }
    }

    /// Fields and path nodes kept so far: what [`Limits::max_fields`](crate::Limits) bounds.
    pub(crate) fn kept(&self) -> usize {
        self.fields.len() + self.nodes.len() + self.unscannable.len()
    }
}
