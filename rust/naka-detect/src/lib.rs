//! Finds Indian personal data in text. Text in, findings out. No policy, no I/O, no clock.

mod finding;

pub use finding::{EntityId, Evidence, Finding, Flags, RuleId, Tier, WordId};
