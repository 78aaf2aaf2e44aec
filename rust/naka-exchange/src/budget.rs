//! Bytes in flight over all exchanges of a process: admitted before the first byte is held, returned when the
//! holder is dropped. Without it a few large uploads at once could take all memory.
//! Cost: one atomic add per held piece.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The process-wide limit.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: AtomicU64,
}

impl Budget {
    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: AtomicU64::new(0),
        })
    }

    /// Bytes held now.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The limit in bytes.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    fn take(&self, bytes: u64) -> bool {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= self.limit)
            })
            .is_ok()
    }
}

/// Bytes by which a lease that follows its holder changes: small changes cost nothing.
const STEP: u64 = 16 << 10;

/// What one body has taken of the budget; given back on drop.
#[derive(Debug)]
pub struct Lease {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Lease {
    /// An empty lease.
    #[must_use]
    pub fn new(budget: Arc<Budget>) -> Self {
        Self { budget, bytes: 0 }
    }

    /// Makes the lease at least `bytes` large. False, and nothing taken, when the budget does not allow it.
    #[must_use]
    pub fn cover(&mut self, bytes: u64) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        if more > 0 && !self.budget.take(more) {
            return false;
        }
        self.bytes += more;
        true
    }

    /// Makes the lease as large as `bytes` asks, in steps of [`STEP`]. False, and nothing changed, when the budget does not
    /// allow it.
    #[must_use]
    pub fn resize(&mut self, bytes: u64) -> bool {
        let wanted = bytes.next_multiple_of(STEP);
        if wanted < self.bytes {
            self.budget.used.fetch_sub(self.bytes - wanted, Ordering::Relaxed);
            self.bytes = wanted;
        }
        self.cover(wanted)
    }

    /// Moves what was taken into a new lease, which outlives this one.
    #[must_use]
    pub fn split_off(&mut self) -> Self {
        Self {
            budget: Arc::clone(&self.budget),
            bytes: std::mem::take(&mut self.bytes),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_over_the_limit_takes_nothing_and_a_drop_gives_all_back() {
        let budget = Budget::new(100);
        let mut first = Lease::new(Arc::clone(&budget));
        assert!(first.cover(60));
        assert!(first.cover(50), "already covered");
        let mut second = Lease::new(Arc::clone(&budget));
        assert!(!second.cover(41));
        assert_eq!(budget.used(), 60);
        assert!(second.cover(40));
        let moved = first.split_off();
        drop(first);
        assert_eq!(budget.used(), 100, "the moved lease still holds it");
        drop((moved, second));
        assert_eq!(budget.used(), 0);
    }
}
