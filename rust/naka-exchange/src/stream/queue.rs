//! Events in their order, while the first of them waits.

use std::collections::VecDeque;

use naka_body::stream::Frame;
use naka_body::{Edit, EditError, Limits, Route};

use super::PieceEdit;

struct Held {
    frame: Frame,
    /// Pieces of it that are not final.
    waits: u32,
    edits: Vec<Edit>,
    /// Its own number, if it tells one.
    sequence: Option<u32>,
}

/// Events are numbered as they come.
#[derive(Default)]
pub(super) struct Queue {
    events: VecDeque<Held>,
    /// Number of the first one.
    first: u64,
    bytes: usize,
    /// Number of the next event to leave, where events are numbered.
    sequence: u32,
}

impl Queue {
    pub(super) fn next_number(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    pub(super) fn push(&mut self, number: u64, frame: Frame, waits: u32, edits: Vec<Edit>, sequence: Option<u32>) {
        debug_assert_eq!(number, self.next_number());
        self.bytes += frame.raw().len() + size_of::<Held>();
        self.events.push_back(Held {
            frame,
            waits,
            edits,
            sequence,
        });
    }

    /// Counts an event that is not kept.
    pub(super) fn skip(&mut self) {
        self.first += 1;
    }

    /// One of an event's pieces is final.
    pub(super) fn free(&mut self, number: u64) {
        if let Some(held) = self.held(number) {
            held.waits = held.waits.saturating_sub(1);
        }
    }

    pub(super) fn edit(&mut self, edits: Vec<PieceEdit>) {
        for edit in edits {
            if let Some(held) = self.held(edit.event) {
                held.edits.push(Edit {
                    field: edit.field,
                    start: edit.start as u32,
                    end: edit.end as u32,
                    replacement: edit.replacement,
                });
            }
        }
    }

    fn held(&mut self, number: u64) -> Option<&mut Held> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.events.get_mut(index)
    }

    /// Appends the events that wait no more, up to the first that does.
    pub(super) fn pop(&mut self, route: &Route<'_>, limits: &Limits, out: &mut Vec<u8>) -> Result<(), EditError> {
        while self.events.front().is_some_and(|held| held.waits == 0) {
            let Some(held) = self.events.pop_front() else { break };
            self.first += 1;
            self.sequence = held.sequence.map_or(self.sequence, |number| number.wrapping_add(1));
            self.bytes -= held.frame.raw().len() + size_of::<Held>();
            let bytes = if held.edits.is_empty() {
                held.frame.into_raw()
            } else {
                held.frame.rewrite(route, limits, held.edits)?
            };
            if out.is_empty() {
                *out = bytes;
            } else {
                out.extend_from_slice(&bytes);
            }
        }
        Ok(())
    }

    /// The number for an event in the place of the next one.
    pub(super) fn sequence(&self) -> u32 {
        self.sequence
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
