//! Whether a run of digits can be in a match at all, by its length and the two bytes on either side: most runs of years,
//! amounts and identifiers of machines end here, before an automaton is asked.
//!
//! Made from the lane's automaton, so that it never stops what the lane would propose and the judge accept
//! (`tests/oracle.rs`). Cost: three reads of small tables.

use std::collections::HashMap;

use super::automaton::{Automaton, PatternSet};
use super::backward::{Anchor, before_anchor};
use super::determinize::Dfa;
use crate::lexicon::EntitySet;

/// Runs from this length on always pass.
const LONGEST: usize = 31;
/// Kinds of bytes.
const KINDS: usize = 16;
/// What may follow a following byte: a digit, a letter, another byte or nothing.
const AFTER: usize = 3;

/// The kind of each byte; 0 is also that of no byte.
const KIND: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' => 1,
            b'A'..=b'Z' => 2,
            b'a'..=b'z' => 3,
            b' ' => 4,
            b'-' => 5,
            b'.' => 6,
            b',' => 7,
            b'/' => 8,
            b':' => 9,
            b'_' | b'@' => 10,
            b'+' => 11,
            b'(' => 12,
            b')' => 13,
            b'\n' | b'\r' | b'\t' => 14,
            0x80.. => 15,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

fn kind(byte: u8) -> usize {
    usize::from(KIND[usize::from(byte)])
}

/// A run of digits and what stands around it, in kinds of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    before: u8,
    len: u8,
    /// One bit of those in [`Gate::lengths`].
    follows: u64,
}

