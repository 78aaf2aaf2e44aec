//! The walk over one JSON text: names its fields by the API's paths, and every other string, number and key by default.
//!
//! One pass for the body, one more for each text inside a text. State is one [`Frame`] per open bracket.

mod notes;
mod numbers;
mod sink;
mod strings;

use crate::codec::Codec;
use crate::document::{FieldKind, Reason, Unscannable};
use crate::json::Quoted;
use crate::path::Step;
use crate::store::{FieldRecord, Place, Store};
use crate::tables::automaton::{Automaton, Stale};
use crate::{BodyError, Limits};
use numbers::Run;

/// Where a text to walk stands.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(crate) node: u32,
    pub(crate) label: Place,
    pub(crate) record: u32,
    pub(crate) state: u16,
    /// Records are lines: the table's own do not count.
    pub(crate) lines: bool,
}

/// An open object or array.
struct Frame {
    object: bool,
    node: u32,
    state: u16,
    /// State of the value behind the current key.
    value_state: u16,
    /// The current key; [`Place::NONE`] in an array.
    key: Place,
    /// Nearest key for what is in an array.
    label: Place,
    index: u32,
    record: u32,
    /// Deciding keys seen, one bit each.
    seen: u32,
    /// Fields before it, and whether one of its values says that it is signed.
    first_field: usize,
    sealed: bool,
    run: Run,
    /// The name and the arguments (fields) of a tool's call.
    tool: ToolNote,
    /// Where the value begins that goes stale with its record.
    stale: Option<(usize, Stale)>,
}

/// What an open object has told of a tool's call.
#[derive(Clone, Copy)]
struct ToolNote {
    name: Place,
    arguments: (u32, u32),
}

impl ToolNote {
    const NONE: Self = Self {
        name: Place::NONE,
        arguments: (0, 0),
    };
}

/// Where the next value stands.
#[derive(Clone, Copy)]
struct Slot {
    state: u16,
    node: u32,
    step: Step,
    label: Place,
    record: u32,
}

/// A string value: `raw` is what is between its quotes, `text` its decoded text.
#[derive(Clone, Copy)]
struct Leaf {
    slot: Slot,
    raw: Quoted,
    text: Place,
}

pub(crate) struct Walk<'w, 'b> {
    store: &'w mut Store<'b>,
    text: &'w [u8],
    layer: u32,
    /// Texts around this one.
    depth: usize,
    paths: &'w Automaton,
    limits: &'w Limits,
    start: Start,
    /// Fields before this text.
    first_field: usize,
    frames: Vec<Frame>,
}

impl<'w, 'b> Walk<'w, 'b> {
    /// `text` is the text of `layer`, or the front of it.
    pub(crate) fn new(
        store: &'w mut Store<'b>,
        text: &'w [u8],
        (layer, depth): (u32, usize),
        paths: &'w Automaton,
        limits: &'w Limits,
        start: Start,
    ) -> Self {
        let first_field = store.fields.len();
        Self {
            store,
            text,
            layer,
            depth,
            paths,
            limits,
            start,
            first_field,
            frames: Vec::new(),
        }
    }

    fn slot(&self) -> Slot {
        let (state, node, step, label, outer) = match self.frames.last() {
            None => {
                let Start {
                    state,
                    node,
                    label,
                    record,
                    ..
                } = self.start;
                (state, node, Step::Here, label, record)
            }
            Some(frame) if frame.object => (
                frame.value_state,
                frame.node,
                Step::Key(frame.key),
                frame.key,
                frame.record,
            ),
            Some(frame) => (
                self.paths.item(frame.state),
                frame.node,
                Step::Item(frame.index),
                frame.label,
                frame.record,
            ),
        };
        let own = self.paths.state(state).record && !self.start.lines;
        let record = match step {
            Step::Item(index) if own => index,
            _ if own => 0,
            _ => outer,
        };
        Slot {
            state,
            node,
            step,
            label,
            record,
        }
    }

    /// A value that is no small number has ended.
    fn done(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.index += 1;
            frame.run.count = 0;
        }
    }

    fn within_limit(&self) -> Result<(), BodyError> {
        if self.store.kept() >= self.limits.max_fields {
            Err(BodyError::TooManyFields)
        } else {
            Ok(())
        }
    }

    fn report(&mut self, slot: Slot, reason: Reason) -> Result<(), BodyError> {
        self.within_limit()?;
        self.store.unscannable.push(Unscannable {
            reason,
            node: slot.node,
            step: slot.step,
        });
        Ok(())
    }

    fn decoded(&mut self, quoted: Quoted) -> Place {
        if quoted.escaped {
            self.store.decode(Codec::Json, &self.text[quoted.start..quoted.end])
        } else {
            Place::in_layer(self.layer, quoted.start, quoted.end)
        }
    }

    /// The decoded text of a place of this layer or the arena. The layer's own text is out of the store while it is walked.
    fn read(&self, place: Place) -> &[u8] {
        if place.buffer == self.layer + 1 {
            &self.text[place.start as usize..place.end as usize]
        } else {
            self.store.text(place)
        }
    }

    fn push(
        &mut self,
        slot: Slot,
        raw: (usize, usize),
        text: Place,
        kind: FieldKind,
        editable: bool,
    ) -> Result<(), BodyError> {
        self.within_limit()?;
        self.store.fields.push(FieldRecord {
            layer: self.layer,
            start: raw.0 as u32,
            end: raw.1 as u32,
            text,
            label: slot.label,
            node: slot.node,
            step: slot.step,
            record: slot.record,
            kind,
            codec: Codec::Json,
            editable,
        });
        Ok(())
    }

    fn push_string(&mut self, leaf: Leaf, editable: bool) -> Result<(), BodyError> {
        self.push(
            leaf.slot,
            (leaf.raw.start, leaf.raw.end),
            leaf.text,
            FieldKind::Text,
            editable,
        )
    }

    /// What is left of a broken text after the last good token: one field, scanned as it stands but for escapes.
    pub(crate) fn broken(&mut self, after: usize) -> Result<(), BodyError> {
        let mut slot = self.slot();
        (slot.node, slot.step) = (self.start.node, Step::Here);
        let joints = self.text[after..]
            .iter()
            .take_while(|byte| b" \t\r\n,:".contains(byte))
            .count();
        let start = self.take_number_before(after).unwrap_or(after + joints);
        let (raw, end) = (&self.text[start..], self.text.len());
        if !raw.is_empty() {
            let quoted = Quoted {
                start,
                end,
                escaped: raw.contains(&b'\\'),
            };
            let text = self.decoded(quoted);
            self.push(slot, (start, end), text, FieldKind::Text, true)?;
        }
        self.report(slot, Reason::InvalidJson)
    }

    /// A number before the fault may be the first part of one that is written with spaces, `5109 8027 4087`: then it is
    /// taken back. Returns where it begins.
    fn take_number_before(&mut self, after: usize) -> Option<usize> {
        let next = self.text[after..].trim_ascii_start().first()?;
        let &FieldRecord {
            kind,
            layer,
            start,
            end,
            ..
        } = self.store.fields[self.first_field..].last()?;
        let joined =
            kind == FieldKind::Number && (layer, end as usize) == (self.layer, after) && !b",:]}".contains(next);
        if !joined {
            return None;
        }
        self.store.fields.pop();
        Some(start as usize)
    }
}
