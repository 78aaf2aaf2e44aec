//! Measures the detection core beside other engines that do the same work, in one process.
//! `cargo run --release -p naka-detect --features vectorscan --example bench_core -- [--quick] [--ours] [--entities] [--size MB] [--only TEXT]
//! [--seconds S]` (`--ours --seconds 10` is for a profiler)
//!
//! One JSON line per text and engine, then one per ratio. Figures are 10^6 bytes for a second of CPU time of this
//! thread, the best of several passes, since wall time on a shared machine says little. Ratios of one run travel
//! between machines; bare figures do not.

#[path = "bench_core/custom.rs"]
mod custom;
#[path = "bench_core/meta.rs"]
mod meta;
#[path = "../benches/texts/mod.rs"]
mod texts;
#[cfg(feature = "vectorscan")]
#[path = "bench_core/vectorscan.rs"]
mod vectorscan;

use std::hint::black_box;

use naka_detect::oracle::Oracle;
use naka_detect::peer::Peer;
use naka_detect::{Detector, Scratch};

/// Seconds of CPU time that this thread has used.
fn thread_cpu_s() -> f64 {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: the structure has the layout of 64-bit Linux, and the call writes nothing else.
    let status = unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "the thread's CPU clock can be read");
    time.seconds as f64 + time.nanoseconds as f64 * 1e-9
}

/// Bytes are scanned in pieces of this size, as bodies and files are.
const PIECE: usize = 16 << 10;

/// Cuts at line ends, or at a space, or anywhere between characters.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let cut = rest[..PIECE].iter().rposition(|&byte| byte == b'\n');
        let cut = cut
            .or_else(|| rest[..PIECE].iter().rposition(|&byte| byte == b' '))
            .map_or(PIECE, |at| at + 1);
        let (piece, tail) = rest.split_at(cut);
        out.push(piece);
        rest = tail;
    }
    out.push(rest);
    out
}

/// How long and how often each measurement runs.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    passes: usize,
    seconds: f64,
}

impl Effort {
    /// Best rate over several passes in MB/s, and what the last pass counted.
    pub(crate) fn rate(self, bytes: usize, mut pass: impl FnMut() -> usize) -> (f64, usize) {
        let mut best = f64::MAX;
        let mut spent = 0.0;
        let mut count = 0;
        for i in 0.. {
            let began = thread_cpu_s();
            count = black_box(pass());
            let took = thread_cpu_s() - began;
            best = best.min(took);
            spent += took;
            if i + 1 >= self.passes && spent > self.seconds || spent > 20.0 * self.seconds {
                break;
            }
        }
        (bytes as f64 / best / 1e6, count)
    }
}

fn report(text: &str, engine: &str, bytes: usize, (rate, findings): (f64, usize)) -> f64 {
    println!(
        "{{\"text\":\"{text}\",\"engine\":\"{engine}\",\"mb_per_s\":{rate:.1},\"bytes\":{bytes},\"findings\":{findings}}}"
    );
    rate
}

fn ratio(text: &str, name: &str, value: f64) {
    println!("{{\"text\":\"{text}\",\"ratio\":\"{name}\",\"value\":{value:.3}}}");
}

