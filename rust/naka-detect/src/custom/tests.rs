//! The custom lanes against a plain reading of what expressions and keywords mean, and their limits.

use std::sync::LazyLock;
use std::time::Instant;

use proptest::prelude::*;
use regex_automata::meta;
use regex_syntax::hir::{Hir, Look};

use super::edges::{Edges, ends_word};
use super::limits::*;
use super::*;
use crate::finding::Tier;
use crate::lanes::{parse, starts_word};
use crate::{Detector, Finding, Flags, RuleError, Scratch};

/// Expressions of every lane.
const EXPRESSIONS: &[(&str, Lane)] = &[
    ("EMP-[0-9]{4}", Lane::Words),
    ("(?i)acme[a-z]{0,3}-?[0-9]{1,3}", Lane::Words),
    (r"\bPRJ_[A-Z]+\b", Lane::Words),
    ("(?:foo|bar)s? [a-z]+", Lane::Words),
    ("पैन[ -]?[0-9]{2,4}", Lane::Words),
    (r"\b[A-Z]{2,3}[0-9]{2}-[0-9]{3,5}\b", Lane::Digits),
    ("[0-9]{4,8}/[A-Z]{2}", Lane::Digits),
    ("#[0-9]{3}", Lane::Digits),
    ("[A-Z]-[0-9]{3}-[0-9]{3}", Lane::Digits),
    (r"[a-z0-9._]+@acme[a-z]*\.in", Lane::At),
    ("@[a-z]{3,8}", Lane::At),
    ("[A-Z]{3}/[0-9]{2}", Lane::Starts),
    ("#[a-z]{2}", Lane::Starts),
    ("[0-9]{2}%", Lane::Starts),
    ("^x[0-9]{1,4}$", Lane::Starts),
    ("[a-f]{2}(?::[a-f]{2})+", Lane::Starts),
];

const KEYWORDS: &[&str] = &["bluefin", "blue", "project kestrel", "नीला", "ab*", "k-9"];

fn pattern(regex: &str) -> CustomPattern {
    CustomPattern {
        regex: regex.to_owned(),
        confidence: 0.7,
    }
}

fn recognizer(entity: &str, regexes: &[&str]) -> Recognizer {
    let patterns = regexes.iter().map(|regex| pattern(regex)).collect();
    Recognizer {
        entity: entity.to_owned(),
        patterns,
        ..Recognizer::default()
    }
}

static CUSTOM: LazyLock<Detector> = LazyLock::new(|| {
    let mut all: Vec<Recognizer> = EXPRESSIONS
        .iter()
        .enumerate()
        .map(|(i, (regex, _))| recognizer(&format!("T_{i}"), &[regex]))
        .collect();
    let keywords = KEYWORDS.iter().map(|&word| word.to_owned()).collect();
    all.push(Recognizer {
        entity: "WORDS".to_owned(),
        keywords,
        ..Recognizer::default()
    });
    Detector::with_recognizers(&all).expect("they compile")
});

fn scan(detector: &Detector, text: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    detector.scan(text, None, &mut Scratch::default(), &mut found);
    found
}

/// Entity, start and end of custom findings.
fn spans(found: &[Finding]) -> Vec<(String, usize, usize)> {
    let custom = found.iter().filter(|f| f.flags.has(Flags::CUSTOM));
    let mut out: Vec<_> = custom
        .map(|f| (CUSTOM.entity(f.entity).name.clone(), f.start as usize, f.end as usize))
        .collect();
    out.sort();
    out
}

