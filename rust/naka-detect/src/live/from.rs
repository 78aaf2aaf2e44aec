//! Which bytes at the end of a text must wait.

use super::{MAX_MATCH, floor};
use crate::window;
use crate::{Detector, Scratch};

/// Bytes after a value that may change what it is: words beside it, more of its number.
const AHEAD: usize = window::AHEAD + 32;

impl Detector {
    /// The first byte of `text`, the channel so far or its tail, that must wait: a rule that is judged in streams could
    /// still find something there, or something else, when more comes. `text.len()` when nothing must.
    #[must_use]
    pub fn live_from(&self, text: &str, _scratch: &mut Scratch) -> usize {
        floor(text, text.len().saturating_sub(MAX_MATCH + AHEAD))
    }
}
