//! Policy bundles, decisions and transforms. Pure: no sockets, clocks, files, threads or logging.
//!
//! [`compile`] turns the flat source JSON into canonical bundle bytes; [`RuleSet::load`] turns bytes into the rules of
//! one workload; [`RuleSet::decide`] judges findings; [`RuleSet::transform`] writes what stands in their place, and a
//! [`Restorer`] brings values back in the answer.
//! Concepts: docs/concepts/policy.md. Format: docs/spec/bundle.md.

mod action;
mod bundle;
mod compile;
mod date;
mod explain;
mod filter;
mod glob;
mod judge;
mod names;
mod problem;
// generated: policy.proto has the comments; the manifest is read by later parts
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/naka.v1.rs"));
}
mod restore;
mod ruleset;
mod selector;
mod settings;
mod source;
mod traffic;
mod transform;
mod upstream;
mod validate;

pub use action::Action;
#[cfg(fuzzing)]
pub use bundle::canonical_for_fuzzing;
pub use compile::{Compiled, compile};
pub use date::Date;
pub use explain::{exemption_hash, explain_json, info_json};
pub use judge::{Judge, Text};
pub use problem::PolicyProblem;
pub use restore::{
    Added, Fate, Fates, Permit, PermitNote, Place, Restored, Restorer, TokenLimits, Tokens, live_token_from,
    may_hold_token, token_spans,
};
pub use ruleset::{
    Cluster, ClusterNote, Decision, Explanation, FieldFindings, FindingNote, Hit, Member, Mode, PackNote, Part,
    RuleInfo, RuleNote, RuleRef, RuleSet,
};
pub use selector::{Labels, Workload};
pub use settings::{BlockStyle, Durability, Failure, FineTuning, Handling, Ledger, OnFinding, Pair, Restore};
pub use traffic::{Direction, Surface, Traffic};
pub use transform::{Applied, KeyError, Keys, Minted, mask, token};
pub use upstream::Upstream;
