//! Words that make a match of a custom recogniser more likely. They are separate from the built-in words, so that
//! no pack can change a built-in finding by naming a word.

use std::collections::HashMap;

use crate::context::Page;
use crate::dialogue;
use crate::lexicon::{Hits, Lexicon, Word};
use crate::window;

/// The words of all recognisers.
#[derive(Debug)]
pub(super) struct Contexts {
    lexicon: Lexicon,
    /// For each word, the recognisers that name it, ascending.
    owners: Vec<Vec<u16>>,
}

impl Contexts {
    /// Compiles the words; each with the recogniser that names it. The error is the index of a word that holds no
    /// letter or digit, or is too long.
    pub(super) fn new(named: &[(String, u16)]) -> Result<Self, usize> {
        let mut words: Vec<Word> = Vec::new();
        let mut owners: Vec<Vec<u16>> = Vec::new();
        let mut spelled = Vec::new();
        let mut index: HashMap<String, u16> = HashMap::new();
        for (text, owner) in named {
            let id = *index.entry(text.to_lowercase()).or_insert_with(|| {
                words.push(Word {
                    text: text.clone(),
                    names: 1,
                    ..Word::default()
                });
                owners.push(Vec::new());
                spelled.push((text.clone(), (words.len() - 1) as u16));
                (words.len() - 1) as u16
            });
            owners[usize::from(id)].push(*owner);
        }
        match Lexicon::new(words, &spelled) {
            Ok(lexicon) => Ok(Self { lexicon, owners }),
            Err(word) => Err(named.iter().position(|(text, _)| *text == word).unwrap_or(0)),
        }
    }

    /// The words, for [`crate::WordId`].
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.lexicon
            .words()
            .iter()
            .map(|word| word.text.trim_end_matches(['$', '*']))
    }

    /// A word of `recognizer` around `start..end`, or in the label: its index.
    pub(super) fn heard(&self, page: &Page<'_>, start: usize, end: usize, recognizer: u16) -> Option<u16> {
        let question = dialogue::question(page.text, start);
        let before = window::before(page.text, start, 0, question);
        let label = &page.label[..page.label.len().min(128)];
        let windows = [
            &page.text[before.near],
            before.key.map_or(&[][..], |key| &page.text[key]),
            &page.text[window::after(page.text, end)],
            label,
        ];
        windows.into_iter().find_map(|window| {
            let mut hits = Hits::new();
            self.lexicon.walk(window, &mut hits);
            let owned = |word: u16| self.owners[usize::from(word)].binary_search(&recognizer).is_ok();
            hits.as_slice().iter().map(|hit| hit.word).find(|&word| owned(word))
        })
    }
}
