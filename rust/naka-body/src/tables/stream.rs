//! `[api.stream]`: which paths of an event hold the next piece of which text.

use super::automaton::{Automaton, Class, Mark};
use super::errors::{self, ErrorShape, Problem, quoted};
use super::file::{ApiEntry, ChannelEntry, LastEvent, StreamEntry};
use crate::error::TableError;
use crate::route::Direction;
use crate::stream::LastWords;

/// The stream of one API. Without channels where it has none.
#[derive(Debug)]
pub(crate) struct StreamTable {
    pub(crate) paths: Automaton,
    /// By [`super::automaton::State::slot`].
    pub(crate) slots: Vec<Slot>,
    /// Payloads that are no JSON and say that the stream is over.
    pub(crate) done: Vec<String>,
    /// Names of events that end the channels under their indices, or (true) all of them.
    pub(crate) ends: Vec<(String, bool)>,
    /// Names of events whose pieces are no text.
    pub(crate) binary: Vec<String>,
    /// Names of events that say again what pieces have said.
    pub(crate) copies: Vec<String>,
    error: Vec<LastEvent>,
    refusal: Vec<LastEvent>,
    /// The table says what its events hold.
    pub(crate) known: bool,
}

/// A path, and the channels whose pieces stand there.
#[derive(Debug)]
pub(crate) struct Slot {
    path: String,
    /// By the name of the event; an empty name stands for every event.
    channels: Vec<(String, SlotChannel)>,
    /// Indices that count; positions further in do not part texts.
    pub(crate) depth: u8,
    /// It ends in `.*`: any key that no path names.
    pub(crate) any_key: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotChannel {
    pub(crate) family: u16,
    pub(crate) json: bool,
    pub(crate) sealed: bool,
    pub(crate) argument: bool,
}

impl Slot {
    /// The channel of a piece in an event of this name.
    pub(crate) fn channel(&self, event: &[u8]) -> Option<SlotChannel> {
        let of = |wanted: &[u8]| {
            let mut named = self.channels.iter().filter(|(name, _)| name.as_bytes() == wanted);
            named.next().map(|&(_, channel)| channel)
        };
        of(event).or_else(|| of(b""))
    }
}

/// The stream of a table, or of the one that it is like.
fn entry<'e>(api: &'e ApiEntry, others: &'e [ApiEntry]) -> Result<Option<&'e StreamEntry>, TableError> {
    let Some(stream) = &api.stream else { return Ok(None) };
    let Some(like) = &stream.like else {
        return Ok(Some(stream));
    };
    let other = others.iter().find(|other| other.id == *like);
    match other.and_then(|other| other.stream.as_ref()) {
        Some(stream) if stream.like.is_none() => Ok(Some(stream)),
        _ => Err(TableError::BadPath {
            table: api.id.clone(),
            path: like.clone(),
            why: "`stream.like` names a table with a stream of its own",
        }),
    }
}

/// `event: path`, or a path alone.
fn parted(written: &str) -> (&str, &str) {
    written
        .split_once(':')
        .map_or(("", written), |(event, path)| (event.trim(), path.trim()))
}

impl StreamTable {
    /// Compiles the stream of `api`. `words` takes the keys that it names.
    pub(super) fn compile(api: &ApiEntry, others: &[ApiEntry], words: &mut super::Words) -> Result<Self, TableError> {
        let none = StreamEntry::default();
        let entry = entry(api, others)?.unwrap_or(&none);
        let bad = |path: &str, why| TableError::BadPath {
            table: api.id.clone(),
            path: path.to_owned(),
            why,
        };
        let mut builder = entry.paths.compile(&api.id, Direction::Response, others)?;
        let mut slots: Vec<Slot> = Vec::new();
        for (family, channel) in entry.channel.iter().enumerate() {
            for written in &channel.delta {
                let (event, path) = parted(written);
                add(&mut slots, (event, path), family as u16, channel).map_err(|why| bad(written, why))?;
            }
        }
        for (index, slot) in slots.iter().enumerate() {
            let number = index as u16;
            let (path, marks) = match slot.path.strip_suffix(".*") {
                Some(object) => (object, vec![Mark::Rest(number)]),
                None => (&*slot.path, vec![Mark::Class(Class::Text), Mark::Slot(number)]),
            };
            for mark in marks {
                builder.add(path, mark).map_err(|why| bad(path, why))?;
            }
        }
        let mut names: Vec<&String> = entry
            .channel
            .iter()
            .filter_map(|channel| channel.tool.as_ref())
            .collect();
        names.sort_unstable();
        names.dedup();
        for path in names {
            builder.add(path, Mark::ToolName).map_err(|why| bad(path, why))?;
        }
        for (order, path) in entry.index.iter().enumerate() {
            builder
                .add(path, Mark::Index(order as u8))
                .map_err(|why| bad(path, why))?;
        }
        if let Some(path) = &entry.sequence {
            builder.add(path, Mark::Sequence).map_err(|why| bad(path, why))?;
        }
        if let Some(path) = &entry.name {
            builder.add(path, Mark::Name).map_err(|why| bad(path, why))?;
        }
        let mut ends = Vec::new();
        for written in &entry.ends {
            match parted(written) {
                ("", path) => builder.add(path, Mark::Ends).map_err(|why| bad(path, why))?,
                (event, all @ ("" | "*")) => ends.push((event.to_owned(), all == "*")),
                _ => return Err(bad(written, "an end is a path, or the name of an event and a colon")),
            }
        }
        let sound = |last: &LastEvent| {
            entry.done.contains(&last.data) || errors::is_sound(&errors::fill(&last.data, |_| Some("\"x\"".to_owned())))
        };
        if let Some(last) = entry.error.iter().chain(&entry.refusal).find(|last| !sound(last)) {
            return Err(bad(
                &last.event,
                "a last event is JSON with the slots of the documentation, or one of `done`",
            ));
        }
        words.extend(builder.words());
        Ok(Self {
            paths: builder.build().map_err(|index| TableError::Conflict {
                table: api.id.clone(),
                path: builder.path(index),
            })?,
            known: api.stream.is_some(),
            slots,
            done: entry.done.clone(),
            ends,
            copies: entry.copies.clone(),
            binary: entry.binary.clone(),
            error: entry.error.clone(),
            refusal: entry.refusal.clone(),
        })
    }

