//! Which rule decided, and why; which rules did not speak, and why not. For `naka policy explain`, reviews and tests.
//! The decision itself is [`RuleSet::decide`]'s: this file asks the same questions again and writes the answers down.
//! Positions, entities, rule ids and clauses; never a value.

use serde::Serialize;

use super::conditions::{Conditions, Skip};
use super::decide::{FieldFindings, effective};
use super::{Cluster, Member, Mode, Rule, RuleSet};
use crate::action::Action;
use crate::restore::PermitNote;
use crate::settings::{Failure, FineTuning, Handling, Ledger, Pair};
use crate::traffic::Traffic;

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation<'a> {
    /// Revision of the bundle.
    pub revision: &'a str,
    /// Anything at all is enforced.
    pub enforces: bool,
    /// What happens when the sidecar is gone.
    pub failure: Failure,
    /// The selected packs.
    pub packs: Vec<PackNote<'a>>,
    /// Join of all clusters: what happens, and what would happen if everything were enforced.
    pub decision: Pair<Action>,
    /// The clusters, by field and position.
    pub clusters: Vec<ClusterNote<'a>>,
    /// What would happen to a part that cannot be read.
    pub unscannable: Pair<Handling>,
    /// What happens when the path or host is not known.
    pub unknown_route: Pair<Handling>,
    /// The gate for training files.
    pub fine_tuning: Pair<FineTuning>,
    /// How this traffic is recorded.
    pub ledger: Ledger,
    /// Where tokens would become values again in the answer.
    pub restore: PermitNote,
}

/// A selected pack.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackNote<'a> {
    /// `namespace/name`, or `name` of a cluster pack.
    pub name: &'a str,
    /// Its settings count.
    pub enforcing: bool,
    /// The traffic field that keeps it silent here; absent = it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_because: Option<String>,
}

/// A cluster and its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNote<'a> {
    /// [`FieldFindings::field`].
    pub field: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Its name.
    pub entity: &'a str,
    /// What happens, and what would.
    pub decision: Pair<Action>,
    /// Its findings.
    pub findings: Vec<FindingNote<'a>>,
}

/// A finding and what every rule that names its entity says to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingNote<'a> {
    /// Its entity.
    pub entity: &'a str,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// 0..=1, rounded to three places.
    pub confidence: f64,
    /// `certain`, `likely` or `possible`.
    pub tier: &'static str,
    /// What spoke for and against it.
    pub evidence: Vec<String>,
    /// The detector's rule that found it.
    pub found_by: &'a str,
    /// Joins over the rules below.
    pub decision: Pair<Action>,
    /// All rules that name the entity, those that decided first.
    pub rules: Vec<RuleNote<'a>>,
}

/// One rule's part in a finding's decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleNote<'a> {
    /// Its part.
    pub part: Part,
    /// Why it has no (enforced) say; absent when it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// `namespace/name` of its pack.
    pub pack: &'a str,
    /// Its id.
    pub id: &'a str,
    /// The clause it serves.
    pub clause: &'a str,
    /// The built-in pack it came from.
    pub origin: &'a str,
    /// Its effective mode.
    pub mode: Mode,
    /// What it wants done with this entity in this direction.
    pub wants: Action,
}

/// What a rule did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Enforced, and what happens to the cluster is what it wants (or what two such rules together make).
    Decides,
    /// Enforced; another rule wants more.
    Agrees,
    /// Speaks, but is not enforced: counts in would-be only.
    Shadow,
    /// Does not speak.
    Silent,
}

