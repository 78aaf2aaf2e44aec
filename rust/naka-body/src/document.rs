//! One body, read: its text fields, what in it cannot be read, and what it says about itself.

use std::fmt;
use std::ops::Range;

use crate::codec::Codec;
use crate::facts::Facts;
use crate::path;
use crate::store::Store;
use crate::{BodyError, Direction, EditError, Limits, Route, media, rewrite};

/// Names a field of one [`Document`]; fields are numbered from 0 in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);

/// The record of a field that belongs to none.
pub const NO_RECORD: u32 = u32::MAX;

/// What a field is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// A string, or a whole body of plain text.
    Text,
    /// A JSON number; once edited it becomes a string.
    Number,
    /// The key of an object or form that no API table names.
    Key,
}

/// A piece of text to scan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'d> {
    /// Its name in edits.
    pub id: FieldId,
    /// Decoded text; for a number its digits as written. UTF-8, unless the document is unscannable for
    /// [`Reason::InvalidUtf8`].
    pub text: &'d [u8],
    /// The nearest key, decoded: this text is its value, or in a list that is.
    pub label: Option<&'d [u8]>,
    /// Position of the message, choice or line that this is part of; [`NO_RECORD`] outside of all.
    pub record: u32,
    /// What it is on the wire.
    pub kind: FieldKind,
    /// False where a change would break the call (ids, URLs): scan, then audit or block.
    pub editable: bool,
}

impl fmt::Debug for Field<'_> {
    /// Never the text or the label.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Field {{ id: {}, kind: {:?}, bytes: {}, record: {} }}",
            self.id.0,
            self.kind,
            self.text.len(),
            self.record
        )
    }
}

/// Why a part of a body, or all of it, cannot be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// A file or blob whose bytes are not text.
    File,
    /// Text that is elsewhere, by a provider's id.
    FileId,
    /// Content that is elsewhere, by URL. The URL itself is a field.
    RemoteUrl,
    /// A run of small integers: text as a tokenizer numbers it.
    TokenArray,
    /// Called JSON, and is not. All of it is scanned, from the first wrong token on as plain text.
    InvalidJson,
    /// Not UTF-8. Scanned as bytes.
    InvalidUtf8,
    /// UTF-16 or UTF-32.
    Utf16,
    /// A `multipart/*` body.
    Multipart,
    /// A `text/event-stream` body.
    EventStream,
    /// Neither text nor a type that is known.
    Binary,
    /// Text inside text inside text: the innermost is scanned as it stands, escapes and all.
    NestedTooDeep,
}

impl Reason {
    /// All of them, for the page that documents them.
    pub const ALL: [Self; 14] = [
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::File,
        Self::FileId,
        Self::RemoteUrl,
        Self::TokenArray,
        Self::InvalidJson,
        Self::InvalidUtf8,
        Self::Utf16,
        Self::Multipart,
        Self::EventStream,
        Self::Binary,
        Self::NestedTooDeep,
    ];

    /// A name that never changes: logs, metrics and the Python layer use it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
            Self::FileId => "file_id",
            Self::RemoteUrl => "remote_url",
            Self::TokenArray => "token_array",
            Self::InvalidJson => "invalid_json",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Utf16 => "utf16",
            Self::Multipart => "multipart",
            Self::EventStream => "event_stream",
            Self::Binary => "binary",
            Self::NestedTooDeep => "nested_too_deep",
        }
    }
}

/// Something in a body that cannot be scanned. The policy's `onUnscannable` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unscannable {
    /// Why.
    pub reason: Reason,
    pub(crate) node: u32,
    pub(crate) step: path::Step,
}

/// How much of a body was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// All of it.
    Scanned,
    /// There are fields, and there is something else.
    Partial,
    /// There is nothing to scan but what cannot be.
    Unscannable,
}

/// Replaces `start..end` (bytes of the field's decoded text) by `replacement` (plain text; it is escaped for where it lands).
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which field.
    pub field: FieldId,
    /// First byte that goes.
    pub start: u32,
    /// First byte that stays.
    pub end: u32,
    /// What comes in its place; UTF-8.
    pub replacement: Vec<u8>,
}

impl fmt::Debug for Edit {
    /// Never the replacement: a restored value may be in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Edit {{ field: {}, {}..{} by {} bytes }}",
            self.field.0,
            self.start,
            self.end,
            self.replacement.len()
        )
    }
}

/// The call of a tool, as a field of its arguments sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tool<'d> {
    /// As the body names it.
    pub name: Option<&'d str>,
    /// The field is all of the arguments, in one string that is no JSON (or not all of it).
    pub whole: bool,
}

impl fmt::Debug for Tool<'_> {
    /// Never the name, which the model has chosen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tool {{ named: {}, whole: {} }}", self.name.is_some(), self.whole)
    }
}

/// A body that was read. Holds the body by reference; everything else is spans into it.
///
/// ```
/// use naka_body::{ApiTables, Direction, Document, Edit, Limits};
/// let body = br#"{"model":"gpt-4o", "messages":[{"role":"user","content":"pay \u20b95 to 5109 8027 4087"}]}"#;
/// let route = ApiTables::shared().route("POST", "/v1/chat/completions");
/// let document = Document::read(body, Some("application/json"), &route, Direction::Request, &Limits::default())?;
/// let field = document.fields().next().unwrap();
/// assert_eq!(document.path(field.id), "messages[0].content");
/// assert_eq!(&field.text[12..], b"5109 8027 4087");
/// assert_eq!(&body[document.source_range(field.id, 12, 26).unwrap()], b"5109 8027 4087");
/// let edit = Edit { field: field.id, start: 12, end: 26, replacement: b"XXXX XXXX 4087".to_vec() };
/// let sent = document.rewrite(vec![edit])?;
/// assert_eq!(sent, br#"{"model":"gpt-4o", "messages":[{"role":"user","content":"pay \u20b95 to XXXX XXXX 4087"}]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Document<'b> {
    pub(crate) store: Store<'b>,
}