/// What the module says, word by word: at each place the longest match that fits its edges; the leftmost wins.
fn plain(text: &[u8]) -> Vec<(String, usize, usize)> {
    let mut out = Vec::new();
    let mut add = |name: &str, mut at_start: Box<dyn FnMut(usize) -> Option<usize> + '_>| {
        let mut from = 0;
        while from < text.len() {
            match at_start(from) {
                Some(end) => {
                    out.push((name.to_owned(), from, end));
                    from = end;
                }
                None => from += 1,
            }
        }
    };
    for (i, (regex, lane)) in EXPRESSIONS.iter().enumerate() {
        let (edges, hir) = Edges::split(parse(regex).expect("a regex")).expect("assertions at the ends");
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]);
        let whole = meta::Regex::builder().build_from_hir(&whole).expect("a regex");
        let longest = move |start: usize| {
            if !edges.open(text, start) {
                return None;
            }
            let ends = (start + 1..=text.len().min(start + MAX_MATCH)).rev();
            let end = ends
                .into_iter()
                .find(|&end| edges.close(text, end) && whole.is_match(&text[start..end]));
            let near = |end: &usize| {
                let at = text[start..*end].iter().position(|&c| c == b'@');
                *lane != Lane::At || at.is_some_and(|at| at <= MAX_LOCAL)
            };
            end.filter(near)
        };
        add(&format!("T_{i}"), Box::new(longest));
    }
    let keyword = |start: usize| {
        let ends = KEYWORDS.iter().filter_map(|keyword| {
            let (word, open) = keyword.strip_suffix('*').map_or((*keyword, false), |word| (word, true));
            let end = start + word.len();
            let here = text
                .get(start..end)
                .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()));
            (here && starts_word(text, start) && (open || ends_word(text, end))).then_some(end)
        });
        ends.max()
    };
    add("WORDS", Box::new(keyword));
    out.sort();
    out
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "EMP-0048", "EMP-00481", "emp-0048", "acme-12", "ACMEab3", "PRJ_X", "PRJ_AB_", "foo bar", "bars go",
            "पैन 123", "पैन12", "AB12-345", "ABC12-34567", "1234/AB", "#123", "#ab", "A-123-456-789", "q.m@acmecorp.in",
            "x@acme.in", "@handle", "ABC/12", "12%", "x12", "ab:cd:ef", "ab:cd:e", "aa:bb",
        ]).prop_map(str::to_owned),
        3 => prop::sample::select(KEYWORDS).prop_map(|word| word.trim_end_matches('*').to_owned()),
        1 => prop::sample::select(KEYWORDS).prop_map(str::to_ascii_uppercase),
        4 => prop::sample::select(vec![" ", " ", "-", "_", ".", "\n", ", ", "(", "/", "“", "।", "x", "9", "क", "@"])
            .prop_map(str::to_owned),
        1 => "[a-zA-Z0-9 @/#:-]{0,12}",
        1 => "[a-z]{60,70}@acme\\.in",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1200, ..ProptestConfig::default() })]

    #[test]
    fn every_lane_finds_what_the_expressions_mean(pieces in prop::collection::vec(piece(), 0..16)) {
        // Text that folds has other offsets; folding has its own tests.
        let text = pieces.concat();
        prop_assert_eq!(spans(&scan(&CUSTOM, text.as_bytes())), plain(text.as_bytes()), "{:?}", text);
    }

    #[test]
    fn any_bytes_are_fine(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = scan(&CUSTOM, &bytes);
    }

    #[test]
    fn built_in_findings_stay_as_they_are(
        pieces in prop::collection::vec(prop_oneof![
            piece(),
            prop::sample::select(vec![
                "5109 8027 4087", "QWEPK4821M", "9812345670", "q.mehta21@okaxis", "aadhaar ", "pan ", "order id ",
                "4192520636070481", "+91 98123 45670", "card no ",
            ]).prop_map(str::to_owned),
        ], 0..12)
    ) {
        let greedy = &*GREEDY;
        let text = pieces.concat();
        let expected = scan(Detector::shared(), text.as_bytes());
        for detector in [&CUSTOM, greedy] {
            let mut found = scan(detector, text.as_bytes());
            found.retain(|f| !f.flags.has(Flags::CUSTOM));
            prop_assert_eq!(&found, &expected, "{:?}", text);
        }
    }
}

