//! The settings of a pack beside its rules, and their joins. Each is ordered from weak to strict, so the join of
//! several packs is the maximum. [`Restore`] holds permissions: every enforcing pack must give its own ([`crate::Permit`]).

use serde::{Deserialize, Serialize};

/// What happens to a body, or a path, that cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Handling {
    /// Passes.
    #[default]
    Allow,
    /// Passes and is recorded.
    Audit,
    /// Refused.
    Block,
}

/// What happens to traffic when the sidecar is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Failure {
    /// It passes unseen.
    #[default]
    Open,
    /// It gets 503.
    Closed,
}

/// How a blocked call is answered. Both stop it alike; of several packs, the one that wants an error has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockStyle {
    /// No pack minds: as [`Self::Error`].
    #[default]
    #[serde(skip_deserializing)]
    Unsaid,
    /// An answer of the model that refuses, where the API has one, so that an agent goes on.
    Refusal,
    /// The API's own error.
    Error,
}

/// What is done with a training file that holds personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum OnFinding {
    /// It is forwarded and recorded.
    #[default]
    Audit,
    /// A cleaned copy is forwarded.
    Redact,
    /// It is refused.
    Block,
}

/// The gate for training files and fine-tuning jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FineTuning {
    /// What a finding leads to.
    pub on_finding: OnFinding,
    /// A job may only name files that have a verdict.
    pub require_verdict: bool,
}

impl FineTuning {
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            on_finding: self.on_finding.max(other.on_finding),
            require_verdict: self.require_verdict | other.require_verdict,
        }
    }
}

/// How long an answer waits for its audit record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Not at all.
    #[default]
    Async,
    /// Until the record is on disk.
    Fsync,
    /// Until the collector has it.
    Acked,
}

/// How much is recorded, and how safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Ledger {
    /// How long an answer waits for its record.
    pub durability: Durability,
    /// Record clean traffic as single events too.
    pub full: bool,
}

impl Ledger {
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            durability: self.durability.max(other.durability),
            full: self.full | other.full,
        }
    }
}

/// Where a token of a request may become its value again in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Restore {
    /// In plain text.
    pub text: bool,
    /// In the arguments of tool calls.
    pub tool_arguments: bool,
    /// Names of tools, `*` a wildcard, whose arguments may hold values.
    pub tools: Vec<String>,
    /// Inside links and image targets.
    pub urls: bool,
    /// Hosts, `*` a wildcard, whose links may hold values.
    pub allow_hosts: Vec<String>,
}

/// The decision in force beside the one that all packs and rules, shadow ones included, would make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair<T> {
    /// What happens: only enforcing packs and rules count.
    pub enforced: T,
    /// What would happen if everything were enforced. Recorded, never acted upon.
    pub would_be: T,
}
