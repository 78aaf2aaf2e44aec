//! Bytes into frames. A frame holds exactly the bytes that came for it, so that one that is not changed goes on as it is.

use super::{lines, sse};

/// How a stream of events is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Server-sent events.
    Sse,
    /// One JSON text per line.
    Lines,
}

impl Form {
    /// The form that a content type names; `None` for an answer that is no stream of events.
    ///
    /// ```
    /// use naka_body::stream::Form;
    /// assert_eq!(Form::of("text/event-stream; charset=utf-8"), Some(Form::Sse));
    /// assert_eq!(Form::of("application/json"), None);
    /// ```
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        if is("text/event-stream") {
            Some(Self::Sse)
        } else if [
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/x-jsonl",
        ]
        .iter()
        .any(|name| is(name))
        {
            Some(Self::Lines)
        } else {
            None
        }
    }

    /// Appends an event of our own. Its data has no line ends.
    pub(crate) fn write(self, name: &str, data: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Sse => {
                if !name.is_empty() {
                    out.extend_from_slice(b"event: ");
                    out.extend_from_slice(name.as_bytes());
                    out.push(b'\n');
                }
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(data);
                out.extend_from_slice(b"\n\n");
            }
            Self::Lines => {
                out.extend_from_slice(data);
                out.push(b'\n');
            }
        }
    }
}

/// Where the payload of a frame stands in its bytes.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Payload {
    /// There is none: a comment, an empty line.
    None,
    /// In one piece.
    At { start: usize, end: usize },
    /// Several `data:` lines: their text joined by LF, and where each stands.
    Lines { joined: Vec<u8>, at: Vec<(usize, usize)> },
}

/// One event as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    pub(super) form: Form,
    pub(super) raw: Vec<u8>,
    pub(super) payload: Payload,
    /// The event's name, where the form has one beside the payload.
    pub(super) name: Option<(usize, usize)>,
}

impl std::fmt::Debug for Frame {
    /// Never a byte of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame {{ form: {:?}, bytes: {} }}", self.form, self.raw.len())
    }
}

impl Frame {
    /// All its bytes.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// All its bytes, to be sent on.
    #[must_use]
    pub fn into_raw(self) -> Vec<u8> {
        self.raw
    }

    /// What the event says; empty for a comment.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        match &self.payload {
            Payload::None => b"",
            Payload::At { start, end } => &self.raw[*start..*end],
            Payload::Lines { joined, .. } => joined,
        }
    }

    /// The name that the form gives the event (`event:`).
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        self.name.map(|(start, end)| &self.raw[start..end])
    }

    /// The frame's bytes with another payload.
    pub(super) fn with_payload(&self, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.raw.len() + payload.len());
        match &self.payload {
            Payload::None => out.extend_from_slice(&self.raw),
            // a line end in it would end its line
            Payload::At { start, end } if self.form == Form::Sse && payload.contains(&b'\n') => {
                sse::with_lines(&self.raw, &[(*start, *end)], payload, &mut out);
            }
            Payload::At { start, end } => {
                out.extend_from_slice(&self.raw[..*start]);
                out.extend_from_slice(payload);
                out.extend_from_slice(&self.raw[*end..]);
            }
            Payload::Lines { at, .. } => sse::with_lines(&self.raw, at, payload, &mut out),
        }
        out
    }
}

/// Cuts a stream into frames. Holds the bytes of the frame that is not complete, and nothing else.
#[derive(Debug)]
pub struct Splitter {
    form: Form,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were given out.
    taken: usize,
    scan: sse::Scan,
    max_bytes: usize,
}

/// A frame is larger than what may be held. The bytes stay in the splitter: [`Splitter::rest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// A buffer that is empty keeps no more room than this.
const KEPT: usize = 4096;

impl Splitter {
    /// One for a new stream; a frame over `max_bytes` is refused.
    #[must_use]
    pub fn new(form: Form, max_bytes: usize) -> Self {
        Self {
            form,
            buffer: Vec::new(),
            taken: 0,
            scan: sse::Scan::default(),
            max_bytes,
        }
    }

    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame.
    ///
    /// # Errors
    /// [`TooLarge`] when more than `max_bytes` came and the frame did not end.
    #[allow(clippy::should_implement_trait)] // it fails, and more may come after `None`
    pub fn next(&mut self) -> Result<Option<Frame>, TooLarge> {
        let pending = &self.buffer[self.taken..];
        let end = match self.form {
            Form::Sse => self.scan.end(pending),
            Form::Lines => self.scan.line_end(pending),
        };
        let Some(end) = end else {
            if pending.len() > self.max_bytes {
                return Err(TooLarge);
            }
            if pending.is_empty() && self.buffer.capacity() > KEPT {
                self.buffer = Vec::new();
                self.taken = 0;
            }
            return Ok(None);
        };
        if end > self.max_bytes {
            return Err(TooLarge);
        }
        let raw = pending[..end].to_vec();
        self.taken += end;
        Ok(Some(self.frame(raw)))
    }

    /// The stream is over: what is left, as a frame. Readers differ on whether an event without its last empty line
    /// counts, so it is read as one.
    pub fn finish(&mut self) -> Option<Frame> {
        let raw = self.rest();
        (!raw.is_empty()).then(|| self.frame(raw))
    }

    /// The bytes that belong to no frame yet; none stay.
    pub fn rest(&mut self) -> Vec<u8> {
        let rest = self.buffer.split_off(self.taken);
        (self.buffer, self.taken) = (Vec::new(), 0);
        rest
    }

    /// Bytes held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.buffer.len() - self.taken
    }

    fn frame(&mut self, raw: Vec<u8>) -> Frame {
        let (payload, name) = match self.form {
            Form::Sse => self.scan.parse(&raw),
            Form::Lines => (lines::payload(&raw), None),
        };
        Frame {
            form: self.form,
            raw,
            payload,
            name,
        }
    }
}
