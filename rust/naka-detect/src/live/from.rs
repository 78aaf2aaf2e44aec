//! Which bytes at the end of a text must wait.
//!
//! From every place where a value may begin, the lanes are run: one that is alive where the text ends is a candidate in
//! progress; a match whose neighbours or words are not all there yet may still be refuted or weighed otherwise. Both
//! wait, from their first byte on. Places before what was released need no look, but for what an everyday word began.
//! Cost: about 30 ns a word, and a look at the words of the last [`LABEL`] bytes for labels; no allocation once the buffers have grown.

use super::lanes::{Kind, Lane, Lanes};
use super::named::Named;
use super::{ahead, plain};
use crate::check::Compact;
use crate::context::Page;
use crate::heuristic::spelled;
use crate::lanes::{End, starts_word};
use crate::lexicon::Last;
use crate::neighbours::{self, Neighbours, Sides};
use crate::ruleset::{Key, Pattern, RuleSet};
use crate::span::{self, Ahead};
use crate::values;

/// Bytes before the end in which a label may stand whose value is not complete: the label, an answer below it.
const LABEL: usize = 480;
/// Longest local part of an address.
const LOCAL: usize = 64;
/// Longest label.
const LABEL_ITSELF: usize = 64;
/// Bytes before what was released in which an everyday word may have begun something.
const BEGUN: usize = 32;

/// What must wait, in bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Live {
    /// The first byte that must wait; the end of the text when none must.
    pub(crate) from: usize,
    /// The first byte of what may be a finding, complete or not; the end of the text when there is none.
    pub(crate) first: usize,
    /// Where something begins that may take the place of a finding that it overlaps with: [`Self::from`], or an everyday word
    /// before it that does not wait for its own sake.
    pub(crate) rival: usize,
    /// No label before this place has anything to say any more.
    pub(crate) labels: usize,
}

impl Live {
    pub(crate) fn open(&mut self, at: usize) {
        self.from = self.from.min(at);
        self.first = self.first.min(at);
        self.rival = self.rival.min(at);
    }
}

/// The end of one text.
pub(crate) struct View<'r> {
    pub(crate) rules: &'r RuleSet,
    pub(super) lanes: &'r Lanes,
    pub(crate) text: &'r [u8],
    /// What lies before was released.
    pub(crate) released: usize,
    /// [`Live::labels`] of the text before.
    pub(super) labels: usize,
}

