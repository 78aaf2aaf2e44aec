//! Ranges of a sorted list by the key that its entries share: open addressing, one or two reads a look.

use std::ops::Range;

/// See the module. A range that is empty ends a probe.
#[derive(Debug)]
pub(super) struct Slots(Box<[(u64, u32, u32)]>);

impl Slots {
    /// `keys` of the list's entries, in its order; equal ones stand together.
    pub(super) fn new(keys: &[u64]) -> Self {
        let groups = keys.chunk_by(|a, b| a == b);
        let size = (2 * groups.clone().count()).next_power_of_two().max(2);
        let mut new = Self(vec![(0, 0, 0); size].into_boxed_slice());
        let mut from = 0;
        for group in groups {
            let mut at = new.place(group[0]);
            while new.0[at].2 != 0 {
                at = (at + 1) & (new.0.len() - 1);
            }
            let to = from + group.len() as u32;
            new.0[at] = (group[0], from, to);
            from = to;
        }
        new
    }

    #[inline(always)]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as usize & (self.0.len() - 1)
    }

    /// The entries with this key.
    #[inline(always)]
    pub(super) fn get(&self, key: u64) -> Range<usize> {
        let mut at = self.place(key);
        loop {
            let (held, from, to) = self.0[at];
            if held == key || to == 0 {
                return from as usize..to as usize;
            }
            at = (at + 1) & (self.0.len() - 1);
        }
    }
}