/// Recognisers that cover everything and name the built-in words as their own.
static GREEDY: LazyLock<Detector> = LazyLock::new(|| {
    let words = ["aadhaar", "pan", "mobile", "order", "order id"]
        .map(str::to_owned)
        .to_vec();
    let greedy = Recognizer {
        entity: "EVERYTHING".to_owned(),
        patterns: vec![CustomPattern {
            regex: "[0-9A-Za-z@.+]{1,40}".to_owned(),
            confidence: 1.0,
        }],
        keywords: words.clone(),
        context: Some(CustomContext { words, boost: 0.5 }),
        ..Recognizer::default()
    };
    Detector::with_recognizers(&[greedy]).expect("it compiles")
});

#[test]
fn each_expression_has_the_cheapest_lane() {
    for (i, (regex, lane)) in EXPRESSIONS.iter().enumerate() {
        let name = format!("t_{i}.0");
        let info = CUSTOM
            .rules()
            .iter()
            .find(|info| info.name == name)
            .expect("it is listed");
        assert_eq!(info.lane, *lane, "{regex}");
        assert!(info.max_len <= MAX_MATCH);
    }
}

#[test]
fn context_words_raise_the_confidence() {
    let employee = Recognizer {
        context: Some(CustomContext {
            words: vec!["employee".to_owned()],
            boost: 0.25,
        }),
        ..recognizer("EMPLOYEE_ID", &["EMP-[0-9]{6}"])
    };
    let detector = Detector::with_recognizers(&[employee]).expect("it compiles");
    let confidence = |text: &str| scan(&detector, text.as_bytes())[0].confidence;
    assert_eq!(confidence("see EMP-004821 there"), 0.7);
    assert_eq!(confidence("employee EMP-004821"), 0.95);
    let found = scan(&detector, b"employee EMP-004821");
    assert_eq!(detector.words()[usize::from(found[0].word.0)], "employee");
    let mut found = Vec::new();
    detector.scan(b"EMP-004821", Some(b"employee_id"), &mut Scratch::default(), &mut found);
    assert_eq!(Tier::of(found[0].confidence), Some(Tier::Certain));
}

#[test]
fn a_checksum_refuses_matches() {
    let card = Recognizer {
        checksum: Some("luhn".to_owned()),
        ..recognizer("LOYALTY_CARD", &["[0-9]{11}"])
    };
    let detector = Detector::with_recognizers(&[card]).expect("it compiles");
    let count = |text: &str| {
        scan(&detector, text.as_bytes())
            .iter()
            .filter(|f| f.flags.has(Flags::CUSTOM))
            .count()
    };
    assert_eq!((count("79927398713"), count("79927398710")), (1, 0));
}

#[test]
fn text_in_other_digits_is_found_where_it_stands() {
    let detector = Detector::with_recognizers(&[recognizer("EMPLOYEE_ID", &["EMP-[0-9]{6}"])]).expect("compiles");
    let text = "कर्मचारी EMP–००४८२१ को";
    let found = scan(&detector, text.as_bytes());
    assert_eq!(&text[found[0].start as usize..found[0].end as usize], "EMP–००४८२१");
}

