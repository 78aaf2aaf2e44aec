//! What a stream holds, and what that costs: prose without personal data in pieces like a model's, through
//! [`naka_detect::ChannelScan`], beside a fixed hold of 64 bytes. Prints one table; deterministic but for the times.
//! `cargo run --release -p naka-detect --example bench_live`

use std::time::Instant;

use naka_detect::{ChannelScan, Detector, Scratch};

#[path = "../benches/texts/prose.rs"]
mod prose;

/// As tokenisers cut: a word with the space before it, signs apart, figures by three; of the longer words each second
/// one in pieces of four, words of Indic scripts in pieces of three.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut long = 0;
    while let Some(first) = rest.chars().next() {
        let space = usize::from(first == ' ');
        let body = &rest[space..];
        let kind = |c: char| match c {
            c if c.is_ascii_alphabetic() => 0,
            c if c.is_ascii_digit() => 1,
            c if !c.is_ascii() => 2,
            ' ' => 3,
            _ => 4,
        };
        let Some(kind_here) = body.chars().next().map(kind) else {
            out.push(rest);
            break;
        };
        let run = body.chars().take_while(|&c| kind(c) == kind_here).count();
        let most = match kind_here {
            0 if run > 6 => {
                long += 1;
                if long % 2 == 0 { run } else { 4 }
            }
            1 | 2 => 3,
            3 | 4 => 2,
            _ => run,
        };
        let bytes: usize = body.chars().take(most.min(run)).map(char::len_utf8).sum();
        let (token, behind) = rest.split_at(space + bytes);
        out.push(token);
        rest = behind;
    }
    out
}

/// Pieces of one to seven characters, without regard to words.
fn at_random(text: &str) -> Vec<&str> {
    let (mut out, mut rest, mut seed) = (Vec::new(), text, 7u32);
    while !rest.is_empty() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let count = 1 + (seed >> 16) as usize % 7;
        let end = rest.char_indices().nth(count).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        out.push(piece);
        rest = behind;
    }
    out
}

/// What one text came to.
#[derive(Default)]
struct Held {
    deltas: usize,
    /// Deltas that did not leave at once.
    held: usize,
    /// Deltas that had not left when the next one came and went.
    longer: usize,
    /// Bytes that waited, summed up over the deltas.
    waiting: u64,
    /// The most bytes that waited.
    most: u64,
    findings: usize,
}

fn measure(text: &str, pieces: &[&str]) -> Held {
    let (mut scratch, mut channel) = (Scratch::default(), ChannelScan::new());
    let mut held = Held {
        deltas: pieces.len(),
        ..Held::default()
    };
    let mut before = 0;
    for piece in pieces {
        let progress = channel.push(Detector::shared(), &mut scratch, piece);
        let waiting = channel.pushed() - progress.released_to;
        held.held += usize::from(waiting > 0);
        held.longer += usize::from(progress.released_to < before);
        held.waiting += waiting;
        held.most = held.most.max(waiting);
        held.findings += progress.findings.len();
        before = channel.pushed();
    }
    held.findings += channel.finish(Detector::shared(), &mut scratch).findings.len();
    assert_eq!(channel.pushed(), text.len() as u64);
    held
}

/// Nanoseconds of a delta, the best of twenty passes.
fn time(pieces: &[&str]) -> f64 {
    let mut scratch = Scratch::default();
    let pass = |scratch: &mut Scratch| {
        let mut channel = ChannelScan::new();
        let start = Instant::now();
        for piece in pieces {
            std::hint::black_box(channel.push(Detector::shared(), scratch, piece));
        }
        start.elapsed().as_nanos() as f64 / pieces.len() as f64
    };
    (0..20).map(|_| pass(&mut scratch)).fold(f64::MAX, f64::min)
}

/// Nanoseconds of one delta of twenty bytes behind a tail of 512 bytes.
fn time_behind_tail(text: &str) -> f64 {
    let cut = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at
    };
    let (from, to) = (cut(512), cut(532));
    let mut scratch = Scratch::default();
    let mut channel = ChannelScan::new();
    channel.push(Detector::shared(), &mut scratch, &text[..from]);
    let mut best = f64::MAX;
    for _ in 0..2000 {
        let mut copies = vec![channel.clone(); 16];
        let start = Instant::now();
        for copy in &mut copies {
            std::hint::black_box(copy.push(Detector::shared(), &mut scratch, &text[from..to]));
        }
        best = best.min(start.elapsed().as_nanos() as f64 / 16.0);
    }
    best
}

fn main() {
    println!(
        "| text | cut | deltas | held | longer than one | bytes waiting, mean / most | ns a delta | ns, 512 + 20 B | found |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, text) in [
        ("English", prose::OTHER_ENGLISH),
        ("Hinglish", prose::OTHER_HINGLISH),
        ("Hindi", prose::HINDI),
        ("English, in view", prose::ENGLISH),
        ("Hinglish, in view", prose::HINGLISH),
    ] {
        for (cut, pieces) in [("like tokens", tokens(text)), ("1-7 at random", at_random(text))] {
            let held = measure(text, &pieces);
            let share = |count: usize| 100.0 * count as f64 / held.deltas as f64;
            println!(
                "| {name} | {cut}, {:.1} B | {} | {:.1} % | {:.1} % | {:.1} / {} | {:.0} | {:.0} | {} |",
                text.len() as f64 / held.deltas as f64,
                held.deltas,
                share(held.held),
                share(held.longer),
                held.waiting as f64 / held.deltas as f64,
                held.most,
                time(&pieces),
                time_behind_tail(text),
                held.findings,
            );
        }
    }
}
