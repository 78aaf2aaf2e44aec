//! Answers that stand on the line below their question: transcripts of calls, chats with bots, questionnaires.
//! The question is the label of what answers it. Positions only; reads a few short lines, no allocation.

use std::ops::Range;

use crate::mask::{self, BLOCK, Level, Masks};
use crate::window;

/// Longest part of a question that is read, its end.
const QUESTION: usize = 160;
/// Most bytes of the answer before the value.
const ANSWER: usize = 96;
/// Most lines between a question and its answer (`one moment`), themselves included.
const LINES: usize = 3;

/// Most bytes of blank lines between them.
const BLANK: usize = 64;
/// How far before an answer the line above its own begins at most.
pub(crate) const BACK: usize = ANSWER + BLANK + QUESTION;
/// Most bytes before the mark behind a speaker's name, time and all.
const WHO: usize = 80;

/// Words of one who asks; a line that holds one is a question without its mark too.
const ASKING: &[&str] = &[
    "please",
    "kindly",
    "pls",
    "share",
    "provide",
    "confirm",
    "tell me",
    "enter your",
    "what is",
    "what's",
    "may i",
    "can i",
    "could you",
    "bataiye",
    "bataye",
    "batao",
    "bata ",
    "dijiye",
    "kya hai",
    "boliye",
    "बताइए",
    "बताएं",
    "बताएँ",
    "बताइये",
    "दीजिए",
    "क्या है",
    "सांगा",
    "சொல்லுங்கள்",
    "என்ன",
    "கூறவும்",
    "বলুন",
    "দিন",
    "చెప్పండి",
    "જણાવો",
    "ಹೇಳಿ",
];
/// Words before a colon that tell who speaks.
const SPEAKERS: &[&str] = &[
    "customer",
    "cust",
    "caller",
    "client",
    "user",
    "cx",
    "a",
    "ans",
    "answer",
    "agent",
    "exec",
    "executive",
    "me",
    "you",
    "patient",
    "bot",
    "borrower",
    "member",
    "visitor",
    "guest",
    "human",
    "ग्राहक",
    "उत्तर",
    "கிளையண்ட்",
    "গ্রাহক",
];

/// Finds questions, and keeps what is known of the last line for its other starts.
#[derive(Debug, Clone)]
pub(crate) struct Dialogue {
    line: usize,
    /// The line above, when it may be a question: it holds no number of its own.
    above: Option<Range<usize>>,
    /// Whether it asks, once that was looked at.
    asks: Option<bool>,
    /// Who speaks in the line, and up to where that was read.
    speaker: (Option<Range<usize>>, usize),
    /// What is asked further up, for one who speaks.
    further: Option<Option<Range<usize>>>,
}

/// [`Dialogue::question`] for one place.
pub(crate) fn question(text: &[u8], start: usize) -> Option<Range<usize>> {
    let floor = start.saturating_sub(ANSWER);
    let line = floor + memchr::memrchr(b'\n', &text[floor..start])? + 1;
    Dialogue::new().question(text, line, start)
}

/// What answers the label that ends at `label`, on the line below it, when its line asks; who speaks left out.
pub(crate) fn answer(text: &[u8], label: usize) -> Option<Range<usize>> {
    let ceiling = (label + ANSWER).min(text.len());
    let end = label + memchr::memchr(b'\n', &text[label..ceiling])?;
    let floor = label.saturating_sub(QUESTION);
    let line = memchr::memrchr(b'\n', &text[floor..label]).map_or(floor, |i| floor + i + 1);
    let said = text[line..end].trim_ascii_end();
    if holds_number(said) || !asks(said) {
        return None;
    }
    let blank = |c: &u8| matches!(c, b'\n' | b'\r' | b' ' | b'\t');
    let mut from = end + text[end..].iter().take(8).take_while(|c| blank(c)).count();
    let to = (from + ANSWER).min(text.len());
    let to = memchr::memchr(b'\n', &text[from..to]).map_or(to, |i| from + i);
    if text.get(from) == Some(&b'[') {
        from += memchr::memchr(b']', &text[from..to.min(from + 24)])? + 1;
    }
    let colon = text[from..to].iter().take(28).position(|&c| matches!(c, b':' | b'>'));
    let who = match colon {
        Some(at) => Some(at).filter(|_| !text[from..from + at].iter().any(u8::is_ascii_digit)),
        None => speaker(text, from..to)
            .filter(|who| answers(&text[who.clone()]))
            .map(|who| who.end - from),
    };
    if let Some(at) = who {
        from = (from + at + 1).min(to);
    }
    let from = from + text[from..to].iter().take_while(|c| matches!(c, b' ' | b'-')).count();
    (from < to).then_some(from..to)
}

