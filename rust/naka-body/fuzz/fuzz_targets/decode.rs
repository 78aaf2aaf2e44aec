//! Any bytes in any content encodings: no panic, and never more output than the limits allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naka_body::{Limits, decode};

const ENCODINGS: [&str; 8] = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, zstd",
    "br, gzip",
    "x-gzip, deflate",
    "identity, gzip",
];

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    let limits = Limits {
        max_decoded_bytes: 4 << 20,
        max_ratio: 100,
        ..Limits::default()
    };
    if let Ok(text) = decode(ENCODINGS[usize::from(choice & 7)], bytes, &limits) {
        assert!(text.len() <= limits.max_decoded_bytes);
        assert!(text.len() <= 1 << 20 || text.len() / limits.max_ratio <= bytes.len());
    }
});
