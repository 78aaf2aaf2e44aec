//! Numbers: an identity number may be written as one. Lists of small ones are tokens or vectors, and not looked at one by one.

use super::{Slot, Walk};
use crate::BodyError;
use crate::document::{FieldKind, Reason};
use crate::path::Step;
use crate::store::Place;
use crate::tables::automaton::{Class, KEEP};

/// Small numbers in a row from which a list counts as tokens or as a vector.
const RUN: u32 = 16;
/// Digits before the point of a small number: token ids have no more, and no identity number has so few and a fraction.
const SMALL_DIGITS: usize = 6;
/// Digits from which a number among settings is looked at: counters, limits and probabilities have fewer.
pub(super) const LONG_DIGITS: usize = 9;

/// Small numbers one behind the other in an array.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) count: u32,
    /// Fields when it began.
    fields: usize,
    /// One of them has a sign, fraction or exponent: no token ids.
    vector: bool,
    /// Tokens in this array are reported.
    reported: bool,
}

impl Walk<'_, '_> {
    /// Counts the number in its array as well: the caller goes on to the next value.
    pub(super) fn number_value(&mut self, slot: Slot, class: Class, start: usize, end: usize) -> Result<(), BodyError> {
        let digits = integer_digits(&self.text[start..end]);
        let field = match class {
            Class::Copy => false,
            Class::Keep => slot.state == KEEP && digits >= LONG_DIGITS,
            Class::Opaque(reason) => {
                self.report(slot, reason)?;
                false
            }
            Class::Text | Class::Free | Class::Unnamed | Class::Audit | Class::Url => {
                if digits <= SMALL_DIGITS {
                    return self.small_number(slot, class, start, end);
                }
                true
            }
        };
        self.done();
        if field {
            self.push_number(slot, class, start, end)
        } else {
            Ok(())
        }
    }

    /// A number that is a field by itself, and one of many in a list of tokens or in a vector.
    fn small_number(&mut self, slot: Slot, class: Class, start: usize, end: usize) -> Result<(), BodyError> {
        let vector = !self.text[start..end].iter().all(u8::is_ascii_digit);
        let fields = self.store.fields.len();
        let mut run = Run::default();
        if let Some(frame) = self.frames.last_mut() {
            frame.index += 1;
            if !frame.object {
                if frame.run.count == 0 {
                    (frame.run.fields, frame.run.vector) = (fields, false);
                }
                frame.run.count = frame.run.count.saturating_add(1);
                frame.run.vector |= vector;
                run = frame.run;
            }
        }
        // Tokens stand where an API takes text; a list of small integers in the user's own data is just that.
        let tokens = !run.vector && class != Class::Free;
        if run.count < RUN || !tokens && !run.vector {
            return self.push_number(slot, class, start, end);
        }
        // Those before looked like numbers of their own, and are the last fields so far.
        self.store.fields.truncate(run.fields);
        if tokens && !run.reported {
            if let Some(frame) = self.frames.last_mut() {
                frame.run.reported = true;
            }
            self.report(
                Slot {
                    step: Step::Here,
                    ..slot
                },
                Reason::TokenArray,
            )?;
        }
        Ok(())
    }

    fn push_number(&mut self, slot: Slot, class: Class, start: usize, end: usize) -> Result<(), BodyError> {
        let editable = matches!(class, Class::Text | Class::Free | Class::Unnamed);
        let text = Place::in_layer(self.layer, start, end);
        self.push(slot, (start, end), text, FieldKind::Number, editable)
    }
}

/// Digits before the point.
fn integer_digits(number: &[u8]) -> usize {
    let unsigned = number.strip_prefix(b"-").unwrap_or(number);
    unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
