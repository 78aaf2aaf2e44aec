//! What the walk notes beside fields: deciding keys, facts about the call, seals, copies that an edit makes stale.

use super::{Frame, Leaf, Slot, ToolNote, Walk};
use crate::BodyError;
use crate::document::{FieldId, NO_RECORD};
use crate::json::Quoted;
use crate::store::{Place, StaleSpan, ToolCall};
use crate::stream::Index;
use crate::tables::automaton::{EventMark, Fact, Stale};
use crate::unnamed;

/// Longest id of a provider's that is remembered.
const MAX_ID: usize = 128;

impl ToolNote {
    fn add(&mut self, first: usize, end: usize) {
        let (first, end) = (first as u32, end as u32);
        self.arguments = match self.arguments {
            _ if first == end => self.arguments,
            (0, 0) => (first, end),
            (before, _) => (before, end),
        };
    }
}

impl Walk<'_, '_> {
    /// Deciding keys that the open object holds twice are reported once.
    pub(super) fn note_deciding(&mut self, state: u16) {
        let Some(index) = self.paths.state(state).deciding else {
            return;
        };
        let Some(frame) = self.frames.last_mut() else { return };
        let seen = frame.seen & 1 << index != 0;
        frame.seen |= 1 << index;
        let name = &self.paths.deciding[usize::from(index)];
        let reported = &mut self.store.facts.duplicate_deciding_keys;
        if seen && !reported.contains(name) {
            reported.push(name.clone());
        }
    }

    pub(super) fn note_fact(&mut self, fact: Fact, text: Place, first_field: usize) {
        match fact {
            Fact::Model => {
                let name = self.read(text);
                let model = unnamed::is_model_name(name).then(|| String::from_utf8_lossy(name).into_owned());
                self.store.facts.model = model;
            }
            Fact::User if self.store.fields.len() > first_field => {
                self.store.facts.user = Some(FieldId(first_field as u32));
            }
            Fact::Id => self.store.facts.id = self.reference(text),
            Fact::Previous => self.store.facts.previous = self.reference(text),
            Fact::Conversation | Fact::ConversationId => self.store.facts.conversation = self.reference(text),
            Fact::User | Fact::Stream => {}
        }
    }

    /// An id of the provider's, if it looks like one.
    fn reference(&self, text: Place) -> Option<String> {
        let id = self.read(text);
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
        let sound = (1..=MAX_ID).contains(&id.len()) && id.iter().all(plain);
        sound.then(|| String::from_utf8_lossy(id).into_owned())
    }

    /// A value says that the object around it is signed.
    pub(super) fn note_seal(&mut self, state: u16) {
        if self.paths.state(state).seal
            && let Some(frame) = self.frames.last_mut()
        {
            frame.sealed = true;
        }
    }

    /// A string is the name of a tool, or what it is called with.
    pub(super) fn note_tool_string(&mut self, slot: Slot, text: Place, first_field: usize) {
        let state = self.paths.state(slot.state);
        let fields = self.store.fields.len();
        if state.tool_name && self.layer == 0 {
            self.store.notes.tools.push((slot.node, text));
        }
        if let Some(frame) = self.frames.last_mut() {
            if state.tool_name {
                frame.tool.name = text;
            }
            if state.tool_arguments {
                frame.tool.add(first_field, fields);
            }
        }
    }

    /// An object or list has ended, which was what a tool is called with, or the call itself.
    pub(super) fn note_tool(&mut self, ended: &Frame) {
        let fields = self.store.fields.len();
        if self.paths.state(ended.state).tool_arguments
            && let Some(frame) = self.frames.last_mut()
        {
            frame.tool.add(ended.first_field, fields);
        }
        let (first, end) = ended.tool.arguments;
        if first < end {
            self.store.tools.push(ToolCall {
                fields: first..end,
                name: ended.tool.name,
            });
        }
    }

    pub(super) fn note_stale(&mut self, slot: Slot, start: usize, end: usize) {
        if let Some(stale) = self.paths.state(slot.state).stale {
            self.push_stale(slot.record, start, end, stale);
        }
    }

    pub(super) fn push_stale(&mut self, record: u32, start: usize, end: usize, stale: Stale) {
        // Paths name values of the body only: inside its strings the state is FREE.
        if self.layer == 0 && record != NO_RECORD {
            self.store.stale.push(StaleSpan {
                record,
                start: start as u32,
                end: end as u32,
                stale,
            });
        }
    }

    /// A piece of a channel's text is one field whatever it looks like: what it is part of is not known here.
    pub(super) fn piece(&mut self, leaf: Leaf, slot: u16) -> Result<(), BodyError> {
        if leaf.text.len() > 0 {
            self.store.notes.slots.push((self.store.fields.len() as u32, slot));
            self.push_string(leaf, true)?;
        }
        Ok(())
    }

    /// A string that says something about the event it stands in.
    pub(super) fn note_event(&mut self, slot: Slot, value: Quoted, event: EventMark) {
        if self.layer != 0 {
            return;
        }
        if event.name {
            self.store.notes.name = Some(self.decoded(value));
        }
        if event.ends && value.start < value.end {
            self.note_ends(slot);
        }
    }

    pub(super) fn note_ends(&mut self, slot: Slot) {
        if self.layer == 0 {
            self.store.notes.ends.push(slot.node);
        }
    }

    /// A number that says something about the event it stands in.
    pub(super) fn note_number(&mut self, slot: Slot, event: EventMark, start: usize, end: usize) {
        let digits = std::str::from_utf8(&self.text[start..end]).unwrap_or_default();
        let (0, Ok(value)) = (self.layer, digits.parse()) else {
            return;
        };
        let notes = &mut self.store.notes;
        if event.sequence {
            notes.sequence = Some(value);
        }
        if let Some(order) = event.index {
            notes.indices.push(Index {
                node: slot.node,
                order,
                value,
            });
        }
    }
}
