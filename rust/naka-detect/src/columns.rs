//! Text that is a table of lines: CSV with commas, semicolons, tabs or bars, under a line of column names.
//! What a cell is comes from its column, not from the cells beside it.
//!
//! A table is a run of lines that hold the same number of one delimiter outside quotes; its first line must look like
//! names. Cost: each line is read once, by memchr, and only lines that hold a candidate ask; no allocation.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::mask::{self, BLOCK, Level, Masks};

/// A cell and the name of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Where its table begins.
    pub(crate) top: usize,
    /// Where the cell begins.
    pub(crate) start: usize,
    pub(crate) header: Range<usize>,
}

const DELIMITERS: [u8; 4] = [b'\t', b'|', b';', b','];
/// Longest line of a table.
const LINE: usize = 4096;
/// Longest name of a column, and most words of one.
const NAME: usize = 48;
const NAME_WORDS: usize = 5;
/// Most names of columns that [`names`] tells.
const NAMES: usize = 64;

/// What is known of the page so far: the tables around the lines that were asked for. It only saves work.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// The line of the last place asked for.
    line: Range<usize>,
    /// Where that line begins, and its shape.
    last: (usize, Shape),
    /// The answer for that line: the table it is a row of.
    found: Option<Block>,
    /// The last run of lines with as many of each delimiter.
    blocks: [Option<Block>; DELIMITERS.len()],
}

/// A run of lines with the same number of a delimiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    delimiter: u8,
    count: usize,
    /// Start of its first line.
    top: usize,
    /// Start of the last line that is known to belong to it.
    until: usize,
    /// The first line names the columns.
    named: bool,
}

/// What decides whether two lines may be rows of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    /// Where the line ends, or what may be looked at of it: its line feed.
    end: usize,
    /// How many of each delimiter it holds outside quotes.
    counts: [u16; DELIMITERS.len()],
}

impl Shape {
    const NONE: Self = Self {
        end: usize::MAX - 1,
        counts: [0; DELIMITERS.len()],
    };
}

fn shape(text: &[u8], line: usize) -> Shape {
    mask::dispatch!(Level::detect(), shape_by<'t>(text: &'t [u8], line: usize) -> Shape)
}

/// One pass over the line, a block at a time.
fn shape_by<M: Masks>(text: &[u8], line: usize) -> Shape {
    let ceiling = (line + LINE + 1).min(text.len());
    let mut shape = Shape {
        end: ceiling,
        ..Shape::NONE
    };
    let mut quoted = 0u64; // all ones inside quotes
    let mut base = line;
    while base < ceiling {
        let block = &mask::block_at(&text[..ceiling], base);
        // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
        let equal = |byte| unsafe { M::equal(block, byte) };
        let ends = equal(b'\n');
        let line = if ends == 0 {
            u64::MAX
        } else {
            (ends & ends.wrapping_neg()) - 1
        };
        let mut inside = equal(b'"') & line;
        if inside != 0 {
            // Each quote turns all that follows.
            for by in [1, 2, 4, 8, 16, 32] {
                inside ^= inside << by;
            }
        }
        inside ^= quoted;
        quoted = 0u64.wrapping_sub(inside >> (BLOCK - 1));
        for (count, delimiter) in shape.counts.iter_mut().zip(DELIMITERS) {
            *count += (equal(delimiter) & line & !inside).count_ones() as u16;
        }
        if ends != 0 {
            shape.end = base + ends.trailing_zeros() as usize;
            break;
        }
        base += BLOCK;
    }
    shape
}

impl Columns {
    pub(crate) const fn new() -> Self {
        Self {
            line: 0..0,
            last: (usize::MAX, Shape::NONE),
            found: None,
            blocks: [None; DELIMITERS.len()],
        }
    }

    /// The cell that `start` lies in, when its line is a row of a table.
    #[inline]
    pub(crate) fn cell(&mut self, text: &[u8], start: usize) -> Option<Cell> {
        if !self.is_row(text, start) {
            return None;
        }
        let block = self.found?;
        let line = self.line.start;
        let (count, from) = delimiters_before(text, line, start, block.delimiter);
        // Of two columns the first may be the label of the second.
        let from = if block.count == 1 { line } else { from };
        let header = nth(text, block.top, line_end(text, block.top), block.delimiter, count)?;
        Some(Cell {
            top: block.top,
            start: from,
            header,
        })
    }

