//! One candidate in, one finding or none out. Pure, shared by the engine and the oracle.
//!
//! Cheap tests come first: neighbours, then the check digit and the tables, and the words around only when they can
//! change the outcome. Positions are those of the folded text.

use crate::check::Compact;
use crate::context::{Memory, Page, Voice, Voices};
use crate::finding::{EntityId, Evidence, Finding, Flags, RuleId, Tier, WordId};
use crate::lanes::starts_word;
use crate::lexicon::Last;
use crate::neighbours::{Neighbours, Sides};
use crate::rule::{Anchor, Class, Holder, Scale};
use crate::ruleset::{Key, Lookup, Pattern, RuleSet};

/// Where a pattern matched: `end` is its longest match from `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index into [`RuleSet::patterns`].
    pub(crate) pattern: u16,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

const AMOUNT: u8 = 90;
const PATH: u8 = 60;

impl RuleSet {
    /// Judges one candidate. `memory` belongs to this page.
    pub(crate) fn judge(&self, page: &Page<'_>, candidate: Candidate, memory: &mut Memory) -> Option<Finding> {
        let Candidate {
            pattern: index,
            start,
            end,
        } = candidate;
        let pattern = &self.patterns[usize::from(index)];
        if pattern.anchor == Anchor::Words && !starts_word(page.text, start) {
            return None;
        }
        // The lane of groups looks where a word starts, so a label glued to one (`ip192.0.2.1`) counts for neither engine.
        if pattern.anchor == Anchor::Groups && start > 0 && page.text[start - 1].is_ascii_alphanumeric() {
            return None;
        }
        // Most patterns are nothing without their label, and most numbers have none: that costs one bit test.
        let own = 1 << pattern.entity;
        if pattern.needs_word
            && (!memory.is_named(page, own) || memory.gist(&self.lexicon, page, start, end).pro & own == 0)
        {
            return None;
        }
        let sides = memory.sides(page.text, start, end, pattern.neighbours)?.clone();
        if pattern.needs_word && sides.glued.is_none() && memory.named(&self.lexicon, page, start, end) & own == 0 {
            return None;
        }
        let text = &page.text[start..end];
        let mut evidence = Evidence::FORMAT;
        let mut scale = &pattern.plain;
        let compact = if pattern.needs_compact() {
            Some(Compact::new(text)?)
        } else {
            None
        };
        if let Some(compact) = &compact {
            if let Some(check) = &pattern.check {
                if !(check.test)(compact) {
                    return None;
                }
                if check.arithmetic {
                    evidence = evidence.with(Evidence::CHECKSUM);
                }
            }
            if let Some(boost) = &pattern.boost
                && (boost.test)(compact)
            {
                evidence = evidence.with(Evidence::CHECKSUM);
                scale = &pattern.known;
            }
        }
        for lookup in &pattern.lookups {
            match (self.listed(lookup, text, compact.as_ref()), lookup.need) {
                (false, true) => return None,
                (false, false) => {}
                (true, need) => {
                    evidence = evidence.with(Evidence::REGISTRY);
                    if !need {
                        scale = &pattern.known;
                    }
                }
            }
        }
        let voices = self.hear(page, candidate, pattern, &sides, scale, memory)?;
        if sides.glued.is_some() && voices.pro.strength > 0 {
            evidence = evidence.with(Evidence::PREFIX);
        }
        let confidence = weigh(scale, voices);
        Tier::of(confidence)?;
        let (from, to) = match pattern.span {
            None => (start, end),
            Some(span) => span(page.text, start, end)?,
        };
        if voices.pro.strength > 0 {
            evidence = evidence.with(Evidence::CONTEXT);
        }
        if voices.contra.strength > 0 {
            evidence = evidence.with(Evidence::COUNTER_CONTEXT);
        }
        if text[0] == b'+' {
            evidence = evidence.with(Evidence::PREFIX);
        }
        Some(Finding {
            entity: EntityId(pattern.entity),
            rule: RuleId(index),
            start: from as u32,
            end: to as u32,
            confidence,
            evidence,
            flags: self
                .flags(pattern.entity, compact.as_ref())
                .with(self.minor(pattern.entity, &page.text[from..to])),
            word: word_id(voices.pro),
            counter_word: word_id(voices.contra),
        })
    }

    pub(crate) fn listed(&self, lookup: &Lookup, text: &[u8], compact: Option<&Compact>) -> bool {
        let table = &self.tables[lookup.table];
        match (lookup.key, compact) {
            (Key::Slice(from, to), Some(compact)) => {
                compact.as_slice().get(from..to).is_some_and(|code| table.has(code))
            }
            (Key::Prefix, Some(compact)) => table.has_prefix_of(compact.as_slice()),
            (Key::Slice(..) | Key::Prefix, None) => false,
            (Key::Handle, _) => {
                let at = memchr::memrchr(b'@', text).map_or(0, |at| at + 1);
                Compact::new(&text[at..]).is_some_and(|handle| table.has(handle.as_slice()))
            }
        }
    }

