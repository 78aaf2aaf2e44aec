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
mod grouped;
mod prefix;
mod worded;
mod words;

pub(crate) use anchored::Anchored;
pub(crate) use automaton::{End, MAX_PATTERNS};
pub(crate) use backward::Anchor;
pub(crate) use grouped::Grouped;
pub(crate) use worded::Worded;
pub(crate) use words::{Carry as WordCarry, starts_word};

/// A pattern on its way into a lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Index that candidates carry.
    pub(crate) id: u16,
    /// The expression, Unicode off.
    pub(crate) regex: &'a str,
}

/// Why a lane cannot be built: the pattern's id and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) id: u16,
    pub(crate) why: &'static str,
}

/// Most states of a lane's automaton: 65,535 fit, but what leaves the second-level cache is slow.
const MAX_STATES: usize = 20_000;
