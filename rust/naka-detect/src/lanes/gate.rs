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
/// What may follow a following byte: one, two, three or more digits, a letter, a blank or dash, another byte or nothing.
const AFTER: usize = 7;
const MANY: usize = 3;
const LETTER: usize = 4;
const JOINT: usize = 5;
const OTHER: usize = 6;
/// What may follow a run: a kind of byte and what comes after that.
const FOLLOWS: usize = KINDS * AFTER;

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

/// Of [`AFTER`], by the kind of a byte.
const AFTER_OF: [u8; KINDS] = {
    let mut after = [OTHER as u8; KINDS];
    (after[2], after[3]) = (LETTER as u8, LETTER as u8);
    (after[4], after[5]) = (JOINT as u8, JOINT as u8);
    after
};

/// Up to four bytes from `at` on, zero behind the end.
#[cold]
fn last_four(text: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    let left = text.get(at..).unwrap_or_default();
    four[..left.len().min(4)].copy_from_slice(&left[..left.len().min(4)]);
    u32::from_le_bytes(four)
}

fn kind(byte: u8) -> usize {
    usize::from(KIND[usize::from(byte)])
}

/// A run of digits and what stands around it, in kinds of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    before: u8,
    len: u8,
    /// Of [`FOLLOWS`].
    follows: u8,
}

impl Run {
    /// Of the run `from..to` of digits in `text`.
    #[inline(always)]
    pub(crate) fn new(text: &[u8], from: usize, to: usize) -> Self {
        let kind = |at: usize| text.get(at).map_or(0, |&byte| KIND[usize::from(byte)]);
        let back = |by: usize| from.checked_sub(by).map_or(0, kind);
        let next = match text.get(to + 1..to + 5) {
            Some(next) => u32::from_le_bytes(next.try_into().expect("four bytes")),
            None => last_four(text, to + 1),
        };
        // A byte that is no digit sets its upper bit, perhaps also that of bytes behind it.
        let others = ((next ^ 0x3030_3030).wrapping_add(0x7676_7676) | next) & 0x8080_8080;
        let digits = others.trailing_zeros() >> 3;
        let after = if digits == 0 {
            AFTER_OF[usize::from(kind(to + 1))]
        } else {
            digits as u8 - 1
        };
        Self {
            before: back(2) << 4 | back(1),
            len: (to - from).min(LONGEST) as u8,
            follows: kind(to) * AFTER as u8 + after,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Gate {
    /// By the kinds of the two bytes before a run: which of [`Self::lengths`].
    before: Box<[u8; KINDS * KINDS]>,
    /// By the length of a run: which of [`Self::beyond`].
    lengths: Vec<[u16; LONGEST + 1]>,
    /// By what follows: which of [`Self::entities`]. The first lets nothing pass.
    beyond: Vec<Beyond>,
    /// Those that a match may be of.
    entities: Vec<EntitySet>,
}

type Beyond = [u16; FOLLOWS];

impl Gate {
    /// For the patterns of `forward`, which belong to the entities `owners`; `values` are those that no letter, digit, `_` or `@` may follow.
    pub(crate) fn new(forward: &Automaton, values: bool, owners: &[u16]) -> Self {
        let dfa = forward.dfa();
        let states = States::new(dfa, values);
        let mut sets: HashMap<Vec<u16>, u8> = HashMap::new();
        let mut tables = Tables::new(&states, owners);
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
                    lengths.push(tables.lengths(set));
                    next as u8
                });
                before[second << 4 | first] = id;
            }
        }
        Self {
            before,
            lengths,
            beyond: tables.beyond,
            entities: tables.entities,
        }
    }

    /// The entities of which a match may hold `run` as its first run of three digits or more.
    #[inline(always)]
    pub(crate) fn entities(&self, run: Run) -> EntitySet {
        let lengths = &self.lengths[usize::from(self.before[usize::from(run.before)])];
        let beyond = &self.beyond[usize::from(lengths[usize::from(run.len)])];
        self.entities[usize::from(beyond[usize::from(run.follows)])]
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        KINDS * KINDS
            + self.lengths.len() * size_of::<[u16; LONGEST + 1]>()
            + self.beyond.len() * size_of::<Beyond>()
            + self.entities.len() * size_of::<EntitySet>()
    }
}

/// What is shared by the lengths of all runs, each kept once.
struct Tables<'s> {
    states: &'s States<'s>,
    owners: &'s [u16],
    known: HashMap<Vec<u16>, u16>,
    beyond: Vec<Beyond>,
    entities: Vec<EntitySet>,
}

impl<'s> Tables<'s> {
    fn new(states: &'s States<'s>, owners: &'s [u16]) -> Self {
        Self {
            states,
            owners,
            known: HashMap::from([(Vec::new(), 0)]),
            beyond: vec![[0; FOLLOWS], [1; FOLLOWS]],
            entities: vec![0, EntitySet::MAX],
        }
    }

