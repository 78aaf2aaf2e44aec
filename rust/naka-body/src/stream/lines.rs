//! Lines of JSON: one event a line.

use super::frame::Payload;

/// What stands in a line, without the white space around it.
pub(super) fn payload(raw: &[u8]) -> Payload {
    let text = raw.trim_ascii();
    if text.is_empty() {
        return Payload::None;
    }
    let start = raw.len() - raw.trim_ascii_start().len();
    Payload::At {
        start,
        end: start + text.len(),
    }
}
