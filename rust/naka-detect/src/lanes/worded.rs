//! Patterns that begin with one of a few words: honorifics, labels, fixed prefixes.

use super::automaton::{Automaton, End, Limits, longest};
use super::prefix::prefixes;
use super::words::{Literal, WordTable};
use super::{Source, Unfit, Why, hirs, unfit};

/// A table of the words, and one automaton.
#[derive(Debug)]
pub(crate) struct Worded {
    table: WordTable,
    forward: Automaton,
    ids: Box<[u16]>,
}

impl Worded {
    /// Compiles at most [`super::MAX_PATTERNS`] patterns.
    pub(crate) fn new(sources: &[Source<'_>], limits: Limits) -> Result<Self, Unfit> {
        let forward = Automaton::new(&hirs(sources), limits).map_err(|error| unfit(sources, error))?;
        let mut words = Vec::new();
        for source in sources {
            words.extend(prefixes(source.hir).ok_or(Unfit {
                id: source.id,
                why: Why::NoAnchor,
            })?);
        }
        words.sort_unstable();
        words.dedup();
        let literals = words.iter().map(|bytes| Literal {
            bytes,
            any_case: true,
            whole: false,
            owner: 0,
        });
        let table = WordTable::new(literals.collect());
        Ok(Self {
            table,
            forward,
            ids: sources.iter().map(|source| source.id).collect(),
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.table.memory() + self.forward.dfa().memory() + self.ids.len() * 2
    }

    /// False when no match begins with an ASCII word like this; see [`WordTable::may_begin`].
    #[inline(always)]
    pub(crate) fn may_begin(&self, hash: u64, raw: u64) -> bool {
        self.table.may_begin(hash, raw)
    }

    /// Calls `found(pattern, start, end)` for every candidate at `start`, where a word may begin.
    #[inline(always)]
    pub(crate) fn propose(
        &self,
        text: &[u8],
        start: usize,
        ends: &mut Vec<End>,
        mut found: impl FnMut(u16, usize, usize),
    ) {
        let mut hit = false;
        self.table.probe(text, start, |_, _| hit = true);
        if hit {
            self.forward.run(text, start, ends);
            longest(ends, |pattern, end| found(self.ids[pattern], start, end));
        }
    }
}
