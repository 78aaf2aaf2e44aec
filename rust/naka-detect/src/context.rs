//! What the words around a candidate say about it, for every entity at once.
//! A window is walked at most once per candidate end and kept in [`Memory`]; each entity then reads its own part.
//!
//! Strength: a word that names the entity counts 100, a hint 60; each word in between takes off 12, a word after the
//! value 12 more. Fillers (`no`, `is`, `number`) take off nothing, so `aadhaar number is 5109…` is adjacent.
//! A stronger voice wins: a label beside the value outranks `order` further off.

use crate::columns::Columns;
use crate::lexicon::{EntitySet, Hits, Lexicon};
use crate::neighbours::{self, Neighbours, Sides};
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

/// All that is said on one side of a place, read once.
#[derive(Debug, Clone)]
struct Around {
    items: [Said; Self::MAX],
    len: usize,
    /// Entities that one of the words names or hints at.
    names: EntitySet,
}

impl Around {
    const MAX: usize = 24;

    const fn new() -> Self {
        Self {
            items: [Said {
                word: 0,
                strength_lost: 0,
            }; Self::MAX],
            len: 0,
            names: 0,
        }
    }

    fn clear(&mut self) {
        (self.len, self.names) = (0, 0);
    }

    fn as_slice(&self) -> &[Said] {
        &self.items[..self.len]
    }

    fn push(&mut self, lexicon: &Lexicon, word: u16, strength_lost: u8) {
        if self.len < Self::MAX {
            self.items[self.len] = Said { word, strength_lost };
            self.len += 1;
            let word = lexicon.word(word);
            self.names |= word.names | word.hints;
        }
    }
}

const PER_WORD: u8 = 12;
const AFTER: u8 = 12;
const NAMED: u8 = 100;
const HINTED: u8 = 60;

/// Keeps the last windows read, and what the scan's label says. Patterns of one place share them: the words before
/// belong to the start, those after to the end.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    before: Window,
    after: Window,
    label: Option<Around>,
    columns: Columns,
    /// What the neighbours of the last candidate are, by its kind.
    sides: Option<(usize, usize, Neighbours, Option<Sides>)>,
}

/// What is said on one side of a place.
#[derive(Debug, Clone)]
struct Window {
    at: Option<usize>,
    said: Around,
    /// What a word further away than this window loses.
    away: u8,
}

impl Window {
    const NONE: Self = Self {
        at: None,
        said: Around::new(),
        away: 0,
    };
}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self {
            before: Window::NONE,
            after: Window::NONE,
            label: None,
            columns: Columns::new(),
            sides: None,
        }
    }

    /// [`neighbours::look`], kept for the patterns that match the same bytes.
    pub(crate) fn sides(&mut self, text: &[u8], start: usize, end: usize, kind: Neighbours) -> Option<&Sides> {
        if !self
            .sides
            .as_ref()
            .is_some_and(|(s, e, k, _)| (*s, *e, *k) == (start, end, kind))
        {
            self.sides = Some((start, end, kind, neighbours::look(text, start, end, kind)));
        }
        self.sides.as_ref().and_then(|(.., sides)| sides.as_ref())
    }

    /// The entities that some word around `start..end` names or hints at.
    pub(crate) fn named(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize, end: usize) -> EntitySet {
        self.read(lexicon, page, start, end);
        let label = self.label.as_ref().map_or(0, |label| label.names);
        self.before.said.names | self.after.said.names | label
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
        self.read(lexicon, page, start, end);
        // A label names the whole value; in a long text it says less about one number.
        let label_away = if page.text.len() <= 48 { 0 } else { self.before.away };
        let near = self
            .before
            .said
            .as_slice()
            .iter()
            .chain(self.after.said.as_slice())
            .copied();
        let label = self.label.iter().flat_map(Around::as_slice);
        let label = label.map(|said| Said {
            strength_lost: label_away,
            ..*said
        });
        let own: EntitySet = 1 << entity;
        let mut voices = Voices::default();
        for said in near.chain(label) {
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

    fn read(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize, end: usize) {
        if self.before.at != Some(start) {
            self.before.at = Some(start);
            self.read_before(lexicon, page, start);
        }
        if self.after.at != Some(end) {
            self.after.at = Some(end);
            self.after.said.clear();
            let after = window::after(page.text, end);
            if !after.is_empty() {
                let mut hits = Hits::new();
                lexicon.walk(&page.text[after], &mut hits);
                for hit in hits.as_slice() {
                    let lost = hits.gap_before(hit).saturating_mul(PER_WORD).saturating_add(AFTER);
                    self.after.said.push(lexicon, hit.word, lost);
                }
            }
        }
        if self.label.is_none() && !page.label.is_empty() {
            let mut hits = Hits::new();
            lexicon.walk(&page.label[..page.label.len().min(128)], &mut hits);
            let mut said = Around::new();
            hits.as_slice().iter().for_each(|hit| said.push(lexicon, hit.word, 0));
            self.label = Some(said);
        }
    }

    fn read_before(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize) {
        let Window { said, away, .. } = &mut self.before;
        said.clear();
        let before = match self.columns.cell(page.text, start) {
            // What a cell is says its column, not the cells before it.
            Some(cell) => window::in_cell(page.text, cell.start, start, cell.header),
            None => window::before(page.text, start),
        };
        let mut hits = Hits::new();
        lexicon.walk(&page.text[before.near], &mut hits);
        for hit in hits.as_slice() {
            said.push(lexicon, hit.word, hits.gap_after(hit).saturating_mul(PER_WORD));
        }
        *away = hits.solid.min(3) * PER_WORD;
        if let Some(key) = before.key {
            let mut hits = Hits::new();
            lexicon.walk(&page.text[key], &mut hits);
            hits.as_slice()
                .iter()
                .for_each(|hit| said.push(lexicon, hit.word, *away));
        }
    }
}
