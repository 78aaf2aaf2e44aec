//! Feeds a file to a scanner in blocks, as a caller does. Shared by the tests and the fuzz target.

use naka_scan::FileScanner;

/// (entity index, start, end, place) of each finding in file offsets, and the cleaned file.
pub(crate) type Outcome = (Vec<(u16, usize, usize, String)>, Vec<u8>);

/// Scans `file`, `block` bytes at a time.
pub(crate) fn feed(mut scanner: FileScanner, file: &[u8], block: usize) -> Outcome {
    let (mut found, mut cleaned) = (Vec::new(), Vec::new());
    let (mut buffer, mut offset, mut from, mut read) = (Vec::new(), 0, 0, 0);
    loop {
        let take = block.min(file.len() - read);
        buffer.extend_from_slice(&file[read..read + take]);
        read += take;
        let last = read == file.len();
        let step = scanner.feed(&buffer, from, last);
        for one in &step.findings {
            assert!(one.span.start < one.span.end && one.span.end <= buffer.len(), "{one:?}");
            found.push((
                one.finding.entity.0,
                offset + one.span.start,
                offset + one.span.end,
                one.place.clone(),
            ));
        }
        cleaned.extend_from_slice(&step.cleaned);
        if last {
            return (found, cleaned);
        }
        assert!(step.keep_from <= step.consumed.max(from) && step.consumed <= buffer.len());
        from = step.consumed.max(from) - step.keep_from;
        buffer.drain(..step.keep_from);
        offset += step.keep_from;
    }
}
