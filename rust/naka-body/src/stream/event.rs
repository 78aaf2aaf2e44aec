//! One frame, read: its fields, and which of them are pieces of a text that goes on in later events.

use std::fmt;

use super::frame::Frame;
use crate::document::{Document, Edit, FieldId};
use crate::path::Step;
use crate::store::{Place, Store};
use crate::tables::stream::StreamTable;
use crate::{BodyError, EditError, Limits, Route};

/// Indices that tell channels apart, outermost first: choice, tool call, block.
const DEPTH: usize = 4;

/// A text that comes in pieces: the content of one choice, the arguments of one tool call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Channel {
    /// Which kind of text: the channel of the table, or a hash of what it is named.
    family: u32,
    at: Indices,
    /// Signed by the provider: scanned, never changed.
    sealed: bool,
}

impl Channel {
    /// Signed by the provider: a change would make it worthless.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }
}

/// Where an event or piece stands among choices, tool calls and blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Indices {
    at: [u32; DEPTH],
    len: u8,
}

impl Indices {
    fn push(&mut self, index: u32) {
        if let Some(place) = self.at.get_mut(usize::from(self.len)) {
            *place = index;
            self.len += 1;
        }
    }

    fn reversed(mut self) -> Self {
        self.at[..usize::from(self.len)].reverse();
        self
    }

    fn starts_with(&self, other: &Self) -> bool {
        let len = usize::from(other.len);
        self.len >= other.len && self.at[..len] == other.at[..len]
    }
}

/// Channels that end with an event: no piece of them follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends(Indices);

impl Ends {
    /// Every channel of the stream.
    pub const ALL: Self = Self(Indices { at: [0; DEPTH], len: 0 });

    /// True for a channel that ends.
    #[must_use]
    pub fn covers(&self, channel: &Channel) -> bool {
        channel.at.starts_with(&self.0)
    }
}

/// A field that is part of a channel's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The field.
    pub field: FieldId,
    /// Whose text goes on in it.
    pub channel: Channel,
    /// The text is itself JSON, cut anywhere: its escapes are undone to be scanned.
    pub json: bool,
    /// The text is what a tool is called with.
    pub argument: bool,
}

/// Which call of a tool an event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call(Indices);

impl Call {
    /// True for a channel of its arguments.
    #[must_use]
    pub fn has(&self, channel: &Channel) -> bool {
        self.0.starts_with(&channel.at)
    }
}

/// A frame that was read.
pub struct Event<'f> {
    document: Document<'f>,
    pieces: Vec<Piece>,
    ends: Vec<Ends>,
    unread: Vec<FieldId>,
    copy: bool,
}

impl<'f> Event<'f> {
    /// Reads the payload of `frame` by the stream table of `route`; an API without one has no channels.
    ///
    /// # Errors
    /// A limit was passed.
    pub fn read(frame: &'f Frame, route: &Route<'f>, limits: &Limits) -> Result<Self, BodyError> {
        let table = &route.table.stream;
        let payload = frame.payload();
        let mut event = Self {
            document: Document {
                store: Store::new(payload, route.words),
            },
            pieces: Vec::new(),
            ends: Vec::new(),
            unread: Vec::new(),
            copy: false,
        };
        if payload.is_empty() {
            return Ok(event);
        }
        if table.done.iter().any(|done| done.as_bytes() == payload) {
            event.ends.push(Ends::ALL);
            return Ok(event);
        }
        event.document = Document::read_event(payload, route, limits)?;
        event.note(frame, table);
        Ok(event)
    }

    fn note(&mut self, frame: &Frame, table: &StreamTable) {
        // so that each object finds its own without a look at all of them
        let told = &mut self.document.store.notes.indices;
        told.sort_unstable_by_key(|index| (index.node, index.order, index.value));
        let store = &self.document.store;
        let name = match store.notes.name {
            Some(place) => store.text(place),
            None => frame.name().unwrap_or_default(),
        };
        self.copy = table.copies.iter().any(|copy| copy.as_bytes() == name);
        let binary = table.binary.iter().any(|binary| binary.as_bytes() == name);
        for &(field, slot) in &store.notes.slots {
            if binary {
                self.unread.push(FieldId(field));
                continue;
            }
            let record = &store.fields[field as usize];
            let slot = &table.slots[usize::from(slot)];
            let (family, json, sealed, argument) = match slot.channel(name) {
                Some(channel) => (
                    u32::from(channel.family),
                    channel.json,
                    channel.sealed,
                    channel.argument,
                ),
                // an event that the table does not know yet, or a key: its name tells it apart
                None => (hash(name) | UNKNOWN, false, false, false),
            };
            let family = match record.step {
                Step::Key(key) if slot.any_key => family ^ hash(store.text(key)) | UNKNOWN,
                _ => family,
            };
            let mut at = indices(store, record.node, record.step);
            at.len = at.len.min(slot.depth);
            self.pieces.push(Piece {
                field: FieldId(field),
                channel: Channel {
                    family,
                    at: Indices {
                        at: std::array::from_fn(|i| if i < usize::from(at.len) { at.at[i] } else { 0 }),
                        ..at
                    },
                    sealed: sealed || !record.editable,
                },
                json,
                argument,
            });
        }
        for &node in &store.notes.ends {
            self.ends.push(Ends(indices(store, node, Step::Here)));
        }
        if let Some((_, all)) = table.ends.iter().find(|(end, _)| end.as_bytes() == name) {
            let own = Ends(indices(store, 0, Step::Here));
            self.ends.push(if *all { Ends::ALL } else { own });
        }
    }

