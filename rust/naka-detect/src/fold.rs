//! Folding: what people type in other digits, widths and spaces becomes ASCII, so that a pattern is
//! written once. Spans found in the folded text map back to the original bytes.
//!
//! Folded, one character to one byte:
//! - decimal digits of Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada,
//!   Malayalam, Arabic, Urdu, Ol Chiki and Meetei Mayek;
//! - full-width ASCII (U+FF01-FF5E), mathematical Latin letters and digits (U+1D400-1D7FF and the
//!   letter-like forms of U+2100-2134);
//! - dashes (U+2010-2015, U+2212, U+FE58, U+FE63) to `-`, spaces (U+00A0, U+2000-200A, U+202F,
//!   U+205F, U+3000) to a space.
//!
//! Dropped: zero-width and soft characters (U+200B-200D, U+2060, U+FEFF, U+00AD) where the folded
//! neighbours on both sides are ASCII. Between letters of Indic scripts they carry meaning and stay.
//! Source of the code points: Unicode 16, UnicodeData.txt (general category Nd, and NFKC).
//!
//! Not done here: case folding, and any change of words. Any bytes are accepted; what is not
//! well-formed UTF-8 is copied as it is.
//!
//! Cost: text with nothing to fold is returned as it is, without a copy, at 20 GB/s and more
//! for ASCII and about 5 GB/s for Devanagari. The map holds one entry per stretch, not per byte.
//!
//! ```
//! use naka_detect::fold::{FoldBuffer, fold};
//! let mut buffer = FoldBuffer::default();
//! let text = "आधार ५१०९–८०२७".as_bytes();
//! let folded = fold(text, &mut buffer);
//! assert_eq!(folded.bytes(), "आधार 5109-8027".as_bytes());
//! let start = folded.bytes().len() - 9;
//! let span = folded.span(start, start + 4);
//! assert_eq!(&text[span.0..span.1], "५१०९".as_bytes());
//! ```

mod chars;

use crate::mask::{self, BLOCK, LOOKAHEAD, Level, Masks, Window};
use chars::Folds;

/// The longest text that may be folded and scanned, in bytes: offsets are 32 bits wide.
pub const MAX_TEXT: usize = u32::MAX as usize;

/// A stretch of the folded text in which every byte stands for `width` bytes of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// First byte in the folded text.
    folded: u32,
    /// First byte in the original text.
    original: u32,
    /// Bytes of the original for each folded byte: 1 for copied text, 2-4 for folded characters.
    width: u32,
}

/// Memory that is reused from one text to the next.
#[derive(Debug, Default)]
pub struct FoldBuffer {
    bytes: Vec<u8>,
    stretches: Vec<Stretch>,
}

/// A text after folding, and the way back to the original.
#[derive(Debug, Clone, Copy)]
pub struct Folded<'a> {
    bytes: &'a [u8],
    /// Sorted, the first begins at 0. Empty when nothing was folded: every offset is its own image.
    stretches: &'a [Stretch],
}

impl<'a> Folded<'a> {
    /// The folded text.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// True when the folded text is the original, not a copy.
    #[must_use]
    pub const fn is_borrowed(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Maps the span `start..end` of the folded text to the original text. Dropped characters at the
    /// edges stay outside, those in the middle inside. An empty span maps to an empty span.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        if self.stretches.is_empty() {
            return (start, end);
        }
        let (first, _) = self.locate(start);
        let last = if end > start { self.locate(end - 1).1 } else { first };
        (first, last)
    }

    /// The first folded byte that stands for a byte of the original at `original` or behind it.
    pub(crate) fn image(&self, original: usize) -> usize {
        let after = self.stretches.partition_point(|s| s.original as usize <= original);
        let Some(stretch) = after.checked_sub(1).map(|i| self.stretches[i]) else {
            return original; // nothing was folded
        };
        let inside = (original - stretch.original as usize).div_ceil(stretch.width as usize);
        let end = self
            .stretches
            .get(after)
            .map_or(self.bytes.len(), |s| s.folded as usize);
        (stretch.folded as usize + inside).min(end)
    }

    /// The original bytes for the folded byte at `at`: start and end.
    fn locate(&self, at: usize) -> (usize, usize) {
        let after = self.stretches.partition_point(|s| s.folded as usize <= at);
        let stretch = self.stretches[after - 1]; // the first begins at 0
        let width = stretch.width as usize;
        let start = stretch.original as usize + (at - stretch.folded as usize) * width;
        (start, start + width)
    }
}