    fn lengths(&mut self, before: &[u16]) -> [u16; LONGEST + 1] {
        let mut lengths = [0; LONGEST + 1];
        lengths[LONGEST] = 1;
        let mut set = before.to_vec();
        for of in &mut lengths[1..LONGEST] {
            set = self.states.step(&set, 1);
            *of = match self.known.get(&set) {
                Some(known) => *known,
                None => self.add(&set),
            };
        }
        lengths
    }

    /// What may follow a run that leads to the states of `set`.
    fn add(&mut self, set: &[u16]) -> u16 {
        let dfa = self.states.dfa;
        let mut beyond = [0; FOLLOWS];
        for (follows, of) in beyond.iter_mut().enumerate() {
            let patterns = set
                .iter()
                .fold(0, |all, &state| all | self.states.beyond[dfa.index(state)][follows]);
            let owned = self.owners.iter().enumerate();
            let entities = owned.fold(0, |all, (i, owner)| all | ((patterns >> i & 1) as EntitySet) << owner);
            let known = self.entities.iter().position(|known| *known == entities);
            *of = known.unwrap_or_else(|| {
                self.entities.push(entities);
                self.entities.len() - 1
            }) as u16;
        }
        let known = self.beyond.iter().position(|known| *known == beyond);
        let id = known.unwrap_or_else(|| {
            self.beyond.push(beyond);
            self.beyond.len() - 1
        }) as u16;
        self.known.insert(set.to_vec(), id);
        id
    }
}

/// What may follow each state.
struct States<'a> {
    dfa: &'a Dfa,
    /// By kind, its bytes, one of those that the automaton does not tell apart.
    bytes: Vec<Vec<u8>>,
    /// By state: the patterns that may match, by what follows.
    beyond: Vec<[PatternSet; FOLLOWS]>,
}

impl<'a> States<'a> {
    fn new(dfa: &'a Dfa, values: bool) -> Self {
        let mut bytes = vec![Vec::new(); KINDS];
        let mut seen = std::collections::HashSet::new();
        for byte in 0..=255u8 {
            if seen.insert((kind(byte), dfa.class(byte))) {
                bytes[kind(byte)].push(byte);
            }
        }
        let reach = reach(dfa, &bytes);
        let mut new = Self {
            dfa,
            bytes,
            beyond: Vec::new(),
        };
        let after: Vec<[PatternSet; AFTER]> = dfa.states().map(|state| new.after(state, values, &reach)).collect();
        let of = |state: u16| {
            let mut patterns = [0; FOLLOWS];
            for (kind, bytes) in new.bytes.iter().enumerate() {
                for which in 0..AFTER {
                    let all = &mut patterns[kind * AFTER + which];
                    if may_stand_behind(kind, which, values) {
                        *all |= dfa.accepted(state);
                    }
                    let targets = bytes.iter().map(|&byte| dfa.step(state, byte));
                    *all |= targets.fold(0, |all, target| all | after[dfa.index(target)][which]);
                }
            }
            patterns
        };
        new.beyond = dfa.states().map(of).collect();
        new
    }

    /// The patterns that may match when `state` is reached at the byte behind a run, by what comes after that.
    fn after(&self, state: u16, values: bool, reach: &[PatternSet]) -> [PatternSet; AFTER] {
        let dfa = self.dfa;
        let ends = dfa.accepted(state);
        let on = |from: &[u16], kinds: &[usize]| {
            let into = kinds.iter().flat_map(|&kind| self.step(from, kind));
            into.fold(0, |all, state| all | reach[dfa.index(state)])
        };
        let glued = if values { 0 } else { ends };
        let mut patterns = [0; AFTER];
        let mut digits = vec![state];
        for all in &mut patterns[..MANY] {
            digits = self.step(&digits, 1);
            let here = digits.iter().fold(0, |all, &state| all | dfa.accepted(state));
            *all = glued | here | on(&digits, &[0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        }
        patterns[MANY] = glued | on(&digits, &[1]);
        patterns[LETTER] = glued | on(&[state], &[2, 3]);
        patterns[JOINT] = ends | on(&[state], &[4, 5]);
        patterns[OTHER] = ends | on(&[state], &[0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        patterns
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

/// Whether a byte of `kind` and what comes after it may stand behind a match, as `neighbours::look` has it.
const fn may_stand_behind(kind: usize, after: usize, values: bool) -> bool {
    match kind {
        1 => false,
        _ if !values => true,
        2 | 3 | 10 => false,
        5 => after > LETTER,   // `5109…-7f3a`
        6 | 9 => after > MANY, // `4821M.next`, `9812345670: yes`
        _ => true,
    }
}
