//! Finds Indian personal data in text. Text in, findings out. No policy, no I/O, no clock.

mod finding;
pub mod fold;
#[allow(dead_code)] // the lanes come next
mod mask;

pub use finding::{EntityId, Evidence, Finding, Flags, RuleId, Tier, WordId};
