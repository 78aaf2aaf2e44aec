//! What an expression costs, counted and not timed: automaton steps on a fixed text, so that the same pack is
//! accepted or refused on every machine.

use std::sync::OnceLock;

use super::compile::Lane;
use super::limits::{MAX_LOCAL, MAX_MATCH};
use crate::lanes::{Automaton, starts_word};

/// The text and the places in it where lanes look.
pub(super) struct Trial {
    text: Vec<u8>,
    words: Vec<usize>,
    /// Starts of words and other characters.
    all: Vec<usize>,
    digits: Vec<usize>,
    ats: Vec<usize>,
}

/// Pieces of the kinds of text that expressions are slow on: prose, capitals, numbers, code, other scripts, runs.
const PIECES: &[&str] = &[
    "the customer called again about the delivery that was promised for last week and asked whether somebody \
     could look into it before the end of the month because the office will be closed for the holidays then\n",
    "Dear Team, Please find attached the Minutes of the Meeting held in Pune on Monday. Regards, Meera Joshi\n",
    "NOTICE TO ALL BRANCHES REGARDING REVISED CUT OFF TIMES FOR OUTWARD CLEARING AND RELATED PROCEDURES\n",
    "2026-11-24T08:12:17.123456Z INFO order=ORD-2026-004821 amount=1499.00 txn=8127364512 status=200 took=17ms\n",
    "{\"id\": \"9f3a7b2c-51d0-4e6f-8a7b-0c1d2e3f4a5b\", \"items\": [{\"sku\": \"AB12-345\", \"qty\": 2}], \"ok\": true}\n",
    "let total: u64 = items.iter().map(|item| item.price * item.count).sum(); // see https://example.in/a/b?c=d\n",
    "write to sales@example.in, accounts.payable@example.com or q.mehta@example.org; 020 2613 4455, 411001\n",
    "ग्राहक ने पिछले सप्ताह के वितरण के बारे में फिर से पूछा और कहा कि कार्यालय अगले महीने बंद रहेगा।\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 0000000000000000000000000000000000000000 ________________ ----------------\n",
];

impl Trial {
    /// The trial text, made once.
    pub(super) fn shared() -> &'static Self {
        static TRIAL: OnceLock<Trial> = OnceLock::new();
        TRIAL.get_or_init(|| {
            let text = PIECES.concat().repeat(2).into_bytes();
            let run = |at: usize| text[at..].len() >= 3 && text[at..at + 3].iter().all(u8::is_ascii_digit);
            let positions = |test: &dyn Fn(usize) -> bool| (0..text.len()).filter(|&at| test(at)).collect();
            let word = |at| starts_word(&text, at);
            Self {
                words: positions(&word),
                all: positions(&|at| word(at) || text[at].is_ascii() && !text[at].is_ascii_alphanumeric()),
                digits: positions(&|at| run(at) && (at == 0 || !text[at - 1].is_ascii_digit())),
                ats: positions(&|at| text[at] == b'@'),
                text,
            }
        })
    }

    /// Steps a byte that `automaton` needs in `lane`; `prefixes` are those of the word lane.
    pub(super) fn cost(&self, automaton: &Automaton, lane: Lane, prefixes: &[Vec<u8>]) -> f32 {
        let steps: usize = match lane {
            Lane::Words => {
                let fits = |at: usize| {
                    let begins = |prefix: &Vec<u8>| {
                        let found = self.text.get(at..at + prefix.len());
                        found.is_some_and(|found| found.eq_ignore_ascii_case(prefix))
                    };
                    prefixes.iter().any(begins)
                };
                self.words
                    .iter()
                    .filter(|&&at| fits(at))
                    .map(|&at| self.steps(automaton, at))
                    .sum()
            }
            Lane::Digits => self.around(automaton, &self.digits),
            Lane::At => self.around(automaton, &self.ats),
            _ => self.all.iter().map(|&at| self.steps(automaton, at)).sum(),
        };
        steps as f32 / self.text.len() as f32
    }

    /// Steps from the starts before each anchor.
    fn around(&self, automaton: &Automaton, anchors: &[usize]) -> usize {
        let starts = |anchor: usize| {
            let from = self.all.partition_point(|&at| at + MAX_LOCAL < anchor);
            let to = self.all.partition_point(|&at| at <= anchor);
            &self.all[from..to]
        };
        anchors
            .iter()
            .flat_map(|&anchor| starts(anchor))
            .map(|&at| self.steps(automaton, at))
            .sum()
    }

    fn steps(&self, automaton: &Automaton, at: usize) -> usize {
        automaton.stop(&self.text[..self.text.len().min(at + MAX_MATCH)], at) - at
    }
}