/// `text` without the zero-width characters at its end: whether these go depends on what comes.
pub(crate) fn without_soft_end(text: &str) -> &str {
    text.trim_end_matches(['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'])
}

/// Folds a text; see the head of this module. The result lives as long as the text and the buffer.
///
/// # Panics
/// When the text is longer than [`MAX_TEXT`].
pub fn fold<'a>(text: &'a [u8], buffer: &'a mut FoldBuffer) -> Folded<'a> {
    fold_at(Level::detect(), text, buffer)
}

fn fold_at<'a>(level: Level, text: &'a [u8], buffer: &'a mut FoldBuffer) -> Folded<'a> {
    assert!(
        text.len() <= MAX_TEXT,
        "a text is at most {MAX_TEXT} bytes, got {}",
        text.len()
    );
    buffer.stretches.clear();
    let mut state = Writer {
        text,
        buffer,
        done: 0,
        kept: 0,
    };
    let writer = &mut state;
    mask::dispatch!(level, visit_all<'t, 'w>(writer: &'w mut Writer<'t>) -> ());
    return state.finish();

    fn visit_all<M: Masks>(writer: &mut Writer<'_>) {
        let text = writer.text;
        let mut base = 0;
        let mut tail: Window;
        while base < text.len() {
            let window = match text[base..].first_chunk::<{ BLOCK + LOOKAHEAD }>() {
                Some(window) => window,
                None => {
                    tail = mask::padded(text, base);
                    &tail
                }
            };
            // SAFETY: `dispatch!` runs this only on a machine that has the instructions of `M`.
            let mut foldable = unsafe { M::foldable(window) };
            while foldable != 0 {
                writer.visit(base + foldable.trailing_zeros() as usize);
                foldable &= foldable - 1;
            }
            base += BLOCK;
        }
    }
}

/// Writes the folded text, left to right. Nothing is written before the first character that folds.
struct Writer<'a> {
    text: &'a [u8],
    buffer: &'a mut FoldBuffer,
    /// Bytes of `text` that are in the buffer already.
    done: usize,
    /// Zero-width characters before this position were looked at and stay.
    kept: usize,
}

impl<'a> Writer<'a> {
    fn visit(&mut self, at: usize) {
        if at < self.done || at < self.kept {
            return;
        }
        match chars::folds(&self.text[at..]) {
            Folds::No => {}
            Folds::Into { byte, width } => {
                self.copy_until(at);
                self.open(at, width);
                self.buffer.bytes.push(byte);
                self.done = at + width;
            }
            Folds::Soft { width } => self.soft(at, width),
        }
    }

    /// Drops a run of zero-width characters between two ASCII bytes, or keeps all of the run.
    fn soft(&mut self, at: usize, width: usize) {
        let mut end = at + width;
        while let Folds::Soft { width } = chars::folds(&self.text[end..]) {
            end += width;
        }
        let before = if at > self.done {
            self.text.get(at - 1).copied()
        } else if self.done > 0 {
            self.buffer.bytes.last().copied()
        } else {
            None
        };
        let after = match self.text.get(end) {
            Some(byte) if byte.is_ascii() => true,
            Some(_) => matches!(chars::folds(&self.text[end..]), Folds::Into { .. }),
            None => false,
        };
        if after && before.is_some_and(|byte| byte.is_ascii()) {
            self.copy_until(at);
            self.done = end;
        } else {
            self.kept = end; // so that a long run is walked once
        }
    }

