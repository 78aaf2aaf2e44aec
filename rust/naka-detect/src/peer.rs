//! What another engine needs to do our work: the patterns, and the judge for its matches. For benchmarks only.

use regex_syntax::hir::{Hir, HirKind};

use crate::Detector;
use crate::context::{Memory, Page};
use crate::finding::Finding;
use crate::fold::{FoldBuffer, fold};
use crate::judge::Candidate;
use crate::lanes::parse;
use crate::rule::Anchor;

/// A pattern of the built-in rules.
pub struct PeerPattern {
    /// The expression: bytes, no Unicode.
    pub regex: String,
    /// Every match begins with a letter or digit, so that a word boundary before it changes nothing that we keep.
    pub begins_word: bool,
    /// The same for its end.
    pub ends_word: bool,
}

/// Another engine's matches, judged by the built-in rules.
#[derive(Default)]
pub struct Peer {
    fold: FoldBuffer,
    matches: Vec<(u16, usize, usize)>,
    findings: Vec<Finding>,
}

impl Peer {
    /// The patterns of a detector, in the order of their indices.
    #[must_use]
    pub fn patterns(detector: &Detector) -> Vec<PeerPattern> {
        let patterns = detector.rule_set().patterns.iter();
        let pattern = |pattern: &crate::ruleset::Pattern| {
            let hir = parse(&pattern.regex).expect("the rules are loaded");
            let regex = pattern.regex.replace("(?-u)", "");
            // A word's own neighbours decide, except where the pattern is free to say it itself.
            let closed = pattern.anchor != Anchor::Words;
            PeerPattern {
                regex,
                begins_word: edge(&hir, true),
                ends_word: closed && edge(&hir, false),
            }
        };
        patterns.map(pattern).collect()
    }

    /// Folds `text`, lets `engine` write (pattern, start, end) of its matches, judges the longest of each start, and
    /// resolves overlaps. Returns how many findings there are.
    pub fn scan(
        &mut self,
        detector: &Detector,
        text: &[u8],
        engine: impl FnOnce(&[u8], &mut Vec<(u16, usize, usize)>),
    ) -> usize {
        let rules = detector.rule_set();
        let folded = fold(text, &mut self.fold);
        let page = Page {
            text: folded.bytes(),
            label: &[],
        };
        self.matches.clear();
        self.findings.clear();
        engine(page.text, &mut self.matches);
        let mut memory = Memory::new();
        // The order of starts keeps the context of one place together, as our own engine does.
        self.matches
            .sort_unstable_by_key(|&(pattern, start, end)| (start, pattern, std::cmp::Reverse(end)));
        self.matches.dedup_by_key(|&mut (pattern, start, _)| (start, pattern));
        for &(pattern, start, end) in &self.matches {
            self.findings
                .extend(rules.judge(&page, Candidate { pattern, start, end }, &mut memory));
        }
        rules.resolve(page.text, &mut self.findings);
        self.findings.len()
    }
}

/// True when every match begins (or ends) with a letter, digit or `_`.
fn edge(hir: &Hir, first: bool) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            let byte = if first { literal.0.first() } else { literal.0.last() };
            byte.is_some_and(|&byte| word(byte))
        }
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(word))
        }
        HirKind::Class(_) => false,
        HirKind::Repetition(repetition) => repetition.min > 0 && edge(&repetition.sub, first),
        HirKind::Capture(capture) => edge(&capture.sub, first),
        HirKind::Alternation(parts) => parts.iter().all(|part| edge(part, first)),
        HirKind::Concat(parts) => {
            // Optional parts at the edge must be words too, up to the first that is not optional.
            let parts: Vec<&Hir> = if first {
                parts.iter().collect()
            } else {
                parts.iter().rev().collect()
            };
            for part in parts {
                if let HirKind::Repetition(repetition) = part.kind()
                    && repetition.min == 0
                {
                    if !edge(&repetition.sub, first) {
                        return false;
                    }
                    continue;
                }
                return edge(part, first);
            }
            false
        }
    }
}