    /// The events that end a stream: name (empty for none) and data. `model` asks for a refusal.
    pub(crate) fn ending(
        &self,
        shape: &ErrorShape,
        problem: &Problem<'_>,
        last: &LastWords<'_>,
    ) -> Vec<(&str, String)> {
        let events = match last.model {
            Some(_) if !self.refusal.is_empty() => &self.refusal,
            _ => &self.error,
        };
        if events.is_empty() {
            return vec![("", shape.body(problem))];
        }
        let slot = |slot: &str| match slot {
            "model" => last.model.map(quoted),
            "sequence" => Some(last.sequence.to_string()),
            "status" => Some(problem.status.to_string()),
            slot => shape.value(slot, problem).map(quoted),
        };
        let event = |last: &LastEvent| errors::fill(last.data.trim(), slot);
        events.iter().map(|last| (&*last.event, event(last))).collect()
    }
}

/// Adds a channel at a path: two events may hold pieces of different texts at the same one.
fn add(
    slots: &mut Vec<Slot>,
    (event, path): (&str, &str),
    family: u16,
    entry: &ChannelEntry,
) -> Result<(), &'static str> {
    let channel = SlotChannel {
        family,
        json: entry.json,
        sealed: entry.sealed,
        argument: entry.tool.is_some(),
    };
    let depth = entry.depth.unwrap_or(u8::MAX);
    match slots.iter_mut().find(|slot| slot.path == path) {
        None => slots.push(Slot {
            path: path.to_owned(),
            channels: vec![(event.to_owned(), channel)],
            depth,
            any_key: path.ends_with(".*"),
        }),
        Some(slot) if slot.channels.iter().any(|(name, _)| name == event) => {
            return Err("two channels have pieces at this path of the same event");
        }
        Some(slot) if slot.depth != depth => return Err("channels at one path have one `depth`"),
        Some(slot) => slot.channels.push((event.to_owned(), channel)),
    }
    Ok(())
}