    fn copy_until(&mut self, at: usize) {
        if self.buffer.stretches.is_empty() && self.done == 0 {
            self.buffer.bytes.clear();
        }
        if at > self.done {
            self.open(self.done, 1);
            self.buffer.bytes.extend_from_slice(&self.text[self.done..at]);
            self.done = at;
        }
    }

    /// Makes sure that a byte pushed now stands for the `width` bytes of the original at `original`.
    fn open(&mut self, original: usize, width: usize) {
        let folded = self.buffer.bytes.len();
        if let Some(last) = self.buffer.stretches.last() {
            let length = folded - last.folded as usize;
            if last.width as usize == width && last.original as usize + length * width == original {
                return;
            }
        }
        // No truncation: `fold_at` checked the length of the text.
        self.buffer.stretches.push(Stretch {
            folded: folded as u32,
            original: original as u32,
            width: width as u32,
        });
    }

    fn finish(mut self) -> Folded<'a> {
        if self.done == 0 {
            return Folded {
                bytes: self.text,
                stretches: &[],
            };
        }
        self.copy_until(self.text.len());
        let buffer: &'a FoldBuffer = self.buffer;
        Folded {
            bytes: &buffer.bytes,
            stretches: &buffer.stretches,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let mut buffer = FoldBuffer::default();
        String::from_utf8(fold(text.as_bytes(), &mut buffer).bytes().to_vec()).expect("valid UTF-8")
    }

    #[test]
    fn digits_of_every_script_become_ascii() {
        let zeros = [
            0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0x660, 0x6f0, 0x1c50, 0xabf0, 0xff10,
            0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
        ];
        for zero in zeros {
            let text: String = (zero..zero + 10).filter_map(char::from_u32).collect();
            assert_eq!(folded(&text), "0123456789", "script with zero U+{zero:04X}");
        }
        assert_eq!(folded("5१09 ৮०২৭"), "5109 8027");
    }

    #[test]
    fn letters_dashes_and_spaces_become_ascii() {
        assert_eq!(folded("ＱＷＥＰＫ４８２１Ｍ ａｚ＠ｙｂｌ"), "QWEPK4821M az@ybl");
        assert_eq!(folded("𝐐𝑊𝖤𝙿𝕂𝟜𝟪𝟮𝟣ℳ"), "QWEPK4821M");
        assert_eq!(folded("1‐2‑3‒4–5—6―7−8﹘9﹣0－1"), "1-2-3-4-5-6-7-8-9-0-1");
        assert_eq!(folded("1\u{a0}2\u{2009}3\u{202f}4\u{205f}5\u{3000}6"), "1 2 3 4 5 6");
    }

    #[test]
    fn zero_width_characters_go_between_ascii_and_stay_between_indic_letters() {
        assert_eq!(folded("51\u{200b}09\u{200d}\u{feff}80२\u{ad}7"), "51098027");
        let word = "क्\u{200d}ष र\u{200c}्";
        assert_eq!(folded(word), word);
        assert_eq!(folded("\u{feff}5109"), "\u{feff}5109"); // nothing before it
        assert_eq!(folded("5109\u{200b}"), "5109\u{200b}");
        assert_eq!(folded("5109\u{200b}क"), "5109\u{200b}क");
    }

    #[test]
    fn other_text_is_borrowed() {
        for text in ["", "plain", "नमस्ते दुनिया।", "“quoted” €5 ½ …", "ٱلسَّلَامُ", "日本語"]
        {
            let mut buffer = FoldBuffer::default();
            let folded = fold(text.as_bytes(), &mut buffer);
            assert!(folded.is_borrowed(), "{text}");
            assert_eq!(folded.bytes().as_ptr(), text.as_ptr());
        }
    }

