//! Patterns whose matches all hold an anchor: a run of three digits, or an `@`.

use super::automaton::{Automaton, End, Limits, PatternSet, longest_of};
use super::backward::{Anchor, Backward, CannotReverse};
use super::{Source, Unfit, Why, hirs, unfit};

/// One automaton forward, one back.
#[derive(Debug)]
pub(crate) struct Anchored {
    forward: Automaton,
    backward: Backward,
    /// Ids of the patterns, in the automaton's order.
    ids: Box<[u16]>,
    /// Most bytes between a start and its anchor.
    back: usize,
}

impl Anchored {
    /// Compiles at most [`super::MAX_PATTERNS`] patterns; starts lie at most `back` bytes before an anchor.
    pub(crate) fn new(sources: &[Source<'_>], anchor: Anchor, back: usize, limits: Limits) -> Result<Self, Unfit> {
        let forward = Automaton::new(&hirs(sources), limits).map_err(|error| unfit(sources, error))?;
        let backward = Backward::new(&forward, anchor, limits.table).map_err(|error| match error {
            CannotReverse::NoAnchor(patterns) => Unfit {
                id: sources[patterns.trailing_zeros() as usize].id,
                why: Why::NoAnchor,
            },
            CannotReverse::TooLarge => Unfit {
                id: sources[0].id,
                why: Why::TooLarge,
            },
        })?;
        Ok(Self {
            forward,
            backward,
            ids: sources.iter().map(|source| source.id).collect(),
            back,
        })
    }

    /// The automaton that runs from a start.
    pub(crate) const fn forward(&self) -> &Automaton {
        &self.forward
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.forward.dfa().memory() + self.backward.dfa().memory() + self.ids.len() * 2
    }

    /// The id of a pattern of the automaton.
    pub(crate) fn id(&self, pattern: usize) -> u16 {
        self.ids[pattern]
    }

    /// Calls `found(start)` for every start whose first anchor is at `anchor`.
    #[inline(always)]
    pub(crate) fn starts(&self, text: &[u8], anchor: usize, found: impl FnMut(usize)) {
        self.backward
            .walk(text, anchor, anchor.saturating_sub(self.back), found);
    }

    /// Writes where patterns end that begin at `start`.
    #[inline(always)]
    pub(crate) fn run(&self, text: &[u8], start: usize, ends: &mut Vec<End>) {
        self.forward.run(text, start, ends);
    }

    /// Calls `found(pattern, start, end)` for every candidate whose first anchor is at `anchor`, of those patterns
    /// that `opens` names for its start, by their order, and that end where `may_end` allows it: a longest match elsewhere is
    /// none, and no shorter one of its pattern takes its place.
    #[inline(always)]
    pub(crate) fn propose(
        &self,
        text: &[u8],
        anchor: usize,
        ends: &mut Vec<End>,
        mut opens: impl FnMut(usize) -> PatternSet,
        may_end: impl Fn(usize) -> bool,
        mut found: impl FnMut(u16, usize, usize),
    ) {
        self.starts(text, anchor, |start| {
            let patterns = opens(start);
            if patterns != 0 {
                self.forward.run_to(text, start, &may_end, ends);
                longest_of(ends, patterns, &may_end, |pattern, end| {
                    found(self.ids[pattern], start, end)
                });
            }
        });
    }
}
