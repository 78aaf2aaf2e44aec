//! What names a value from afar: the column of its cell, or the question that its line answers. Both are looked for once
//! for each start, and read once for each name.

use std::ops::Range;

use crate::columns::{Cell, Columns};
use crate::context::Page;
use crate::dialogue::Dialogue;
use crate::lexicon::{EntitySet, Lexicon};
use crate::word_index::{Gist, WordIndex};

/// Names whose gist is kept: columns come by in turns.
const KEPT: usize = 16;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Outer {
    columns: Columns,
    dialogue: Dialogue,
    /// The start that the rest is about.
    at: Option<usize>,
    pub(crate) cell: Option<Cell>,
    pub(crate) question: Option<Range<usize>>,
    /// What the name of the column says, or the question.
    pub(crate) gist: Gist,
    /// Gists of the last names and questions, by where they begin and end.
    gists: [(usize, usize, Gist); KEPT],
}

impl Outer {
    pub(crate) const fn new() -> Self {
        Self {
            columns: Columns::new(),
            dialogue: Dialogue::new(),
            at: None,
            cell: None,
            question: None,
            gist: Gist::NONE,
            gists: [(0, 0, Gist::NONE); KEPT],
        }
    }

    /// Looks for what names a value at `start`.
    #[inline]
    pub(crate) fn look(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize) -> &Self {
        if self.at != Some(start) {
            self.at = Some(start);
            self.gist = Gist::NONE;
            self.cell = self.columns.cell(page.text, start);
            self.question = if self.cell.is_none() {
                self.dialogue.question(page.text, self.columns.line(), start)
            } else {
                None
            };
            let header = self.cell.as_ref().map(|cell| cell.header.clone());
            if let Some(name) = header.or_else(|| self.question.clone()) {
                let kept = &mut self.gists[name.start % KEPT];
                if (kept.0, kept.1) != (name.start, name.end) {
                    *kept = (name.start, name.end, lexicon.gist(&page.text[name]));
                }
                self.gist = kept.2;
            }
        }
        self
    }

    /// False when nothing names one of `entities` from afar, for a value that begins in `from..=at` in the line of `at`.
    pub(crate) fn may_speak(
        &mut self,
        text: &[u8],
        at: usize,
        from: usize,
        index: &mut WordIndex,
        entities: EntitySet,
    ) -> bool {
        if self.columns.is_row(text, at) {
            return true;
        }
        let Some(above) = self.dialogue.above(text, self.columns.line(), from) else {
            return false;
        };
        index.gist(above).pro & entities != 0 || self.dialogue.answers(text, at).is_some()
    }
}
