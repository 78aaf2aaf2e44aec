//! What the words around a candidate say about it, for every entity at once.
//! A window is walked at most once per candidate end and kept in [`Memory`]; each entity then reads its own part.
//!
//! Strength: a word that names the entity counts 100, a hint 60; each word in between takes off 12, a word after the
//! value 12 more. Fillers (`no`, `is`, `number`) take off nothing, so `aadhaar number is 5109…` is adjacent.
//! A stronger voice wins: a label beside the value outranks `order` further off. A label of another entity two words
//! nearer owns the value: in `folio 1971858 | mob no 9095794881` the folio has no claim to the second number.

use std::ops::Range;

use crate::lexicon::{EntitySet, Hits, Lexicon};
use crate::neighbours::{self, Neighbours, Sides};
use crate::outer::Outer;
use crate::window;
use crate::word_index::{Gist, WordIndex};

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
    /// What the words say, all together.
    gist: Gist,
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
            gist: Gist::NONE,
        }
    }

    fn clear(&mut self) {
        (self.len, self.gist) = (0, Gist::NONE);
    }

    fn as_slice(&self) -> &[Said] {
        &self.items[..self.len]
    }

    fn push(&mut self, lexicon: &Lexicon, word: u16, strength_lost: u8) {
        if self.len < Self::MAX {
            self.items[self.len] = Said { word, strength_lost };
            self.len += 1;
            self.gist = self.gist.with(Gist::of(lexicon.word(word)));
        }
    }
}

const PER_WORD: u8 = 12;
const AFTER: u8 = 12;
/// A label of another entity that is so much nearer owns the value.
const OWNED: u8 = 2 * PER_WORD;
const NAMED: u8 = 100;
const HINTED: u8 = 60;
/// Up to this many bytes a text is the value of its label, and not a text in which the value stands.
const SHORT_TEXT: usize = 48;

