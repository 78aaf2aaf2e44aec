//! The lane of last resort: expressions that begin with no fixed word and hold no anchor. They are tried at every
//! start of a word whose first byte fits, and at other characters when an expression begins with one.

use regex_syntax::hir::Hir;

use super::limits::MAX_MATCH;
use crate::lanes::{Automaton, End, Limits, Source, Unfit, unfit};

/// One automaton over several expressions.
#[derive(Debug)]
pub(crate) struct Starts {
    forward: Automaton,
    ids: Box<[u16]>,
    /// Bytes that a match may begin with.
    first: Box<[bool; 256]>,
    /// True when one of them is neither a letter, a digit nor beyond ASCII.
    signs: bool,
}

impl Starts {
    /// Compiles at most [`crate::lanes::MAX_PATTERNS`] expressions.
    pub(crate) fn new(sources: &[Source<'_>], limits: Limits) -> Result<Self, Unfit> {
        let hirs: Vec<&Hir> = sources.iter().map(|source| source.hir).collect();
        let forward = Automaton::new(&hirs, limits).map_err(|error| unfit(sources, error))?;
        let mut first = Box::new([false; 256]);
        for byte in 0..=255u8 {
            first[usize::from(byte)] = forward.begins_with(byte);
        }
        let signs = (0..128u8).any(|byte| first[usize::from(byte)] && !byte.is_ascii_alphanumeric());
        Ok(Self {
            forward,
            ids: sources.iter().map(|source| source.id).collect(),
            first,
            signs,
        })
    }

    /// True when matches may begin with punctuation or white space.
    pub(crate) const fn begins_with_signs(&self) -> bool {
        self.signs
    }

    /// The automaton.
    pub(crate) const fn forward(&self) -> &Automaton {
        &self.forward
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.forward.memory() + self.ids.len() * 2 + 256
    }

    /// The id of a pattern of the automaton.
    pub(crate) fn id(&self, pattern: usize) -> u16 {
        self.ids[pattern]
    }

    /// Writes where patterns end that begin at `start`; false when none can begin there.
    #[inline(always)]
    pub(crate) fn run(&self, text: &[u8], start: usize, ends: &mut Vec<End>) -> bool {
        if !self.first[usize::from(text[start])] {
            return false;
        }
        self.forward
            .run(&text[..text.len().min(start + MAX_MATCH)], start, ends);
        !ends.is_empty()
    }
}