    /// True when the line that `start` lies in is a row of a table.
    #[inline]
    pub(crate) fn is_row(&mut self, text: &[u8], start: usize) -> bool {
        if !self.line.contains(&start) {
            let Some(line) = self.start_of_line(text, start) else {
                return false;
            };
            // A line that is longer than its shape is asked for again and again.
            let shape = if self.last.0 == line {
                self.last.1
            } else {
                shape(text, line)
            };
            self.found = if line == 0 { None } else { self.row(text, line, shape) };
            self.line = line..(shape.end + 1).max(start + 1);
            self.last = (line, shape);
        }
        self.found.is_some()
    }

    /// Where the line of the last place asked for begins.
    pub(crate) const fn line(&self) -> usize {
        self.line.start
    }

    /// Start of the line of `start`, which is not the last one; `None` when that is too far away.
    fn start_of_line(&self, text: &[u8], start: usize) -> Option<usize> {
        // Behind the last line its end bounds the look; before it, a short look, so that long lines are not read again
        // and again.
        let floor = if self.line.end <= start && self.line.end > 0 {
            self.line.end - 1
        } else {
            start.saturating_sub(LINE)
        };
        match memrchr(b'\n', &text[floor..start]) {
            Some(i) => Some(floor + i + 1),
            None if floor == 0 => Some(0),
            None if floor + 1 == self.line.end => Some(self.line.start), // a line that is longer than its shape
            None => None,
        }
    }

    /// The table that the line at `line` is a row of.
    fn row(&mut self, text: &[u8], line: usize, shape: Shape) -> Option<Block> {
        if shape.end - line > LINE {
            return None;
        }
        let (last, known) = self.last;
        let above = if known.end + 1 == line {
            last
        } else {
            previous(text, line)?
        };
        let over = if above == last { known } else { self::shape(text, above) };
        for (i, delimiter) in DELIMITERS.into_iter().enumerate() {
            let count = shape.counts[i];
            if count == 0 || count != over.counts[i] {
                continue;
            }
            let block = self.block(text, line, delimiter, usize::from(count), self.blocks[i]);
            self.blocks[i] = Some(block);
            if block.named && block.top != line {
                return Some(block);
            }
        }
        None
    }

    /// The run of lines that `line` belongs to; `known` saves going up to its first one.
    fn block(&self, text: &[u8], line: usize, delimiter: u8, count_here: usize, known: Option<Block>) -> Block {
        let known = known.filter(|block| block.count == count_here);
        let mut top = line;
        loop {
            if let Some(block) = known
                && (block.top..=block.until).contains(&top)
            {
                let until = block.until.max(line);
                return Block { until, ..block };
            }
            let Some(above) = previous(text, top) else { break };
            let end = line_end(text, above);
            if end - above > LINE || count(text, above, end, delimiter) != count_here {
                break;
            }
            top = above;
        }
        Block {
            delimiter,
            count: count_here,
            top,
            until: line,
            named: are_names(text, top, delimiter),
        }
    }
}

/// The line of names, its line break included, of the table that the line at `line` is a row of.
pub(crate) fn head(text: &[u8], line: usize) -> Option<Range<usize>> {
    let row = shape(text, line);
    let top = Columns::new().row(text, line, row).filter(|_| line > 0)?.top;
    let end = memchr(b'\n', &text[top..])?;
    Some(top..top + end + 1)
}

/// True when the line that `start` lies in, of which more may come, may yet be a row of a table.
pub(crate) fn may_become_row(text: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(LINE);
    let Some(line) = memrchr(b'\n', &text[floor..start]).map(|i| floor + i + 1) else {
        return false;
    };
    let Some(above) = previous(text, line) else {
        return false;
    };
    let (so_far, over) = (shape(text, line), shape(text, above));
    if memchr(b'\n', &text[start..]).is_some() || so_far.end - line > LINE {
        return false;
    }
    DELIMITERS.into_iter().enumerate().any(|(i, delimiter)| {
        let count = over.counts[i];
        count > 0
            && so_far.counts[i] <= count
            && Columns::new()
                .block(text, above, delimiter, usize::from(count), None)
                .named
    })
}

