//! Field paths of one direction of one API, compiled into an automaton over keys and array items.
//!
//! Notation: `messages[*].content[*].text`; `*` as a key stands for any key. Classes are in [`Class`].
//! The walk holds one state number per open bracket and asks for one transition per key, so cost does not grow with
//! the number of paths.

use std::collections::{BTreeMap, BTreeSet};

use super::notation::{Step, snake_case, steps};
use crate::document::Reason;

/// What a value at a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A field that no path names.
    Unnamed,
    /// Text to scan and rewrite. What else may stand there is walked as unnamed.
    Text,
    /// The user's own data, whatever its shape: every string, number and key in it is scanned and may be rewritten.
    Free,
    /// Scanned, never rewritten: changing it breaks something.
    Audit,
    /// A URL: `data:` is looked into, another one is scanned, never rewritten, and what it points to is unscannable.
    Url,
    /// Ids, enums, settings: not scanned as long as they look like that, else as `Audit`.
    Keep,
    /// A copy of text that is elsewhere in this body: not scanned. Only together with [`Stale`].
    Copy,
    /// Not text.
    Opaque(Reason),
}

impl Class {
    /// Holds for everything inside as well.
    fn reaches_in(self) -> bool {
        matches!(self, Self::Free | Self::Keep | Self::Copy | Self::Audit)
    }
}

/// A value that spells its record's text again, or points into it: replaced once that text is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Stale {
    /// Only if positions moved, for a length in characters changed.
    pub(crate) only_if_moved: bool,
    /// `[]` in place of `null`.
    pub(crate) empty_array: bool,
}

/// Facts that a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fact {
    Model,
    Stream,
    User,
    Id,
    Previous,
    Conversation,
    /// The same, where a conversation is an object.
    ConversationId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Class(Class),
    Fact(Fact),
    /// Each value here is one record: a message, a choice.
    Record,
    Stale(Stale),
    /// Where this is a string or `true`, the object that holds it is signed: see [`State::seal`].
    Seal,
    /// The name of a tool that is called.
    ToolName,
    /// What it is called with.
    ToolArguments,
    /// A piece of a channel's text: index into [`super::stream::StreamTable::slots`].
    Slot(u16),
    /// The same for the strings of this object that no path names.
    Rest(u16),
    /// A number that tells the object around it from others of its kind.
    Index(u8),
    /// The number of the event.
    Sequence,
    /// The name of the event.
    Name,
    /// A string or `true` here ends the channels of the object around it.
    Ends,
    /// A key that decides how the body is treated; twice is one too many. Index into [`Automaton::deciding`].
    Deciding(u8),
}

/// State numbers that every automaton has.
pub(crate) const UNNAMED: u16 = 0;
pub(crate) const FREE: u16 = 1;
pub(crate) const KEEP: u16 = 2;
pub(crate) const COPY: u16 = 3;
pub(crate) const AUDIT: u16 = 4;

/// What a value means in an event of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EventMark {
    pub(crate) slot: Option<u16>,
    pub(crate) index: Option<u8>,
    pub(crate) sequence: bool,
    pub(crate) name: bool,
    pub(crate) ends: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) class: Class,
    pub(crate) fact: Option<Fact>,
    pub(crate) record: bool,
    pub(crate) stale: Option<Stale>,
    pub(crate) deciding: Option<u8>,
    /// A string or `true` here says that the provider has signed the object around it: nothing in that is rewritten.
    pub(crate) seal: bool,
    pub(crate) tool_name: bool,
    pub(crate) tool_arguments: bool,
    /// What only the events of a stream have.
    pub(crate) event: EventMark,
    keys: Vec<(Box<[u8]>, u16)>,
    other: u16,
    item: u16,
}

#[derive(Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    pub(crate) deciding: Vec<String>,
    pub(crate) start: u16,
}

impl State {
    /// Nothing is known of what is inside but `inside`.
    fn new(class: Class, inside: u16) -> Self {
        Self {
            class,
            fact: None,
            record: false,
            stale: None,
            deciding: None,
            seal: false,
            tool_name: false,
            tool_arguments: false,
            event: EventMark::default(),
            keys: Vec::new(),
            other: inside,
            item: inside,
        }
    }
}

impl Automaton {
    #[inline]
    pub(crate) fn state(&self, state: u16) -> &State {
        &self.states[usize::from(state)]
    }

    /// The state of the value behind `key`, and whether a path names that key.
    #[inline]
    pub(crate) fn key(&self, state: u16, key: &[u8]) -> (u16, bool) {
        let state = self.state(state);
        // A handful of keys per level: comparing lengths first rejects nearly all of them.
        match state.keys.iter().find(|(name, _)| **name == *key) {
            Some(&(_, next)) => (next, true),
            None => (state.other, false),
        }
    }

    #[inline]
    pub(crate) fn item(&self, state: u16) -> u16 {
        self.state(state).item
    }
}

#[derive(Debug, Default)]
pub(crate) struct Builder {
    paths: Vec<(Vec<Step>, Mark)>,
    /// The paths as they are written, for messages.
    written: Vec<String>,
    deciding: Vec<String>,
    both_cases: bool,
}

impl Builder {
    /// `both_cases`: a key `likeThis` may also be written `like_this`, as proto JSON has it.
    pub(crate) fn new(both_cases: bool) -> Self {
        Self {
            both_cases,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, path: &str, mark: Mark) -> Result<(), &'static str> {
        self.paths.push((steps(path)?, mark));
        self.written.push(path.to_owned());
        Ok(())
    }

    /// The path at `index` among those added, as it is written.
    pub(crate) fn path(&self, index: usize) -> String {
        self.written.get(index).cloned().unwrap_or_default()
    }

