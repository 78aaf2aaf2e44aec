//! Subset construction and minimisation for [`super::automaton`].
//! A state accepts when a match ends before the next byte is read, so a run needs no byte behind the
//! match. Limits are checked as states are made: a set that explodes is refused in milliseconds.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

use super::automaton::PatternSet;

/// A deterministic automaton: state 0 is dead, accepting states come last.
#[derive(Debug, Clone)]
pub(crate) struct Dfa {
    /// Class of each byte.
    classes: Box<[u8; 256]>,
    /// A full row for each state; a state is the place of its row: `table[(state << unit) + class]`.
    table: Vec<u16>,
    unit: u32,
    /// Units of one row. Odd, so that the same class of many states does not fall on a few lines of the cache.
    step: u16,
    /// 65,536 divided by `step`, rounded up: exact for every state, since states have 16 bits.
    inverse: u32,
    pub(super) start: u16,
    /// States from here on accept; `accepts[(state - accept_from) / step]` are the patterns.
    accept_from: u16,
    accepts: Vec<PatternSet>,
}

impl Dfa {
    /// The state after `byte`; 0 when nothing can match any more.
    #[inline(always)]
    pub(super) fn step(&self, state: u16, byte: u8) -> u16 {
        let class = self.classes[usize::from(byte)];
        let index = (usize::from(state) << self.unit) + usize::from(class);
        debug_assert!(index < self.table.len());
        // SAFETY: states come from the table or are `start`, classes are below the length of a row, and
        // `Rows::number` makes a full row for each state (`tests::every_row_is_full`).
        unsafe { *self.table.get_unchecked(index) }
    }

    /// True when a match ends in `state`.
    #[inline(always)]
    pub(super) const fn accepts(&self, state: u16) -> bool {
        state >= self.accept_from
    }

    /// The patterns that end in an accepting `state`.
    #[inline(always)]
    pub(super) fn patterns(&self, state: u16) -> PatternSet {
        self.accepts[((u32::from(state - self.accept_from) * self.inverse) >> 16) as usize]
    }

    /// All states, the dead one first.
    pub(super) fn states(&self) -> impl DoubleEndedIterator<Item = u16> {
        let (step, rows) = (self.step, (self.table.len() >> self.unit) / usize::from(self.step));
        (0..rows).map(move |row| row as u16 * step)
    }

    /// The place of a state among all of them.
    pub(super) const fn index(&self, state: u16) -> usize {
        (state / self.step) as usize
    }

    /// The patterns that end in any `state`.
    pub(super) fn accepted(&self, state: u16) -> PatternSet {
        if self.accepts(state) { self.patterns(state) } else { 0 }
    }

    /// All of them but the dead one.
    pub(super) fn all(&self) -> Vec<u16> {
        self.states().skip(1).collect()
    }

    /// The class of a byte.
    pub(super) const fn class(&self, byte: u8) -> u8 {
        self.classes[byte as usize]
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.table.len() * 2 + self.accepts.len() * size_of::<PatternSet>() + 256
    }
}

/// States before renumbering: one row of targets and the accepted patterns each; 0 is dead.
pub(super) struct Rows {
    width: usize,
    pub(super) targets: Vec<u32>,
    pub(super) accepts: Vec<PatternSet>,
}

/// `None` when the table would be larger than `limit` bytes or needs more than `work` visits of NFA states, or when
/// the NFA has look-around.
pub(super) fn determinize(nfa: &NFA, limit: usize, work: usize) -> Option<Dfa> {
    let classes = nfa.byte_classes();
    let mut byte_class = Box::new([0u8; 256]);
    let mut representative: Vec<u8> = Vec::new();
    for byte in 0..=255u8 {
        let class = classes.get(byte);
        byte_class[usize::from(byte)] = class;
        if usize::from(class) == representative.len() {
            representative.push(byte);
        }
    }
    let states = states_in(limit, representative.len());
    let (rows, start) = subsets(nfa, &representative, states, work)?;
    let (rows, start) = rows.minimise(start);
    Some(rows.number(start, byte_class))
}

/// How many states a table of `limit` bytes has for rows of `width` classes.
pub(super) fn states_in(limit: usize, width: usize) -> usize {
    (limit / (2 * (width | 1))).min(usize::from(u16::MAX))
}

/// The binary logarithm of the unit in which `rows` of `width` classes are placed, and how many units a row has.
fn units(width: usize, rows: usize) -> (u32, usize) {
    let odd = |unit: u32| width.div_ceil(1 << unit) | 1;
    let unit = (0..)
        .find(|&unit| odd(unit) * rows <= usize::from(u16::MAX))
        .unwrap_or(0);
    (unit, odd(unit))
}

