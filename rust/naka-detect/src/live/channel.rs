//! One channel of a stream: pieces in, final findings and a release mark out.
//!
//! Memory: the text that waits and the [`CONTEXT`] before it, under 4 KiB; nothing while the channel is empty.

#[cfg(test)]
use super::MAX_HELD;
use super::judged::Marks;
use super::{CONTEXT, floor};
use crate::columns;
use crate::finding::Finding;
use crate::{Detector, Scratch};

/// Longest piece of text that is looked at in one go; longer deltas are cut.
const PIECE: usize = 256;
/// Longest line of names that is kept for a table.
const HEAD: usize = 256;

/// What a channel tells after a piece of text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// Bytes of the channel, from its beginning, that may be released. Never goes back; always on a character boundary.
    pub released_to: u64,
    /// Findings that are final now, sorted by start; all of them end at or before `released_to` and begin at or behind
    /// the mark of the call before.
    pub findings: Vec<ChannelFinding>,
}

/// A finding by its place in the channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChannelFinding {
    /// First byte in the channel.
    pub start: u64,
    /// One past the last byte in the channel.
    pub end: u64,
    /// An everyday word that began it was released as prose before: `is` of `is 12 AB 1234`. The rest is here.
    pub is_cut: bool,
    /// All the rest. Its own `start` and `end` count from [`ChannelFinding::start`].
    pub finding: Finding,
}

/// The state of one channel. Feed it with [`ChannelScan::push`], end it with [`ChannelScan::finish`].
///
/// Its `Debug` shows places, never text.
#[derive(Clone, Default)]
pub struct ChannelScan {
    /// The last bytes of the channel: context that was released, then what waits.
    tail: String,
    /// Where the tail begins in the channel.
    base: u64,
    /// What is settled of the tail.
    marks: Marks,
}

impl std::fmt::Debug for ChannelScan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelScan")
            .field("pushed", &self.pushed())
            .field("released", &self.released_to())
            .finish()
    }
}

impl ChannelScan {
    /// A channel without text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tail: String::new(),
            base: 0,
            marks: Marks { released: 0, labels: 0 },
        }
    }

    /// Bytes of the channel so far.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.base + self.tail.len() as u64
    }

    /// Bytes of the channel that may be released.
    #[must_use]
    pub const fn released_to(&self) -> u64 {
        self.base + self.marks.released as u64
    }

    /// The text that waits.
    #[must_use]
    pub fn held(&self) -> &str {
        &self.tail[self.marks.released..]
    }

    /// Bytes of memory of this state, beside itself.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.tail.capacity()
    }

    /// Takes the next piece of the channel, any number of whole characters. `detector` is the one that all pieces of
    /// this channel are given to.
    pub fn push(&mut self, detector: &Detector, scratch: &mut Scratch, delta: &str) -> Progress {
        let mut progress = Progress::default();
        let mut rest = delta;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(floor(rest, PIECE));
            rest = behind;
            self.tail.push_str(piece);
            self.advance(detector, false, scratch, &mut progress.findings);
            self.trim();
        }
        progress.released_to = self.released_to();
        progress
    }

    /// Ends the channel: nothing comes any more, and nothing waits.
    pub fn finish(&mut self, detector: &Detector, scratch: &mut Scratch) -> Progress {
        let mut progress = Progress::default();
        if self.marks.released < self.tail.len() {
            self.advance(detector, true, scratch, &mut progress.findings);
        }
        self.trim();
        progress.released_to = self.released_to();
        progress
    }

    /// Releases what needs not wait, and takes what was found in it.
    fn advance(&mut self, detector: &Detector, ends: bool, scratch: &mut Scratch, out: &mut Vec<ChannelFinding>) {
        let released = self.marks.released;
        self.marks = detector.advance(&self.tail, self.marks, ends, scratch);
        for finding in &scratch.scan.findings {
            let (start, end) = (finding.start as usize, finding.end as usize);
            if end > released && end <= self.marks.released {
                let begins = start.max(released);
                out.push(ChannelFinding {
                    start: self.base + begins as u64,
                    end: self.base + end as u64,
                    is_cut: begins > start,
                    finding: Finding {
                        start: 0,
                        end: (end - begins) as u32,
                        ..*finding
                    },
                });
            }
        }
    }

    /// Lets go of text that is no context any more, but for the names of the columns of a table that goes on.
    fn trim(&mut self) {
        // In large steps, so that bytes are moved seldom.
        if self.marks.released < CONTEXT + PIECE {
            return;
        }
        let mut cut = floor(&self.tail, self.marks.released - CONTEXT);
        let mut head = 0..0;
        let text = self.tail.as_bytes();
        if let Some(line) = memchr::memchr(b'\n', &text[cut..self.marks.released]).map(|at| cut + at + 1)
            && let Some(names) = columns::head(text, line).filter(|names| names.len() <= HEAD && names.end <= line)
        {
            (head, cut) = (names, line);
        }
        // What is kept of the head stands right before the rest: places behind it count on as before.
        self.tail.drain(head.end..cut);
        self.tail.drain(..head.start);
        let gone = cut - head.len();
        self.base += gone as u64;
        self.marks.released -= gone;
        self.marks.labels = self.marks.labels.saturating_sub(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(pieces: &[&str]) -> (Vec<(u64, u64)>, Vec<u64>) {
        let detector = Detector::shared();
        let (mut scratch, mut channel) = (Scratch::default(), ChannelScan::new());
        let (mut spans, mut marks) = (Vec::new(), Vec::new());
        let mut take = |progress: Progress| {
            spans.extend(progress.findings.iter().map(|f| (f.start, f.end)));
            marks.push(progress.released_to);
        };
        for piece in pieces {
            take(channel.push(detector, &mut scratch, piece));
        }
        take(channel.finish(detector, &mut scratch));
        (spans, marks)
    }

    #[test]
    fn a_number_in_three_pieces_is_one_finding() {
        let (spans, marks) = stream(&["mera aadhaar 51", "09 8027 40", "87 hai"]);
        assert_eq!(spans, [(13, 27)]);
        assert!(marks[..2].iter().all(|&mark| mark <= 13), "{marks:?}");
        assert_eq!(marks.last(), Some(&31));
    }

    #[test]
    fn a_long_channel_keeps_little() {
        let detector = Detector::shared();
        let (mut scratch, mut channel) = (Scratch::default(), ChannelScan::new());
        for _ in 0..400 {
            channel.push(
                detector,
                &mut scratch,
                "words that say nothing at all, again and again. ",
            );
            assert!(channel.memory() <= 4096 && channel.held().len() <= MAX_HELD);
        }
        assert_eq!(channel.finish(detector, &mut scratch).released_to, channel.pushed());
    }

    #[test]
    fn what_is_shown_of_a_channel_holds_no_text() {
        let (mut scratch, mut channel) = (Scratch::default(), ChannelScan::new());
        channel.push(Detector::shared(), &mut scratch, "5109 8027");
        assert_eq!(format!("{channel:?}"), "ChannelScan { pushed: 9, released: 0 }");
    }
}
