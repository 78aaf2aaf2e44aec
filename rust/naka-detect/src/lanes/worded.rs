//! Patterns that begin with one of a few words: honorifics, labels, fixed prefixes.

use super::automaton::{Automaton, End, Limits, longest};
use super::prefix::prefixes;
use super::words::{Literal, heads};
use super::{Source, Unfit, Why, hirs, unfit};
use crate::heads::{Heads, first_eight};

/// The heads of the words, and one automaton.
#[derive(Debug)]
pub(crate) struct Worded {
    heads: Heads,
    fronts: Fronts,
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
        let fronts = fronts(&words);
        let literals = words.iter().map(|bytes| Literal {
            bytes,
            any_case: true,
            whole: false,
            owner: 0,
        });
        Ok(Self {
            heads: heads(&literals.collect::<Vec<_>>()),
            fronts,
            forward,
            ids: sources.iter().map(|source| source.id).collect(),
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.heads.memory() + 4096 + 16 * self.fronts.list.len() + self.forward.dfa().memory() + self.ids.len() * 2
    }

    /// Which ASCII words may begin a match.
    pub(crate) const fn heads(&self) -> &Heads {
        &self.heads
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
        if !self.fronts.holds(first_eight(&text[start..]) | CASE) {
            return;
        }
        self.forward.run(text, start, ends);
        longest(ends, |pattern, end| found(self.ids[pattern], start, end));
    }
}

/// The first eight bytes of the words, in lower case, by the first two.
#[derive(Debug)]
struct Fronts {
    /// By five bits of each of two bytes: a range of the list.
    pairs: Box<[(u16, u16); 1024]>,
    /// Bytes, and which of these count.
    list: Vec<(u64, u64)>,
}

impl Fronts {
    /// False when no word begins like the eight bytes `raw`, which have [`CASE`].
    #[inline(always)]
    fn holds(&self, raw: u64) -> bool {
        let (from, to) = self.pairs[pair(raw)];
        let fronts = &self.list[usize::from(from)..usize::from(to)];
        fronts.iter().any(|(front, mask)| raw & mask == *front)
    }
}

/// The bit that tells the case of a letter.
const CASE: u64 = 0x2020_2020_2020_2020;

const fn pair(front: u64) -> usize {
    (front & 31 | front >> 3 & 0x3E0) as usize
}

/// The fronts of `words` by their first two bytes.
fn fronts(words: &[Vec<u8>]) -> Fronts {
    let mut fronts: Vec<(u64, u64)> = words
        .iter()
        .map(|word| {
            let mask = u64::MAX >> (64 - 8 * word.len().clamp(2, 8));
            ((first_eight(word) | CASE) & mask, mask)
        })
        .collect();
    fronts.sort_unstable_by_key(|&(front, mask)| (pair(front), front, mask));
    fronts.dedup();
    let mut pairs = Box::new([(0, 0); 1024]);
    let mut from = 0;
    for group in fronts.chunk_by(|a, b| pair(a.0) == pair(b.0)) {
        let to = from + group.len() as u16;
        pairs[pair(group[0].0)] = (from, to);
        from = to;
    }
    Fronts { pairs, list: fronts }
}
