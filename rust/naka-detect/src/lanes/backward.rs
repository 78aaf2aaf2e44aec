//! From an anchor back to the places where a match around it may begin.
//!
//! An anchor is a thing that the masks find and that every match of a lane's patterns holds: a run of
//! three digits, or an `@`. What stands before the *first* anchor of a match is short. This module
//! reverses exactly that part of a lane's automaton. One walk back from an anchor then gives every
//! start that can lead to a match, and each start belongs to one anchor, so none is tried twice.
//! Nothing is assumed about the patterns: one that can match without the anchor is reported.

use std::collections::HashMap;

use super::automaton::{Automaton, PatternSet};
use super::determinize::{Dfa, Rows, states_in};

/// What the masks look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The first digit of a run of three or more.
    Digits,
    /// An `@`.
    At,
}

impl Anchor {
    /// Bytes that make an anchor: three digits, or one `@`.
    const fn length(self) -> usize {
        match self {
            Self::Digits => 3,
            Self::At => 1,
        }
    }

    const fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::At => byte == b'@',
        }
    }
}

/// Why there is no way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CannotReverse {
    /// These patterns have matches without the anchor.
    NoAnchor(PatternSet),
    /// The table would pass its limit.
    TooLarge,
}

/// The reversed prefixes.
#[derive(Debug, Clone)]
pub(crate) struct Backward {
    dfa: Dfa,
}

/// A state of the lane's automaton and how many bytes of an anchor were just read.
type Node = u32;

impl Backward {
    /// Reverses what the patterns of `forward` may hold before their first `anchor`.
    pub(crate) fn new(forward: &Automaton, anchor: Anchor, limit: usize) -> Result<Self, CannotReverse> {
        let graph = Graph::walk(forward, anchor)?;
        let rows = graph
            .reversed_subsets(states_in(limit, graph.representative.len()))
            .ok_or(CannotReverse::TooLarge)?;
        let (rows, start) = rows.minimise(1);
        Ok(Self {
            dfa: rows.number(start, Box::new(graph.classes)),
        })
    }

    /// The table.
    pub(super) const fn dfa(&self) -> &Dfa {
        &self.dfa
    }

    /// Calls `found(start)` for every start whose first anchor is at `anchor`, nearest first, none before `floor`.
    #[inline(always)]
    pub(crate) fn walk(&self, text: &[u8], anchor: usize, floor: usize, mut found: impl FnMut(usize)) {
        let mut state = self.dfa.start;
        let mut at = anchor;
        loop {
            if self.dfa.accepts(state) {
                found(at);
            }
            if at <= floor {
                return;
            }
            at -= 1;
            state = self.dfa.step(state, text[at]);
            if state == 0 {
                return;
            }
        }
    }
}

/// Longest text before the first anchor of a match: `Ok(None)` when there is no bound.
pub(crate) fn prefix_length(forward: &Automaton, anchor: Anchor) -> Result<Option<usize>, CannotReverse> {
    Graph::walk(forward, anchor).map(|graph| graph.longest_path())
}

/// States in which a match may be before its first anchor.
pub(super) fn before_anchor(forward: &Automaton, anchor: Anchor) -> Vec<u16> {
    let mut states = Graph::walk(forward, anchor).map_or_else(|_| forward.dfa().all(), |graph| graph.states);
    states.sort_unstable();
    states.dedup();
    states
}

/// The part of an automaton that lies before the first anchor.
struct Graph {
    /// Classes that tell digits and `@` apart as well as the automaton's own classes.
    classes: [u8; 256],
    representative: Vec<u8>,
    /// Edges by class, from node to node, both by index.
    edges: Vec<Vec<(u32, u32)>>,
    nodes: usize,
    /// The automaton's state of each node.
    states: Vec<u16>,
    /// Nodes from which an anchor can be read next.
    ready: Vec<u32>,
}

impl Graph {
    fn walk(forward: &Automaton, anchor: Anchor) -> Result<Self, CannotReverse> {
        let forward = forward.dfa();
        let (classes, representative) = classes(forward, anchor);
        let span = anchor.length() as Node;
        let mut index: HashMap<Node, u32> = HashMap::new();
        let mut order: Vec<Node> = vec![Node::from(forward.start) * span];
        index.insert(order[0], 0);
        let mut edges = vec![Vec::new(); representative.len()];
        let mut unanchored: PatternSet = 0;
        let mut next = 0;
        while next < order.len() {
            let (state, read) = ((order[next] / span) as u16, order[next] % span);
            if forward.accepts(state) {
                unanchored |= forward.patterns(state);
            }
            for (class, &byte) in representative.iter().enumerate() {
                let target = forward.step(state, byte);
                let read = if anchor.holds(byte) { read + 1 } else { 0 };
                if target == 0 || read == span {
                    continue;
                }
                let node = Node::from(target) * span + read;
                let to = *index.entry(node).or_insert_with(|| {
                    order.push(node);
                    order.len() as u32 - 1
                });
                edges[class].push((next as u32, to));
            }
            next += 1;
        }
        if unanchored != 0 {
            return Err(CannotReverse::NoAnchor(unanchored));
        }
        let ready = (0..order.len())
            .filter(|&i| order[i].is_multiple_of(span) && can_read(forward, (order[i] / span) as u16, anchor, span))
            .map(|i| i as u32)
            .collect();
        Ok(Self {
            classes,
            representative,
            edges,
            nodes: order.len(),
            states: order.iter().map(|node| (node / span) as u16).collect(),
            ready,
        })
    }

