//! What the words around a candidate say about it, for every entity at once.
//! A window is walked at most once per candidate end and kept in [`Memory`]; each entity then reads its own part.
//!
//! Strength: a word that names the entity counts 100, a hint 60; each word in between takes off 12, a word after the
//! value 12 more. Fillers (`no`, `is`, `number`) take off nothing, so `aadhaar number is 5109…` is adjacent.
//! A stronger voice wins: a label beside the value outranks `order` further off.

use crate::lexicon::{EntitySet, Hits, Lexicon};
use crate::window;

/// The folded text of one scan, and the label it is the value of (empty when there is none).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) label: &'t [u8],
}

/// One voice: strength 0..=100 and the word it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Voice {
    pub(crate) strength: u8,
    pub(crate) word: Option<u16>,
}

impl Voice {
    fn hear(&mut self, strength: u8, word: u16) {
        if strength > self.strength {
            *self = Self {
                strength,
                word: Some(word),
            };
        }
    }
}

/// What speaks for an entity and against it at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Voices {
    pub(crate) pro: Voice,
    pub(crate) contra: Voice,
}

#[derive(Debug, Clone, Copy)]
struct Said {
    word: u16,
    strength_lost: u8,
}

/// All that is said around one candidate, read once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    items: [Said; 24],
    len: usize,
}

impl Around {
    const fn new() -> Self {
        Self {
            items: [Said {
                word: 0,
                strength_lost: 0,
            }; 24],
            len: 0,
        }
    }

    fn push(&mut self, word: u16, strength_lost: u8) {
        if self.len < self.items.len() {
            self.items[self.len] = Said { word, strength_lost };
            self.len += 1;
        }
    }
}

const PER_WORD: u8 = 12;
const AFTER: u8 = 12;
const NAMED: u8 = 100;
const HINTED: u8 = 60;

/// Keeps the last window read, and what the scan's label says.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    at: Option<(usize, usize)>,
    said: Around,
    label: Option<Hits>,
}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self {
            at: None,
            said: Around::new(),
            label: None,
        }
    }

    /// What is said for and against `entity` around `start..end`.
    pub(crate) fn voices(
        &mut self,
        lexicon: &Lexicon,
        page: &Page<'_>,
        start: usize,
        end: usize,
        entity: u16,
    ) -> Voices {
        if self.at != Some((start, end)) {
            self.said = self.read(lexicon, page, start, end);
            self.at = Some((start, end));
        }
        let own: EntitySet = 1 << entity;
        let mut voices = Voices::default();
        for said in &self.said.items[..self.said.len] {
            let word = lexicon.word(said.word);
            let weight = |base: u8| base.saturating_sub(said.strength_lost).max(1);
            if word.names & own != 0 {
                voices.pro.hear(weight(NAMED), said.word);
            } else if word.hints & own != 0 {
                voices.pro.hear(weight(HINTED), said.word);
            } else if word.against & own != 0 {
                voices.contra.hear(weight(NAMED), said.word);
            } else if word.counter > 0 {
                voices.contra.hear(weight(word.counter), said.word);
            }
        }
        voices
    }

    fn read(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize, end: usize) -> Around {
        let mut all = Around::new();
        let before = window::before(page.text, start);
        let mut hits = Hits::new();
        lexicon.walk(&page.text[before.near.clone()], &mut hits);
        for hit in hits.as_slice() {
            all.push(hit.word, hits.gap_after(hit).saturating_mul(PER_WORD));
        }
        let away = hits.solid.min(3) * PER_WORD;
        if let Some(key) = before.key {
            let mut hits = Hits::new();
            lexicon.walk(&page.text[key], &mut hits);
            for hit in hits.as_slice() {
                all.push(hit.word, away);
            }
        }
        let after = window::after(page.text, end);
        if !after.is_empty() {
            let mut hits = Hits::new();
            lexicon.walk(&page.text[after], &mut hits);
            for hit in hits.as_slice() {
                all.push(
                    hit.word,
                    hits.gap_before(hit).saturating_mul(PER_WORD).saturating_add(AFTER),
                );
            }
        }
        if !page.label.is_empty() {
            let label = self.label.get_or_insert_with(|| {
                let mut hits = Hits::new();
                lexicon.walk(&page.label[..page.label.len().min(128)], &mut hits);
                hits
            });
            // A label names the whole value; in a long text it says less about one number.
            let away = if page.text.len() <= 48 { 0 } else { away };
            for hit in label.as_slice() {
                all.push(hit.word, away);
            }
        }
        all
    }
}