/// What is found in a text, by entity.
fn entities(detector: &Detector, text: &texts::Text) {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for piece in pieces(&text.bytes) {
        found.clear();
        detector.scan(piece, None, &mut scratch, &mut found);
        for finding in &found {
            *counts
                .entry(&detector.rules()[usize::from(finding.rule.0)].name)
                .or_default() += 1;
        }
    }
    println!("{{\"text\":\"{}\",\"found\":{counts:?}}}", text.name);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let flag = |name: &str| args.iter().any(|arg| arg == name);
    let quick = flag("--quick");
    let size = value("--size")
        .and_then(|size| size.parse::<usize>().ok())
        .unwrap_or(if quick { 1 } else { 4 });
    let size = size * 1_000_000;
    let only = value("--only").map(String::as_str);
    let seconds = value("--seconds").and_then(|seconds| seconds.parse().ok());
    let mut effort = if quick {
        Effort {
            passes: 3,
            seconds: 0.1,
        }
    } else {
        Effort {
            passes: 5,
            seconds: 0.5,
        }
    };
    effort.seconds = seconds.unwrap_or(effort.seconds);

    let detector = Detector::builtin().expect("the built-in rules load");
    let mut scratch = Scratch::default();
    let mut found = Vec::new();
    let mut naka = |text: &[u8]| {
        let mut count = 0;
        for piece in pieces(text) {
            found.clear();
            detector.scan(piece, None, &mut scratch, &mut found);
            count += found.len();
        }
        count
    };
    println!(
        "{{\"automata_bytes\":{},\"patterns\":{}}}",
        detector.memory(),
        detector.rules().len()
    );
    let texts: Vec<texts::Text> = texts::all(size)
        .into_iter()
        .filter(|text| only.is_none_or(|only| only == text.name))
        .collect();
    if flag("--entities") {
        for text in &texts {
            entities(&detector, text);
        }
        return;
    }
    let mut latin = f64::NAN;
    for text in &texts {
        let (name, bytes) = (text.name, &text.bytes);
        let ours = report(name, "naka", bytes.len(), effort.rate(bytes.len(), || naka(bytes)));
        if name == "prose" {
            latin = ours;
        }
        if name == "hindi" {
            ratio(name, "hindi / prose", ours / latin);
        }
        if flag("--ours") {
            continue;
        }
        let memchr = effort.rate(bytes.len(), || memchr::memchr_iter(b'@', bytes).count());
        ratio(
            name,
            "naka / memchr_iter",
            ours / report(name, "memchr_iter('@')", bytes.len(), memchr),
        );
        #[cfg(feature = "vectorscan")]
        {
            let mut peer = Peer::default();
            let vectorscan = vectorscan::Vectorscan::new(&Peer::patterns(&detector));
            if vectorscan.left_out > 0 {
                ratio(name, "patterns that vectorscan refuses", vectorscan.left_out as f64);
            }
            let pass = || {
                pieces(bytes)
                    .into_iter()
                    .map(|piece| vectorscan.findings(&detector, &mut peer, piece))
                    .sum()
            };
            let theirs = report(
                name,
                "vectorscan + same judge",
                bytes.len(),
                effort.rate(bytes.len(), pass),
            );
            ratio(name, "naka / vectorscan", ours / theirs);
            let pass = || pieces(bytes).into_iter().map(|piece| vectorscan.matches(piece)).sum();
            report(
                name,
                "vectorscan, matches only",
                bytes.len(),
                effort.rate(bytes.len(), pass),
            );
        }
        // The slow ones see less of the text.
        let part = pieces(bytes)[0];
        let mut peer = Peer::default();
        let meta = meta::Meta::new(&Peer::patterns(&detector));
        let theirs = effort.rate(part.len(), || meta.findings(&detector, &mut peer, part));
        ratio(
            name,
            "naka / meta",
            ours / report(name, "meta::Regex + same judge", part.len(), theirs),
        );
        let oracle = Oracle::builtin().expect("the built-in rules load");
        let theirs = effort.rate(part.len(), || oracle.scan(part, None).len());
        ratio(name, "naka / oracle", ours / report(name, "oracle", part.len(), theirs));
    }
    if only.is_none() || only == Some("worst") {
        let mut slowest = f64::MAX;
        for (name, bytes) in texts::worst(size.min(1_000_000)) {
            let rate = report(name, "naka", bytes.len(), effort.rate(bytes.len(), || naka(&bytes)));
            slowest = slowest.min(rate);
        }
        ratio("worst", "naka, MB/s", slowest);
    }
    if only.is_none() || only == Some("custom") {
        custom::measure(effort, &texts, &mut naka);
    }
}