impl Run {
    /// Of the run `from..to` of digits in `text`.
    #[inline(always)]
    pub(crate) fn new(text: &[u8], from: usize, to: usize) -> Self {
        let kind = |at: usize| text.get(at).map_or(0, |&byte| KIND[usize::from(byte)]);
        let back = |by: usize| from.checked_sub(by).map_or(0, kind);
        let after = match kind(to + 1) {
            1 => 0,
            2 | 3 => 1,
            _ => 2,
        };
        Self {
            before: back(2) << 4 | back(1),
            len: (to - from).min(LONGEST) as u8,
            follows: 1 << (kind(to) as usize * AFTER + after),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Gate {
    /// By the kinds of the two bytes before a run: which of [`Self::lengths`].
    before: Box<[u8; KINDS * KINDS]>,
    /// By the length of a run.
    lengths: Vec<[Beyond; LONGEST + 1]>,
}

/// What may come behind a run.
#[derive(Debug, Clone, Copy, Default)]
struct Beyond {
    /// A bit for each kind of byte and what comes after that.
    follows: u64,
    /// Entities of the patterns that may match.
    entities: EntitySet,
}

impl Gate {
    /// For the patterns of `forward`, which belong to the entities `owners`; `values` are those that no letter, digit, `_` or `@` may follow.
    pub(crate) fn new(forward: &Automaton, values: bool, owners: &[u16]) -> Self {
        let dfa = forward.dfa();
        let states = States::new(dfa, values, owners);
        let mut sets: HashMap<Vec<u16>, u8> = HashMap::new();
        let mut lengths = Vec::new();
        let mut before = Box::new([0; KINDS * KINDS]);
        let inside = before_anchor(forward, Anchor::Digits);
        for second in 0..KINDS {
            let after_second = states.step(&inside, second);
            for first in 0..KINDS {
                // A match begins at the run, at the byte before it, or further back.
                let mut set = states.step(&after_second, first);
                set.extend(states.step(&[dfa.start], first));
                set.push(dfa.start);
                set.sort_unstable();
                set.dedup();
                let next = lengths.len();
                let id = *sets.entry(set).or_insert_with_key(|set| {
                    lengths.push(states.lengths(set));
                    next as u8
                });
                before[second << 4 | first] = id;
            }
        }
        Self { before, lengths }
    }

    /// The entities of which a match may hold `run` as its first run of three digits or more.
    #[inline(always)]
    pub(crate) fn entities(&self, run: Run) -> EntitySet {
        let lengths = &self.lengths[usize::from(self.before[usize::from(run.before)])];
        let beyond = &lengths[usize::from(run.len)];
        if beyond.follows & run.follows == 0 {
            0
        } else {
            beyond.entities
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        KINDS * KINDS + self.lengths.len() * size_of::<[Beyond; LONGEST + 1]>()
    }
}

/// What may follow each state.
struct States<'a> {
    dfa: &'a Dfa,
    /// By kind, its bytes, one of those that the automaton does not tell apart.
    bytes: Vec<Vec<u8>>,
    /// By state.
    beyond: Vec<Beyond>,
}

impl<'a> States<'a> {
    fn new(dfa: &'a Dfa, values: bool, owners: &[u16]) -> Self {
        let mut bytes = vec![Vec::new(); KINDS];
        let mut seen = std::collections::HashSet::new();
        for byte in 0..=255u8 {
            if seen.insert((kind(byte), dfa.class(byte))) {
                bytes[kind(byte)].push(byte);
            }
        }
        let after = |state: u16, which: usize| {
            let of = |kinds: &[usize]| {
                kinds
                    .iter()
                    .any(|&kind| bytes[kind].iter().any(|&byte| dfa.step(state, byte) != 0))
            };
            match which {
                0 => of(&[1]),
                1 => of(&[2, 3]),
                _ => of(&[0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
            }
        };
        let goes_on: Vec<u8> = dfa
            .states()
            .map(|state| {
                let ends = dfa.accepts(state);
                (0..AFTER).fold(0, |bits, which| {
                    let may_end = ends && (which == 2 || !values);
                    bits | u8::from(may_end || after(state, which)) << which
                })
            })
            .collect();
        let reach = reach(dfa, &bytes);
        let beyond = dfa
            .states()
            .map(|state| {
                let mut bits = 0;
                let mut patterns = dfa.accepted(state);
                for (kind, bytes) in bytes.iter().enumerate() {
                    for &byte in bytes {
                        let target = dfa.step(state, byte);
                        if target != 0 {
                            bits |= u64::from(goes_on[dfa.index(target)]) << (kind * AFTER);
                            patterns |= if kind == 1 { 0 } else { reach[dfa.index(target)] };
                        }
                    }
                    if dfa.accepts(state) {
                        bits |= may_stand_behind(kind, values) << (kind * AFTER);
                    }
                }
                let owned = owners.iter().enumerate();
                Beyond {
                    follows: bits,
                    entities: owned.fold(0, |all, (i, owner)| all | (patterns >> i & 1) << owner),
                }
            })
            .collect();
        Self { dfa, bytes, beyond }
    }

    /// The states after a byte of `kind`.
    fn step(&self, from: &[u16], kind: usize) -> Vec<u16> {
        let mut into: Vec<u16> = from
            .iter()
            .flat_map(|&state| self.bytes[kind].iter().map(move |&byte| self.dfa.step(state, byte)))
            .filter(|&state| state != 0)
            .collect();
        into.sort_unstable();
        into.dedup();
        into
    }

    fn lengths(&self, before: &[u16]) -> [Beyond; LONGEST + 1] {
        let mut lengths = [Beyond::default(); LONGEST + 1];
        lengths[LONGEST] = Beyond {
            follows: u64::MAX,
            entities: EntitySet::MAX,
        };
        let mut set = before.to_vec();
        for all in &mut lengths[1..LONGEST] {
            set = self.step(&set, 1);
            for state in &set {
                let one = self.beyond[self.dfa.index(*state)];
                all.follows |= one.follows;
                all.entities |= one.entities;
            }
        }
        lengths
    }
}

/// The patterns that may still match from each state on.
fn reach(dfa: &Dfa, bytes: &[Vec<u8>]) -> Vec<PatternSet> {
    let mut reach: Vec<PatternSet> = dfa.states().map(|state| dfa.accepted(state)).collect();
    loop {
        let mut changed = false;
        for state in dfa.states().rev() {
            let targets = bytes.iter().flatten().map(|&byte| dfa.index(dfa.step(state, byte)));
            let all = targets.fold(reach[dfa.index(state)], |all, target| all | reach[target]);
            changed |= all != reach[dfa.index(state)];
            reach[dfa.index(state)] = all;
        }
        if !changed {
            return reach;
        }
    }
}

/// What may come behind a byte of `kind` that stands behind a match, as `neighbours::look` has it.
const fn may_stand_behind(kind: usize, values: bool) -> u64 {
    const ALL: u64 = (1 << AFTER) - 1;
    match kind {
        1 => 0,
        _ if !values => ALL,
        2 | 3 | 10 => 0,
        5 => 0b100,     // `5109…-7f3a`
        6 | 9 => 0b110, // `4821M.next`, `9812345670: yes`
        _ => ALL,
    }
}
