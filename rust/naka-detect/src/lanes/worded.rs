//! Patterns that begin with one of a few words: honorifics, labels, fixed prefixes.

use super::anchored::unfit;
use super::automaton::{Automaton, End, Limits, longest, parse};
use super::prefix::prefixes;
use super::words::{Literal, WordTable};
use super::{MAX_STATES, Source, Unfit};

/// A table of the words, and one automaton.
#[derive(Debug)]
pub(crate) struct Worded {
    table: WordTable,
    forward: Automaton,
    ids: Box<[u16]>,
}

impl Worded {
    /// Compiles at most [`super::MAX_PATTERNS`] patterns with matches of at most `reach` bytes.
    pub(crate) fn new(sources: &[Source<'_>], reach: usize) -> Result<Self, Unfit> {
        let regexes: Vec<&str> = sources.iter().map(|source| source.regex).collect();
        let limits = Limits {
            states: MAX_STATES,
            reach,
        };
        let forward = Automaton::new(&regexes, limits).map_err(|error| unfit(sources, &error))?;
        let mut words = Vec::new();
        for source in sources {
            let found = parse(source.regex).ok().and_then(|hir| prefixes(&hir));
            words.extend(found.ok_or(Unfit {
                id: source.id,
                why: "it does not begin with a word",
            })?);
        }
        words.sort_unstable();
        words.dedup();
        let literal = |bytes: Vec<u8>| Literal {
            bytes: bytes.into(),
            any_case: true,
            owner: 0,
        };
        let table = WordTable::new(words.into_iter().map(literal).collect());
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