    #[test]
    fn spans_map_to_the_original_characters() {
        let text = "a५1\u{200b}𝟐 ٣—z";
        let mut buffer = FoldBuffer::default();
        let folded = fold(text.as_bytes(), &mut buffer);
        assert_eq!(folded.bytes(), b"a512 3-z");
        let at = |start, end| {
            let (start, end) = folded.span(start, end);
            &text[start..end]
        };
        assert_eq!(at(0, 8), text);
        assert_eq!(at(1, 3), "५1"); // the zero-width space stays outside
        assert_eq!(at(2, 4), "1\u{200b}𝟐");
        assert_eq!(at(3, 4), "𝟐");
        assert_eq!(at(5, 7), "٣—");
        assert_eq!(at(7, 8), "z");
        assert_eq!(folded.span(3, 3).0, folded.span(3, 3).1);
        for at in 0..8 {
            assert_eq!(folded.image(folded.span(at, at + 1).0), at);
        }
        assert_eq!(folded.image(text.len()), 8);
    }

    #[test]
    fn a_run_of_zero_width_characters_is_walked_once() {
        // 6 million soft characters: quadratic work would not end.
        let text = "\u{200b}".repeat(2 << 20);
        let mut buffer = FoldBuffer::default();
        assert!(fold(text.as_bytes(), &mut buffer).is_borrowed());
        let text = format!("1{text}2");
        assert_eq!(fold(text.as_bytes(), &mut buffer).bytes(), b"12");
    }

    #[test]
    fn a_buffer_keeps_nothing_of_the_text_before() {
        let mut buffer = FoldBuffer::default();
        assert_eq!(fold("५५५५".as_bytes(), &mut buffer).bytes(), b"5555");
        assert_eq!(fold("x५".as_bytes(), &mut buffer).bytes(), b"x5");
        assert!(fold(b"plain", &mut buffer).is_borrowed());
    }

    /// Pieces that meet the rules of folding often; random characters hardly ever would.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("५१०९".to_owned()),
            Just("٣".to_owned()),
            Just("𝟐".to_owned()),
            Just("\u{200b}".to_owned()),
            Just("\u{200d}\u{feff}".to_owned()),
            Just("—".to_owned()),
            Just("\u{a0}".to_owned()),
            Just("क्ष".to_owned()),
            "[a-z0-9 @.-]{0,40}",
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    /// What must hold for any bytes.
    fn check(text: &[u8]) -> Result<(), TestCaseError> {
        let mut buffer = FoldBuffer::default();
        let folded = fold(text, &mut buffer);
        let mut last = 0;
        for at in 0..folded.bytes().len() {
            let (start, end) = folded.span(at, at + 1);
            prop_assert!(last <= start && start < end && end <= text.len(), "monotone");
            if end - start == 1 {
                prop_assert_eq!(folded.bytes()[at], text[start]);
            } else {
                prop_assert!(folded.bytes()[at].is_ascii());
            }
            last = end;
        }
        if let Ok(text) = std::str::from_utf8(text) {
            let inner = std::str::from_utf8(folded.bytes()).expect("folding keeps UTF-8 valid");
            for (at, char) in inner.char_indices() {
                let (start, end) = folded.span(at, at + char.len_utf8());
                prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
            }
        }
        let once = folded.bytes().to_vec();
        let mut buffer = FoldBuffer::default();
        prop_assert_eq!(fold(&once, &mut buffer).bytes(), &once[..], "folding twice");
        for level in Level::available() {
            let mut buffer = FoldBuffer::default();
            prop_assert_eq!(fold_at(level, text, &mut buffer).bytes(), &once[..]);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn folding_text_is_monotone_and_idempotent(text in pieces()) {
            check(text.as_bytes())?;
        }

        #[test]
        fn folding_any_bytes_is_monotone_and_idempotent(
            bytes in proptest::collection::vec(any::<u8>(), 0..300)
        ) {
            check(&bytes)?;
        }

        #[test]
        fn broken_characters_are_copied(text in pieces(), cut in 0usize..400, len in 0usize..5) {
            let mut bytes = text.into_bytes();
            let cut = cut.min(bytes.len());
            let end = (cut + len).min(bytes.len());
            bytes.drain(cut..end);
            check(&bytes)?;
        }
    }
}
