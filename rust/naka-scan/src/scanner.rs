//! The scanner of one file: keeps what lasts from block to block, and asks detector and rules.

use std::sync::Arc;

use naka_body::Limits;
use naka_policy::{Action, Cluster, Date, Decision, Direction, Judge, Keys, RuleSet, Surface, Text, Traffic};

use crate::csv::Header;
use crate::step::{Step, Unread};
use crate::{csv, json, text};

/// How a file's bytes become texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One text.
    Text,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    JsonLines,
    /// Rows of cells; the first row names the columns, if it looks like names.
    Csv {
        /// Byte between cells.
        delimiter: u8,
    },
}

/// A JSON document, line or CSV row longer than this many bytes is scanned as plain text.
const MAX_RECORD: usize = 64 << 20;

/// Scans one file block by block.
pub struct FileScanner {
    kind: Kind,
    clean: bool,
    desk: Desk,
    header: Option<Header>,
    /// The bytes to come belong to a record that is too long, of which a part was scanned as plain text.
    oversize: bool,
}

/// Rules and buffers: what a text of any kind needs.
pub(crate) struct Desk {
    rules: Arc<RuleSet>,
    today: Date,
    judge: Judge,
    pub(crate) limits: Limits,
}

/// One text of a record, such as a cell.
pub(crate) struct Piece<'a> {
    pub(crate) id: u32,
    pub(crate) text: &'a [u8],
    pub(crate) label: Option<&'a [u8]>,
}

impl FileScanner {
    /// A scanner for a file of this kind. `clean`: make the cleaned copy too. The rules are asked about
    /// surface `Files`, direction `Request`, with `today` for their dates.
    #[must_use]
    pub fn new(rules: Arc<RuleSet>, kind: Kind, today: Date, clean: bool) -> Self {
        let limits = Limits {
            max_decoded_bytes: MAX_RECORD,
            max_fields: 4_000_000,
            ..Limits::default()
        };
        let desk = Desk {
            rules,
            today,
            judge: Judge::default(),
            limits,
        };
        Self {
            kind,
            clean,
            desk,
            header: None,
            oversize: false,
        }
    }

    /// Scans records longer than this many bytes as plain text, block by block: what bounds the memory (64 MiB unless told).
    #[must_use]
    pub fn with_max_record(mut self, bytes: usize) -> Self {
        self.desk.limits.max_decoded_bytes = bytes;
        self
    }

    /// Takes the next block. Bytes before `from` were judged before and are context only; `last`: the file ends here.
    ///
    /// [`Step::consumed`] says how far the block is done; when it is `from` and the block is not the last, the block holds no
    /// whole record: feed it again with more behind it.
    ///
    /// # Panics
    /// If `from` lies behind the block.
    pub fn feed(&mut self, block: &[u8], from: usize, last: bool) -> Step {
        assert!(
            from <= block.len(),
            "from {from} lies behind a block of {} bytes",
            block.len()
        );
        let mut step = Step {
            consumed: from,
            ..Step::default()
        };
        if self.kind == Kind::Text || self.oversize {
            let end = if self.oversize {
                self.record_end(block, from)
            } else {
                None
            };
            let (text, whole) = end.map_or((block, last), |end| (&block[..end], true));
            text::feed(&mut self.desk, text, from, whole, self.clean, &mut step);
            self.oversize = self.oversize && end.is_none();
            if end.is_none() {
                return step;
            }
        }
        let too_long = match self.kind {
            Kind::Text => return step,
            Kind::Json => json::document(&mut self.desk, block, last, self.clean, &mut step),
            Kind::JsonLines => json::lines(&mut self.desk, block, last, self.clean, &mut step),
            Kind::Csv { delimiter } => csv::rows(
                &mut self.desk,
                &mut self.header,
                delimiter,
                block,
                last,
                self.clean,
                &mut step,
            ),
        };
        step.keep_from = step.consumed;
        if let Some(reason) = too_long {
            let at = step.consumed;
            step.unread.push(Unread { at, reason });
            self.oversize = true;
            text::feed(&mut self.desk, block, at, last, self.clean, &mut step);
        }
        step
    }

    /// One past the line feed that ends the record which `from` is in; a quoted one ends it too, for a row that is too
    /// long has most likely lost a quote. `None` while it is not in the block.
    fn record_end(&self, block: &[u8], from: usize) -> Option<usize> {
        match self.kind {
            Kind::Text | Kind::Json => None,
            Kind::JsonLines | Kind::Csv { .. } => memchr::memchr(b'\n', &block[from..]).map(|at| from + at + 1),
        }
    }
}

impl Desk {
    /// Scans the pieces of one record and decides over all of them.
    pub(crate) fn decide<'a>(&mut self, pieces: impl Iterator<Item = Piece<'a>>) -> Decision {
        let traffic = Traffic::unknown(Direction::Request, Surface::Files, self.today);
        let texts = pieces.map(|piece| Text {
            field: piece.id,
            record: 0,
            bytes: piece.text,
            label: piece.label,
        });
        self.judge.decide(&self.rules, &traffic, texts)
    }

    /// What stands in the cleaned copy in place of a cluster; `None` when it stays. A file has no one to refuse, so what
    /// would be blocked is redacted.
    pub(crate) fn replacement(&self, cluster: &Cluster, text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match cluster.enforced {
            Action::Allow | Action::Audit => return None,
            Action::Block => {
                let mut redact = cluster.clone();
                redact.enforced = Action::Redact;
                self.rules.transform(&redact, text, &Keys::none(), &mut out);
            }
            _ => {
                self.rules.transform(cluster, text, &Keys::none(), &mut out);
            }
        }
        Some(out)
    }
}
