//! Any text in any pieces: a channel of a stream gives what the whole text gives, releases no byte of a finding before the
//! finding is told, and holds little. An everyday word that began a finding may have gone as prose.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use naka_detect::{ChannelFinding, ChannelScan, CustomPattern, Detector, Finding, Progress, Recognizer, Scratch};

#[path = "../pieces.rs"]
mod pieces;
use pieces::text;

/// Below what a channel keeps of what was said: longer tables lose their first line.
const MAX_TEXT: usize = 900;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::builtin().expect("the rules load"));
static CUSTOM: LazyLock<Detector> = LazyLock::new(|| {
    let pattern = |regex: &str| CustomPattern {
        regex: regex.to_owned(),
        confidence: 0.7,
    };
    let regexes = [
        "EMP-[0-9]{4}",
        "[0-9]{4,8}/[A-Z]{2}",
        "[A-Z]{3}/[0-9]{2}",
        "#[a-z]{2,9}",
        "NOTE.*",
    ];
    Detector::with_recognizers(&[Recognizer {
        entity: "LANES".to_owned(),
        patterns: regexes.into_iter().map(pattern).collect(),
        keywords: ["bluefin", "project kestrel", "नंबर"].map(str::to_owned).to_vec(),
        ..Recognizer::default()
    }])
    .expect("the recognisers hold")
});

/// Place and all the rest, in one order.
fn placed(start: u64, end: u64, finding: &Finding) -> (u64, u64, Finding) {
    let rest = Finding {
        start: 0,
        end: 0,
        ..*finding
    };
    (start, end, rest)
}

/// `text` in pieces whose lengths in characters `lengths` tells, in turn.
fn stream(detector: &Detector, text: &str, lengths: &[u8]) -> Vec<ChannelFinding> {
    let (mut channel, mut scratch, mut found) = (ChannelScan::new(), Scratch::default(), Vec::new());
    let (mut rest, mut turn, mut released) = (text, 0, 0);
    let mut take = |progress: Progress, pushed: u64| {
        assert!(released <= progress.released_to && progress.released_to <= pushed);
        for finding in progress.findings {
            assert!(
                finding.start >= released && finding.end <= progress.released_to,
                "{finding:?}"
            );
            found.push(finding);
        }
        released = progress.released_to;
    };
    while !rest.is_empty() {
        let length = lengths
            .get(turn % lengths.len().max(1))
            .map_or(1, |length| 1 + usize::from(length % 24));
        turn += 1;
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        let progress = channel.push(detector, &mut scratch, piece);
        assert!(channel.memory() <= 4096, "{} bytes", channel.memory());
        take(progress, channel.pushed());
    }
    let progress = channel.finish(detector, &mut scratch);
    take(progress, channel.pushed());
    assert_eq!(released, text.len() as u64);
    found
}

fuzz_target!(init: {
    LazyLock::force(&CUSTOM);
    // Not on the first input's time: a second or two with the fuzzer's instrumentation.
    DETECTOR.prepare_streams();
    CUSTOM.prepare_streams();
}, |input: &[u8]| {
    let Some((&choice, input)) = input.split_first() else {
        return;
    };
    let (lengths, input) = input.split_at(input.len().min(usize::from(choice >> 4)));
    let text = String::from_utf8_lossy(&text(input, MAX_TEXT)).into_owned();
    let detector = if choice & 1 == 1 { &*CUSTOM } else { &*DETECTOR };
    let mut whole = Vec::new();
    detector.scan_stream_judged(&text, &mut Scratch::default(), &mut whole);
    let mut want: Vec<_> = whole.iter().map(|f| placed(f.start.into(), f.end.into(), f)).collect();
    let found = stream(detector, &text, lengths);
    let mut got: Vec<_> = found.iter().map(|f| placed(f.start, f.end, &f.finding)).collect();
    for (got, _) in got.iter_mut().zip(&found).filter(|(_, finding)| finding.is_cut) {
        let cut = want.iter().find(|want| want.1 == got.1 && want.2 == got.2 && want.0 < got.0);
        let start = cut.unwrap_or_else(|| panic!("{got:?} is part of nothing")).0;
        let lost = &text[start as usize..got.0 as usize];
        assert!(lost.len() <= 64 && !lost.bytes().any(|c| c.is_ascii_digit() || c == b'@'), "{lost:?}");
        got.0 = start;
    }
    let key = |f: &(u64, u64, Finding)| (f.0, std::cmp::Reverse(f.1), f.2.entity, f.2.rule);
    want.sort_by_key(key);
    got.sort_by_key(key);
    assert_eq!(got, want, "text {text:?}");
});
