//! Half surrogate pairs: `"\ud83d"`, which JavaScript and Python write when a text was cut inside an emoji.
//!
//! The grammar has them, most readers take them, the tokenizer does not: without this, one cut emoji would turn a whole
//! body into one that is not JSON.

use memchr::memmem;

use super::text::code_unit;

/// The text with `\ufffd` in place of each half pair, which is as long; none if there is none.
pub(super) fn mended(text: &[u8]) -> Option<Vec<u8>> {
    let mut mended = None;
    let mut at = memmem::find(text, b"\\u")?;
    // An escape that begins just before may end here: step back over its backslashes.
    at -= text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
    while let Some(step) = memchr::memchr(b'\\', &text[at..]) {
        at += step;
        // Any other escape is two bytes, or so far from valid that the tokenizer will stop there.
        let Some(unit) = code_unit(text, at) else {
            at += 2.min(text.len() - at);
            continue;
        };
        let pair = (0xd800..0xdc00).contains(&unit) && matches!(code_unit(text, at + 6), Some(0xdc00..=0xdfff));
        if (0xd800..0xe000).contains(&unit) && !pair {
            let copy = mended.get_or_insert_with(|| text.to_vec());
            copy[at..at + 6].copy_from_slice(b"\\ufffd");
        }
        at += if pair { 12 } else { 6 };
    }
    mended
}
