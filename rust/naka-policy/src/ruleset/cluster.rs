//! The judged findings of one text -> clusters: one sweep, for they are sorted by start.

use std::borrow::Borrow;

use naka_detect::{Evidence, Finding};

use super::RuleSet;
use super::conditions::Conditions;
use super::decide::{FieldFindings, Judged};
use super::decision::{Cluster, Decision, Member};
use crate::action::Action;

impl RuleSet {
    /// One sweep over the findings of a text, sorted by start.
    pub(super) fn cluster(
        &self,
        field: &FieldFindings<'_>,
        judged: &[Judged],
        conditions: &Conditions<'_>,
        decision: &mut Decision,
    ) {
        let mut rest = judged;
        while let Some(first) = rest.first() {
            let (count, end) = overlapping(rest);
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
        while !rest.is_empty() {
            let (count, _) = overlapping(rest);
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
}

/// What would happen to everything that is connected, if everything were enforced.
#[derive(Clone, Copy)]
struct WouldBe {
    action: Action,
    span: (u32, u32),
}

/// How many of the first findings are connected by overlaps, and where these end.
fn overlapping(judged: &[impl Borrow<Judged>]) -> (usize, u32) {
    let (mut count, mut until) = (0, 0);
    for judged in judged {
        let finding = &judged.borrow().member.finding;
        if count > 0 && finding.start >= until {
            break;
        }
        until = until.max(finding.end);
        count += 1;
    }
    (count, until)
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

fn no_token(action: Action) -> Action {
    if action == Action::Tokenize {
        Action::Redact
    } else {
        action
    }
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
