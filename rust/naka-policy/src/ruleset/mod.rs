//! The rules in force for one workload: immutable, shared by `Arc`, replaced as a whole.
//! Built by [`RuleSet::load`]; asked by [`RuleSet::decide`] for findings and by the smaller questions here for
//! everything that is not a finding. No clock, no I/O: the day is part of the traffic.

mod cluster;
mod conditions;
mod decide;
mod decision;
mod explain;
mod load;
mod settings;

pub use decide::FieldFindings;
pub(crate) use load::enforcing;

pub use decision::{Cluster, Decision, Hit, Member, RuleRef};
pub use explain::{ClusterNote, Explanation, FindingNote, PackNote, Part, RuleNote};

use std::collections::HashMap;
use std::sync::Arc;

use naka_detect::{Detector, EntityId};
use regex_automata::meta::Regex;

use crate::action::Action;
use crate::filter::Filter;
use crate::restore::PackRestore;
use crate::settings::{BlockStyle, Failure, FineTuning, Handling, Ledger};
use crate::traffic::Traffic;
use crate::transform::{self, Applied, Keys, Minted};
use crate::upstream::{Upstream, Upstreams};

/// The compiled packs of one workload.
#[derive(Debug)]
pub struct RuleSet {
    detector: Arc<Detector>,
    revision: String,
    packs: Vec<Pack>,
    rules: Vec<Rule>,
    exemptions: Vec<Exemption>,
    /// By [`EntityId`].
    entities: Vec<EntityRules>,
    /// Findings of these detector rules come only from recognisers of packs that enforce nothing. Empty = none.
    shadow_patterns: Vec<bool>,
    /// Entities by name, for tokens in texts.
    entity_names: HashMap<String, EntityId>,
    upstreams: Upstreams,
}

/// A selected pack, without its rules.
#[derive(Debug)]
struct Pack {
    /// `namespace/name`, or `name` for a cluster pack.
    name: String,
    /// Its mode is Enforce, or one of its rules is enforced: its settings count.
    enforcing: bool,
    filter: Filter,
    on_unscannable: Handling,
    on_unknown_route: Handling,
    failure: Failure,
    fine_tuning: FineTuning,
    ledger: Ledger,
    block_style: BlockStyle,
    restore: Arc<PackRestore>,
}

#[derive(Debug)]
struct Rule {
    pack: u16,
    id: String,
    clause: String,
    origin: String,
    mode: Mode,
    action: Action,
    min_confidence: f32,
    filter: Filter,
    when: Option<When>,
    /// `Date::number`; before it the rule counts as shadow. 0 = always in force.
    effective_from: u32,
    /// Sorted ids of the entities it names.
    entities: Vec<EntityId>,
}

/// Effective mode of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Mode {
    /// Decides and records; changes nothing.
    Shadow,
    /// Acts.
    Enforce,
    /// Acts only while a promotion says so; none exists yet, so: shadow.
    Gated,
}

#[derive(Debug)]
struct When {
    /// Sorted ids; at least one finding beside the judged one must be of these. Empty = not asked.
    with: Vec<EntityId>,
    asks_with: bool,
    within: Within,
    /// At least this many findings of the rule's own entities.
    min_count: u32,
    minor: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Field,
    Record,
    Request,
}

#[derive(Debug)]
struct Exemption {
    pack: u16,
    id: String,
    matches: Option<Regex>,
    /// Sorted lower-case hex.
    sha256s: Vec<String>,
    /// `Date::number` of the last day it counts.
    expires: u32,
}

/// What is precomputed for one entity.
#[derive(Debug, Default)]
struct EntityRules {
    /// Rules that name it, by index, ascending.
    rules: Vec<u16>,
    /// Exemptions that name it, by index.
    exemptions: Vec<u16>,
    /// What happens when no rule speaks: Audit; Allow for forms that are masked already.
    floor: Action,
    /// CVV, OTP and the like: Tokenize acts as Redact.
    never_tokenized: bool,
}

impl RuleSet {
    /// Finds personal data as these packs define it.
    #[must_use]
    pub fn detector(&self) -> &Arc<Detector> {
        &self.detector
    }