impl Dialogue {
    pub(crate) const fn new() -> Self {
        Self {
            line: usize::MAX,
            above: None,
            asks: None,
            speaker: (None, 0),
            further: None,
        }
    }

    /// The line above the one that begins at `line`, when that may be a question which something from `start` on
    /// answers: at most [`BACK`] bytes before `start`.
    #[inline]
    pub(crate) fn above(&mut self, text: &[u8], line: usize, start: usize) -> Option<Range<usize>> {
        if line == 0 || start > line + ANSWER {
            return None;
        }
        if self.line != line {
            *self = Self {
                line,
                above: above(text, line),
                ..Self::new()
            };
        }
        self.above.clone()
    }

    /// The question that the line of `start` answers; `line` is where it begins.
    #[inline]
    pub(crate) fn question(&mut self, text: &[u8], line: usize, start: usize) -> Option<Range<usize>> {
        let said = self.above(text, line, start)?;
        if *self.asks.get_or_insert_with(|| asks(&text[said.clone()])) {
            return Some(said);
        }
        // Only who speaks may go on below his first words, or below another's.
        let who = self.answers(text, start)?;
        if speaker(text, said.clone()).is_some_and(|other| text[other] != text[who.clone()]) {
            return Some(said);
        }
        self.further.get_or_insert_with(|| further(text, said.start)).clone()
    }

    /// Who speaks in the line of `start`, when it is one who answers.
    pub(crate) fn answers(&mut self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let read = start.min(self.line + WHO);
        let known = self.speaker.0.is_some() || read <= self.speaker.1;
        if !known {
            let who = speaker(text, self.line..start).filter(|who| answers(&text[who.clone()]));
            self.speaker = (who, read);
        }
        self.speaker.0.clone()
    }
}

/// The line above the one at `line`, blank ones left out; `None` when it holds a number of its own: it answers, it
/// does not ask.
fn above(text: &[u8], line: usize) -> Option<Range<usize>> {
    let mut end = line;
    while end > 0 && line - end < BLANK && matches!(text[end - 1], b'\n' | b'\r' | b' ' | b'\t') {
        end -= 1;
    }
    let floor = end.saturating_sub(QUESTION);
    let from = memchr::memrchr(b'\n', &text[floor..end]).map_or(floor, |i| floor + i + 1);
    if from == end {
        return None;
    }
    if holds_number(&text[from..end]) {
        return None;
    }
    // Where a long line is cut, not inside a word.
    let cut = from > 0 && text[from - 1] != b'\n';
    let from = if cut { window::whole_from(text, from, end) } else { from };
    (from < end).then_some(from..end)
}

/// The question above the line that begins at `line`, or the one above that.
fn further(text: &[u8], mut line: usize) -> Option<Range<usize>> {
    for _ in 1..LINES {
        let said = above(text, line)?;
        if asks(&text[said.clone()]) {
            return Some(said);
        }
        line = said.start;
    }
    None
}

/// Who speaks in a line: `Customer` of `[10:32] Customer: …`, `A` of `A. …`. A word or three before a mark.
fn speaker(text: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let mut from = line.end - text[line.clone()].trim_ascii_start().len();
    if text[from..line.end].first() == Some(&b'[') {
        let close = text[from..line.end].iter().take(24).position(|&c| c == b']')?;
        from += close + 1;
        from = line.end - text[from..line.end].trim_ascii_start().len();
    }
    let mark = text[from..line.end]
        .iter()
        .take(40)
        .position(|&c| matches!(c, b':' | b'-' | b'.' | b'>'))?;
    let who = text[from..from + mark].trim_ascii_end();
    (!who.is_empty() && !who.iter().any(u8::is_ascii_digit)).then_some(from..from + who.len())
}

/// True for one who answers.
fn answers(who: &[u8]) -> bool {
    SPEAKERS
        .iter()
        .any(|speaker| who.eq_ignore_ascii_case(speaker.as_bytes()))
}

