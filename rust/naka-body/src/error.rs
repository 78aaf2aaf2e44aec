//! What can be wrong with a body, an edit or an API table. No message holds a byte of the body.

use std::fmt;

/// Why a body was not read. The policy's `onUnscannable` decides what happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyError {
    /// Brackets nest deeper than [`Limits::max_depth`](crate::Limits).
    TooDeep,
    /// More strings, numbers, keys, objects and arrays than [`Limits::max_fields`](crate::Limits).
    TooManyFields,
    /// The body, or what it unpacks to, is larger than [`Limits::max_decoded_bytes`](crate::Limits).
    TooLarge,
    /// The body unpacks to more than [`Limits::max_ratio`](crate::Limits) times its size.
    RatioTooHigh,
    /// More content encodings on top of each other than [`Limits::max_encodings`](crate::Limits).
    TooManyEncodings,
    /// A content encoding other than identity, gzip, deflate, br and zstd.
    UnknownEncoding,
    /// The bytes are not what the content encoding says, or end early.
    BadEncoding,
}

impl BodyError {
    /// Every code, for the page that documents them.
    pub const ALL: [Self; 7] = [
        Self::TooDeep,
        Self::TooManyFields,
        Self::TooLarge,
        Self::RatioTooHigh,
        Self::TooManyEncodings,
        Self::UnknownEncoding,
        Self::BadEncoding,
    ];

    /// A name that never changes: logs, metrics and the Python layer use it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooDeep => "body_too_deep",
            Self::TooManyFields => "body_too_many_fields",
            Self::TooLarge => "body_too_large",
            Self::RatioTooHigh => "body_ratio_too_high",
            Self::TooManyEncodings => "body_too_many_encodings",
            Self::UnknownEncoding => "body_unknown_encoding",
            Self::BadEncoding => "body_bad_encoding",
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooDeep => "the body nests deeper than allowed",
            Self::TooManyFields => "the body has more fields than allowed",
            Self::TooLarge => "the body is larger than allowed",
            Self::RatioTooHigh => "the body unpacks to many times its size",
            Self::TooManyEncodings => "the body has too many content encodings",
            Self::UnknownEncoding => "the body's content encoding is not supported",
            Self::BadEncoding => "the body is not valid in its content encoding",
        })
    }
}

impl std::error::Error for BodyError {}

/// Why edits were refused. Nothing was written; the caller must not send the body as if they had been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EditError {
    /// The field does not exist, or the span is not inside its text.
    OutOfRange,
    /// Two edits touch the same bytes.
    Overlap,
    /// An edit starts or ends inside a character.
    SplitsCharacter,
    /// A replacement is not UTF-8.
    NotUtf8,
    /// The field may be scanned but not changed ([`Field::editable`](crate::Field)).
    NotEditable,
    /// The rewritten body would no longer be JSON. A bug in this crate, caught before the body leaves.
    BrokenOutput,
}

impl EditError {
    /// Every code, for the page that documents them.
    pub const ALL: [Self; 6] = [
        Self::OutOfRange,
        Self::Overlap,
        Self::SplitsCharacter,
        Self::NotUtf8,
        Self::NotEditable,
        Self::BrokenOutput,
    ];

    /// A name that never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OutOfRange => "edit_out_of_range",
            Self::Overlap => "edit_overlap",
            Self::SplitsCharacter => "edit_splits_character",
            Self::NotUtf8 => "edit_not_utf8",
            Self::NotEditable => "edit_not_editable",
            Self::BrokenOutput => "edit_broken_output",
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "the edit is outside its field",
            Self::Overlap => "two edits touch the same bytes",
            Self::SplitsCharacter => "the edit starts or ends inside a character",
            Self::NotUtf8 => "the replacement is not UTF-8",
            Self::NotEditable => "the field must not be changed",
            Self::BrokenOutput => "the edited body would not be valid JSON",
        })
    }
}

impl std::error::Error for EditError {}

/// What is wrong with an API table. Each names the table and says what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// The file is not TOML, or a key or value in it is unknown.
    BadFile {
        /// File of the table.
        table: String,
        /// What the reader says.
        why: String,
    },
    /// A field path or route pattern is not in the tables' notation.
    BadPath {
        /// Id of the API.
        table: String,
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two field paths of different classes match the same value.
    Conflict {
        /// Id of the API.
        table: String,
        /// One of the paths.
        path: String,
    },
    /// Two tables share an id, or two routes a method and path.
    Duplicate {
        /// Id of the API.
        table: String,
        /// What is there twice.
        what: String,
    },
    /// One of the table's own examples is read differently from what it says.
    ExampleFailed {
        /// Id of the API.
        table: String,
        /// Position of the example in its file, from 0.
        example: usize,
        /// What differs.
        why: String,
    },
}

impl TableError {
    /// A name that never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadFile { .. } => "api_bad_file",
            Self::BadPath { .. } => "api_bad_path",
            Self::Conflict { .. } => "api_path_conflict",
            Self::Duplicate { .. } => "api_duplicate",
            Self::ExampleFailed { .. } => "api_example_failed",
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFile { table, why } => write!(f, "API table {table}: {why}"),
            Self::BadPath { table, path, why } => write!(f, "API table {table}: path {path:?}: {why}"),
            Self::Conflict { table, path } => {
                write!(f, "API table {table}: path {path:?} has two classes: keep one of them")
            }
            Self::Duplicate { table, what } => write!(f, "API table {table}: {what} is there twice"),
            Self::ExampleFailed { table, example, why } => {
                write!(f, "API table {table}: example {example}: {why}")
            }
        }
    }
}

impl std::error::Error for TableError {}