    /// Edges on the longest path from the start to an anchor; `None` when the graph has a cycle.
    fn longest_path(&self) -> Option<usize> {
        let mut open = vec![0usize; self.nodes]; // edges into each node that are not walked yet
        let mut targets = vec![Vec::new(); self.nodes];
        for &(from, to) in self.edges.iter().flatten() {
            open[to as usize] += 1;
            targets[from as usize].push(to);
        }
        let mut length = vec![0usize; self.nodes];
        let mut ready: Vec<usize> = (0..self.nodes).filter(|&node| open[node] == 0).collect();
        let mut done = 0;
        while let Some(node) = ready.pop() {
            done += 1;
            for &to in &targets[node] {
                let to = to as usize;
                length[to] = length[to].max(length[node] + 1);
                open[to] -= 1;
                if open[to] == 0 {
                    ready.push(to);
                }
            }
        }
        (done == self.nodes).then(|| self.ready.iter().map(|&node| length[node as usize]).max().unwrap_or(0))
    }

    /// Subsets of nodes, walked against the edges; a set with the start node accepts.
    fn reversed_subsets(&self, limit: usize) -> Option<Rows> {
        let width = self.representative.len();
        let mut sources: Vec<Vec<Vec<u32>>> = vec![vec![Vec::new(); self.nodes]; width];
        for (class, edges) in self.edges.iter().enumerate() {
            for &(from, to) in edges {
                sources[class][to as usize].push(from);
            }
        }
        let mut rows = Rows::new(width);
        let mut ids: HashMap<Box<[u32]>, u32> = HashMap::from([(Box::from([]), 0)]);
        let mut sets: Vec<Box<[u32]>> = vec![Box::from([])];
        let mut enter = |set: Box<[u32]>, sets: &mut Vec<Box<[u32]>>, rows: &mut Rows| {
            *ids.entry(set).or_insert_with_key(|set| {
                rows.accepts.push(PatternSet::from(set.first() == Some(&0)));
                sets.push(set.clone());
                (sets.len() - 1) as u32
            })
        };
        enter(Box::from(self.ready.as_slice()), &mut sets, &mut rows);
        let mut next = 1;
        while next < sets.len() {
            if sets.len() > limit {
                return None;
            }
            let set = sets[next].clone();
            for sources in &sources {
                let mut into: Vec<u32> = set
                    .iter()
                    .flat_map(|&to| sources[to as usize].iter().copied())
                    .collect();
                into.sort_unstable();
                into.dedup();
                let target = enter(into.into_boxed_slice(), &mut sets, &mut rows);
                rows.targets.push(target);
            }
            next += 1;
        }
        Some(rows)
    }
}

/// True when the bytes of an anchor can be read from `state`.
fn can_read(forward: &Dfa, state: u16, anchor: Anchor, left: Node) -> bool {
    left == 0
        || (0..=255u8).filter(|&byte| anchor.holds(byte)).any(|byte| {
            let target = forward.step(state, byte);
            target != 0 && can_read(forward, target, anchor, left - 1)
        })
}

/// Splits the automaton's classes at the anchor's bytes.
fn classes(forward: &Dfa, anchor: Anchor) -> ([u8; 256], Vec<u8>) {
    let mut seen: HashMap<(u8, bool), u8> = HashMap::new();
    let mut classes = [0; 256];
    let mut representative = Vec::new();
    for byte in 0..=255u8 {
        let key = (forward.class(byte), anchor.holds(byte));
        let class = *seen.entry(key).or_insert_with(|| {
            representative.push(byte);
            (representative.len() - 1) as u8
        });
        classes[usize::from(byte)] = class;
    }
    (classes, representative)
}

#[cfg(test)]
mod tests {
    use super::super::automaton::{Limits, longest, parse};
    use super::*;
    use proptest::prelude::*;
    use regex_syntax::hir::Hir;

    const LIMITS: Limits = Limits {
        table: 1 << 20,
        nfa: 1 << 20,
        work: 1 << 24,
        reach: Some(400),
    };

