//! Bytes into frames. A frame holds exactly the bytes that came for it, so that one that is not changed goes on as it is.

use super::{array, aws, lines, sse};

/// How a stream of events is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Server-sent events.
    Sse,
    /// One JSON text per line.
    Lines,
    /// One JSON array, item by item.
    Array,
    /// Amazon's binary event stream.
    Frames,
}

impl Form {
    /// The form that a content type may name; `None` for an answer that is no stream of events. JSON is an array of events
    /// on some routes only: [`Route::stream_form`](crate::Route::stream_form).
    ///
    /// ```
    /// use naka_body::stream::Form;
    /// assert_eq!(Form::of("text/event-stream; charset=utf-8"), Some(Form::Sse));
    /// assert_eq!(Form::of("text/html"), None);
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
        } else if is("application/vnd.amazon.eventstream") {
            Some(Self::Frames)
        } else if is("application/json") {
            Some(Self::Array)
        } else {
            None
        }
    }

    /// Appends the last events of a stream, of our own; `first` when none went before. Their data has no line ends.
    pub(crate) fn write_last(self, events: &[(&str, String)], first: bool, out: &mut Vec<u8>) {
        for (index, (name, data)) in events.iter().enumerate() {
            match self {
                Self::Sse => {
                    if !name.is_empty() {
                        out.extend_from_slice(b"event: ");
                        out.extend_from_slice(name.as_bytes());
                        out.push(b'\n');
                    }
                    out.extend_from_slice(b"data: ");
                    out.extend_from_slice(data.as_bytes());
                    out.extend_from_slice(b"\n\n");
                }
                Self::Lines => {
                    out.extend_from_slice(data.as_bytes());
                    out.push(b'\n');
                }
                Self::Array => {
                    out.push(if first && index == 0 { b'[' } else { b',' });
                    out.extend_from_slice(data.as_bytes());
                }
                Self::Frames => aws::write_exception(data.as_bytes(), out),
            }
        }
        if self == Self::Array {
            out.push(b']');
        }
    }
}

/// How a stream that is cut off shall end.
#[derive(Debug, Clone, Copy)]
pub struct LastWords<'m> {
    /// The model that refuses; `None` for an error.
    pub model: Option<&'m str>,
    /// Number of the event, where events are numbered.
    pub sequence: u32,
    /// No event went before.
    pub first: bool,
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
    /// In a binary frame, at `at` of its payload when that holds it in base64.
    Binary {
        inner: Vec<u8>,
        at: Option<(usize, usize)>,
        name: Vec<u8>,
    },
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
            Payload::Binary { inner, .. } => inner,
        }
    }

    /// The name that the form gives the event (`event:`).
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        match &self.payload {
            Payload::Binary { name, .. } => Some(name),
            _ => self.name.map(|(start, end)| &self.raw[start..end]),
        }
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
            Payload::Binary { at, .. } => aws::with_payload(&self.raw, *at, payload, &mut out),
        }
        out
    }
}

/// Cuts a stream into frames. Holds the bytes of the frame that is not complete, and nothing else.
pub struct Splitter {
    form: Form,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were given out.
    taken: usize,
    scan: sse::Scan,
    items: array::Scan,
    max_bytes: usize,
}

impl std::fmt::Debug for Splitter {
    /// Never a byte of what it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Splitter {{ form: {:?}, held: {} }}", self.form, self.held())
    }
}

/// Why a stream cannot be cut into frames. The bytes stay in the splitter: [`Splitter::rest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitError {
    /// A frame is larger than what may be held.
    TooLarge,
    /// A binary frame whose lengths or check sums do not hold.
    Broken,
}

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
            items: array::Scan::default(),
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
    /// [`SplitError`]; then [`Splitter::rest`] has the bytes.
    #[allow(clippy::should_implement_trait)] // it fails, and more may come after `None`
    pub fn next(&mut self) -> Result<Option<Frame>, SplitError> {
        let pending = &self.buffer[self.taken..];
        let end = match self.form {
            Form::Sse => self.scan.end(pending),
            Form::Lines => self.scan.line_end(pending),
            Form::Array => self.items.end(pending),
            Form::Frames => aws::end(pending)?,
        };
        let Some(end) = end else {
            if pending.len() > self.max_bytes {
                return Err(SplitError::TooLarge);
            }
            if pending.is_empty() && self.buffer.capacity() > KEPT {
                self.buffer = Vec::new();
                self.taken = 0;
            }
            return Ok(None);
        };
        if end > self.max_bytes {
            return Err(SplitError::TooLarge);
        }
        let raw = pending[..end].to_vec();
        let frame = self.frame(raw)?;
        self.taken += end;
        Ok(Some(frame))
    }

    /// The stream is over: what is left, as a frame. Readers differ on whether an event without its last empty line
    /// counts, so it is read as one.
    pub fn finish(&mut self) -> Option<Frame> {
        let raw = self.rest();
        let payload = match self.form {
            // half a binary frame says nothing
            Form::Frames => Payload::None,
            _ if raw.is_empty() => return None,
            _ => return self.frame(raw).ok(),
        };
        (!raw.is_empty()).then_some(Frame {
            form: self.form,
            raw,
            payload,
            name: None,
        })
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

    fn frame(&mut self, raw: Vec<u8>) -> Result<Frame, SplitError> {
        let (payload, name) = match self.form {
            Form::Sse => self.scan.parse(&raw),
            Form::Lines => (lines::payload(&raw), None),
            Form::Array => (self.items.payload(&raw), None),
            Form::Frames => (aws::payload(&raw)?, None),
        };
        Ok(Frame {
            form: self.form,
            raw,
            payload,
            name,
        })
    }
}