/// Keeps the last windows read, and what the scan's label says. Patterns of one place share them: the words before
/// belong to the start, those after to the end.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    /// The words of the page, where an engine has found them in advance.
    index: Option<WordIndex>,
    before: Window,
    after: Window,
    label: Option<Around>,
    outer: Outer,
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
    /// Reads each window when it is asked for.
    pub(crate) const fn new() -> Self {
        Self {
            index: None,
            before: Window::NONE,
            after: Window::NONE,
            label: None,
            outer: Outer::new(),
            sides: None,
        }
    }

    /// Knows the words of the page from [`Self::index`], which the caller fills.
    pub(crate) fn indexed() -> Self {
        Self {
            index: Some(WordIndex::new()),
            ..Self::new()
        }
    }

    /// Forgets the page.
    pub(crate) fn clear(&mut self) {
        if let Some(index) = &mut self.index {
            index.clear();
        }
        (self.before.at, self.after.at) = (None, None);
        (self.label, self.sides) = (None, None);
        self.outer = Outer::new();
    }

    /// The words of the page.
    pub(crate) const fn index(&mut self) -> Option<&mut WordIndex> {
        self.index.as_mut()
    }

    /// What may be said around `start..end`, and what the label says: at least what [`Self::voices`] hears.
    #[inline]
    pub(crate) fn gist(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize, end: usize) -> Gist {
        let Some(index) = &mut self.index else { return Gist::ALL };
        let near = index.gist(start.saturating_sub(window::BACK)..end + window::AHEAD);
        let gist = near.with(self.outer.look(lexicon, page, start).gist);
        if page.label.is_empty() {
            return gist;
        }
        gist.with(self.label(lexicon, page).gist)
    }

    /// False when no word of the page so far, nor its label, names one of `entities`.
    #[inline]
    pub(crate) fn is_named(&self, page: &Page<'_>, entities: EntitySet) -> bool {
        !page.label.is_empty() || self.index.as_ref().is_none_or(|index| index.seen() & entities != 0)
    }

    /// False when nothing that is said names one of `entities` for any value in `from..to` in the line of `at`.
    pub(crate) fn may_name(
        &mut self,
        lexicon: &Lexicon,
        page: &Page<'_>,
        from: usize,
        at: usize,
        to: usize,
        entities: EntitySet,
    ) -> bool {
        let Some(index) = &mut self.index else { return true };
        let near = index.gist(from.saturating_sub(window::BACK)..to + window::AHEAD);
        let seen = index.seen();
        if near.pro & entities != 0 || !page.label.is_empty() && self.label(lexicon, page).gist.pro & entities != 0 {
            return true;
        }
        let Some(index) = &mut self.index else { return true };
        seen & entities != 0 && self.outer.may_speak(page.text, at, from, index, entities)
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
        let label = self.label.as_ref().map_or(Gist::NONE, |label| label.gist);
        self.before.said.gist.with(self.after.said.gist).with(label).pro
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
        let label_away = if page.text.len() <= SHORT_TEXT {
            0
        } else {
            self.before.away
        };
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
        // How near the nearest word for the entity is, and the nearest name of another one.
        let (mut nearest, mut owner) = (u8::MAX, u8::MAX);
        for said in near.chain(label) {
            let word = lexicon.word(said.word);
            let weight = |base: u8| base.saturating_sub(said.strength_lost).max(1);
            if word.names & own != 0 {
                voices.pro.hear(weight(NAMED), said.word);
                nearest = nearest.min(said.strength_lost);
            } else if word.hints & own != 0 {
                voices.pro.hear(weight(HINTED), said.word);
                nearest = nearest.min(said.strength_lost);
            } else if word.against & own != 0 {
                voices.contra.hear(weight(NAMED), said.word);
            } else if word.owns {
                owner = owner.min(said.strength_lost);
            } else if word.counter > 0 {
                voices.contra.hear(weight(word.counter), said.word);
            }
        }
        // By distance, not by strength: a hint beside the value owns it as a name does.
        if owner.saturating_add(OWNED) <= nearest && nearest < u8::MAX {
            voices.pro = Voice::default();
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
            let speaks = |range: &Range<usize>| self.index.as_ref().is_none_or(|i| i.first_in(range.clone()).is_some());
            let after = Some(end..end + window::AHEAD).filter(speaks);
            let after = after.map(|_| window::after(page.text, end)).filter(speaks);
            if let Some(after) = after {
                let hits = hits(lexicon, page, after);
                for hit in hits.as_slice() {
                    let lost = hits.gap_before(hit).saturating_mul(PER_WORD).saturating_add(AFTER);
                    self.after.said.push(lexicon, hit.word, lost);
                }
            }
        }
        if !page.label.is_empty() {
            self.label(lexicon, page);
        }
    }

    fn label(&mut self, lexicon: &Lexicon, page: &Page<'_>) -> &Around {
        self.label.get_or_insert_with(|| {
            let mut hits = Hits::new();
            lexicon.walk(&page.label[..page.label.len().min(128)], &mut hits);
            let mut said = Around::new();
            hits.as_slice().iter().for_each(|hit| said.push(lexicon, hit.word, 0));
            said
        })
    }

    fn read_before(&mut self, lexicon: &Lexicon, page: &Page<'_>, start: usize) {
        self.outer.look(lexicon, page, start);
        let Window { said, away, .. } = &mut self.before;
        said.clear();
        // Only a label or a key asks how many words lie between it and the value when none of these says anything.
        let counts = !page.label.is_empty() && page.text.len() > SHORT_TEXT;
        let index = self.index.as_ref().filter(|_| !counts);
        let mut stop = 0;
        if let Some(index) = index {
            match index.first_in(start.saturating_sub(window::BACK)..start) {
                _ if self.outer.gist != Gist::NONE => {}
                Some(first) => stop = window::run_of(page.text, first),
                None => return,
            }
        }
        let before = match &self.outer.cell {
            // What a cell is says its column, not the cells before it; but a column without a name of ours says nothing.
            Some(cell) if self.outer.gist != Gist::NONE => {
                window::in_cell(page.text, cell.start, start, cell.header.clone())
            }
            Some(_) => window::before(page.text, start, stop, None),
            None => window::before(page.text, start, stop, self.outer.question.clone()),
        };
        let mut range = before.near;
        if let (Some(index), None) = (index, &before.key) {
            range.start = index.first_in(range.clone()).unwrap_or(range.end);
        }
        let near = hits(lexicon, page, range);
        for hit in near.as_slice() {
            said.push(lexicon, hit.word, near.gap_after(hit).saturating_mul(PER_WORD));
        }
        *away = near.solid.min(3) * PER_WORD;
        if let Some(key) = before.key {
            for hit in hits(lexicon, page, key).as_slice() {
                said.push(lexicon, hit.word, *away);
            }
        }
    }
}

/// The hits of one window.
fn hits(lexicon: &Lexicon, page: &Page<'_>, window: Range<usize>) -> Hits {
    let mut hits = Hits::new();
    lexicon.walk(&page.text[window], &mut hits);
    hits
}