    /// What is said around the candidate; `None` when letters are glued to it that are not its label.
    fn hear(
        &self,
        page: &Page<'_>,
        at: Candidate,
        pattern: &Pattern,
        sides: &Sides,
        scale: &Scale,
        memory: &mut Memory,
    ) -> Option<Voices> {
        let mut voices = Voices::default();
        if let Some(glued) = &sides.glued {
            let own = 1u128 << pattern.entity;
            let tied = page.text.get(glued.end).is_some_and(|c| !c.is_ascii_alphanumeric());
            match self.lexicon.last(&page.text[glued.clone()]) {
                Last::Word(id) if self.lexicon.word(id).names & own != 0 => {
                    voices.pro = Voice {
                        strength: 100,
                        word: Some(id),
                    }
                }
                Last::Word(id) if self.lexicon.word(id).hints & own != 0 => {
                    voices.pro = Voice {
                        strength: 80,
                        word: Some(id),
                    }
                }
                Last::Word(id) if self.lexicon.word(id).counter > 0 && tied => {
                    voices.contra = Voice {
                        strength: 100,
                        word: Some(id),
                    }
                }
                Last::Filler if tied => {}
                _ => return None,
            }
        }
        if scale.is_flat() {
            return Some(voices);
        }
        let gist = memory.gist(&self.lexicon, page, at.start, at.end);
        if !gist.is_silent_on(pattern.entity) {
            let said = memory.voices(&self.lexicon, page, at.start, at.end, pattern.entity);
            voices.pro = louder(voices.pro, said.pro);
            voices.contra = louder(voices.contra, said.contra);
        }
        if pattern.neighbours == Neighbours::Number {
            if sides.amount {
                voices.contra = louder(
                    voices.contra,
                    Voice {
                        strength: AMOUNT,
                        word: None,
                    },
                );
            }
            if sides.path {
                voices.contra = louder(
                    voices.contra,
                    Voice {
                        strength: PATH,
                        word: None,
                    },
                );
            }
        }
        Some(voices)
    }

    /// [`Flags::MINOR`] where the value is the age of a child.
    pub(crate) fn minor(&self, entity: u16, value: &[u8]) -> Flags {
        let young = |digits: &[u8]| matches!(digits, [b'0'..=b'9'] | [b'1', b'0'..=b'7']);
        if self.entities[usize::from(entity)].is_age && young(value) {
            Flags::MINOR
        } else {
            Flags::default()
        }
    }

    /// Whose identifier it is, where the value says so.
    pub(crate) fn flags(&self, entity: u16, compact: Option<&Compact>) -> Flags {
        let entity = &self.entities[usize::from(entity)];
        let flags = match entity.holder {
            Holder::Unknown => Flags::default(),
            Holder::Person => Flags::NATURAL_PERSON,
            Holder::Business => Flags::BUSINESS,
            Holder::Pan => holder(compact, 3),
            Holder::PanInGstin => holder(compact, 5),
        };
        if entity.class == Class::Heuristic {
            flags.with(Flags::HEURISTIC)
        } else {
            flags
        }
    }
}

/// By the fourth letter of a PAN: P is a natural person, H a family; all others are businesses and bodies.
fn holder(compact: Option<&Compact>, place: usize) -> Flags {
    match compact.and_then(|c| c.as_slice().get(place)) {
        Some(b'P') => Flags::NATURAL_PERSON,
        Some(b'H' | b'K' | b'E') | None => Flags::default(),
        Some(_) => Flags::BUSINESS,
    }
}

/// Turns voices into a confidence. The stronger side wins; when both speak and the counter side is stronger,
/// the result lies between `counter` and `bare`.
fn weigh(scale: &Scale, voices: Voices) -> f32 {
    match (voices.pro.strength, voices.contra.strength) {
        (0, 0) => scale.bare,
        (0, _) => scale.counter,
        (pro, contra) if pro >= contra => scale.context,
        _ => (scale.bare + scale.counter) / 2.0,
    }
}

fn louder(a: Voice, b: Voice) -> Voice {
    if b.strength > a.strength { b } else { a }
}

fn word_id(voice: Voice) -> WordId {
    voice.word.map_or(WordId::NONE, WordId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices(pro: u8, contra: u8) -> Voices {
        let voice = |strength| Voice { strength, word: None };
        Voices {
            pro: voice(pro),
            contra: voice(contra),
        }
    }

    #[test]
    fn the_stronger_voice_wins() {
        let scale = Scale {
            bare: 0.5,
            context: 0.9,
            counter: 0.1,
        };
        assert_eq!(weigh(&scale, voices(0, 0)), 0.5);
        assert_eq!(weigh(&scale, voices(100, 50)), 0.9);
        assert_eq!(weigh(&scale, voices(0, 50)), 0.1);
        assert_eq!(weigh(&scale, voices(50, 100)), 0.3);
    }

    #[test]
    fn only_the_fourth_letter_p_is_certainly_a_person() {
        let of = |pan: &str| holder(Compact::new(pan.as_bytes()).as_ref(), 3);
        assert_eq!(of("QWEPK4821M"), Flags::NATURAL_PERSON);
        assert_eq!(of("QWECK4821M"), Flags::BUSINESS);
        assert_eq!(of("QWEHK4821M"), Flags::default());
    }
}
