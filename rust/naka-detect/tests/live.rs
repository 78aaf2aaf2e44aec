//! A channel in pieces gives what the whole text gives, wherever it is cut: every example of every rule file inside
//! sentences of three languages, at every place, and a character at a time; text made of pieces of identifiers, words and
//! layout at random places. And no byte of a finding is released before the finding is told.

mod support;

use std::cell::RefCell;
use std::sync::LazyLock;

use naka_detect::{ChannelFinding, ChannelScan, CustomContext, CustomPattern, Detector, Finding, Recognizer, Scratch};
use proptest::prelude::*;
use support::*;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Examples of the rule files.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| pieces(false));

/// What a channel told: its findings, and after how many released bytes each was told.
fn stream<'t>(
    detector: &Detector,
    pieces: impl Iterator<Item = &'t str>,
) -> Result<Vec<ChannelFinding>, TestCaseError> {
    let mut channel = ChannelScan::new();
    let (mut found, mut released) = (Vec::new(), 0);
    SCRATCH.with_borrow_mut(|scratch| {
        let mut take = |progress: naka_detect::Progress, pushed: u64| {
            prop_assert!(released <= progress.released_to && progress.released_to <= pushed);
            for finding in progress.findings {
                prop_assert!(finding.start >= released, "told after its first byte was released");
                prop_assert!(finding.end <= progress.released_to, "told before it may go");
                found.push(finding);
            }
            released = progress.released_to;
            Ok(())
        };
        for piece in pieces {
            let progress = channel.push(detector, scratch, piece);
            take(progress, channel.pushed())?;
        }
        let progress = channel.finish(detector, scratch);
        prop_assert_eq!(progress.released_to, channel.pushed(), "all goes at the end");
        take(progress, channel.pushed())
    })?;
    Ok(found)
}

fn whole(detector: &Detector, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    SCRATCH.with_borrow_mut(|scratch| detector.scan_stream_judged(text, scratch, &mut found));
    found
}

/// All that a finding is, but for where it counts from.
fn of_whole(finding: &Finding) -> (u64, u64, Finding) {
    let placeless = Finding {
        start: 0,
        end: 0,
        ..*finding
    };
    (u64::from(finding.start), u64::from(finding.end), placeless)
}

fn of_channel(finding: &ChannelFinding) -> (u64, u64, Finding) {
    let placeless = Finding {
        start: 0,
        end: 0,
        ..finding.finding
    };
    (finding.start, finding.end, placeless)
}

/// `pieces` give what `text` gives. With `cuts`, an everyday word at the beginning of a finding may have been released.
fn same<'t>(
    detector: &Detector,
    text: &'t str,
    expected: &[Finding],
    pieces: impl Iterator<Item = &'t str>,
    cuts: bool,
) -> Result<(), TestCaseError> {
    let found = stream(detector, pieces)?;
    let mut got: Vec<_> = found.iter().map(of_channel).collect();
    let mut want: Vec<_> = expected.iter().map(of_whole).collect();
    if cuts {
        for (got, _) in got.iter_mut().zip(&found).filter(|(_, finding)| finding.is_cut) {
            let whole = want.iter().find(|w| w.1 == got.1 && w.2 == got.2 && w.0 < got.0);
            let Some(whole) = whole else { continue };
            let lost = &text[whole.0 as usize..got.0 as usize];
            let prose = lost
                .chars()
                .all(|c| c.is_ascii_alphabetic() || " ._%+-/:([{<\u{a0}\u{200b}".contains(c));
            prop_assert!(prose && lost.len() <= 40, "more than words was released: {:?}", lost);
            got.0 = whole.0;
        }
    }
    let key = |f: &(u64, u64, Finding)| (f.0, std::cmp::Reverse(f.1), f.2.entity, f.2.rule);
    got.sort_by_key(key);
    want.sort_by_key(key);
    prop_assert_eq!(got, want, "text {:?}", text);
    Ok(())
}

fn chars(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()])
}

