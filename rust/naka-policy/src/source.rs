//! The flat source JSON that a bundle is compiled from: packs with their `extends` resolved, effective modes set.
//! Field names are those of a PolicyPack (docs/concepts/policy.md); the Python layer writes it, and so may anyone.
//! Shapes only; what they mean is checked in [`crate::compile`]. `null` means absent.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::problem::PolicyProblem;
use crate::settings::{BlockStyle, Durability, Failure, Handling, OnFinding};

/// Longest source, in bytes. A pack holds at most 200 KiB of keywords; a Kubernetes object 1.5 MiB.
pub(crate) const MAX_SOURCE_BYTES: usize = 64 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Source {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) packs: Vec<Pack>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) upstreams: Vec<Upstream>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pack {
    pub(crate) kind: String,
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) namespace: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) namespace_selector: Selector,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) workload_selector: Selector,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) resolved: Vec<String>,
    /// Absent = shadow; a pack also counts as enforcing when one of its rules does.
    pub(crate) mode: Option<Mode>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) traffic: Traffic,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) rules: Vec<Rule>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) recognizers: Vec<Recognizer>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) on_unscannable: Option<Handling>,
    pub(crate) on_unknown_route: Option<Handling>,
    pub(crate) failure: Option<Failure>,
    pub(crate) block_style: Option<BlockStyle>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) fine_tuning: FineTuning,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) restore: Restore,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) ledger: Ledger,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Mode {
    Shadow,
    Enforce,
    Gated,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Selector {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) match_labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) match_expressions: Vec<Requirement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Requirement {
    pub(crate) key: String,
    pub(crate) operator: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) values: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Traffic {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) providers: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) models: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) surfaces: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) directions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) regions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) purposes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) entities: Vec<String>,
    pub(crate) min_confidence: Option<f64>,
    pub(crate) action: ActionName,
    pub(crate) mask: Option<Mask>,
    pub(crate) mode: Mode,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) traffic: Traffic,
    pub(crate) when: Option<When>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) clause: String,
    pub(crate) effective_from: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) origin: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum ActionName {
    Allow,
    Audit,
    Mask,
    Tokenize,
    Redact,
    Block,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Mask {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) keep_last: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct When {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) with: Vec<String>,
    pub(crate) within: Option<WithinName>,
    pub(crate) min_count: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) minor: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum WithinName {
    Field,
    Record,
    Request,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Recognizer {
    pub(crate) entity: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) patterns: Vec<Pattern>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) keywords: Vec<String>,
    pub(crate) context: Option<Context>,
    pub(crate) checksum: Option<String>,
    #[serde(rename = "match", default, deserialize_with = "or_default")]
    pub(crate) matches: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) no_match: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pattern {
    pub(crate) regex: String,
    pub(crate) confidence: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Context {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) words: Vec<String>,
    pub(crate) boost: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exemption {
    pub(crate) id: String,
    pub(crate) entities: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) matches: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) sha256s: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) reason: String,
    pub(crate) expires: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FineTuning {
    pub(crate) on_finding: Option<OnFinding>,
    pub(crate) require_verdict: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Restore {
    pub(crate) text: Option<bool>,
    pub(crate) tool_arguments: Option<bool>,
    pub(crate) tools: Option<Vec<String>>,
    pub(crate) urls: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) allow_hosts: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Ledger {
    pub(crate) durability: Option<Durability>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) full: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Upstream {
    pub(crate) name: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) provider: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) api: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) region: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) account: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) contract_ref: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) path_prefix: String,
    pub(crate) kind: Option<UpstreamKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UpstreamKind {
    Public,
    Local,
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads the source. serde's own message may quote a value, so only the place of the fault is passed on.
pub(crate) fn read(json: &str) -> Result<Source, Vec<PolicyProblem>> {
    let refuse = |message: String| {
        vec![PolicyProblem {
            code: "policy_bad_source",
            path: String::new(),
            message,
        }]
    };
    if json.len() > MAX_SOURCE_BYTES {
        return Err(refuse(format!(
            "is {} bytes long; the limit is {MAX_SOURCE_BYTES}",
            json.len()
        )));
    }
    // serde would also take lists for structures, field by field
    if !json.trim_start().starts_with('{') {
        return Err(refuse("is no JSON object at line 1 column 1".to_owned()));
    }
    serde_json::from_str(json).map_err(|error| {
        let why = match error.classify() {
            serde_json::error::Category::Data => "a field has the wrong name, type or word",
            _ => "is not JSON",
        };
        refuse(format!("{why} at line {} column {}", error.line(), error.column()))
    })
}