/// True when a line holds a number of four digits or more.
fn holds_number(said: &[u8]) -> bool {
    mask::dispatch!(Level::detect(), holds_number_by<'t>(said: &'t [u8]) -> bool)
}

fn holds_number_by<M: Masks>(said: &[u8]) -> bool {
    let mut before = 0u64;
    for base in (0..said.len()).step_by(BLOCK) {
        // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
        let digits = unsafe { M::classes(&mask::block_at(said, base)) }.digit;
        let behind = |by: u32| digits << by | before >> (BLOCK as u32 - by);
        if digits & behind(1) & behind(2) & behind(3) != 0 {
            return true;
        }
        before = digits;
    }
    false
}

/// True when a line asks.
fn asks(said: &[u8]) -> bool {
    said.ends_with(b"?") || mask::dispatch!(Level::detect(), asks_by<'t>(said: &'t [u8]) -> bool)
}

fn asks_by<M: Masks>(said: &[u8]) -> bool {
    let mut words = 0u64;
    for base in (0..said.len()).step_by(BLOCK) {
        // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
        let classes = unsafe { M::classes(&mask::block_at(said, base)) };
        let word = classes.alpha | classes.digit | classes.high;
        let mut starts = word & !(word << 1 | words >> (BLOCK - 1));
        while starts != 0 {
            if is_asking(&said[base + starts.trailing_zeros() as usize..]) {
                return true;
            }
            starts &= starts - 1;
        }
        words = word;
    }
    false
}

/// True when `text` begins with one of [`ASKING`].
#[inline(always)]
fn is_asking(text: &[u8]) -> bool {
    let [first, second, ..] = *text else { return false };
    let may = first >= 0x80 || PAIRS[usize::from(first & 31)] & 1 << (second & 31) != 0;
    may && ASKING.iter().any(|word| begins(text, word))
}

/// The first two letters of the ASCII words of [`ASKING`], as bits.
const PAIRS: [u32; 32] = {
    let (mut pairs, mut i) = ([0; 32], 0);
    while i < ASKING.len() {
        let word = ASKING[i].as_bytes();
        pairs[(word[0] & 31) as usize] |= 1 << (word[1] & 31);
        i += 1;
    }
    pairs
};

fn begins(text: &[u8], word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The question to what stands behind `|`.
    fn of(marked: &str) -> Option<String> {
        let at = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
        Dialogue::new()
            .question(text.as_bytes(), line, at)
            .map(|range| text[range].to_owned())
    }

    #[test]
    fn an_answer_knows_its_question() {
        for (text, expected) in [
            ("Agent: Your PAN?\nCustomer: it is |Q", Some("Agent: Your PAN?")),
            (
                "Please share the mobile number.\n|98",
                Some("Please share the mobile number."),
            ),
            ("आपका आधार क्या है?\n|51", Some("आपका आधार क्या है?")),
            (
                "Agent: PAN please\nCustomer: one moment\nCustomer: |Q",
                Some("Agent: PAN please"),
            ),
            ("Agent: the account\nCaller: |50", Some("Agent: the account")),
            ("Q. Folio number\n\nA. |48", Some("Q. Folio number")),
            ("Folio number\n\nA. |48", None),
            ("Name: Asha\nRef: |98", None),
            ("is 9812345670 right?\n|98", None),
            ("I paid the bill.\n|51", None),
        ] {
            assert_eq!(of(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_label_that_is_asked_for_knows_its_answer() {
        for (text, expected) in [
            ("Bot: your age?\nUser: Yes, 81", Some("Yes, 81")),
            ("your age please\n\n81", Some("81")),
            ("Exec - age?\nCust - 81.", Some("81.")),
            ("Q. age?\nA. Okay, 53. Anything else?", Some("Okay, 53. Anything else?")),
            ("age?\nFemale. Anything else?", Some("Female. Anything else?")),
            ("[10:32] Bot: age?\n[10:33] Priya: 81", Some("81")),
            ("his age\n81", None),
            ("is 1987 your age?\n81", None),
            ("what is your age?", None),
        ] {
            let label = text.find("age").unwrap() + 3;
            let found = answer(text.as_bytes(), label).map(|range| &text[range]);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_long_question_is_cut_at_a_character() {
        let text = format!("{}?\n|51", "आ".repeat(100));
        assert!(of(&text).unwrap().chars().all(|c| c == 'आ' || c == '?'));
    }
}
