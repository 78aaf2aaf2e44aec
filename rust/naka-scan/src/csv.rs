//! Rows of cells (RFC 4180, any delimiter): each cell is a text, the name of its column the label.
//! Cells without a finding keep their bytes, quotes and spaces included.

use std::ops::Range;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::scanner::{Desk, Piece};
use crate::step::{FileFinding, Step};

/// The names of the columns; empty when the first row is data.
pub(crate) struct Header(Vec<Vec<u8>>);

/// A cell: where its raw form is in the block, and its text without quotes.
struct Cell {
    raw: Range<usize>,
    text: Vec<u8>,
}

/// The whole rows of a block; says why not when the next one is too long to be held.
pub(crate) fn rows(
    desk: &mut Desk,
    header: &mut Option<Header>,
    delimiter: u8,
    block: &[u8],
    last: bool,
    clean: bool,
    step: &mut Step,
) -> Option<&'static str> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    while step.consumed < block.len() {
        let Some((cells, end)) = row(&mut reader, block, step.consumed, last) else {
            let held = block.len() - step.consumed;
            return (held > desk.limits.max_decoded_bytes).then_some("row_too_large");
        };
        match header {
            None => {
                let names = Header::of(&cells);
                let is_data = names.0.is_empty();
                *header = Some(names);
                if is_data {
                    judge_row(desk, &[], &cells, block, step.consumed..end, clean, step);
                } else if clean {
                    step.cleaned.extend_from_slice(&block[step.consumed..end]);
                }
            }
            Some(Header(names)) => {
                judge_row(desk, names, &cells, block, step.consumed..end, clean, step);
            }
        }
        step.consumed = end;
    }
    None
}

impl Header {
    /// A first row is names when every cell is short words: no long number and no address.
    fn of(cells: &[Cell]) -> Self {
        let named = cells.iter().all(|cell| {
            let digits = cell.text.iter().filter(|byte| byte.is_ascii_digit()).count();
            cell.text.len() <= 64 && digits <= 3 && !cell.text.contains(&b'@')
        });
        Self(if named {
            cells.iter().map(|cell| cell.text.clone()).collect()
        } else {
            Vec::new()
        })
    }
}

/// The row that begins at `start`, and where the next begins; `None` while its end is not in the block.
fn row(reader: &mut Reader, block: &[u8], start: usize, last: bool) -> Option<(Vec<Cell>, usize)> {
    let mut cells = Vec::new();
    let mut at = first_cell(block, start);
    let mut cell = Cell {
        raw: at..at,
        text: Vec::new(),
    };
    let mut buffer = [0_u8; 4096];
    loop {
        // This reader takes an empty input for the end of the file.
        if at == block.len() && !last {
            reader.reset();
            return None;
        }
        let (result, read, wrote) = reader.read_field(&block[at..], &mut buffer);
        at += read;
        cell.text.extend_from_slice(&buffer[..wrote]);
        match result {
            ReadFieldResult::OutputFull | ReadFieldResult::InputEmpty => {}
            ReadFieldResult::Field { record_end } => {
                cell.raw.end = raw_end(block, cell.raw.start, at, record_end);
                cells.push(std::mem::replace(
                    &mut cell,
                    Cell {
                        raw: at..at,
                        text: Vec::new(),
                    },
                ));
                if record_end {
                    // CRLF: this reader leaves the line feed to the next row.
                    if block.get(at) == Some(&b'\n') && block.get(at.wrapping_sub(1)) == Some(&b'\r') {
                        at += 1;
                    }
                    reader.reset();
                    return Some((cells, at));
                }
            }
            ReadFieldResult::End => {
                reader.reset();
                return Some((cells, block.len()));
            }
        }
    }
}

/// Where the row's first cell begins. Empty lines belong to no cell, nor does a byte order mark: this reader drops one
/// before any row, if it sees it whole, and tells no one.
fn first_cell(block: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        match &block[at..] {
            [b'\r' | b'\n', ..] => at += 1,
            [0xEF, 0xBB, 0xBF, ..] => at += 3,
            _ => return at,
        }
    }
}

/// Where a cell's raw form ends: before the delimiter or line end that closed it, if the file did not end there.
fn raw_end(block: &[u8], start: usize, at: usize, record_end: bool) -> usize {
    let closed = !record_end || block[start..at].ends_with(b"\n") || block[start..at].ends_with(b"\r");
    if closed { at - 1 } else { at }
}

fn judge_row(
    desk: &mut Desk,
    names: &[Vec<u8>],
    cells: &[Cell],
    block: &[u8],
    row: Range<usize>,
    clean: bool,
    step: &mut Step,
) {
    let name = |column: usize| names.get(column).filter(|name| !name.is_empty());
    let decision = desk.decide(cells.iter().enumerate().map(|(column, cell)| Piece {
        id: column as u32,
        text: &cell.text,
        label: name(column).map(Vec::as_slice),
    }));
    let mut at = row.start;
    for clusters in decision.clusters.chunk_by(|one, other| one.field == other.field) {
        let column = clusters[0].field as usize;
        let cell = &cells[column];
        let mut text = Vec::new();
        let (mut done, mut changed) = (0, false);
        for cluster in clusters {
            for member in decision.members(cluster) {
                let found = member.finding;
                step.findings.push(FileFinding {
                    finding: found,
                    span: cell.raw_span(block, found.start, found.end),
                    place: name(column).map_or_else(
                        || format!("column {}", column + 1),
                        |name| String::from_utf8_lossy(name).into(),
                    ),
                    action: cluster.enforced,
                });
            }
            if clean && let Some(replacement) = desk.replacement(cluster, &cell.text) {
                text.extend_from_slice(&cell.text[done..cluster.start as usize]);
                text.extend_from_slice(&replacement);
                (done, changed) = (cluster.end as usize, true);
            }
        }
        if changed {
            text.extend_from_slice(&cell.text[done..]);
            step.cleaned.extend_from_slice(&block[at..cell.raw.start]);
            write_cell(&text, block[cell.raw.clone()].starts_with(b"\""), &mut step.cleaned);
            at = cell.raw.end;
        }
    }
    if clean {
        step.cleaned.extend_from_slice(&block[at..row.end]);
    }
}

impl Cell {
    /// The bytes of the block in which the bytes `start..end` of the text are written.
    fn raw_span(&self, block: &[u8], start: u32, end: u32) -> Range<usize> {
        let (start, end) = (start as usize, end as usize);
        let raw = &block[self.raw.clone()];
        if !raw.starts_with(b"\"") {
            return self.raw.start + start..self.raw.start + end;
        }
        // `"ab""c"d` is ab"cd: a quote that stands alone closes, and what follows stands for itself.
        let (mut at, mut decoded, mut quoted) = (1, 0, true);
        let mut span = self.raw.start..self.raw.end;
        while decoded < end && at < raw.len() {
            let here = at;
            match &raw[at..] {
                [b'"', b'"', ..] if quoted => at += 2,
                [b'"', ..] if quoted => {
                    quoted = false;
                    at += 1;
                    continue;
                }
                _ => at += 1,
            }
            if decoded == start {
                span.start = self.raw.start + here;
            }
            decoded += 1;
        }
        span.end = self.raw.start + at;
        span
    }
}

/// A cell that had quotes keeps them; one without never needs them, for no replacement holds a delimiter.
fn write_cell(text: &[u8], quoted: bool, out: &mut Vec<u8>) {
    if !quoted {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for &byte in text {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