    /// The fields of this event alone.
    #[must_use]
    pub fn document(&self) -> &Document<'f> {
        &self.document
    }

    /// The pieces of channels among them, in their order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether a field is the piece of a channel.
    #[must_use]
    pub fn is_piece(&self, field: FieldId) -> bool {
        debug_assert!(self.pieces.is_sorted_by_key(|piece| piece.field), "noted as they come");
        self.pieces.binary_search_by_key(&field, |piece| piece.field).is_ok()
    }

    /// Whether a field holds no text (sound).
    #[must_use]
    pub fn is_unread(&self, field: FieldId) -> bool {
        self.unread.binary_search(&field).is_ok()
    }

    /// Fields that hold no text (sound): not to be scanned.
    #[must_use]
    pub fn unread(&self) -> &[FieldId] {
        &self.unread
    }

    /// The call that this event itself is about, if it is about one.
    #[must_use]
    pub fn call(&self) -> Call {
        Call(indices(&self.document.store, 0, Step::Here))
    }

    /// The tools that this event names, by their calls.
    pub fn tools(&self) -> impl Iterator<Item = (Call, &[u8])> {
        let store = &self.document.store;
        let tools = store.notes.tools.iter();
        tools.map(|&(node, name)| (Call(indices(store, node, Step::Here)), store.text(name)))
    }

    /// True when it says again what pieces have said.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        self.copy
    }

    /// Its number, where events are numbered (`sequence_number`).
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        self.document.store.notes.sequence
    }

    /// Channels that end with this event, after its pieces.
    #[must_use]
    pub fn ends(&self) -> &[Ends] {
        &self.ends
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event {{ {:?}, pieces: {} }}", self.document, self.pieces.len())
    }
}

impl Frame {
    /// The frame's bytes with edits made in it; all others stay as they came.
    ///
    /// # Errors
    /// As [`Document::rewrite`]; then nothing may be sent.
    pub fn rewrite(&self, route: &Route<'_>, limits: &Limits, edits: Vec<Edit>) -> Result<Vec<u8>, EditError> {
        // read before within the same limits
        let document = Document::read_event(self.payload(), route, limits).map_err(|_| EditError::OutOfRange)?;
        Ok(self.with_payload(&document.rewrite(edits)?))
    }
}

/// Marks families that no table names.
const UNKNOWN: u32 = 1 << 31;

/// FNV-1a (draft-eastlake-fnv): which name it is, not who sent it.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Indices on the way from the root to a value: those that the event tells, else positions in its lists.
fn indices(store: &Store<'_>, node: u32, step: Step) -> Indices {
    let mut found = Indices::default();
    if let Step::Item(index) = step {
        found.push(index);
    }
    let mut at = node;
    loop {
        let all = &store.notes.indices;
        let from = all.partition_point(|index| index.node < at);
        let told = &all[from..from + all[from..].partition_point(|index| index.node == at)];
        // what is over the depth counts for nothing
        for index in told.iter().rev().take(DEPTH) {
            found.push(index.value);
        }
        let step = store.nodes[at as usize].step;
        if let (Step::Item(index), true) = (step, told.is_empty()) {
            found.push(index);
        }
        if at == 0 {
            break;
        }
        at = store.nodes[at as usize].parent;
    }
    found.reversed()
}

/// What a walk notes for a stream's table.
#[derive(Default)]
pub(crate) struct Notes {
    /// Fields that may be pieces, and which path of the table found each.
    pub(crate) slots: Vec<(u32, u16)>,
    /// By node once the event is read.
    pub(crate) indices: Vec<Index>,
    /// The event's own name.
    pub(crate) name: Option<Place>,
    pub(crate) sequence: Option<u32>,
    /// Objects whose channels end.
    pub(crate) ends: Vec<u32>,
    /// Names of tools, and the objects that tell them.
    pub(crate) tools: Vec<(u32, Place)>,
}

/// A number that tells which of several an object is.
pub(crate) struct Index {
    pub(crate) node: u32,
    /// Among those of one object.
    pub(crate) order: u8,
    pub(crate) value: u32,
}
