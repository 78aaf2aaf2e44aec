//! The walk over one JSON text: names its fields by the API's paths, and every other string, number and key by default.
//!
//! One pass for the body, one more for each text inside a text. State is one [`Frame`] per open bracket.

use crate::codec::Codec;
use crate::document::{FieldKind, NO_RECORD, Reason, Unscannable};
use crate::json::{self, Quoted, Sink};
use crate::path::{Node, Step};
use crate::shape;
use crate::store::{FieldRecord, Place, StaleSpan, Store};
use crate::tables::automaton::{Automaton, Class, FREE, Fact, Stale, UNNAMED};
use crate::unnamed;
use crate::{BodyError, Limits};

/// Small integers in a row from which a list of numbers counts as tokens.
const TOKEN_RUN: u32 = 16;
/// Digits of the largest token id of any known tokenizer, and one to spare.
const TOKEN_DIGITS: usize = 6;

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
    /// Small integers from the start of an array on; `u32::MAX` once something else was there.
    small: u32,
    /// Fields when the array began.
    fields: usize,
    /// Where the value begins that goes stale with its record.
    stale: Option<(usize, Stale)>,
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

pub(crate) struct Walk<'w, 'b> {
    store: &'w mut Store<'b>,
    text: &'w [u8],
    layer: u32,
    /// Texts around this one.
    depth: usize,
    paths: &'w Automaton,
    limits: &'w Limits,
    start: Start,
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
        Self {
            store,
            text,
            layer,
            depth,
            paths,
            limits,
            start,
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

    /// The next item of an array will be the next one.
    fn done(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.index += 1;
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

    fn place(&self, quoted: Quoted) -> Place {
        Place::in_layer(self.layer, quoted.start, quoted.end)
    }

    fn decoded(&mut self, quoted: Quoted) -> Place {
        if quoted.escaped {
            self.store.decode(Codec::Json, &self.text[quoted.start..quoted.end])
        } else {
            self.place(quoted)
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

    /// A string that may be text: looked into as far as it holds another text, else one field.
    fn text_value(&mut self, slot: Slot, quoted: Quoted, text: Place, class: Class) -> Result<(), BodyError> {
        let shown = self.read(text);
        if shown.is_empty() {
            return Ok(());
        }
        if class == Class::Unnamed && unnamed::is_excused(self.read(slot.label), shown) {
            return Ok(());
        }
        if let Some(url) = shape::data_url(shown) {
            let (data, base64, reason) = (url.data, url.base64, unnamed::media_reason(url.media));
            return self.blob(slot, quoted, text, data, base64, reason);
        }
        if shape::is_blob(shown) {
            return self.blob(slot, quoted, text, 0, true, Some(Reason::File));
        }
        if looks_like_json(shown) {
            match json::parse(shown, self.limits.max_depth, &mut json::Ignore) {
                Ok(()) if self.depth < self.limits.max_layers => return self.json_value(slot, quoted, text),
                Ok(()) | Err(json::Failed::Syntax(json::Syntax::TooDeep)) => {
                    self.report(slot, Reason::NestedTooDeep)?
                }
                Err(_) => {}
            }
        }
        self.push(slot, (quoted.start, quoted.end), text, FieldKind::Text, true)
    }

    fn json_value(&mut self, slot: Slot, quoted: Quoted, text: Place) -> Result<(), BodyError> {
        let inner = self.read(text).to_vec();
        let layer = self.add_layer((quoted.start, quoted.end), Codec::Json);
        self.inside(slot, layer, inner)
    }

    /// Walks `inner`, the text of the new `layer`, as JSON that is known to be valid.
    fn inside(&mut self, slot: Slot, layer: u32, inner: Vec<u8>) -> Result<(), BodyError> {
        let start = self.node_for(slot)?;
        let mut walk = Walk::new(
            self.store,
            &inner,
            (layer, self.depth + 1),
            self.paths,
            self.limits,
            start,
        );
        let walked = json::parse(&inner, self.limits.max_depth, &mut walk);
        self.store.layers[layer as usize - 1].text = inner;
        match walked {
            Ok(()) => Ok(()),
            Err(json::Failed::Sink(why)) => Err(why),
            // The caller has parsed the same text before.
            Err(json::Failed::Syntax(_)) => Err(BodyError::TooDeep),
        }
    }

    fn node_for(&mut self, slot: Slot) -> Result<Start, BodyError> {
        self.within_limit()?;
        let node = self.store.nodes.len() as u32;
        self.store.nodes.push(Node {
            parent: slot.node,
            step: slot.step,
        });
        Ok(Start {
            node,
            label: slot.label,
            record: slot.record,
            state: FREE,
            lines: self.start.lines,
        })
    }

    fn add_layer(&mut self, (start, end): (usize, usize), codec: Codec) -> u32 {
        let (start, end) = (start as u32, end as u32);
        self.store.layers.push(crate::store::Layer {
            parent: self.layer,
            start,
            end,
            codec,
            text: Vec::new(),
        });
        self.store.layers.len() as u32
    }

    /// Encoded bytes from `data` on in a string: a text inside if they turn out to be one, else unscannable for `reason`.
    fn blob(
        &mut self,
        slot: Slot,
        quoted: Quoted,
        text: Place,
        data: usize,
        base64: bool,
        reason: Option<Reason>,
    ) -> Result<(), BodyError> {
        let payload = &self.read(text)[data..];
        // Pictures and sound are not looked into: they are large, and never text.
        let media = matches!(reason, Some(Reason::Image | Reason::Audio | Reason::Video));
        let inner = if media {
            None
        } else {
            unnamed::inner_text(payload, base64)
        };
        let Some((codec, inner)) = inner.filter(|_| self.depth < self.limits.max_layers) else {
            return self.report(slot, reason.unwrap_or(Reason::File));
        };
        let mut at = (quoted.start + data, quoted.end);
        let outer = self.layer;
        if quoted.escaped {
            // The payload itself is written with escapes: undo those first, as a layer of its own.
            let unescaped = self.read(text).to_vec();
            at = (data, unescaped.len());
            let layer = self.add_layer((quoted.start, quoted.end), Codec::Json);
            self.store.layers[layer as usize - 1].text = unescaped;
            self.layer = layer;
        }
        let layer = self.add_layer(at, codec);
        self.layer = outer;
        if looks_like_json(&inner) && json::parse(&inner, self.limits.max_depth, &mut json::Ignore).is_ok() {
            return self.inside(slot, layer, inner);
        }
        self.within_limit()?;
        let all = Place::in_layer(layer, 0, inner.len());
        self.store.fields.push(FieldRecord {
            layer,
            start: 0,
            end: inner.len() as u32,
            text: all,
            label: slot.label,
            node: slot.node,
            step: slot.step,
            record: slot.record,
            kind: FieldKind::Text,
            codec: Codec::Plain,
            editable: true,
        });
        self.store.layers[layer as usize - 1].text = inner;
        Ok(())
    }

    /// A URL that the provider will follow.
    fn url(&mut self, slot: Slot, quoted: Quoted, text: Place) -> Result<(), BodyError> {
        if let Some(url) = shape::data_url(self.read(text)) {
            let (data, base64, reason) = (url.data, url.base64, unnamed::media_reason(url.media));
            return self.blob(slot, quoted, text, data, base64, reason);
        }
        if text.len() > 0 {
            self.push(slot, (quoted.start, quoted.end), text, FieldKind::Text, false)?;
            self.report(slot, Reason::RemoteUrl)?;
        }
        Ok(())
    }

    fn note_fact(&mut self, fact: Fact, text: Place, first_field: usize) {
        match fact {
            Fact::Model => {
                let name = self.read(text);
                let model = unnamed::is_model_name(name).then(|| String::from_utf8_lossy(name).into_owned());
                self.store.facts.model = model;
            }
            Fact::User if self.store.fields.len() > first_field => {
                self.store.facts.user = Some(crate::FieldId(first_field as u32));
            }
            Fact::User | Fact::Stream => {}
        }
    }

    fn note_stale(&mut self, slot: Slot, start: usize, end: usize) {
        if let Some(stale) = self.paths.state(slot.state).stale {
            self.push_stale(slot.record, start, end, stale);
        }
    }

    fn push_stale(&mut self, record: u32, start: usize, end: usize, stale: Stale) {
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

    /// What is left of a broken text from `at` on: one field, scanned as it stands but for escapes.
    pub(crate) fn broken(&mut self, at: usize) -> Result<(), BodyError> {
        let mut slot = self.slot();
        (slot.node, slot.step) = (self.start.node, Step::Here);
        let raw = &self.text[at..];
        if !raw.iter().all(u8::is_ascii_whitespace) {
            let quoted = Quoted {
                start: at,
                end: self.text.len(),
                escaped: raw.contains(&b'\\'),
            };
            let text = self.decoded(quoted);
            self.push(slot, (at, self.text.len()), text, FieldKind::Text, true)?;
        }
        self.report(slot, Reason::InvalidJson)
    }
}

/// Worth an attempt to parse: starts and ends as an object or array does.
fn looks_like_json(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(
        (text.first(), text.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    )
}

impl Sink for Walk<'_, '_> {
    type Error = BodyError;

    fn open(&mut self, object: bool, at: usize) -> Result<(), BodyError> {
        let slot = self.slot();
        self.within_limit()?;
        let node = if slot.step == Step::Here {
            slot.node
        } else {
            self.store.nodes.push(Node {
                parent: slot.node,
                step: slot.step,
            });
            self.store.nodes.len() as u32 - 1
        };
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
            small: 0,
            fields: self.store.fields.len(),
            stale: self.paths.state(slot.state).stale.map(|stale| (at, stale)),
        });
        Ok(())
    }

    fn close(&mut self, _: bool, end: usize) -> Result<(), BodyError> {
        if let Some(frame) = self.frames.pop()
            && let Some((start, stale)) = frame.stale
        {
            self.push_stale(frame.record, start, end, stale);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.small = u32::MAX;
        }
        self.done();
        Ok(())
    }

    fn key(&mut self, key: Quoted) -> Result<(), BodyError> {
        let place = self.decoded(key);
        let Some(frame) = self.frames.last() else {
            return Ok(());
        };
        let (state, record, label, node) = (frame.state, frame.record, frame.label, frame.node);
        let (next, named) = self.paths.key(state, self.read(place));
        let mut duplicate = None;
        if let Some(frame) = self.frames.last_mut() {
            (frame.key, frame.value_state) = (place, next);
            if let Some(index) = self.paths.state(next).deciding {
                duplicate = (frame.seen & 1 << index != 0).then_some(usize::from(index));
                frame.seen |= 1 << index;
            }
        }
        if let Some(index) = duplicate {
            let name = &self.paths.deciding[index];
            if !self.store.facts.duplicate_deciding_keys.contains(name) {
                self.store.facts.duplicate_deciding_keys.push(name.clone());
            }
        }
        let class = self.paths.state(state).class;
        let skipped = named || matches!(class, Class::Keep | Class::Copy) || place.len() == 0;
        if skipped || self.store.words.contains(self.read(place)) {
            return Ok(());
        }
        let slot = Slot {
            state,
            node,
            step: Step::Key(place),
            label,
            record,
        };
        let editable = class != Class::Audit;
        self.push(slot, (key.start, key.end), place, FieldKind::Key, editable)
    }

    fn string(&mut self, value: Quoted) -> Result<(), BodyError> {
        let slot = self.slot();
        let state = self.paths.state(slot.state);
        let (class, fact) = (state.class, state.fact);
        if let Some(frame) = self.frames.last_mut() {
            frame.small = u32::MAX;
        }
        self.note_stale(slot, value.start - 1, value.end + 1);
        if class == Class::Copy {
            self.done();
            return Ok(());
        }
        let text = self.decoded(value);
        let first_field = self.store.fields.len();
        match class {
            Class::Unnamed | Class::Text | Class::Free => self.text_value(slot, value, text, class)?,
            Class::Keep if shape::is_setting(self.read(text)) => {}
            Class::Keep | Class::Audit if text.len() > 0 => {
                self.push(slot, (value.start, value.end), text, FieldKind::Text, false)?;
            }
            Class::Url => self.url(slot, value, text)?,
            Class::Opaque(Reason::File) => match shape::data_url(self.read(text)) {
                Some(url) => {
                    let (data, base64, reason) = (url.data, url.base64, unnamed::media_reason(url.media));
                    self.blob(slot, value, text, data, base64, reason)?;
                }
                None => self.blob(slot, value, text, 0, true, Some(Reason::File))?,
            },
            Class::Opaque(reason) if text.len() > 0 => self.report(slot, reason)?,
            Class::Keep | Class::Audit | Class::Opaque(_) | Class::Copy => {}
        }
        if let Some(fact) = fact {
            self.note_fact(fact, text, first_field);
        }
        self.done();
        Ok(())
    }

    fn number(&mut self, start: usize, end: usize) -> Result<(), BodyError> {
        let slot = self.slot();
        let class = self.paths.state(slot.state).class;
        let small = end - start <= TOKEN_DIGITS && self.text[start..end].iter().all(u8::is_ascii_digit);
        self.note_stale(slot, start, end);
        let mut tokens = None;
        if let Some(frame) = self.frames.last_mut()
            && !frame.object
            && frame.small != u32::MAX
        {
            frame.small = if small {
                frame.small.saturating_add(1).min(u32::MAX - 1)
            } else {
                u32::MAX
            };
            tokens = (frame.small != u32::MAX).then_some((frame.small, frame.fields, frame.node));
        }
        match class {
            Class::Keep | Class::Copy => {}
            Class::Opaque(reason) => self.report(slot, reason)?,
            Class::Text | Class::Free | Class::Unnamed | Class::Audit | Class::Url => match tokens {
                Some((count, first_field, node)) if count >= TOKEN_RUN => {
                    if count == TOKEN_RUN {
                        // The items before looked like numbers of their own.
                        self.store.fields.truncate(first_field);
                        let array = Slot {
                            node,
                            step: Step::Here,
                            ..slot
                        };
                        self.report(array, Reason::TokenArray)?;
                    }
                }
                _ => {
                    let place = Place::in_layer(self.layer, start, end);
                    let editable = !matches!(class, Class::Audit | Class::Url);
                    self.push(slot, (start, end), place, FieldKind::Number, editable)?;
                }
            },
        }
        self.done();
        Ok(())
    }

    fn literal(&mut self, start: usize, end: usize) -> Result<(), BodyError> {
        let slot = self.slot();
        if self.paths.state(slot.state).fact == Some(Fact::Stream) {
            self.store.facts.stream = match &self.text[start..end] {
                b"true" => Some(true),
                b"false" => Some(false),
                _ => None,
            };
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.small = u32::MAX;
        }
        // `null` needs no dropping.
        self.done();
        Ok(())
    }
}
