//! One channel of a stream: its pieces that wait, the text around them, and what is found in it.
//!
//! A piece waits whole until all of its text is final (`naka_detect::ChannelScan` says up to where), so no event is added
//! or removed. A finding is replaced in the piece in which it begins and taken out of those behind.
//! Memory: the scan's tail, the text of the pieces that wait, and at most [`BEHIND`] bytes for the scan by the rules that
//! are not judged while the stream runs.

use std::collections::VecDeque;

use naka_body::FieldId;
use naka_body::stream::fragment::{self, Fragment, Fragments};
use naka_body::stream::{Channel as ChannelId, Piece};
use naka_detect::{ChannelFinding, ChannelScan, Detector, Finding, Progress, Scratch};
use naka_policy::Tokens;

use super::restore::Restoring;
use super::window::Window;
use crate::name::JsonPath;

/// Bytes of text that are kept for the rules that judge a channel at its end, before they judge what is there.
const BEHIND: usize = 4096;
/// Bytes of these that are kept again as context for what comes.
const OVERLAP: usize = 512;

/// A change to a piece that waits.
pub(super) struct PieceEdit {
    pub(super) event: u64,
    pub(super) field: FieldId,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) replacement: Vec<u8>,
}

/// A piece that waits.
struct Waiting {
    /// Number of its event.
    event: u64,
    field: FieldId,
    /// Its text in the channel.
    start: u64,
    end: u64,
    json: Option<Box<Fragment>>,
}

pub(super) struct Channel {
    pub(super) id: ChannelId,
    /// Where its first piece stood, for the record.
    pub(super) path: JsonPath,
    json: Option<Box<Fragments>>,
    scan: ChannelScan,
    /// Text of the pieces that wait, and a little before it.
    pub(super) window: Window,
    waiting: VecDeque<Waiting>,
    behind: String,
    /// Bytes of `behind` that were judged before.
    judged: usize,
    /// Where the request made tokens.
    pub(super) restoring: Option<Restoring>,
    /// What was found behind what may be released.
    pending: Vec<ChannelFinding>,
}

impl Channel {
    pub(super) fn new(piece: &Piece, path: JsonPath, restores: bool) -> Self {
        Self {
            id: piece.channel,
            path,
            json: piece.json.then(Box::default),
            scan: ChannelScan::new(),
            window: Window::default(),
            waiting: VecDeque::new(),
            behind: String::new(),
            judged: 0,
            restoring: restores.then(|| Restoring::new(piece.argument)),
            pending: Vec::new(),
        }
    }

    /// Takes the text of the next piece, which waits if `holds`. Text that is not UTF-8 is no part of the channel:
    /// `None`, and nothing waits.
    pub(super) fn push(
        &mut self,
        (event, field): (u64, FieldId),
        bytes: &[u8],
        holds: bool,
        detector: &Detector,
        scratch: &mut Scratch,
    ) -> Option<Progress> {
        let mut unescaped = Vec::new();
        let fragment = self
            .json
            .as_mut()
            .map(|json| Box::new(json.push(bytes, &mut unescaped)));
        let text = if fragment.is_some() { &unescaped } else { bytes };
        let text = std::str::from_utf8(text).ok()?;
        let start = self.window.end();
        if let (Some(restoring), Some(fragment)) = (&mut self.restoring, &fragment) {
            let quotes = fragment.quotes();
            quotes.into_iter().for_each(|at| restoring.quote(start + at as u64));
        }
        self.window.push(text.as_bytes());
        self.behind.push_str(text);
        if holds {
            self.waiting.push_back(Waiting {
                event,
                field,
                start,
                end: self.window.end(),
                json: fragment,
            });
        }
        Some(self.scan.push(detector, scratch, text))
    }

    /// No piece follows: everything is final.
    pub(super) fn finish(&mut self, detector: &Detector, scratch: &mut Scratch) -> Progress {
        if let Some(json) = &mut self.json {
            json.finish();
        }
        self.scan.finish(detector, scratch)
    }

