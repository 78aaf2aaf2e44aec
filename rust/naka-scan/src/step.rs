//! What one block of a file came to. No value is in it but in `cleaned`, which is meant to be written.

use std::fmt;
use std::ops::Range;

use naka_detect::Finding;
use naka_policy::Action;

/// One finding of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFinding {
    /// The finding; its offsets are those of the text it is in, so use `span`.
    pub finding: Finding,
    /// Where it is in the block that was fed.
    pub span: Range<usize>,
    /// JSON path or column name; empty in plain text.
    pub place: String,
    /// What the rules do with it.
    pub action: Action,
}

/// A part of a block that was not read as its kind says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it begins in the block.
    pub at: usize,
    /// A name that never changes, such as `invalid_json`.
    pub reason: &'static str,
}

/// The outcome of one [`crate::FileScanner::feed`].
#[derive(Default)]
pub struct Step {
    /// Findings by place.
    pub findings: Vec<FileFinding>,
    /// What was not read as it should be.
    pub unread: Vec<Unread>,
    /// Bytes of the block that are done: the file goes on here. No more than `from` = feed a longer block.
    pub consumed: usize,
    /// Feed the next block from here on (at or before `consumed`): what lies between is context.
    pub keep_from: usize,
    /// The cleaned form of the bytes that this step is done with; empty when no copy is wanted.
    pub cleaned: Vec<u8>,
}

impl fmt::Debug for Step {
    /// Never a byte of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("findings", &self.findings)
            .field("unread", &self.unread)
            .field("consumed", &self.consumed)
            .field("keep_from", &self.keep_from)
            .field("cleaned_bytes", &self.cleaned.len())
            .finish()
    }
}
