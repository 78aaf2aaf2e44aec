//! Whether the words before a place name what may begin there: then an everyday word waits, too.
//! Reads what stands before the place only, so that the answer is the same whatever comes.

use std::cell::OnceCell;

use crate::lexicon::{EntitySet, Hits};
use crate::ruleset::RuleSet;
use crate::window;

/// What the words before a place name, read when it is asked for.
pub(super) struct Named<'v> {
    rules: &'v RuleSet,
    text: &'v [u8],
    start: usize,
    names: OnceCell<EntitySet>,
}

impl<'v> Named<'v> {
    pub(super) fn new(rules: &'v RuleSet, text: &'v [u8], start: usize) -> Self {
        Self {
            rules,
            text,
            start,
            names: OnceCell::new(),
        }
    }

    /// True when a word before the place names one of `entities`.
    pub(super) fn any(&self, entities: EntitySet) -> bool {
        let names = self.names.get_or_init(|| {
            let lexicon = &self.rules.lexicon;
            let before = window::before(self.text, self.start, 0, None);
            let mut hits = Hits::new();
            lexicon.walk(&self.text[before.near], &mut hits);
            let said = |hits: &Hits| {
                let words = hits.as_slice().iter().map(|hit| lexicon.word(hit.word));
                words.fold(0, |all, word| all | word.names)
            };
            let near = said(&hits);
            match before.key {
                None => near,
                Some(key) => {
                    let mut hits = Hits::new();
                    lexicon.walk(&self.text[key], &mut hits);
                    near | said(&hits)
                }
            }
        });
        names & entities != 0
    }
}