impl RuleSet {
    /// Explains what [`RuleSet::decide`] makes of the same arguments.
    #[must_use]
    pub fn explain(&self, traffic: &Traffic<'_>, fields: &[FieldFindings<'_>]) -> Explanation<'_> {
        let decision = self.decide(traffic, fields);
        let mut conditions = Conditions::new(self, traffic, fields);
        let mut clusters = Vec::with_capacity(decision.clusters.len());
        for cluster in &decision.clusters {
            let mut findings: Vec<FindingNote<'_>> = (decision.members(cluster).iter())
                .map(|member| self.finding_note(traffic, fields, cluster, member, &mut conditions))
                .collect();
            mark_deciding(&mut findings, cluster.enforced);
            clusters.push(ClusterNote {
                field: cluster.field,
                start: cluster.start,
                end: cluster.end,
                entity: &self.detector.entity(cluster.entity).name,
                decision: Pair {
                    enforced: cluster.enforced,
                    would_be: cluster.would_be,
                },
                findings,
            });
        }
        Explanation {
            revision: &self.revision,
            enforces: self.enforces(),
            failure: self.failure(),
            packs: (self.packs.iter())
                .map(|pack| PackNote {
                    name: &pack.name,
                    enforcing: pack.enforcing,
                    silent_because: pack.filter.mismatch(traffic).map(|field| format!("traffic.{field}")),
                })
                .collect(),
            decision: Pair {
                enforced: decision.enforced,
                would_be: decision.would_be,
            },
            clusters,
            unscannable: self.unscannable(traffic),
            unknown_route: self.unknown_route(traffic),
            fine_tuning: self.fine_tuning(traffic),
            ledger: self.ledger(traffic),
            restore: self.permit(traffic).note(),
        }
    }

    fn finding_note(
        &self,
        traffic: &Traffic<'_>,
        fields: &[FieldFindings<'_>],
        cluster: &Cluster,
        member: &Member,
        conditions: &mut Conditions<'_>,
    ) -> FindingNote<'_> {
        let finding = &member.finding;
        let info = self.detector.entity(finding.entity);
        let entity = &self.entities[usize::from(finding.entity.0)];
        let place = fields.iter().enumerate().find_map(|(index, field)| {
            let same = field.field == cluster.field;
            same.then(|| {
                field
                    .findings
                    .iter()
                    .position(|other| other == finding)
                    .map(|number| (index, number))
            })?
        });
        let rules = (entity.rules.iter())
            .map(|&index| {
                let rule = &self.rules[usize::from(index)];
                let asked = match self.mismatch(rule, traffic) {
                    Some(reason) => Err(reason),
                    None => (place.map_or(Ok(true), |at| conditions.ask(index, at, finding)))
                        .map_err(|skip| self.reason(rule, skip)),
                };
                let (part, because) = match asked {
                    Err(reason) => (Part::Silent, Some(reason)),
                    Ok(acts) => part(rule, traffic, acts && self.grounded(finding)),
                };
                RuleNote {
                    part,
                    because,
                    pack: &self.packs[usize::from(rule.pack)].name,
                    id: &rule.id,
                    clause: &rule.clause,
                    origin: &rule.origin,
                    mode: rule.mode,
                    wants: effective(rule, entity.never_tokenized, traffic.direction),
                }
            })
            .collect();
        FindingNote {
            entity: &info.name,
            start: finding.start,
            end: finding.end,
            confidence: finding.shown_confidence(),
            tier: finding.tier().name(),
            evidence: self.detector.evidence(finding),
            found_by: &self.detector.rules()[usize::from(finding.rule.0)].name,
            decision: Pair {
                enforced: member.enforced,
                would_be: member.would_be,
            },
            rules,
        }
    }

    /// The traffic field that keeps a rule silent.
    fn mismatch(&self, rule: &Rule, traffic: &Traffic<'_>) -> Option<String> {
        let pack = &self.packs[usize::from(rule.pack)];
        let of_pack = pack
            .filter
            .mismatch(traffic)
            .map(|field| format!("traffic.{field} of the pack"));
        of_pack.or_else(|| rule.filter.mismatch(traffic).map(|field| format!("traffic.{field}")))
    }

    fn reason(&self, rule: &Rule, skip: Skip) -> String {
        match skip {
            Skip::Confidence => format!("minConfidence {}", rule.min_confidence),
            Skip::Exempt(index) => format!("exemption {}", self.exemptions[usize::from(index)].id),
            Skip::When => "when".to_owned(),
        }
    }
}

/// The part of a rule that speaks. Which of the acting ones decide is known only when all are: [`mark_deciding`].
fn part(rule: &Rule, traffic: &Traffic<'_>, may_act: bool) -> (Part, Option<String>) {
    let because = match rule.mode {
        Mode::Shadow => "mode Shadow",
        Mode::Gated => "mode Gated, and no promotion names it",
        Mode::Enforce if !rule.enforced(traffic) => "effectiveFrom is a later day",
        Mode::Enforce if !may_act => "only a recogniser of a pack in shadow found it",
        Mode::Enforce => return (Part::Agrees, None),
    };
    (Part::Shadow, Some(because.to_owned()))
}

/// Rules that want exactly what happens decide; when none does, Tokenize and Mask made Redact together, and both do.
fn mark_deciding(findings: &mut [FindingNote<'_>], enforced: Action) {
    let acting = |note: &RuleNote<'_>| note.part == Part::Agrees;
    let wanted = findings
        .iter()
        .flat_map(|f| &f.rules)
        .any(|note| acting(note) && note.wants == enforced);
    for finding in findings {
        for note in finding.rules.iter_mut().filter(|note| acting(note)) {
            if note.wants == enforced || (!wanted && note.wants.edits()) {
                note.part = Part::Decides;
            }
        }
        finding.rules.sort_by_key(|note| note.part);
    }
}