/// The subset construction. Sets hold only states that read a byte or match.
fn subsets(nfa: &NFA, representative: &[u8], limit: usize, work: usize) -> Option<(Rows, usize)> {
    let mut closure = Closure {
        seen: vec![0; nfa.states().len()],
        mark: 0,
        stack: Vec::new(),
        out: Vec::new(),
        work,
    };
    let mut ids: HashMap<Box<[u32]>, u32> = HashMap::new();
    let mut sets: Vec<Box<[u32]>> = vec![Box::from([])];
    let mut rows = Rows::new(representative.len());
    ids.insert(Box::from([]), 0);

    closure.begin();
    closure.add(nfa, nfa.start_anchored())?;
    let mut enter = |set: Box<[u32]>, sets: &mut Vec<Box<[u32]>>, accepts: &mut Vec<PatternSet>| {
        *ids.entry(set).or_insert_with_key(|set| {
            let accepted = set.iter().fold(0, |all, &id| match nfa.state(state_id(id)) {
                State::Match { pattern_id } => all | (1 << pattern_id.as_usize()),
                _ => all,
            });
            sets.push(set.clone());
            accepts.push(accepted);
            (sets.len() - 1) as u32
        })
    };
    let start = enter(closure.finish(), &mut sets, &mut rows.accepts) as usize;
    let mut next = 1;
    while next < sets.len() {
        if sets.len() > limit {
            return None;
        }
        let set = sets[next].clone();
        for &byte in representative {
            closure.begin();
            closure.spend(set.len())?;
            for &id in &set {
                match nfa.state(state_id(id)) {
                    State::ByteRange { trans } if trans.matches_byte(byte) => {
                        closure.add(nfa, trans.next)?;
                    }
                    State::Sparse(sparse) => {
                        if let Some(target) = sparse.matches_byte(byte) {
                            closure.add(nfa, target)?;
                        }
                    }
                    State::Dense(dense) => {
                        if let Some(target) = dense.matches_byte(byte) {
                            closure.add(nfa, target)?;
                        }
                    }
                    _ => {}
                }
            }
            let target = enter(closure.finish(), &mut sets, &mut rows.accepts);
            rows.targets.push(target);
        }
        next += 1;
    }
    Some((rows, start))
}

fn state_id(id: u32) -> StateID {
    StateID::must(id as usize)
}

/// Follows the edges that read nothing.
struct Closure {
    seen: Vec<u32>,
    mark: u32,
    stack: Vec<StateID>,
    out: Vec<u32>,
    /// Visits that are left.
    work: usize,
}

impl Closure {
    fn begin(&mut self) {
        self.mark += 1;
        self.out.clear();
    }

    fn spend(&mut self, visits: usize) -> Option<()> {
        self.work = self.work.checked_sub(visits)?;
        Some(())
    }

    /// `None` at look-around, or when the work is used up.
    fn add(&mut self, nfa: &NFA, from: StateID) -> Option<()> {
        self.stack.push(from);
        while let Some(id) = self.stack.pop() {
            if std::mem::replace(&mut self.seen[id.as_usize()], self.mark) == self.mark {
                continue;
            }
            self.spend(1)?;
            match nfa.state(id) {
                State::Union { alternates } => self.stack.extend_from_slice(alternates),
                State::BinaryUnion { alt1, alt2 } => self.stack.extend([*alt1, *alt2]),
                State::Capture { next, .. } => self.stack.push(*next),
                State::Look { .. } => return None,
                State::Fail => {}
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => {
                    self.out.push(id.as_u32());
                }
            }
        }
        Some(())
    }

    fn finish(&mut self) -> Box<[u32]> {
        self.out.sort_unstable();
        Box::from(self.out.as_slice())
    }
}