/// Every split into two, and one character at a time.
fn same_at_every_split(detector: &Detector, text: &str) -> Result<(), TestCaseError> {
    let expected = whole(detector, text);
    for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
        let (one, two) = text.split_at(at);
        same(detector, text, &expected, [one, two].into_iter(), false)
            .map_err(|error| TestCaseError::fail(format!("split at {at}: {error}")))?;
    }
    same(detector, text, &expected, chars(text), false)
        .map_err(|error| TestCaseError::fail(format!("one by one: {error}")))
}

const SENTENCES: &[(&str, &str)] = &[
    ("", ""),
    (
        "Sure. Here is what I found in the file: ",
        ". Please let me know if you need more.",
    ),
    (
        "Haan ji, aapne jo bheja tha woh yeh hai - ",
        " aur kuch batana ho toh boliye.",
    ),
    ("जी हाँ, आपने जो भेजा था वह यह है: ", "। और कुछ चाहिए तो बताइए।"),
];

#[test]
fn every_example_in_sentences_at_every_split() {
    let mut failed = Vec::new();
    for example in EXAMPLES.iter() {
        for (before, after) in SENTENCES {
            let text = format!("{before}{example}{after}");
            if let Err(error) = same_at_every_split(Detector::shared(), &text) {
                failed.push(error.to_string());
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed[..failed.len().min(30)].join("\n")
    );
}

/// What [`ChannelScan`] does, plainly: the last bytes always wait, and what reaches into them waits too.
struct FixedHold {
    hold: usize,
    text: String,
    released: usize,
    found: Vec<(u64, u64, Finding)>,
}

impl FixedHold {
    fn push(&mut self, delta: &str, ends: bool) {
        self.text.push_str(delta);
        let mut limit = if ends {
            self.text.len()
        } else {
            self.text.len().saturating_sub(self.hold)
        };
        while !self.text.is_char_boundary(limit) {
            limit -= 1;
        }
        let found = whole(Detector::shared(), &self.text);
        for finding in found.iter().rev() {
            if (finding.start as usize) < limit && finding.end as usize > limit {
                limit = finding.start as usize;
            }
        }
        let limit = limit.max(self.released);
        let new = found
            .iter()
            .filter(|f| (self.released..limit).contains(&(f.start as usize)));
        self.found.extend(new.map(of_whole));
        self.released = limit;
    }
}

#[test]
fn a_fixed_hold_comes_to_the_same() {
    // 64 bytes are enough for values of Latin letters; numbers in Hindi words, and Hindi words about a number, are longer.
    for (hold, sentences) in [(64, &SENTENCES[..3]), (256, SENTENCES)] {
        for example in EXAMPLES.iter().filter(|example| hold > 64 || example.is_ascii()) {
            for (before, after) in sentences {
                let text = format!("{before}{example}{after}");
                let mut fixed = FixedHold {
                    hold,
                    text: String::new(),
                    released: 0,
                    found: Vec::new(),
                };
                chars(&text).for_each(|piece| fixed.push(piece, false));
                fixed.push("", true);
                let found = stream(Detector::shared(), chars(&text)).unwrap_or_else(|error| panic!("{error}"));
                let found: Vec<_> = found.iter().map(of_channel).collect();
                assert_eq!(found, fixed.found, "{hold} bytes: {text:?}");
            }
        }
    }
}

/// Its spaces are no plain ones.
fn soft(text: String, _: prop::sample::Index) -> String {
    text.replace(' ', "\u{200b} ")
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => variant(soft),
        3 => prop::sample::select(SIGNS).prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            "{\"pan\": \"", "\", \"mobile\": ", "<td>", "</td>", "id=", "order id ", "txn ", "my number is ", "hai ",
            "account no ", "खाता ", "मेरा ", "at ", "/users/", "0x", "v1.", "sha256:", "the quick brown fox is ",
            "what is your age?\n", "Customer: ", "password ", "years old ", "| name | mobile |\n", "name,age,pan\n",
            " is my aadhaar number", " [at] example [dot] in", "and the ", "email ",
        ]).prop_map(str::to_owned),
        6 => noise(),
    ]
}