    /// sha256 of the bundle, lower-case hex.
    #[must_use]
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// True when anything at all is enforced. When false, no byte may change and nothing may be refused.
    #[must_use]
    pub fn enforces(&self) -> bool {
        self.packs.iter().any(|pack| pack.enforcing)
    }

    /// True when something may be enforced on this traffic.
    #[must_use]
    pub fn enforces_on(&self, traffic: &Traffic<'_>) -> bool {
        self.speaking(traffic).any(|pack| pack.enforcing)
    }

    /// What happens to traffic when the sidecar is gone. Open when nothing is enforced.
    #[must_use]
    pub fn failure(&self) -> Failure {
        self.packs
            .iter()
            .filter(|pack| pack.enforcing)
            .map(|pack| pack.failure)
            .max()
            .unwrap_or_default()
    }

    /// True when some rule makes tokens, whatever its mode.
    #[must_use]
    pub fn tokenizes(&self) -> bool {
        self.rules.iter().any(|rule| rule.action == Action::Tokenize)
    }

    /// The upstream of a host, with or without port; letter case and a final dot do not matter.
    #[must_use]
    pub fn upstream_for_host(&self, host: &str) -> Option<&Upstream> {
        self.upstreams.for_host(host)
    }

    /// All upstreams, by name.
    #[must_use]
    pub fn upstreams(&self) -> &[Upstream] {
        self.upstreams.all()
    }

    /// Names of the selected packs: `namespace/name`, or `name` for a cluster pack.
    pub fn pack_names(&self) -> impl Iterator<Item = &str> {
        self.packs.iter().map(|pack| pack.name.as_str())
    }

    /// What is known about a rule of this set.
    #[must_use]
    pub fn rule(&self, rule: RuleRef) -> RuleInfo<'_> {
        let found = &self.rules[usize::from(rule.0)];
        RuleInfo {
            pack: &self.packs[usize::from(found.pack)].name,
            id: &found.id,
            clause: &found.clause,
            origin: &found.origin,
            mode: found.mode,
            action: found.action,
        }
    }

    /// How many rules there are; a [`RuleRef`] is below it.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Appends to `out` what stands in the place of `cluster` by its enforced action: a mask, `[TYPE]`, a token, or the
    /// text itself. `text` is the whole text of the cluster's field.
    pub fn transform(&self, cluster: &Cluster, text: &[u8], keys: &Keys, out: &mut Vec<u8>) -> Applied {
        transform::transform(&self.detector, cluster, text, keys, out)
    }

    /// The token that stands for the text of `cluster`, of `decision`; `None` without a key. `text` as in
    /// [`Self::transform`].
    #[must_use]
    pub fn mint(&self, decision: &Decision, cluster: &Cluster, text: &[u8], keys: &Keys) -> Option<Minted> {
        let card = |member: &Member| transform::irreversible(self.detector.entity(member.finding.entity));
        let reversible = !decision.members(cluster).iter().any(card);
        transform::mint(&self.detector, cluster, text, keys, reversible)
    }

    /// Appends `[IN_PAN]`, the type of `cluster`.
    pub fn redact(&self, cluster: &Cluster, out: &mut Vec<u8>) {
        transform::redacted(self.detector.entity(cluster.entity), out);
    }
}

impl Rule {
    /// Acts on this traffic's day.
    fn enforced(&self, traffic: &Traffic<'_>) -> bool {
        self.mode == Mode::Enforce && self.effective_from <= traffic.today.number()
    }
}

/// A rule, for people, audit records and `explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RuleInfo<'a> {
    /// `namespace/name` of its pack, or `name` of a cluster pack.
    pub pack: &'a str,
    /// Its id, unique in its pack.
    pub id: &'a str,
    /// The clause it serves.
    pub clause: &'a str,
    /// The built-in pack it came from; empty = written in the pack itself.
    pub origin: &'a str,
    /// Its effective mode.
    pub mode: Mode,
    /// What it wants done.
    #[serde(flatten)]
    pub action: Action,
}
