//! Finds Indian personal data in text. Text in, findings out. No policy, no I/O, no clock.

mod check;
pub mod checksum;
mod context;
mod data;
mod detector;
mod finding;
pub mod fold;
mod judge;
mod lanes;
mod lexicon;
mod mask;
mod neighbours;
mod normalize;
pub mod oracle;
mod resolve;
mod rule;
mod rule_error;
mod ruleset;
mod scan;
mod table;
mod window;

pub use detector::{Detector, Scratch};
pub use finding::{EntityId, Evidence, Finding, Flags, RuleId, Tier, WordId};
pub use rule::{Anchor, Class};
pub use rule_error::RuleError;
pub use ruleset::{EntityInfo, RuleInfo};
