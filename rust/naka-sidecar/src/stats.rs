//! A few numbers of a data plane, for the process that runs it.

use std::sync::atomic::Ordering;

use crate::plane::Plane;

/// Counts since the start, and what is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Revision in force; empty before the first policy.
    pub revision: String,
    /// Something is enforced.
    pub enforces: bool,
    /// Exchanges begun.
    pub exchanges: u64,
    /// Exchanges under way.
    pub in_flight: i64,
    /// Body bytes held.
    pub bytes_in_flight: u64,
    /// Audit events that no line tells of.
    pub audit_lost: u64,
}

impl Stats {
    pub(crate) fn of(plane: &Plane) -> Self {
        let in_force = plane.in_force();
        Self {
            revision: in_force
                .as_ref()
                .map(|in_force| in_force.rules.revision().to_owned())
                .unwrap_or_default(),
            enforces: in_force.is_some_and(|in_force| in_force.rules.enforces()),
            exchanges: plane.metrics.exchanges.load(Ordering::Relaxed),
            in_flight: plane.metrics.in_flight.load(Ordering::Relaxed),
            bytes_in_flight: plane.shared.budget.used(),
            audit_lost: plane.audit_lost(),
        }
    }
}
