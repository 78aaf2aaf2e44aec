//! Patterns whose matches all hold an anchor: a run of three digits, or an `@`.

use super::automaton::{Automaton, CannotBuild, End, Limits, longest};
use super::backward::{Anchor, Backward, CannotReverse};
use super::{MAX_STATES, Source, Unfit};

/// One automaton forward, one back.
#[derive(Debug)]
pub(crate) struct Anchored {
    forward: Automaton,
    backward: Backward,
    /// Ids of the patterns, in the automaton's order.
    ids: Box<[u16]>,
}

impl Anchored {
    /// Compiles at most [`super::MAX_PATTERNS`] patterns with matches of at most `reach` bytes.
    pub(crate) fn new(sources: &[Source<'_>], anchor: Anchor, reach: usize) -> Result<Self, Unfit> {
        let regexes: Vec<&str> = sources.iter().map(|source| source.regex).collect();
        let limits = Limits {
            states: MAX_STATES,
            reach,
        };
        let forward = Automaton::new(&regexes, limits).map_err(|error| unfit(sources, &error))?;
        let backward = Backward::new(&forward, anchor, MAX_STATES).map_err(|error| match error {
            CannotReverse::NoAnchor(patterns) => Unfit {
                id: sources[patterns.trailing_zeros() as usize].id,
                why: "it can match without its anchor",
            },
            CannotReverse::TooLarge => Unfit {
                id: sources[0].id,
                why: "the automaton becomes too large",
            },
        })?;
        Ok(Self {
            forward,
            backward,
            ids: sources.iter().map(|source| source.id).collect(),
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.forward.dfa().memory() + self.backward.dfa().memory() + self.ids.len() * 2
    }

    /// Calls `found(pattern, start, end)` for every candidate whose first anchor is at `anchor`, at those
    /// starts that `opens` accepts.
    #[inline(always)]
    pub(crate) fn propose(
        &self,
        text: &[u8],
        anchor: usize,
        ends: &mut Vec<End>,
        opens: impl Fn(usize) -> bool,
        mut found: impl FnMut(u16, usize, usize),
    ) {
        self.backward.walk(text, anchor, |start| {
            if opens(start) {
                self.forward.run(text, start, ends);
                longest(ends, |pattern, end| found(self.ids[pattern], start, end));
            }
        });
    }
}

/// Names the pattern that is to blame.
pub(super) fn unfit(sources: &[Source<'_>], error: &CannotBuild) -> Unfit {
    match error {
        CannotBuild::Syntax { pattern, .. } => Unfit {
            id: sources[*pattern].id,
            why: "it is not a regular expression",
        },
        CannotBuild::Unfit { pattern } => Unfit {
            id: sources[*pattern].id,
            why: "it needs a longest match and no look-around",
        },
        CannotBuild::TooLarge => Unfit {
            id: sources[0].id,
            why: "the automaton becomes too large",
        },
    }
}
