//! Findings of one body -> clusters with two joins, `enforced` and `would_be`.
//!
//! Steps per text: leave out what lies inside tokens; ask the rules about each finding; sweep the findings once into
//! clusters. Cost: nothing without findings; else one pass over packs and rules for the traffic (string compares happen
//! only here), then per finding the rules that name its entity. A rule with `when` counts all findings once.
//!
//! **Shadow packs bring findings too** (their recognisers). Such a finding has no say in what is enforced: it neither
//! widens an enforced cluster nor names it, else a shadow pack would change bytes. It counts in `would_be` of every
//! cluster it is connected with. `tests/monotone.rs` holds this.

use naka_detect::{Evidence, Finding};

use super::conditions::Conditions;
use super::decision::{Cluster, Decision, Hit, Member, RuleRef};
use super::{Rule, RuleSet};
use crate::action::Action;
use crate::traffic::{Direction, Traffic};
use crate::transform::token;

/// The findings of one text. `findings` are the detector's, sorted by start (others are sorted here, at a cost).
#[derive(Debug, Clone, Copy)]
pub struct FieldFindings<'a> {
    /// Names the text in the decision.
    pub field: u32,
    /// Message or line that the text belongs to; `when: {within: Record}` looks no further.
    pub record: u32,
    /// The text that was scanned.
    pub text: &'a [u8],
    /// What was found in it.
    pub findings: &'a [Finding],
}

