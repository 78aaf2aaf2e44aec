//! Lanes: each looks at one kind of place in the text and proposes candidates there.
mod automaton;
mod backward;
mod determinize;
