//! Finds Indian personal data in text. Text in, findings out. No policy, no I/O, no clock.

mod check;
pub mod checksum;
mod columns;
mod context;
pub mod custom;
mod data;
mod detector;
mod dialogue;
mod finding;
pub mod fold;
mod heads;
mod heuristic;
mod judge;
mod lanes;
mod lexicon;
pub mod live;
mod mask;
mod neighbours;
mod normalize;
pub mod oracle;
mod outer;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod peer;
mod resolve;
mod rule;
mod rule_error;
mod ruleset;
mod scan;
mod span;
mod table;
mod values;
mod whole;
mod window;
mod word_filter;
mod word_index;
mod wording;

pub use custom::{CustomContext, CustomPattern, Lane, Recognizer};
pub use detector::{Detector, Scratch};
pub use finding::{EntityId, Evidence, Finding, Flags, RuleId, Tier, WordId};
pub use live::{ChannelFinding, ChannelScan, Progress};
pub use rule::Class;
pub use rule_error::RuleError;
pub use ruleset::{EntityInfo, RuleInfo};
