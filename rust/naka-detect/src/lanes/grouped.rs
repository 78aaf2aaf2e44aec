//! Numbers in short groups: `192.0.2.1`, `51 09 80 27 40 87`, MAC and IPv6 addresses.
//!
//! They hold no run of three digits, so the masks look for their texture: a group of one to four hex
//! digits, a separator within the first five bytes, and at least seven bytes that are nothing but hex
//! digits and separators. [`Grouped::new`] proves of every pattern that its matches begin like that.

use std::collections::HashSet;

use super::automaton::{Automaton, End, Limits, longest};
use super::determinize::Dfa;
use super::{Source, Unfit, Why, hirs, unfit};
use crate::mask::Classes;

/// Bytes that must be hex digits or separators.
const TEXTURE: usize = 7;
/// Longest first group, in bytes.
const FIRST: usize = 4;

/// The automaton.
#[derive(Debug)]
pub(crate) struct Grouped {
    forward: Automaton,
    ids: Box<[u16]>,
}

/// What the last blocks leave for the next one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Carry {
    texture: u64,
    separator: u64,
    /// Letters and digits.
    word: u64,
    hex: u64,
}

impl Grouped {
    /// Compiles at most [`super::MAX_PATTERNS`] patterns.
    pub(crate) fn new(sources: &[Source<'_>], limits: Limits) -> Result<Self, Unfit> {
        for source in sources {
            let alone =
                Automaton::new(&[source.hir], limits).map_err(|error| unfit(std::slice::from_ref(source), error))?;
            if !has_texture(alone.dfa()) {
                return Err(Unfit {
                    id: source.id,
                    why: Why::NoAnchor,
                });
            }
        }
        let forward = Automaton::new(&hirs(sources), limits).map_err(|error| unfit(sources, error))?;
        Ok(Self {
            forward,
            ids: sources.iter().map(|source| source.id).collect(),
        })
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.forward.dfa().memory() + self.ids.len() * 2
    }

    /// Positions where a match may begin, as bits: bit `i` is byte `i - LAG` of the block.
    #[inline(always)]
    pub(crate) fn starts(classes: &Classes, carry: &mut Carry) -> u64 {
        let texture = classes.hex | classes.separator;
        let word = classes.alpha | classes.digit;
        // Bits of the bytes `by` before, so that all conditions are on the bit of the seventh byte.
        let back = |now: u64, before: u64, by: usize| (now << by) | (before >> (64 - by));
        let mut all = texture;
        for by in 1..TEXTURE {
            all &= back(texture, carry.texture, by);
        }
        let found = if all == 0 {
            0
        } else {
            let first = TEXTURE - 1;
            let mut divided = 0;
            for by in first - FIRST..first {
                divided |= back(classes.separator, carry.separator, by);
            }
            let begins = back(classes.hex, carry.hex, first) & !back(word, carry.word, first + 1);
            all & divided & begins
        };
        *carry = Carry {
            texture,
            separator: classes.separator,
            word,
            hex: classes.hex,
        };
        found
    }

    /// How far the bits of [`Grouped::starts`] lie behind the starts.
    pub(crate) const LAG: usize = TEXTURE - 1;

    /// Calls `found(pattern, start, end)` for every candidate at `start`.
    #[inline(always)]
    pub(crate) fn propose(
        &self,
        text: &[u8],
        start: usize,
        ends: &mut Vec<End>,
        mut found: impl FnMut(u16, usize, usize),
    ) {
        self.forward.run(text, start, ends);
        longest(ends, |pattern, end| found(self.ids[pattern], start, end));
    }
}

/// True when every match begins with the texture: all states that can be reached, by how many bytes were read and
/// whether a separator was among them.
fn has_texture(dfa: &Dfa) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![(dfa.start, 0, false)];
    while let Some((state, read, divided)) = open.pop() {
        if read == TEXTURE || !seen.insert((state, read, divided)) {
            continue;
        }
        if (read > FIRST && !divided) || dfa.accepts(state) {
            return false;
        }
        for byte in 0..=255u8 {
            let next = dfa.step(state, byte);
            if next == 0 {
                continue;
            }
            let separator = matches!(byte, b' ' | b'-' | b'.' | b':');
            if !(byte.is_ascii_hexdigit() || (separator && read > 0)) {
                return false;
            }
            open.push((next, read + 1, divided || separator));
        }
    }
    true
}