fn codes(recognizers: &[Recognizer]) -> Vec<&'static str> {
    match Detector::with_recognizers(recognizers) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(RuleError::code).collect(),
    }
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let with = |change: &dyn Fn(&mut Recognizer)| {
        let mut recognizer = recognizer("MINE", &["EMP-[0-9]{6}"]);
        change(&mut recognizer);
        codes(&[recognizer])
    };
    assert_eq!(with(&|_| ()), [""; 0]);
    assert_eq!(with(&|r| r.entity = "IN_PAN".to_owned()), ["rule_duplicate_id"]);
    assert_eq!(
        with(&|r| r.entity = "IN_PERMANENT_ACCOUNT_NUMBER".to_owned()),
        ["rule_duplicate_id"]
    );
    assert_eq!(with(&|r| r.entity = "mine".to_owned()), ["rule_bad_name"]);
    assert_eq!(with(&|r| r.checksum = Some("md5".to_owned())), ["rule_unknown_name"]);
    assert_eq!(with(&|r| r.patterns[0].confidence = f32::NAN), ["rule_bad_confidence"]);
    assert_eq!(with(&|r| r.keywords = vec!["x".to_owned()]), ["rule_bad_keyword"]);
    assert_eq!(with(&|r| r.keywords = vec!["-abc".to_owned()]), ["rule_bad_keyword"]);
    assert_eq!(with(&|r| r.match_ = vec!["EMP-12".to_owned()]), ["rule_example_missed"]);
    assert_eq!(
        with(&|r| r.no_match = vec!["EMP-004821".to_owned()]),
        ["rule_example_matched"]
    );
    for (regex, code) in [
        ("EMP-[0-9", "rule_bad_pattern"),
        (r"(a)\1", "rule_bad_pattern"),
        ("a*", "rule_bad_pattern"),
        (r"a\bb", "rule_bad_pattern"),
        ("(?=a)b", "rule_bad_pattern"),
    ] {
        assert_eq!(with(&|r| r.patterns[0].regex = regex.to_owned()), [code], "{regex}");
    }
    let errors = Detector::with_recognizers(&[recognizer("MINE", &["ok-[0-9]", "bad["])]).expect_err("one is bad");
    assert_eq!(errors[0].rule(), "mine.1");
}

#[test]
fn two_packs_may_define_one_entity_and_each_keeps_its_own_examples() {
    let one = Recognizer {
        no_match: vec!["B-12".to_owned()],
        ..recognizer("REF", &["A-[0-9]{2}"])
    };
    let two = Recognizer {
        match_: vec!["B-12".to_owned()],
        ..recognizer("REF", &["B-[0-9]{2}"])
    };
    let detector = Detector::with_recognizers(&[one, two]).expect("both hold");
    assert_eq!(detector.entities().len(), Detector::shared().entities().len() + 1);
}

#[test]
fn expensive_expressions_are_refused_in_milliseconds() {
    let _ = super::trial::Trial::shared();
    let _ = Detector::shared();
    for (regex, code) in [
        ("(?:[a-z]{1,100}){1,100}", "rule_too_large"),
        (r"(?u)\w{200}", "rule_too_large"),
        (r"(?u)\p{L}{50}", "rule_too_large"),
        (".{0,1000}secret", "rule_too_slow"),
        (".{0,100}secret", "rule_too_slow"),
        ("((((a{1,50}){1,50}){1,50}){1,50})", "rule_too_large"),
        ("[a-z ]+x", "rule_too_slow"),
        ("[ab]*a[ab]{40}c", "rule_too_large"),
        (r"(?u)\w{1000}", "rule_too_large"),
    ] {
        let began = Instant::now();
        let found = codes(&[recognizer("MINE", &[regex])]);
        let took = began.elapsed();
        assert_eq!(found, [code], "{regex}");
        assert!(took.as_millis() < 250, "{regex} took {took:?}"); // 1-10 ms on an idle machine
    }
}

#[test]
fn counts_are_limited() {
    let too_many = vec!["abc".to_owned(); MAX_KEYWORDS + 1];
    let keywords = Recognizer {
        entity: "MINE".to_owned(),
        keywords: too_many,
        ..Recognizer::default()
    };
    assert_eq!(codes(&[keywords]), ["rule_too_large"]);
    let patterns = vec![pattern("abc"); MAX_PATTERNS + 1];
    let patterns = Recognizer {
        entity: "MINE".to_owned(),
        patterns,
        ..Recognizer::default()
    };
    assert_eq!(codes(&[patterns]), ["rule_too_large"]);
    let words: Vec<String> = (0..MAX_KEYWORDS).map(|i| format!("keyword{i}")).collect();
    let keywords = Recognizer {
        entity: "MINE".to_owned(),
        keywords: words,
        ..Recognizer::default()
    };
    let detector = Detector::with_recognizers(&[keywords]).expect("as many as the limit");
    assert_eq!(scan(&detector, b"a keyword99999 b").len(), 1);
    assert!(detector.memory() < 32 << 20, "{}", detector.memory());
}