/// Where the lines of a table go on below the line that `start` lies in: the cells of the column that `start` lies in,
/// each trimmed and without its quotes, at most `most` of them.
pub(crate) fn below(text: &[u8], start: usize, most: usize, mut cell: impl FnMut(usize, usize)) {
    let top = memrchr(b'\n', &text[..start]).map_or(0, |i| i + 1);
    let end = line_end(text, top);
    if end - top > LINE {
        return;
    }
    for delimiter in DELIMITERS {
        let names = count(text, top, end, delimiter);
        if names == 0 || !are_names(text, top, delimiter) {
            continue;
        }
        let (column, _) = delimiters_before(text, top, start, delimiter);
        let mut line = end;
        for _ in 0..most {
            if line >= text.len() {
                return;
            }
            line += 1; // the line break
            let end = line_end(text, line);
            if end - line > LINE || count(text, line, end, delimiter) != names {
                return;
            }
            if let Some(range) = nth(text, line, end, delimiter, column) {
                let (from, to) = unquoted(text, range);
                if from < to {
                    cell(from, to);
                }
            }
            line = end;
        }
        return;
    }
}

/// Without the spaces and quotes around it.
fn unquoted(text: &[u8], cell: Range<usize>) -> (usize, usize) {
    let out = |c: u8| matches!(c, b' ' | b'"' | b'\'' | b'\r');
    let (mut from, mut to) = (cell.start, cell.end);
    while from < to && out(text[from]) {
        from += 1;
    }
    while from < to && out(text[to - 1]) {
        to -= 1;
    }
    (from, to)
}

/// The names of the columns of the table that begins at `top`.
pub(crate) fn names(text: &[u8], top: usize, mut name: impl FnMut(Range<usize>)) {
    let end = line_end(text, top);
    for delimiter in DELIMITERS {
        if memchr(delimiter, &text[top..end]).is_some() && are_names(text, top, delimiter) {
            let mut n = 0;
            while n < NAMES
                && let Some(cell) = nth(text, top, end, delimiter, n)
            {
                name(cell);
                n += 1;
            }
            return;
        }
    }
}

/// Start of the line before the one at `line`.
fn previous(text: &[u8], line: usize) -> Option<usize> {
    let end = line.checked_sub(1)?;
    let from = end.saturating_sub(LINE);
    match memrchr(b'\n', &text[from..end]) {
        Some(i) => Some(from + i + 1),
        None => (from == 0).then_some(0),
    }
}

