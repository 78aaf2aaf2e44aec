//! Keys that tables name: they may be shown, for they are no one's data, and need no scan.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Asked for every key that no path names.
pub(crate) type Words = HashSet<Box<[u8]>, BuildHasherDefault<WordHasher>>;

/// Length, first and last bytes. The set is fixed when the tables are loaded: a client can choose what is looked up, not
/// what collides, so speed is all that counts.
#[derive(Default)]
pub(crate) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            self.mix(u64::from_le_bytes(first));
            self.mix(u64::from_le_bytes(last));
        } else if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            self.mix(u64::from(u32::from_le_bytes(first)) << 32 | u64::from(u32::from_le_bytes(last)));
        } else {
            bytes.iter().for_each(|&byte| self.mix(u64::from(byte)));
        }
    }

    fn write_usize(&mut self, length: usize) {
        self.mix(length as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