impl Rows {
    /// Only the dead state.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            targets: vec![0; width],
            accepts: vec![0],
        }
    }

    fn len(&self) -> usize {
        self.accepts.len()
    }

    fn row(&self, state: usize) -> &[u32] {
        &self.targets[state * self.width..(state + 1) * self.width]
    }

    /// Merges states that cannot be told apart.
    pub(super) fn minimise(&self, start: usize) -> (Self, usize) {
        let group = match self.order() {
            Some(order) => self.merge_backwards(&order),
            None => match self.refine() {
                Some(group) => group,
                None => (0..self.len() as u32).collect(),
            },
        };
        let groups = group.iter().max().map_or(0, |&last| last as usize + 1);
        let mut merged = Self {
            width: self.width,
            targets: vec![0; groups * self.width],
            accepts: vec![0; groups],
        };
        for state in 0..self.len() {
            let to = group[state] as usize;
            merged.accepts[to] = self.accepts[state];
            for (class, &target) in self.row(state).iter().enumerate() {
                merged.targets[to * self.width + class] = group[target as usize];
            }
        }
        (merged, group[start] as usize)
    }

    /// States in an order in which targets come first; `None` when there is a cycle. The dead state's own loop does
    /// not count.
    fn order(&self) -> Option<Vec<usize>> {
        let mut open = vec![0usize; self.len()]; // edges out of each state to states that have no place yet
        let mut sources: Vec<Vec<u32>> = vec![Vec::new(); self.len()];
        for (state, open) in open.iter_mut().enumerate().skip(1) {
            for &target in self.row(state).iter().filter(|&&target| target != 0) {
                *open += 1;
                sources[target as usize].push(state as u32);
            }
        }
        let mut order: Vec<usize> = (0..self.len()).filter(|&state| open[state] == 0).collect();
        let mut next = 0;
        while next < order.len() {
            for &source in &sources[order[next]] {
                let source = source as usize;
                open[source] -= 1;
                if open[source] == 0 {
                    order.push(source);
                }
            }
            next += 1;
        }
        (order.len() == self.len()).then_some(order)
    }

    /// Without cycles one pass is enough: states are equal when they accept the same and their targets are equal.
    fn merge_backwards(&self, order: &[usize]) -> Vec<u32> {
        let mut group = vec![0u32; self.len()];
        let mut seen: HashMap<(PatternSet, Vec<u32>), u32> = HashMap::with_capacity(self.len());
        for &state in order {
            let targets = self.row(state).iter().map(|&target| group[target as usize]).collect();
            // The dead state is the first of the order and gets group 0; a state that can only die is dead.
            let fresh = seen.len() as u32;
            group[state] = *seen.entry((self.accepts[state], targets)).or_insert(fresh);
        }
        group
    }

    /// Moore's partition refinement; `None` when it takes too many rounds.
    fn refine(&self) -> Option<Vec<u32>> {
        const ROUNDS: usize = 64;
        let mut group: Vec<u32> = Vec::with_capacity(self.len());
        let mut by_accept: HashMap<(bool, PatternSet), u32> = HashMap::new();
        for state in 0..self.len() {
            let fresh = by_accept.len() as u32;
            // the dead state keeps group 0
            group.push(*by_accept.entry((state == 0, self.accepts[state])).or_insert(fresh));
        }
        let mut groups = by_accept.len();
        for _ in 0..ROUNDS {
            let mut by_row: HashMap<Vec<u32>, u32> = HashMap::with_capacity(groups * 2);
            let mut refined = Vec::with_capacity(self.len());
            for state in 0..self.len() {
                let mut key = Vec::with_capacity(self.width + 1);
                key.push(group[state]);
                key.extend(self.row(state).iter().map(|&target| group[target as usize]));
                let fresh = by_row.len() as u32;
                refined.push(*by_row.entry(key).or_insert(fresh));
            }
            let count = by_row.len();
            group = refined;
            if count == groups {
                return Some(group);
            }
            groups = count;
        }
        None
    }

    /// Renumbers: dead first, then states that do not accept, then those that do.
    pub(super) fn number(&self, start: usize, classes: Box<[u8; 256]>) -> Dfa {
        // By their distance from the start: what a run visits lies close together.
        let mut rank = vec![usize::MAX; self.len()];
        let mut reached = vec![0, start];
        (rank[0], rank[start]) = (0, 1);
        let mut next = 1;
        while next < reached.len() {
            for &target in self.row(reached[next]) {
                let target = target as usize;
                if rank[target] == usize::MAX {
                    rank[target] = reached.len();
                    reached.push(target);
                }
            }
            next += 1;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&state| (self.accepts[state] != 0, rank[state]));
        let mut place = vec![0u16; self.len()];
        let (unit, step) = units(self.width, self.len());
        for (new, &old) in order.iter().enumerate() {
            place[old] = (new * step) as u16; // `states_in` keeps the count within 16 bits
        }
        let mut table = vec![0u16; (self.len() * step) << unit];
        for (new, &old) in order.iter().enumerate() {
            for (class, &target) in self.row(old).iter().enumerate() {
                table[((new * step) << unit) + class] = place[target as usize];
            }
        }
        let plain = self.accepts.iter().filter(|&&set| set == 0).count();
        Dfa {
            classes,
            table,
            unit,
            step: step as u16,
            inverse: (1u32 << 16).div_ceil(step as u32),
            start: place[start],
            accept_from: (plain * step) as u16,
            accepts: order[plain..].iter().map(|&state| self.accepts[state]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_full() {
        let nfa = NFA::new_many(&["ab{1,3}c", "[0-9]{3}", "(?i)abd"]).expect("regexes");
        let dfa = determinize(&nfa, 1 << 16, 1 << 16).expect("small");
        let row = usize::from(dfa.step) << dfa.unit;
        assert_eq!(dfa.table.len() % row, 0);
        assert_eq!(dfa.states().count(), dfa.index(dfa.accept_from) + dfa.accepts.len());
        assert!(dfa.classes.iter().all(|&class| usize::from(class) < row));
        let states: Vec<u16> = dfa.states().collect();
        assert!(dfa.table.iter().all(|state| states.contains(state)));
        assert!(dfa.table[..row].iter().all(|&state| state == 0));
    }

    #[test]
    fn rows_are_placed_within_16_bits() {
        for (width, rows) in [(1, 2), (76, 1021), (154, 3969), (16, 60000), (255, 4000), (3, 65535)] {
            let (unit, step) = units(width, rows);
            assert!(
                step << unit >= width && step * rows <= 65535 && step % 2 == 1,
                "{width} {rows}"
            );
        }
    }
}