    /// How far the text may be released after `step`, and what of all that was found begins before.
    pub(super) fn due(&mut self, tokens: &Tokens, step: Progress, ended: bool) -> (u64, Vec<ChannelFinding>) {
        let limit = match &self.restoring {
            Some(restoring) if !ended => restoring.limit(tokens, &self.window, step.released_to),
            _ => step.released_to,
        };
        if self.restoring.is_none() {
            return (limit, step.findings);
        }
        // a token that is not complete would be taken for text
        self.pending.extend(step.findings);
        let (due, pending) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|found| ended || found.start < limit);
        self.pending = pending;
        (limit, due)
    }

    /// Calls `free` with the event of each piece that waits no more: all of its text is before `to`.
    pub(super) fn release(&mut self, to: u64, ended: bool, mut free: impl FnMut(u64)) {
        while let Some(piece) = self.waiting.front() {
            // its last bytes may belong to a character of the next piece
            let open = !ended && piece.json.as_ref().is_some_and(|json| json.is_open());
            if piece.end + u64::from(open) > to {
                break;
            }
            free(piece.event);
            self.waiting.pop_front();
        }
        let kept = self.waiting.front().map_or(to, |piece| piece.start.min(to));
        self.window.trim(kept);
    }

    /// Writes `replacement` in the place of `start..end` of the channel's text.
    pub(super) fn replace(&self, mut start: u64, mut end: u64, replacement: Vec<u8>, out: &mut Vec<PieceEdit>) {
        let mut replacement = if self.json.is_some() {
            let mut escaped = Vec::with_capacity(replacement.len() + 2);
            if self.in_string(start) {
                fragment::escape(&replacement, &mut escaped);
            } else {
                // a number becomes a string, as in a body that is whole
                (start, end) = self.window.number_around(start, end);
                if self.waiting.front().is_some_and(|first| start < first.start) {
                    // its sign has left already
                    escaped.push(b'0');
                } else {
                    escaped.push(b'"');
                    fragment::escape(&replacement, &mut escaped);
                    escaped.push(b'"');
                }
            }
            escaped
        } else {
            replacement
        };
        for (index, piece) in self.waiting.iter().enumerate() {
            let (from, to) = (start.max(piece.start), end.min(piece.end));
            if from >= to {
                continue;
            }
            let (from, to) = ((from - piece.start) as usize, (to - piece.start) as usize);
            let (before, own) = match &piece.json {
                None => (0, from..to),
                // a piece that was read can be read again
                Some(json) => json.written(from, to).unwrap_or((0, 0..json.len())),
            };
            self.cut_before(index, before, out);
            out.push(PieceEdit {
                event: piece.event,
                field: piece.field,
                start: own.start,
                end: own.end,
                replacement: std::mem::take(&mut replacement),
            });
        }
    }

    /// Takes out the last `count` bytes before a piece: the beginning of an escape that ends in it.
    fn cut_before(&self, index: usize, mut count: usize, out: &mut Vec<PieceEdit>) {
        for piece in self.waiting.range(..index).rev() {
            let len = piece.json.as_ref().map_or(0, |json| json.len());
            let cut = count.min(len);
            if cut > 0 {
                out.push(PieceEdit {
                    event: piece.event,
                    field: piece.field,
                    start: len - cut,
                    end: len,
                    replacement: Vec::new(),
                });
            }
            count -= cut;
            if count == 0 {
                break;
            }
        }
    }

    fn in_string(&self, at: u64) -> bool {
        let piece = self.waiting.iter().find(|piece| piece.start <= at && at < piece.end);
        let json = piece.and_then(|piece| Some((piece.json.as_ref()?, at - piece.start)));
        json.is_none_or(|(json, at)| json.in_string(at as usize))
    }

    /// Text for the rules that are not judged while the stream runs: when enough is there, or the channel has `ended`.
    /// Gives what they find in it that was not told before.
    pub(super) fn judge_behind(
        &mut self,
        ended: bool,
        detector: &Detector,
        scratch: &mut Scratch,
        found: impl FnOnce(&str, &[Finding]),
    ) {
        let due = if ended {
            !self.behind.is_empty()
        } else {
            self.behind.len() >= BEHIND
        };
        if !due {
            return;
        }
        let mut findings = Vec::new();
        detector.scan_late(&self.behind, scratch, &mut findings);
        // what begins in the overlap is told the next time, with what follows it
        let until = if ended {
            self.behind.len()
        } else {
            self.behind.len() - OVERLAP.min(self.behind.len())
        };
        findings.retain(|finding| {
            let start = finding.start as usize;
            start >= self.judged && start < until
        });
        if !findings.is_empty() {
            found(&self.behind, &findings);
        }
        if ended {
            self.behind = String::new();
            self.judged = 0;
            return;
        }
        let mut cut = until.saturating_sub(OVERLAP);
        while !self.behind.is_char_boundary(cut) {
            cut -= 1;
        }
        self.behind.drain(..cut);
        self.judged = until - cut;
    }

    /// Bytes of memory.
    pub(super) fn memory(&self) -> usize {
        let pieces: usize = self
            .waiting
            .iter()
            .map(|piece| piece.json.as_ref().map_or(64, |json| json.len() + 128))
            .sum();
        let restoring = self.restoring.as_ref().map_or(0, Restoring::memory);
        size_of::<Self>() + restoring + self.scan.memory() + self.window.memory() + self.behind.capacity() + pieces
    }
}
