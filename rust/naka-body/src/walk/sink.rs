//! The walk as a receiver of JSON tokens.

use super::numbers::{LONG_DIGITS, Run};
use super::{Frame, Leaf, Slot, ToolNote, Walk};
use crate::BodyError;
use crate::document::FieldKind;
use crate::json::{Quoted, Sink};
use crate::path::{Node, Step};
use crate::shape;
use crate::store::Place;
use crate::tables::automaton::{Class, EventMark, Fact, UNNAMED};

impl Sink for Walk<'_, '_> {
    type Error = BodyError;

    fn open(&mut self, object: bool, at: usize) -> Result<(), BodyError> {
        let slot = self.slot();
        self.within_limit()?;
        let mut node = slot.node;
        if slot.step != Step::Here {
            node = self.store.nodes.len() as u32;
            self.store.nodes.push(Node {
                parent: slot.node,
                step: slot.step,
            });
        }
        self.frames.push(Frame {
            object,
            node,
            state: slot.state,
            value_state: UNNAMED,
            key: Place::NONE,
            label: slot.label,
            index: 0,
            record: slot.record,
            seen: 0,
            first_field: self.store.fields.len(),
            sealed: false,
            run: Run::default(),
            tool: ToolNote::NONE,
            stale: self.paths.state(slot.state).stale.map(|stale| (at, stale)),
        });
        Ok(())
    }

    fn close(&mut self, _: bool, end: usize) -> Result<(), BodyError> {
        if let Some(frame) = self.frames.pop() {
            if let Some((start, stale)) = frame.stale {
                self.push_stale(frame.record, start, end, stale);
            }
            self.note_tool(&frame);
            if frame.sealed {
                let inside = self.store.fields.iter_mut().skip(frame.first_field);
                inside.for_each(|field| field.editable = false);
            }
        }
        self.done();
        Ok(())
    }

    fn key(&mut self, key: Quoted) -> Result<(), BodyError> {
        let place = self.decoded(key);
        // A key comes in an object only.
        let Some(&Frame {
            state,
            node,
            label,
            record,
            ..
        }) = self.frames.last()
        else {
            return Ok(());
        };
        let (next, named) = self.paths.key(state, self.read(place));
        if let Some(frame) = self.frames.last_mut() {
            (frame.key, frame.value_state) = (place, next);
        }
        self.note_deciding(next);
        let class = self.paths.state(state).class;
        let name = self.read(place);
        let skipped = match class {
            Class::Copy => true,
            Class::Keep => shape::is_setting(name) || name.len() < LONG_DIGITS,
            _ => name.is_empty(),
        };
        if named || skipped || self.store.words.contains(name) {
            return Ok(());
        }
        let slot = Slot {
            state,
            node,
            step: Step::Key(place),
            label,
            record,
        };
        let editable = !matches!(class, Class::Audit | Class::Keep);
        self.push(slot, (key.start, key.end), place, FieldKind::Key, editable)
    }

    fn string(&mut self, value: Quoted) -> Result<(), BodyError> {
        let slot = self.slot();
        let state = self.paths.state(slot.state);
        let (class, fact, event) = (state.class, state.fact, state.event);
        if value.start < value.end {
            self.note_seal(slot.state);
        }
        self.note_stale(slot, value.start - 1, value.end + 1);
        if event != EventMark::default() {
            self.note_event(slot, value, event);
        }
        if class != Class::Copy {
            let leaf = Leaf {
                slot,
                raw: value,
                text: self.decoded(value),
            };
            let first_field = self.store.fields.len();
            match event.slot {
                Some(slot) if self.layer == 0 => self.piece(leaf, slot)?,
                _ => self.string_value(leaf, class)?,
            }
            self.note_tool_string(slot, leaf.text, first_field);
            if let Some(fact) = fact {
                self.note_fact(fact, leaf.text, first_field);
            }
        }
        self.done();
        Ok(())
    }

    fn number(&mut self, start: usize, end: usize) -> Result<(), BodyError> {
        let slot = self.slot();
        self.note_stale(slot, start, end);
        let event = self.paths.state(slot.state).event;
        if event != EventMark::default() {
            self.note_number(slot, event, start, end);
        }
        self.number_value(slot, self.paths.state(slot.state).class, start, end)
    }

    fn literal(&mut self, start: usize, end: usize) -> Result<(), BodyError> {
        let state = self.slot().state;
        if self.text[start..end] == *b"true" {
            self.note_seal(state);
            if self.paths.state(state).event.ends {
                let slot = self.slot();
                self.note_ends(slot);
            }
        }
        if self.paths.state(state).fact == Some(Fact::Stream) {
            self.store.facts.stream = match &self.text[start..end] {
                b"true" => Some(true),
                b"false" => Some(false),
                _ => None,
            };
        }
        self.done();
        Ok(())
    }
}