    pub(crate) fn add_deciding(&mut self, path: &str) -> Result<(), &'static str> {
        let index = u8::try_from(self.deciding.len()).ok().filter(|&index| index < 32);
        let index = index.ok_or("more than 32 deciding keys")?;
        self.deciding.push(path.rsplit('.').next().unwrap_or(path).to_owned());
        self.add(path, Mark::Deciding(index))
    }

    /// Keys that the paths name.
    pub(crate) fn words(&self) -> impl Iterator<Item = Box<[u8]>> {
        let keys = self
            .paths
            .iter()
            .flat_map(|(steps, _)| steps)
            .filter_map(|step| match step {
                Step::Key(key) => Some(key),
                _ => None,
            });
        keys.flat_map(|key| [Some(key.clone()), self.both_cases.then(|| snake_case(key)).flatten()])
            .flatten()
    }

    /// Subset construction. Errors with the index of a path whose class differs from another's at the same place.
    pub(crate) fn build(&self) -> Result<Automaton, usize> {
        let fixed = [
            (UNNAMED, Class::Unnamed),
            (FREE, Class::Free),
            (KEEP, Class::Keep),
            (COPY, Class::Copy),
            (AUDIT, Class::Audit),
        ];
        let states = fixed.map(|(same, class)| State::new(class, same));
        let mut build = Build {
            paths: &self.paths,
            both_cases: self.both_cases,
            states: states.into(),
            known: BTreeMap::new(),
        };
        let start = build.state((0..self.paths.len()).map(|path| (path, 0)).collect(), UNNAMED)?;
        Ok(Automaton {
            states: build.states,
            deciding: self.deciding.clone(),
            start,
        })
    }
}

/// Paths, each with the number of steps taken.
type Positions = BTreeSet<(usize, usize)>;

struct Build<'p> {
    paths: &'p [(Vec<Step>, Mark)],
    both_cases: bool,
    states: Vec<State>,
    known: BTreeMap<(Positions, u16), u16>,
}

impl Build<'_> {
    /// `outside`: the fixed state that a surrounding class puts on whatever no path names.
    fn state(&mut self, at: Positions, outside: u16) -> Result<u16, usize> {
        if at.is_empty() {
            return Ok(outside);
        }
        if let Some(&state) = self.known.get(&(at.clone(), outside)) {
            return Ok(state);
        }
        let (mut class, mut rest) = (None, None);
        let number = self.states.len() as u16;
        self.states.push(State::new(Class::Unnamed, outside));
        self.known.insert((at.clone(), outside), number);
        for &(path, step) in &at {
            let (steps, mark) = &self.paths[path];
            if step < steps.len() {
                continue;
            }
            let state = &mut self.states[usize::from(number)];
            match *mark {
                Mark::Class(new) => {
                    if class.replace(new).is_some_and(|old| old != new) {
                        return Err(path);
                    }
                    state.class = new;
                }
                Mark::Fact(fact) => state.fact = Some(fact),
                Mark::Record => state.record = true,
                Mark::Stale(stale) => state.stale = Some(stale),
                Mark::Seal => state.seal = true,
                Mark::ToolName => state.tool_name = true,
                Mark::ToolArguments => state.tool_arguments = true,
                Mark::Slot(slot) => state.event.slot = Some(slot),
                Mark::Rest(slot) => rest = Some(slot),
                Mark::Index(order) => state.event.index = Some(order),
                Mark::Sequence => state.event.sequence = true,
                Mark::Name => state.event.name = true,
                Mark::Ends => state.event.ends = true,
                Mark::Deciding(index) => state.deciding = Some(index),
            }
        }
        let inside = match class {
            Some(class) if class.reaches_in() => match class {
                Class::Free => FREE,
                Class::Keep => KEEP,
                Class::Copy => COPY,
                _ => AUDIT,
            },
            Some(_) => UNNAMED,
            None => outside,
        };
        if class.is_none() {
            self.states[usize::from(number)].class = self.states[usize::from(outside)].class;
        }
        let next = |step: &dyn Fn(&Step) -> bool| -> Positions {
            let ahead = at
                .iter()
                .filter(|&&(path, at)| self.paths[path].0.get(at).is_some_and(step));
            ahead.map(|&(path, at)| (path, at + 1)).collect()
        };
        let named: BTreeSet<&[u8]> = at
            .iter()
            .filter_map(|&(path, at)| match self.paths[path].0.get(at) {
                Some(Step::Key(key)) => Some(&**key),
                _ => None,
            })
            .collect();
        let mut ahead: Vec<(Box<[u8]>, Positions)> = Vec::new();
        for key in named {
            ahead.push((
                key.into(),
                next(&|step| *step == Step::AnyKey || matches!(step, Step::Key(name) if **name == *key)),
            ));
        }
        let (other, item) = (next(&|step| *step == Step::AnyKey), next(&|step| *step == Step::Item));
        let mut keys = Vec::new();
        for (key, positions) in ahead {
            let next = self.state(positions, inside)?;
            if let Some(snake) = self.both_cases.then(|| snake_case(&key)).flatten() {
                keys.push((snake, next));
            }
            keys.push((key, next));
        }
        let (mut other, item) = (self.state(other, inside)?, self.state(item, inside)?);
        if let Some(slot) = rest {
            let mut state = State::new(Class::Text, UNNAMED);
            state.event.slot = Some(slot);
            other = self.states.len() as u16;
            self.states.push(state);
        }
        let state = &mut self.states[usize::from(number)];
        (state.keys, state.other, state.item) = (keys, other, item);
        Ok(number)
    }
}