/// `text` in pieces of these lengths, in turn.
fn cut<'t>(text: &'t str, lengths: &'t [usize]) -> impl Iterator<Item = &'t str> {
    let (mut rest, mut turn) = (text, 0);
    std::iter::from_fn(move || {
        let length = lengths[turn % lengths.len()];
        turn += 1;
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

static CUSTOM: LazyLock<Detector> = LazyLock::new(|| {
    let regex = |regex: &str| CustomPattern {
        regex: regex.to_owned(),
        confidence: 0.7,
    };
    let of = |entity: &str, patterns: &[&str], keywords: &[&str], words: &[&str]| Recognizer {
        entity: entity.to_owned(),
        patterns: patterns.iter().map(|pattern| regex(pattern)).collect(),
        keywords: keywords.iter().map(|&word| word.to_owned()).collect(),
        context: (!words.is_empty()).then(|| CustomContext {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            boost: 0.2,
        }),
        ..Recognizer::default()
    };
    Detector::with_recognizers(&[
        of(
            "EMP",
            &["EMP-[0-9]{4,6}", r"\b[A-Z]{2,3}[0-9]{2}-[0-9]{3,5}\b"],
            &[],
            &["employee", "staff"],
        ),
        of(
            "DESK",
            &[r"[a-z0-9._]+@acme[a-z]*\.in", "#[a-z]{2}", "^x[0-9]{1,4}$"],
            &[],
            &[],
        ),
        of(
            "PROJECT",
            &["(?i)acme[a-z]{0,3}-?[0-9]{1,3}"],
            &["bluefin", "blue", "project kestrel", "नीला", "ab*"],
            &[],
        ),
        of("NOTE", &["NOTE:.*"], &[], &[]),
    ])
    .expect("they compile")
});

fn custom_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "EMP-0048", "EMP-004821", "employee ", "blue", "bluefin", "fin", "project ", "project kestrel", "नीला", "को",
            "abacus", "acme12", "ACMEx-7", "q.rao@acme.in", "q@acmesub.in", "#ab", "#abc", "x12", "AB12-345", "12",
            "NOTE: all of it", " ", " ", "\n", "-", ".", ", ",
        ]).prop_map(str::to_owned),
        2 => piece(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn text_made_of_pieces_in_pieces(
        pieces in prop::collection::vec(piece(), 0..12),
        lengths in prop::collection::vec(1usize..14, 1..6),
    ) {
        let text = pieces.concat();
        let expected = whole(Detector::shared(), &text);
        same(Detector::shared(), &text, &expected, cut(&text, &lengths), true)?;
    }

    #[test]
    fn recognisers_of_packs_in_pieces(
        pieces in prop::collection::vec(custom_piece(), 0..10),
        lengths in prop::collection::vec(1usize..9, 1..5),
    ) {
        let text = pieces.concat();
        let expected = whole(&CUSTOM, &text);
        same(&CUSTOM, &text, &expected, cut(&text, &lengths), true)?;
    }

    #[test]
    fn any_text_in_pieces(text in "\\PC{0,120}", lengths in prop::collection::vec(1usize..9, 1..4)) {
        let expected = whole(Detector::shared(), &text);
        same(Detector::shared(), &text, &expected, cut(&text, &lengths), true)?;
    }
}

#[test]
fn a_long_channel_is_judged_as_a_whole_text() {
    let answers = EXAMPLES.iter().enumerate().map(|(i, example)| {
        let (before, after) = SENTENCES[i % SENTENCES.len()];
        format!("{before}{example}{after}\n\n")
    });
    let text: String = answers.collect();
    assert!(text.len() > 50_000);
    let expected = whole(Detector::shared(), &text);
    for lengths in [&[1][..], &[4], &[3, 9, 1], &[300], &[5000]] {
        let told = same(Detector::shared(), &text, &expected, cut(&text, lengths), true);
        assert!(told.is_ok(), "in pieces of {lengths:?}");
    }
}

#[test]
fn a_long_table_keeps_the_names_of_its_columns() {
    let rows = |head: &str, row: &dyn Fn(u32) -> String| {
        let rows: String = (0..120).map(row).collect();
        format!("Here are the accounts:\n\n{head}{rows}\nThat is all.")
    };
    for text in [
        rows("name,bank account,amount\n", &|n| {
            format!("Asha R,31448{},{n}00\n", 213_377 + n * 7)
        }),
        rows("| Name | Bank account | City |\n| --- | --- | --- |\n", &|n| {
            format!("| Asha R | 31448{} | Pune |\n", 213_377 + n * 7)
        }),
    ] {
        let expected = whole(Detector::shared(), &text);
        assert!(expected.len() >= 120, "{}", expected.len());
        for lengths in [&[1][..], &[4], &[3, 9, 1], &[64]] {
            same(Detector::shared(), &text, &expected, cut(&text, lengths), false)
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn rules_without_a_longest_match_are_not_judged() {
    for (entity, judged) in [
        ("EMP", true),
        ("DESK", false),
        ("NOTE", false),
        ("IN_AADHAAR", true),
        ("PERSON", false),
    ] {
        let id = CUSTOM.entity_by_name(entity).expect("it is there");
        assert_eq!(CUSTOM.entity_stream_judged(id), judged, "{entity}");
    }
    let found = whole(&CUSTOM, "NOTE: ask q.rao@acme.in, EMP-0048");
    let names: Vec<_> = found.iter().map(|f| &CUSTOM.entity(f.entity).name[..]).collect();
    assert_eq!(names, ["EMAIL_ADDRESS", "EMP"]);
}

#[test]
fn what_streams_do_not_judge_is_found_behind_them() {
    let text = "name,age,mobile\nAsha Rao,34,9812345670\n\nShri Ramesh Kumar called";
    let names = |found: &[Finding]| -> Vec<String> {
        let name = |f: &Finding| Detector::shared().entity(f.entity).name.clone();
        found.iter().map(name).collect()
    };
    let (mut late, mut scratch) = (Vec::new(), Scratch::default());
    Detector::shared().scan_late(text, &mut scratch, &mut late);
    assert_eq!(names(&whole(Detector::shared(), text)), ["PHONE_NUMBER"]);
    assert_eq!(names(&late), ["PERSON", "AGE", "PERSON"]);
}

#[test]
fn plain_prose_does_not_wait() {
    let mut scratch = Scratch::default();
    for text in [
        "The quick brown fox is",
        "Sure, I can help you with that",
        "mujhe aapka kaam",
        "यह एक सरल वाक्य है",
    ] {
        let live = Detector::shared().live_from(text, 0, &mut scratch);
        assert_eq!(live, text.len(), "{text}");
    }
    for (text, waits) in [
        ("the number is 5109 80", "5109 80"),
        ("write to asha", "asha"),
        ("my pan QWE", "QWE"),
    ] {
        let live = Detector::shared().live_from(text, 0, &mut scratch);
        assert_eq!(&text[live..], waits);
    }
}

#[test]
fn what_waits_is_bounded() {
    for piece in [
        "5109 8027 ",
        "9",
        "a",
        "a.",
        "\u{200b}1",
        "𝟗",
        "nine ",
        "age?\n",
        "(",
        "12-34-",
        "x, ",
    ] {
        let mut channel = ChannelScan::new();
        SCRATCH.with_borrow_mut(|scratch| {
            for _ in 0..3000 {
                let progress = channel.push(Detector::shared(), scratch, piece);
                let ends = progress
                    .findings
                    .iter()
                    .all(|finding| finding.end <= progress.released_to);
                assert!(
                    ends && channel.held().len() <= 2600 && channel.memory() <= 4096,
                    "{piece:?}"
                );
            }
            let end = channel.finish(Detector::shared(), scratch);
            assert_eq!(end.released_to, 3000 * piece.len() as u64);
        });
    }
}