/// End of the line at `line`, or of what may be looked at of it.
fn line_end(text: &[u8], line: usize) -> usize {
    let ceiling = (line + LINE + 1).min(text.len());
    let end = memchr(b'\n', &text[line..ceiling]).map_or(ceiling, |i| line + i);
    if end > line && text[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// Delimiters outside quotes.
fn count(text: &[u8], from: usize, to: usize, delimiter: u8) -> usize {
    delimiters_before(text, from, to, delimiter).0
}

/// How many delimiters outside quotes lie in `from..to`, and the place behind the last one.
fn delimiters_before(text: &[u8], from: usize, to: usize, delimiter: u8) -> (usize, usize) {
    let mut last = from;
    if memchr(b'"', &text[from..to]).is_none() {
        let mut count = 0;
        for at in memchr_iter(delimiter, &text[from..to]) {
            count += 1;
            last = from + at + 1;
        }
        return (count, last);
    }
    let (mut count, mut quoted) = (0, false);
    for (i, &c) in text[from..to].iter().enumerate() {
        match c {
            b'"' => quoted = !quoted,
            c if c == delimiter && !quoted => {
                count += 1;
                last = from + i + 1;
            }
            _ => {}
        }
    }
    (count, last)
}

/// The n-th cell of a line.
fn nth(text: &[u8], line: usize, end: usize, delimiter: u8, n: usize) -> Option<Range<usize>> {
    let (mut index, mut from, mut quoted) = (0, line, false);
    for (i, &c) in text[line..end].iter().enumerate() {
        match c {
            b'"' => quoted = !quoted,
            c if c == delimiter && !quoted => {
                if index == n {
                    return Some(from..line + i);
                }
                index += 1;
                from = line + i + 1;
            }
            _ => {}
        }
    }
    (index == n).then_some(from..end)
}

/// True when the line at `top` names columns: short cells of words, none of them a value.
fn are_names(text: &[u8], top: usize, delimiter: u8) -> bool {
    let end = line_end(text, top);
    let line = &text[top..end];
    // Sentences have commas too: of two columns the names must be short.
    let two = delimiter == b',' && memchr_iter(delimiter, line).count() == 1;
    let words = if two { 3 } else { NAME_WORDS };
    let mut cells = line.split(|&c| c == delimiter).peekable();
    let mut named = 0;
    let mut first = true;
    while let Some(cell) = cells.next() {
        let edge = first || cells.peek().is_none();
        first = false;
        let cell = cell.trim_ascii();
        let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
        let cell = cell.strip_suffix(b"\"").unwrap_or(cell);
        if cell.is_empty() {
            if edge && delimiter == b'|' {
                continue; // `| name | mobile |`
            }
            return false;
        }
        let begins = cell[0].is_ascii_alphabetic() || cell[0] >= 0x80 || cell[0] == b'#';
        let value = cell.windows(3).any(|w| w.iter().all(u8::is_ascii_digit))
            || cell
                .iter()
                .any(|c| matches!(c, b':' | b'=' | b'{' | b'}' | b'@' | b'?' | b'!' | b'<' | b'>' | b'"'));
        if !begins
            || value
            || cell.len() > NAME
            || cell.split(|&c| c == b' ').count() > words
            || (two && cell.ends_with(b"."))
        {
            return false;
        }
        named += 1;
    }
    named >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of the cell that holds `value`.
    fn header<'t>(text: &'t str, value: &str) -> Option<&'t str> {
        let at = text.find(value).unwrap();
        let cell = Columns::new().cell(text.as_bytes(), at)?;
        Some(text[cell.header].trim())
    }

    #[test]
    fn a_cell_is_named_by_its_column() {
        let text = "name,mobile,pan\nAsha,9812345670,QWEPK4821M\nRavi,9812345671,QWEPK4821N\n";
        assert_eq!(header(text, "9812345671"), Some("mobile"));
        assert_eq!(header(text, "QWEPK4821M"), Some("pan"));
        let quoted = "name,address,pin code\n\"Rao, A\",\"12, MG Road, Pune\",411001";
        assert_eq!(header(quoted, "411001"), Some("pin code"));
        let bars = "| name | mobile |\n|---|---|\n| Asha | 98123 45670 |";
        assert_eq!(header(bars, "98123"), Some("mobile"));
        assert_eq!(
            header("a table:\nid\tphone no\r\n1\t98\r\n2\t99", "99"),
            Some("phone no")
        );
    }

    #[test]
    fn prose_and_records_are_no_tables() {
        assert_eq!(header("Dear Asha,\nplease call 9812345670, thanks", "9812345670"), None);
        assert_eq!(header("pan: Q, mobile: 98\npan: R, mobile: 99", "99"), None);
        assert_eq!(header("Asha,9812345670\nRavi,9812345671", "9812345671"), None);
        assert_eq!(header("name,mobile\nAsha,98,99", "99"), None);
    }

    #[test]
    fn what_is_remembered_changes_nothing() {
        let text = "x\nname,mobile\na,1234\nb,5678\n\nid;pan\n1;QQ\n2;RR\nq,w\n".repeat(3);
        let mut forth = Columns::new();
        let places: Vec<usize> = (0..text.len()).collect();
        let fresh = |at| Columns::new().cell(text.as_bytes(), at);
        for &at in &places {
            assert_eq!(forth.cell(text.as_bytes(), at), fresh(at), "{at}");
        }
        for &at in places.iter().rev() {
            assert_eq!(forth.cell(text.as_bytes(), at), fresh(at), "{at}");
        }
        for step in [7, 31, 53] {
            for i in 0..places.len() {
                let at = i * step % text.len();
                assert_eq!(forth.cell(text.as_bytes(), at), fresh(at), "{at}");
            }
        }
    }

    #[test]
    fn cells_below_a_name_are_read_to_the_end_of_the_table() {
        let text = "name,age,pan\nAsha, 34,Q\n\"R, V\",\"41\",W\n\nelse,1,2";
        let mut seen = Vec::new();
        below(text.as_bytes(), 5, 100, |from, to| seen.push(&text[from..to]));
        assert_eq!(seen, ["34", "41"]);
    }
}