impl RuleSet {
    /// Judges the findings of all texts of one body. Pure: the same arguments give the same decision.
    #[must_use]
    pub fn decide(&self, traffic: &Traffic<'_>, fields: &[FieldFindings<'_>]) -> Decision {
        let mut decision = Decision::default();
        if fields.iter().all(|field| field.findings.is_empty()) {
            return decision;
        }
        let active = self.active(traffic);
        let mut conditions = Conditions::new(self, traffic, fields);
        let mut judged = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            judged.clear();
            let opaque = self.tokens(field);
            for (number, finding) in field.findings.iter().enumerate() {
                if inside(&opaque, finding) {
                    decision.opaque += 1;
                    continue;
                }
                judged.push(self.judge(traffic, &active, &mut conditions, (index, number), finding));
            }
            if !judged.is_sorted_by_key(|j| j.member.finding.start) {
                judged.sort_by_key(|j| (j.member.finding.start, std::cmp::Reverse(j.member.finding.end)));
            }
            // two packs may define one entity alike: the more confident finding has the rules of the other one too
            judged.dedup_by(|later, earlier| {
                let same = later.same_as(earlier);
                if same && later.member.finding.confidence > earlier.member.finding.confidence {
                    std::mem::swap(later, earlier);
                }
                same
            });
            self.cluster(field, &judged, &conditions, &mut decision);
        }
        decision.exempted = conditions.exempted();
        decision
    }

    /// Which rules speak about this traffic, by index.
    fn active(&self, traffic: &Traffic<'_>) -> Vec<bool> {
        let packs: Vec<bool> = self.packs.iter().map(|pack| pack.filter.matches(traffic)).collect();
        self.rules
            .iter()
            .map(|rule| packs[usize::from(rule.pack)] && rule.filter.matches(traffic))
            .collect()
    }

    /// Spans of the tokens that stand in a text. Only texts with findings are searched.
    pub(super) fn tokens(&self, field: &FieldFindings<'_>) -> Vec<std::ops::Range<usize>> {
        if field.findings.is_empty() {
            return Vec::new();
        }
        token::spans(field.text, |name| self.entity_names.contains_key(name)).collect()
    }

    /// The joins of all rules that speak about one finding; the rules are noted in `conditions`.
    fn judge(
        &self,
        traffic: &Traffic<'_>,
        active: &[bool],
        conditions: &mut Conditions<'_>,
        at: (usize, usize),
        finding: &Finding,
    ) -> Judged {
        let entity = &self.entities[usize::from(finding.entity.0)];
        let grounded = self.grounded(finding);
        let first = conditions.hits.len();
        let mut would_be = entity.floor;
        let mut enforced = if grounded { entity.floor } else { Action::Allow };
        for &index in &entity.rules {
            let rule = &self.rules[usize::from(index)];
            if !active[usize::from(index)] {
                continue;
            }
            let Ok(acts) = conditions.ask(index, at, finding) else {
                continue;
            };
            let action = effective(rule, entity.never_tokenized, traffic.direction);
            let acts = acts && grounded && rule.enforced(traffic);
            would_be = would_be.join(action);
            if acts {
                enforced = enforced.join(action);
            }
            conditions.hits.push(Hit {
                rule: RuleRef(index),
                enforced: acts,
            });
        }
        let member = Member {
            finding: *finding,
            enforced,
            would_be,
        };
        Judged {
            member,
            grounded,
            hits: first..conditions.hits.len(),
        }
    }

    /// Has the finding a say in what is enforced? Not when it was made by a recogniser of a shadow pack.
    pub(super) fn grounded(&self, finding: &Finding) -> bool {
        let shadow = self.shadow_patterns.get(usize::from(finding.rule.0));
        !shadow.copied().unwrap_or(false)
    }

    /// One sweep over the findings of a text, sorted by start.
    fn cluster(
        &self,
        field: &FieldFindings<'_>,
        judged: &[Judged],
        conditions: &Conditions<'_>,
        decision: &mut Decision,
    ) {
        let mut rest = judged;
        while let Some(first) = rest.first() {
            // everything that is connected by overlaps
            let mut end = first.member.finding.end;
            let mut count = 1;
            while let Some(next) = rest.get(count).filter(|next| next.member.finding.start < end) {
                end = end.max(next.member.finding.end);
                count += 1;
            }
            let (connected, after) = rest.split_at(count);
            rest = after;
            let would_be = connected
                .iter()
                .fold(Action::Allow, |join, j| join.join(j.member.would_be));
            let secret = connected.iter().any(|j| self.never_tokenized(&j.member));
            let would_be = WouldBe {
                action: if secret { no_token(would_be) } else { would_be },
                span: (first.member.finding.start, end),
            };
            if connected.iter().all(|j| j.grounded) || !connected.iter().any(|j| j.grounded) {
                self.push(field, connected.iter(), would_be, conditions, decision);
            } else {
                self.split(field, connected, would_be, conditions, decision);
            }
        }
    }

    /// Grounded findings form clusters among themselves; the others are told beside the last of them.
    fn split(
        &self,
        field: &FieldFindings<'_>,
        connected: &[Judged],
        would_be: WouldBe,
        conditions: &Conditions<'_>,
        decision: &mut Decision,
    ) {
        let grounded: Vec<&Judged> = connected.iter().filter(|j| j.grounded).collect();
        let mut rest = &grounded[..];
        while let Some(first) = rest.first() {
            let mut end = first.member.finding.end;
            let mut count = 1;
            while let Some(next) = rest.get(count).filter(|next| next.member.finding.start < end) {
                end = end.max(next.member.finding.end);
                count += 1;
            }
            let (cluster, after) = rest.split_at(count);
            rest = after;
            let beside = connected.iter().filter(|j| !j.grounded && after.is_empty());
            self.push(
                field,
                cluster.iter().copied().chain(beside),
                would_be,
                conditions,
                decision,
            );
        }
    }

    /// Adds one cluster. Grounded members come first when there are any, and they alone give span, label and action.
    fn push<'j>(
        &self,
        field: &FieldFindings<'_>,
        members: impl Iterator<Item = &'j Judged>,
        would_be: WouldBe,
        conditions: &Conditions<'_>,
        decision: &mut Decision,
    ) {
        let first_member = decision.members.len() as u32;
        let first_hit = decision.hits.len();
        let mut cluster: Option<Cluster> = None;
        let mut secret = false;
        let mut has_ground = false;
        for judged in members {
            let member = judged.member;
            decision.members.push(member);
            decision.hits.extend_from_slice(&conditions.hits[judged.hits.clone()]);
            has_ground |= judged.grounded;
            if has_ground && !judged.grounded {
                continue;
            }
            secret |= self.never_tokenized(&member);
            match &mut cluster {
                None => cluster = Some(start(field, &member)),
                Some(cluster) => {
                    cluster.start = cluster.start.min(member.finding.start);
                    cluster.end = cluster.end.max(member.finding.end);
                    cluster.enforced = cluster.enforced.join(member.enforced);
                    if stronger(&member.finding, &cluster.label) {
                        cluster.label = member.finding;
                        cluster.entity = member.finding.entity;
                    }
                }
            }
        }
        let Some(mut cluster) = cluster else { return };
        if secret {
            cluster.enforced = no_token(cluster.enforced);
        }
        (cluster.would_be, cluster.would_be_span) = (would_be.action, would_be.span);
        decision.hits[first_hit..].sort_unstable();
        let mut kept = first_hit;
        for at in first_hit..decision.hits.len() {
            // sorted: a rule that acted on one finding and not on another stands last as acting
            if kept > first_hit && decision.hits[kept - 1].rule == decision.hits[at].rule {
                decision.hits[kept - 1] = decision.hits[at];
            } else {
                decision.hits[kept] = decision.hits[at];
                kept += 1;
            }
        }
        decision.hits.truncate(kept);
        cluster.members = first_member..decision.members.len() as u32;
        cluster.hits = first_hit as u32..kept as u32;
        decision.enforced = decision.enforced.join(cluster.enforced);
        decision.would_be = decision.would_be.join(cluster.would_be);
        decision.clusters.push(cluster);
    }

    fn never_tokenized(&self, member: &Member) -> bool {
        self.entities[usize::from(member.finding.entity.0)].never_tokenized
    }
}