impl View<'_> {
    /// Looks at the end of the text with the built-in rules.
    pub(super) fn live(&self, ends: &mut Vec<End>) -> Live {
        let text = self.text;
        let mut live = Live {
            from: text.len(),
            first: text.len(),
            rival: text.len(),
            labels: self.labels,
        };
        if self.released >= text.len() {
            return live;
        }
        for start in self.released.saturating_sub(BEGUN)..text.len() {
            if self.may_begin(start) {
                self.values(start, ends, &mut live);
            }
            if starts_word(text, start) {
                self.words(start, ends, &mut live);
            }
        }
        let mut first_label = text.len().saturating_sub(LABEL_ITSELF);
        for start in self.labels.max(text.len().saturating_sub(LABEL))..text.len() {
            if starts_word(text, start) && self.labels(start, ends, &mut live) {
                first_label = first_label.min(start);
            }
        }
        live.labels = first_label;
        self.before_words(&mut live);
        live
    }

    /// False where no value of any kind begins: inside a word that is no label.
    fn may_begin(&self, start: usize) -> bool {
        let text = self.text;
        let byte = text[start];
        if byte >= 0x80 || matches!(byte, b' ' | b'\n') {
            return false;
        }
        let Some(&before) = start.checked_sub(1).and_then(|at| text.get(at)) else {
            return true;
        };
        // In prose letters follow letters, or a word begins behind a space.
        if before == b' ' || before >= 0x80 {
            return true;
        }
        if before.is_ascii_lowercase() && (byte.is_ascii_lowercase() || byte.is_ascii_punctuation()) {
            return false;
        }
        match neighbours::value_begins(text, start) {
            Some(Sides { glued: Some(glued), .. }) => {
                !matches!(self.rules.lexicon.last(&text[glued]), Last::Unknown) || !before.is_ascii_alphanumeric()
            }
            Some(_) => true,
            None => !before.is_ascii_alphanumeric(),
        }
    }

    fn values(&self, start: usize, ends: &mut Vec<End>, live: &mut Live) {
        let text = self.text;
        let named = Named::new(self.rules, text, start);
        for lane in &self.lanes.values {
            let alive = lane.run(text, start, ends, |pattern, end| {
                let rule = &self.rules.patterns[usize::from(pattern)];
                if end > self.released && self.is_possible(rule, start, end) {
                    let from = self.begins(lane, rule, start, end, &named);
                    live.first = live.first.min(from);
                    if !ahead::all(rule, text, start, end) {
                        live.open(from);
                        live.rival = live.rival.min(start);
                    }
                }
            });
            if alive {
                live.open(self.unplain(lane, start, &named));
                live.rival = live.rival.min(start);
            }
        }
    }

    /// Where the finding of a match begins that waits.
    fn begins(&self, lane: &Lane, rule: &Pattern, start: usize, end: usize, named: &Named<'_>) -> usize {
        match rule.span {
            Some(span) => span(self.text, start, end).map_or(self.text.len(), |(from, _)| from),
            None => self.unplain(lane, start, named),
        }
    }

    /// False when what is there already refutes a match, whatever comes.
    fn is_possible(&self, rule: &Pattern, start: usize, end: usize) -> bool {
        let text = self.text;
        let touches = |test: fn(u8) -> bool| text.get(end).is_some_and(|&c| test(c));
        let fits = match rule.neighbours {
            Neighbours::Number | Neighbours::Token => {
                !touches(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'@'))
                    && neighbours::value_begins(text, start).is_some()
            }
            Neighbours::Address => !touches(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'@')),
            Neighbours::Date => !touches(|c| c.is_ascii_digit()),
            Neighbours::Word => true,
        };
        fits && self.checks(rule, start, end)
    }

    /// The tests that a match passes or fails by itself.
    fn checks(&self, rule: &Pattern, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        let compact = rule.needs_compact().then(|| Compact::new(text));
        let compact = match &compact {
            None => None,
            Some(None) => return false,
            Some(Some(compact)) => Some(compact),
        };
        let holds = match (&rule.check, compact) {
            (Some(check), Some(compact)) => (check.test)(compact),
            _ => true,
        };
        let needed = rule.lookups.iter().filter(|lookup| lookup.need);
        let mut needed = needed.filter(|lookup| compact.is_some() || lookup.key == Key::Handle);
        holds && needed.all(|lookup| self.rules.listed(lookup, text, compact))
    }

    /// `start`, or the place behind the words of plain prose that stand there and do not wait.
    fn unplain(&self, lane: &Lane, start: usize, named: &Named<'_>) -> usize {
        let text = self.text;
        let mut at = start;
        loop {
            let end = plain::letters(text, at);
            let word = &text[at..end];
            let complete = text.get(end).is_some_and(|c| !c.is_ascii_digit());
            let told = lane.kind == Kind::Value { told: true };
            let is_plain = !word.is_empty()
                && (plain::is_everyday(word) || told && complete && word.iter().any(u8::is_ascii_lowercase));
            if !is_plain || !plain::in_prose(text, at) || named.any(lane.lettered) {
                return at;
            }
            at = end;
            while at < text.len() && matches!(text[at], b' ' | b'.' | b'_' | b'%' | b'+' | b'-' | b'/' | b':') {
                at += 1;
            }
            // What is glued to the word is no prose any more.
            if at == end || text[at - 1] != b' ' {
                return at;
            }
        }
    }

    fn words(&self, start: usize, ends: &mut Vec<End>, live: &mut Live) {
        let text = self.text;
        for lane in &self.lanes.words {
            let mut seen = false;
            let alive = lane.run(text, start, ends, |pattern, end| {
                seen = true;
                let rule = &self.rules.patterns[usize::from(pattern)];
                let mut known = ahead::all(rule, text, start, end);
                let from = match (rule.ahead, rule.span) {
                    (Some(Ahead::Spelled), Some(span)) => {
                        let open = spelled::goes_on(text, start);
                        known &= !open;
                        let found = open || span(text, start, end).is_some();
                        if found { start } else { text.len() }
                    }
                    (_, Some(span)) => span(text, start, end).map_or(text.len(), |(from, _)| from),
                    (_, None) => start,
                };
                live.first = live.first.min(from);
                if !known && from < text.len() {
                    live.open(from);
                }
            });
            if alive {
                live.open(self.word_begins(lane, start));
                live.rival = live.rival.min(start);
            }
        }
    }

    /// Where the value begins of what a word at `start` may lead to.
    fn word_begins(&self, lane: &Lane, start: usize) -> usize {
        let text = self.text;
        let behind = |belongs: fn(&u8) -> bool| text.len() - text.iter().rev().take_while(|c| belongs(c)).count();
        let rule = &self.rules.patterns[usize::from(lane.pattern())];
        match (rule.ahead, rule.span) {
            _ if lane.kind == Kind::Words => self.unplain(lane, start, &Named::new(self.rules, text, start)),
            (Some(Ahead::Digits), _) => {
                let run = behind(|c| c.is_ascii_digit() || *c == b' ');
                let digit = text[run..].iter().position(u8::is_ascii_digit);
                digit.map_or(text.len(), |i| run + i).max(start)
            }
            // A label alone has no value yet.
            (Some(_), _) if plain::letters(text, start) == text.len() => text.len(),
            (Some(_), _) => behind(u8::is_ascii_graphic).max(start),
            (None, Some(span)) => span(text, start, text.len()).map_or(text.len(), |(from, _)| from),
            (None, None) => start,
        }
    }

    /// What stands before the end may be the value of a word that has not begun: `34` of `34 years`, `asha` of
    /// `asha [at] …`.
    fn before_words(&self, live: &mut Live) {
        let text = self.text;
        if let Some((from, _)) = values::age_before(text, text.len()).filter(|&(from, _)| from < text.len()) {
            live.open(from);
        }
        // Of a longer run the end alone is the local part of an address in words.
        let local = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'+' | b'%');
        if text.iter().rev().take(LOCAL + 1).take_while(local).count() > LOCAL {
            live.open(text.len() - LOCAL);
        }
        if let Some((from, _)) = span::around_at(text, text.len(), text.len()) {
            live.open(from);
        } else if text.last() == Some(&b' ') {
            let word = text.trim_ascii_end();
            let from = word.iter().rposition(|c| !c.is_ascii_alphabetic()).map_or(0, |i| i + 1);
            if text.len() - word.len() <= 6 && word.len() - from > 1 && !plain::is_everyday(&word[from..]) {
                live.open(from);
            }
        }
    }

    /// False when there is no label at `start`.
    fn labels(&self, start: usize, ends: &mut Vec<End>, live: &mut Live) -> bool {
        let text = self.text;
        let mut found = false;
        for lane in &self.lanes.labels {
            lane.run(text, start, ends, |pattern, end| {
                found = true;
                let rule = &self.rules.patterns[usize::from(pattern)];
                let Some(Ahead::Value(kind)) = rule.ahead else { return };
                match ahead::value(kind, text, end) {
                    ahead::Value::None => {}
                    ahead::Value::Open(at) => live.open(at.max(self.released)),
                    ahead::Value::Known(from, to) => {
                        if to > self.released {
                            live.first = live.first.min(from);
                            if !ahead::all(rule, text, start, end) {
                                live.open(from.max(self.released));
                            }
                        }
                    }
                }
            });
        }
        found
    }
}

/// The page that a channel is: nothing names it.
pub(super) const fn page(text: &[u8]) -> Page<'_> {
    Page { text, label: b"" }
}