    fn build(patterns: &[&str]) -> Automaton {
        let hirs: Vec<Hir> = patterns
            .iter()
            .map(|pattern| parse(pattern).expect("a regex"))
            .collect();
        Automaton::new(&hirs.iter().collect::<Vec<_>>(), LIMITS).expect("builds")
    }

    const NUMBERS: &[&str] = &[
        "[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        r"(?:\+91[ -]?|0)?[6-9][0-9]{4}[ -]?[0-9]{5}",
        "[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{0,3}[ -]?[0-9]{4}",
        "[A-Z]{4}0[A-Z0-9]{2}[0-9]{4}",
        "[0-9]{2}-[0-9]{2}-[0-9]{4}",
    ];
    const ADDRESSES: &[&str] = &["[a-z0-9.]{1,8}@(?:[a-z]{1,4}[.]){1,2}[a-z]{2}", "[a-z]{2}@@?[a-z]"];

    /// Every (start, pattern, end) of a text, by trying all starts.
    fn everywhere(forward: &Automaton, text: &[u8]) -> Vec<(usize, usize, usize)> {
        let mut out = Vec::new();
        let mut ends = Vec::new();
        for start in 0..text.len() {
            forward.run(text, start, &mut ends);
            longest(&ends, |pattern, end| out.push((start, pattern, end)));
        }
        out.sort_unstable();
        out
    }

    /// The same by walking back from anchors, which proposes no start twice.
    fn by_anchor(forward: &Automaton, anchor: Anchor, text: &[u8]) -> Vec<(usize, usize, usize)> {
        let backward = Backward::new(forward, anchor, 1 << 20).expect("reverses");
        let length = anchor.length();
        let is_anchor = |at: usize| {
            text[at..].len() >= length
                && text[at..at + length].iter().all(|&byte| anchor.holds(byte))
                && (length == 1 || at == 0 || !anchor.holds(text[at - 1]))
        };
        let mut out = Vec::new();
        let mut ends = Vec::new();
        for at in (0..text.len()).filter(|&at| is_anchor(at)) {
            backward.walk(text, at, 0, |start| {
                forward.run(text, start, &mut ends);
                longest(&ends, |pattern, end| out.push((start, pattern, end)));
            });
        }
        out.sort_unstable();
        out
    }

    proptest! {
        #[test]
        fn digits_lead_back_to_every_start_outside_a_run(text in "[0-9]{0,3}([0-9A-Z +-]|[0-9]{2,6}|[A-Z]{2}){0,25}") {
            let forward = build(NUMBERS);
            let text = text.as_bytes();
            let mut expected = everywhere(&forward, text);
            // A start behind a digit is a slice of a longer number; the judge refuses it.
            expected.retain(|&(start, ..)| {
                !(text[start].is_ascii_digit() && start > 0 && text[start - 1].is_ascii_digit())
            });
            let mut found = by_anchor(&forward, Anchor::Digits, text);
            found.retain(|&(start, ..)| {
                !(text[start].is_ascii_digit() && start > 0 && text[start - 1].is_ascii_digit())
            });
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn an_at_sign_leads_back_to_every_start(text in "([a-c@.]|[a-z]{2}@){0,30}") {
            let forward = build(ADDRESSES);
            prop_assert_eq!(
                by_anchor(&forward, Anchor::At, text.as_bytes()),
                everywhere(&forward, text.as_bytes())
            );
        }
    }

    #[test]
    fn a_pattern_without_its_anchor_is_named() {
        let forward = build(&["[0-9]{3}", "[A-Z]{2}[0-9]{2}-[0-9]{2}", "[0-9]{2,4}"]);
        let error = Backward::new(&forward, Anchor::Digits, 1 << 20)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(error, CannotReverse::NoAnchor(0b110));
    }

    #[test]
    fn the_text_before_an_anchor_is_measured() {
        let length = |pattern: &str, anchor| prefix_length(&build(&[pattern]), anchor);
        assert_eq!(length("[0-9]{4}", Anchor::Digits), Ok(Some(0)));
        assert_eq!(length("[A-Z]{2,4}[0-9]{2}-[0-9]{3}", Anchor::Digits), Ok(Some(7)));
        assert_eq!(length("[a-z]{1,8}@x", Anchor::At), Ok(Some(8)));
        assert_eq!(
            length("[a-z]{2}[0-9]{2,3}", Anchor::Digits),
            Err(CannotReverse::NoAnchor(1))
        );
        let unbounded = parse("[a-z]+@x").expect("a regex");
        let automaton = Automaton::new(&[&unbounded], Limits { reach: None, ..LIMITS }).expect("builds");
        assert_eq!(prefix_length(&automaton, Anchor::At), Ok(None));
    }
}
