//! Server-sent events: where one ends, and what it says.
//!
//! Lines end by LF, CRLF or CR; an empty line ends an event; `data:` lines join by LF; lines that begin with `:` are
//! comments. Source: WHATWG HTML, section 9.2.6 "Interpreting an event stream".
//! An event that ends by CR leaves at once: an LF that follows is part of the same line end, and goes first in the next
//! frame.

use memchr::memchr2;

use super::frame::Payload;
use crate::media::BOM;

/// How far the frame that is not complete was looked at, and what the frames before left behind.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Bytes of the frame that were looked at.
    at: usize,
    /// Where its current line begins.
    line: usize,
    /// The frame before ended by a CR, and no byte came since.
    after_cr: bool,
    /// A byte of the stream was given out: a byte order mark stands only before the first.
    begun: bool,
}

impl Scan {
    /// Length of the first event of `pending`, its last line end included; `None` when that has not come.
    pub(super) fn end(&mut self, pending: &[u8]) -> Option<usize> {
        if self.at == 0 {
            if self.after_cr && *pending.first()? == b'\n' {
                (self.at, self.line) = (1, 1);
            } else if !self.begun && pending.len() < BOM.len() && BOM.starts_with(pending) {
                return None;
            } else if !self.begun && pending.starts_with(BOM) {
                (self.at, self.line) = (BOM.len(), BOM.len());
            }
        }
        while let Some(found) = memchr2(b'\n', b'\r', &pending[self.at..]) {
            let (line, mut next) = (self.line, self.at + found + 1);
            let end = next - 1;
            if pending[end] == b'\r' {
                match pending.get(next) {
                    Some(b'\n') => next += 1,
                    Some(_) => {}
                    // an empty line has ended either way; within an event it is only known with the next byte
                    None if end == line => {}
                    None => {
                        self.at = end;
                        return None;
                    }
                }
            }
            (self.at, self.line) = (next, next);
            if end == line {
                return Some(next);
            }
        }
        self.at = pending.len();
        None
    }

    /// Length of the first line of `pending`.
    pub(super) fn line_end(&mut self, pending: &[u8]) -> Option<usize> {
        let found = memchr::memchr(b'\n', &pending[self.at..]);
        let end = found.map(|found| self.at + found + 1);
        self.at = if end.is_some() { 0 } else { pending.len() };
        end
    }

    /// What a frame says: its payload, and the event's name.
    pub(super) fn parse(&mut self, raw: &[u8]) -> (Payload, Option<(usize, usize)>) {
        let mut at = 0;
        if self.after_cr && raw.first() == Some(&b'\n') {
            at = 1;
        } else if !self.begun && raw.starts_with(BOM) {
            at = BOM.len();
        }
        (self.at, self.line) = (0, 0);
        self.begun = true;
        self.after_cr = raw.last() == Some(&b'\r');
        let mut data: Vec<(usize, usize)> = Vec::new();
        let mut name = None;
        while at < raw.len() {
            let end = memchr2(b'\n', b'\r', &raw[at..]).map_or(raw.len(), |found| at + found);
            let (field, value) = field(&raw[at..end]);
            let value = (at + value, end);
            match field {
                b"data" => data.push(value),
                b"event" => name = Some(value),
                _ => {}
            }
            at = end + 1;
            if raw.get(end) == Some(&b'\r') && raw.get(at) == Some(&b'\n') {
                at += 1;
            }
        }
        let payload = match data[..] {
            [] => Payload::None,
            [(start, end)] => Payload::At { start, end },
            _ => {
                let lines: Vec<&[u8]> = data.iter().map(|&(start, end)| &raw[start..end]).collect();
                Payload::Lines {
                    joined: lines.join(&b'\n'),
                    at: data,
                }
            }
        };
        (payload, name)
    }
}

/// Name of a line's field, and where its value begins. A comment has an empty name.
fn field(line: &[u8]) -> (&[u8], usize) {
    match memchr::memchr(b':', line) {
        None => (line, line.len()),
        Some(colon) => {
            let space = usize::from(line.get(colon + 1) == Some(&b' '));
            (&line[..colon], colon + 1 + space)
        }
    }
}

/// The event with another payload, whose lines take the places of the `data:` lines at `at`; what is over of either goes
/// into the last place, or leaves it empty.
pub(super) fn with_lines(raw: &[u8], at: &[(usize, usize)], payload: &[u8], out: &mut Vec<u8>) {
    let mut lines = payload.split(|&byte| byte == b'\n');
    let mut from = 0;
    for (index, &(start, end)) in at.iter().enumerate() {
        out.extend_from_slice(&raw[from..start]);
        out.extend_from_slice(lines.next().unwrap_or_default());
        if index + 1 == at.len() {
            for line in lines.by_ref() {
                out.extend_from_slice(b"\ndata: ");
                out.extend_from_slice(line);
            }
        }
        from = end;
    }
    out.extend_from_slice(&raw[from..]);
}
