//! Answers that stand on the line below their question: transcripts of calls, chats with bots, questionnaires.
//! The question is the label of what answers it. Positions only; reads a few short lines, no allocation.

use std::ops::Range;

/// Longest part of a question that is read, its end.
const QUESTION: usize = 160;
/// Most bytes of the answer before the value.
pub(crate) const ANSWER: usize = 96;
/// Most lines between a question and its answer (`one moment`), themselves included.
const LINES: usize = 3;

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

/// The start of the line of `start`, when it is near and there is a line above.
pub(crate) fn line_of(text: &[u8], start: usize) -> Option<usize> {
    let floor = start.saturating_sub(ANSWER);
    memchr::memrchr(b'\n', &text[floor..start]).map(|at| floor + at + 1)
}

/// The question that the line of `start` answers; `line` is where that line begins.
pub(crate) fn question(text: &[u8], line: usize, start: usize) -> Option<Range<usize>> {
    if line == 0 || start - line > ANSWER {
        return None;
    }
    let answers = speaker(&text[line..start]).filter(|who| {
        SPEAKERS
            .iter()
            .any(|speaker| who.eq_ignore_ascii_case(speaker.as_bytes()))
    });
    let mut end = line;
    for turn in 0..LINES {
        while end > 0 && matches!(text[end - 1], b'\n' | b'\r' | b' ' | b'\t') {
            end -= 1;
        }
        if end == 0 {
            return None;
        }
        let floor = end.saturating_sub(QUESTION);
        let from = text[floor..end]
            .iter()
            .rposition(|&c| c == b'\n')
            .map_or(floor, |i| floor + i + 1);
        let said = &text[from..end];
        let asks = asks(said)?; // a line with a number of its own answers, it does not ask
        let other = turn == 0 && answers.is_some() && speaker(said).is_some_and(|who| Some(who) != answers);
        if asks || other {
            let from = (from..end).find(|&i| text[i] & 0xC0 != 0x80)?; // not inside a character
            return Some(from..end);
        }
        answers?; // only who speaks may go on below his first words
        end = from;
    }
    None
}

/// Who speaks in a line: `Customer` of `[10:32] Customer: …`, `A` of `A. …`. A word or three before a mark.
pub(crate) fn speaker(line: &[u8]) -> Option<&[u8]> {
    let mut line = line.trim_ascii_start();
    if line.first() == Some(&b'[') {
        let close = line.iter().take(24).position(|&c| c == b']')?;
        line = line[close + 1..].trim_ascii_start();
    }
    let mark = line
        .iter()
        .take(40)
        .position(|&c| matches!(c, b':' | b'-' | b'.' | b'>'))?;
    let who = line[..mark].trim_ascii();
    (!who.is_empty() && !who.iter().any(u8::is_ascii_digit)).then_some(who)
}

/// Whether a line asks; `None` when it holds a number of four digits or more. One pass.
fn asks(said: &[u8]) -> Option<bool> {
    let mut asks = said.ends_with(b"?");
    let (mut digits, mut in_word) = (0, false);
    for (i, &c) in said.iter().enumerate() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits == 4 {
            return None;
        }
        let is_word = c.is_ascii_alphanumeric() || c >= 0x80;
        if is_word && !in_word && !asks && (c >= 0x80 || FIRST & 1 << (c & 31) != 0) {
            asks = ASKING.iter().any(|word| begins(&said[i..], word));
        }
        in_word = is_word;
    }
    Some(asks)
}

/// The letters that the ASCII words of [`ASKING`] begin with, as bits.
const FIRST: u32 = {
    let (mut bits, mut i) = (0, 0);
    while i < ASKING.len() {
        bits |= 1 << (ASKING[i].as_bytes()[0] & 31);
        i += 1;
    }
    bits
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
        question(text.as_bytes(), line, at).map(|range| text[range].to_owned())
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
    fn a_long_question_is_cut_at_a_character() {
        let text = format!("{}?\n|51", "आ".repeat(100));
        assert!(of(&text).unwrap().chars().all(|c| c == 'आ' || c == '?'));
    }
}
