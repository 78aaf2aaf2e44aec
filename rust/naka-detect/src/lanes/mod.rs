//! Lanes: each knows one kind of place in the text and proposes candidates there.
//!
//! | lane | place | patterns |
//! | --- | --- | --- |
//! | [`Anchored`], digits | run of three digits or more | numbers, codes that hold such a run |
//! | [`Anchored`], at | `@` | e-mail and payment addresses |
//! | [`Grouped`] | short groups of (hex) digits with one separator between | IP addresses, dictated numbers |
//! | [`Worded`] | start of a word | honorifics, labels, fixed prefixes |
//!
//! A lane proposes every candidate that the judge could accept, and each once. That is what the tests
//! against the oracle hold.

mod anchored;
mod automaton;
mod backward;
mod determinize;
mod gate;
mod grouped;
mod prefix;
mod worded;
mod words;

pub(crate) use anchored::Anchored;
pub(crate) use automaton::{Automaton, CannotBuild, End, Limits, MAX_PATTERNS, PatternSet, longest, parse};
pub(crate) use backward::{Anchor, prefix_length};
pub(crate) use gate::{Gate, Run as DigitRun};
pub(crate) use grouped::Grouped;
pub(crate) use prefix::prefixes;
pub(crate) use worded::Worded;
pub(crate) use words::{Carry as WordCarry, Literal, WordTable, starts_word};

use regex_syntax::hir::Hir;

/// A pattern on its way into a lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Index that candidates carry.
    pub(crate) id: u16,
    /// The expression, Unicode off.
    pub(crate) hir: &'a Hir,
}

/// Why a lane cannot be built: the pattern's id and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) id: u16,
    pub(crate) why: Why,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No longest match, or look-around.
    Unbounded,
    /// Matches without the lane's anchor.
    NoAnchor,
    /// With the other patterns of the lane the automaton becomes too large.
    TooLarge,
}

impl Why {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Unbounded => "it needs a longest match and no look-around",
            Self::NoAnchor => "it can match without the anchor that it names",
            Self::TooLarge => "the automaton becomes too large",
        }
    }
}

/// Limits of an automaton that several patterns share: what leaves the second-level cache is slow.
pub(crate) const SHARED: Limits = Limits {
    table: 2 << 20,
    nfa: 16 << 20,
    work: 1 << 25,
    reach: None,
};

fn hirs<'a>(sources: &[Source<'a>]) -> Vec<&'a Hir> {
    sources.iter().map(|source| source.hir).collect()
}

/// Names the pattern that is to blame.
pub(crate) fn unfit(sources: &[Source<'_>], error: CannotBuild) -> Unfit {
    match error {
        CannotBuild::Unfit { pattern } => Unfit {
            id: sources[pattern].id,
            why: Why::Unbounded,
        },
        CannotBuild::TooLarge => Unfit {
            id: sources[0].id,
            why: Why::TooLarge,
        },
    }
}

/// Builds lanes over `sources`, as few as the limits allow: a set that is too large is halved.
pub(crate) fn split<L>(
    sources: &[Source<'_>],
    build: &impl Fn(&[Source<'_>]) -> Result<L, Unfit>,
) -> Result<Vec<L>, Unfit> {
    let mut lanes = Vec::new();
    for part in sources.chunks(MAX_PATTERNS) {
        match build(part) {
            Ok(lane) => lanes.push(lane),
            Err(Unfit { why: Why::TooLarge, .. }) if part.len() > 1 => {
                let (left, right) = part.split_at(part.len() / 2);
                lanes.extend(split(left, build)?);
                lanes.extend(split(right, build)?);
            }
            Err(unfit) => return Err(unfit),
        }
    }
    Ok(lanes)
}
