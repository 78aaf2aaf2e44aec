//! What custom rules cost: expressions and keywords as a large customer may have them.

use std::time::Instant;

use naka_detect::{CustomPattern, Detector, Recognizer, Scratch};

use crate::texts::Text;
use crate::{Effort, pieces, ratio, report};

/// Measures sets of rules on the prose and realdoc texts, with the built-in rules.
pub(crate) fn measure(effort: Effort, texts: &[Text], builtin: &mut dyn FnMut(&[u8]) -> usize) {
    let texts: Vec<&Text> = texts
        .iter()
        .filter(|text| matches!(text.name, "prose" | "realdoc"))
        .collect();
    let alone: Vec<f64> = texts
        .iter()
        .map(|text| effort.rate(text.bytes.len(), || builtin(&text.bytes)).0)
        .collect();
    for (keywords, expressions) in [(0, 10), (0, 100), (0, 1000), (1000, 0), (10_000, 0), (10_000, 1000)] {
        let rules = rules(keywords, expressions);
        let began = Instant::now();
        let detector = Detector::with_recognizers(&rules).expect("the rules compile");
        let compile_ms = began.elapsed().as_secs_f64() * 1e3;
        let mut lanes = std::collections::BTreeMap::new();
        for rule in &detector.rules()[Detector::shared().rules().len()..] {
            *lanes.entry(format!("{:?}", rule.lane)).or_insert(0) += 1;
        }
        println!(
            "{{\"keywords\":{keywords},\"expressions\":{expressions},\"compile_ms\":{compile_ms:.1},\"bytes\":{},\"lanes\":{lanes:?}}}",
            detector.memory() - Detector::shared().memory()
        );
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        for (text, alone) in texts.iter().zip(&alone) {
            let pass = || {
                let mut count = 0;
                for piece in pieces(&text.bytes) {
                    found.clear();
                    detector.scan(piece, None, &mut scratch, &mut found);
                    count += found.len();
                }
                count
            };
            let engine = format!("naka + {keywords} keywords + {expressions} expressions");
            let rate = report(
                text.name,
                &engine,
                text.bytes.len(),
                effort.rate(text.bytes.len(), pass),
            );
            ratio(
                text.name,
                &format!("{keywords} keywords + {expressions} expressions / none"),
                rate / alone,
            );
        }
    }
}

/// Half of the expressions begin with a fixed word, a fifth are phrases, 15 % are codes with digits, 10 % have their
/// fixed part inside or an `@`.
fn rules(keywords: usize, expressions: usize) -> Vec<Recognizer> {
    let mut r = Random(42);
    let regexes = (0..expressions).map(|i| match i % 20 {
        0..=10 => {
            let prefix = r.word(3, 6).to_uppercase();
            match r.below(3) {
                0 => format!(r"\b{prefix}-[0-9]{{{}}}\b", 4 + r.below(5)),
                1 => format!("{prefix}[A-Z]{{2}}[0-9]{{{},8}}", 3 + r.below(3)),
                _ => format!("{prefix}/[0-9]{{4}}/[A-Z0-9]{{2,6}}"),
            }
        }
        11..=14 => format!(r"(?i)\b{} +{}[a-z]*", r.word(5, 8), r.word(4, 7)),
        15..=17 => {
            format!(
                r"\b[A-Z]{{{}}}[0-9]{{{}}}-[0-9]{{{}}}\b",
                2 + r.below(3),
                2 + r.below(3),
                3 + r.below(5)
            )
        }
        _ if r.below(2) == 0 => format!("[0-9]{{4,8}}/{}/[0-9]{{2}}", r.word(3, 4).to_uppercase()),
        _ => format!(r"[a-z0-9._]+@{}[a-z]*\.in", r.word(4, 6)),
    });
    let patterns = regexes.map(|regex| CustomPattern { regex, confidence: 0.7 }).collect();
    let mut r = Random(99);
    let words = (0..keywords).map(|i| match i {
        0 => "monsoon".to_owned(),
        1 => "kubernetes".to_owned(),
        _ if i % 3 == 0 => format!("{} {}", r.word(6, 11), r.word(4, 8)),
        _ => r.word(6, 11),
    });
    let recognizer = Recognizer {
        entity: "CUSTOM".to_owned(),
        patterns,
        keywords: words.collect(),
        ..Recognizer::default()
    };
    vec![recognizer]
}

/// xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn word(&mut self, least: usize, most: usize) -> String {
        let length = least + self.below(most - least + 1);
        let letter = |i: usize, r: &mut Self| {
            let letters: &[u8] = if i.is_multiple_of(2) {
                b"bcdfghjklmnprstvwyz"
            } else {
                b"aeiou"
            };
            char::from(letters[r.below(letters.len())])
        };
        (0..length).map(|i| letter(i, self)).collect()
    }
}