/// A finding after the rules have spoken.
struct Judged {
    member: Member,
    /// Counts for what is enforced.
    grounded: bool,
    /// Its rules, in [`Conditions::hits`].
    hits: std::ops::Range<usize>,
}

/// What would happen to everything that is connected, if everything were enforced.
#[derive(Clone, Copy)]
struct WouldBe {
    action: Action,
    span: (u32, u32),
}

impl Judged {
    fn same_as(&self, other: &Self) -> bool {
        let place = |judged: &Self| {
            let Finding { start, end, entity, .. } = judged.member.finding;
            (start, end, entity, judged.grounded)
        };
        place(self) == place(other)
    }
}

fn start(field: &FieldFindings<'_>, member: &Member) -> Cluster {
    Cluster {
        field: field.field,
        start: member.finding.start,
        end: member.finding.end,
        entity: member.finding.entity,
        label: member.finding,
        enforced: member.enforced,
        would_be: member.would_be,
        would_be_span: (member.finding.start, member.finding.end),
        members: 0..0,
        hits: 0..0,
    }
}

/// What a rule's action means for this entity and direction. Both changes are monotone, so they may precede the join.
pub(super) fn effective(rule: &Rule, never_tokenized: bool, direction: Direction) -> Action {
    match (rule.action, direction) {
        (Action::Tokenize, _) if never_tokenized => Action::Redact,
        // a token made for an answer would never be swapped back
        (Action::Tokenize, Direction::Response) => Action::Mask { keep_last: 0 },
        (action, _) => action,
    }
}

fn no_token(action: Action) -> Action {
    if action == Action::Tokenize {
        Action::Redact
    } else {
        action
    }
}

pub(super) fn inside(spans: &[std::ops::Range<usize>], finding: &Finding) -> bool {
    let (start, end) = (finding.start as usize, finding.end as usize);
    let after = spans.partition_point(|span| span.start <= start);
    after > 0 && end <= spans[after - 1].end
}

/// Which of two findings names their cluster: confidence, then kind of evidence, then length, then the entity's place.
fn stronger(a: &Finding, b: &Finding) -> bool {
    let weight = |finding: &Finding| {
        let has = |evidence| u8::from(finding.evidence.has(evidence));
        has(Evidence::CHECKSUM) * 4 + has(Evidence::REGISTRY) * 2 + has(Evidence::CONTEXT)
    };
    let length = |finding: &Finding| finding.end - finding.start;
    a.confidence
        .total_cmp(&b.confidence)
        .then_with(|| weight(a).cmp(&weight(b)))
        .then_with(|| length(a).cmp(&length(b)))
        .then_with(|| b.entity.cmp(&a.entity))
        .is_gt()
}