impl<'b> Document<'b> {
    /// Reads a body whose content encoding is already undone.
    ///
    /// `content_type` is the header's value; without one, or with a wrong one, the body's first bytes decide.
    /// What cannot be read is in [`Self::unscannable`]; an error says that a limit was passed.
    pub fn read(
        body: &'b [u8],
        content_type: Option<&str>,
        route: &Route<'b>,
        direction: Direction,
        limits: &Limits,
    ) -> Result<Self, BodyError> {
        if body.len() > limits.max_decoded_bytes || u32::try_from(body.len()).is_err() {
            return Err(BodyError::TooLarge);
        }
        let mut store = Store::new(body, route.words);
        media::read(&mut store, content_type, route.table.paths(direction), limits)?;
        Ok(Self { store })
    }

    /// Reads the payload of one event by the stream table of `route`.
    pub(crate) fn read_event(payload: &'b [u8], route: &Route<'b>, limits: &Limits) -> Result<Self, BodyError> {
        let mut store = Store::new(payload, route.words);
        media::read_event(&mut store, &route.table.stream.paths, limits)?;
        Ok(Self { store })
    }

    /// The fields, in document order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        (0..self.store.fields.len() as u32).map(|id| self.store.field(id))
    }

    /// One field. Panics if it is another document's.
    pub fn field(&self, id: FieldId) -> Field<'_> {
        self.store.field(id.0)
    }

    /// What cannot be scanned, in document order.
    pub fn unscannable(&self) -> &[Unscannable] {
        &self.store.unscannable
    }

    /// How much is scanned.
    pub fn coverage(&self) -> Coverage {
        match (self.store.unscannable.is_empty(), self.store.fields.is_empty()) {
            (true, _) => Coverage::Scanned,
            (false, false) => Coverage::Partial,
            (false, true) => Coverage::Unscannable,
        }
    }

    /// What the body says about itself.
    pub fn facts(&self) -> &Facts {
        &self.store.facts
    }

    /// Where a field is: `messages[2].content[0].text`. A key that no API table names, or that could be anything but a
    /// plain name, is written `*`, for keys may hold personal data. A body of plain text is `$`.
    pub fn path(&self, id: FieldId) -> String {
        let record = &self.store.fields[id.0 as usize];
        path::render(&self.store, record.node, record.step)
    }

    /// Where something unscannable is, as in [`Self::path`].
    pub fn unscannable_path(&self, item: &Unscannable) -> String {
        path::render(&self.store, item.node, item.step)
    }

    /// The call of a tool in whose arguments a field is.
    pub fn tool(&self, field: FieldId) -> Option<Tool<'_>> {
        let tools = &self.store.tools;
        let after = tools.partition_point(|tool| tool.fields.start <= field.0);
        let call = tools[..after].last().filter(|call| call.fields.contains(&field.0))?;
        let record = &self.store.fields[field.0 as usize];
        Some(Tool {
            name: std::str::from_utf8(self.store.text(call.name))
                .ok()
                .filter(|name| !name.is_empty()),
            whole: record.layer == 0 && call.fields == (field.0..field.0 + 1),
        })
    }

    /// True where a field is a value of JSON that is written in a string.
    pub fn is_nested(&self, field: FieldId) -> bool {
        self.store.fields[field.0 as usize].layer != 0
    }

    /// True where a field is written in base64 or percent-encoded: the text of a `data:` URL, or of a file.
    pub fn is_encoded(&self, field: FieldId) -> bool {
        let mut layer = self.store.fields[field.0 as usize].layer;
        while layer != 0 {
            let inner = &self.store.layers[layer as usize - 1];
            if matches!(inner.codec, Codec::Percent | Codec::Base64(_)) {
                return true;
            }
            layer = inner.parent;
        }
        false
    }

    /// The bytes of the body in which `start..end` of a field's decoded text is written: for showing where something is.
    /// `None` where the field has no such part.
    pub fn source_range(&self, field: FieldId, start: u32, end: u32) -> Option<Range<usize>> {
        let mut part = Edit {
            field,
            start,
            end,
            replacement: Vec::new(),
        };
        rewrite::source_range(&self.store, &mut part).ok()
    }

    /// The body with the edits made. Bytes outside of them stay as they are, escapes and white space included; copies
    /// of an edited text in the same answer (`logprobs`) are dropped. Edits may come in any order; in that of the fields it
    /// is least work.
    pub fn rewrite(&self, edits: Vec<Edit>) -> Result<Vec<u8>, EditError> {
        rewrite::rewrite(&self.store, edits, &[])
    }

    /// As [`Self::rewrite`]; the strings `numbers`, whose only edit replaces all of them by a JSON number, lose their quotes.
    pub fn rewrite_with_numbers(&self, edits: Vec<Edit>, numbers: &[FieldId]) -> Result<Vec<u8>, EditError> {
        rewrite::rewrite(&self.store, edits, numbers)
    }
}

impl fmt::Debug for Document<'_> {
    /// Never a byte of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Document {{ bytes: {}, fields: {}, unscannable: {} }}",
            self.store.body.len(),
            self.store.fields.len(),
            self.store.unscannable.len()
        )
    }
}
