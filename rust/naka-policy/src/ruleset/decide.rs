//! Findings of one body -> clusters with two joins, `enforced` and `would_be`.
//!
//! Steps per text: leave out what lies inside tokens; ask the rules about each finding; sweep the findings once into
//! clusters. Cost: nothing without findings; else per finding the rules that name its entity, each asked once about the
//! traffic (string compares happen only there). A rule with `when` counts all findings once.
//!
//! **Shadow packs bring findings too** (their recognisers). Such a finding has no say in what is enforced: it neither
//! widens an enforced cluster nor names it, else a shadow pack would change bytes. It counts in `would_be` of every
//! cluster it is connected with. `tests/monotone.rs` holds this.

use naka_detect::Finding;

use super::conditions::Conditions;
use super::decision::{Decision, Hit, Member, RuleRef};
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
        let count = fields.iter().map(|field| field.findings.len()).sum();
        if count == 0 {
            return decision;
        }
        // once: while a long list grows, it is there twice
        decision.clusters.reserve_exact(count);
        decision.members.reserve_exact(count);
        let mut active = Active::new(self, traffic);
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
                judged.push(self.judge(&mut active, &mut conditions, (index, number), finding));
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
        active: &mut Active<'_>,
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
            if !active.speaks(index) {
                continue;
            }
            let Ok(acts) = conditions.ask(index, at, finding) else {
                continue;
            };
            let action = effective(rule, entity.never_tokenized, active.traffic.direction);
            let acts = acts && grounded && rule.enforced(active.traffic);
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

    pub(super) fn never_tokenized(&self, member: &Member) -> bool {
        self.entities[usize::from(member.finding.entity.0)].never_tokenized
    }
}

/// Which rules speak about this traffic. Asked once for a rule that names what was found: of all the others, which are
/// most, nobody need know.
struct Active<'a> {
    rules: &'a RuleSet,
    traffic: &'a Traffic<'a>,
    /// By rule; `None` until it is asked.
    known: Vec<Option<bool>>,
}

impl<'a> Active<'a> {
    fn new(rules: &'a RuleSet, traffic: &'a Traffic<'a>) -> Self {
        Self {
            rules,
            traffic,
            known: vec![None; rules.rules.len()],
        }
    }

    fn speaks(&mut self, index: u16) -> bool {
        *self.known[usize::from(index)].get_or_insert_with(|| {
            let rule = &self.rules.rules[usize::from(index)];
            self.rules.packs[usize::from(rule.pack)].filter.matches(self.traffic) && rule.filter.matches(self.traffic)
        })
    }
}

/// A finding after the rules have spoken.
pub(super) struct Judged {
    pub(super) member: Member,
    /// Counts for what is enforced.
    pub(super) grounded: bool,
    /// Its rules, in [`Conditions::hits`].
    pub(super) hits: std::ops::Range<usize>,
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

/// What a rule's action means for this entity and direction. Both changes are monotone, so they may precede the join.
pub(super) fn effective(rule: &Rule, never_tokenized: bool, direction: Direction) -> Action {
    match (rule.action, direction) {
        (Action::Tokenize, _) if never_tokenized => Action::Redact,
        // a token made for an answer would never be swapped back
        (Action::Tokenize, Direction::Response) => Action::Mask { keep_last: 0 },
        (action, _) => action,
    }
}

pub(super) fn inside(spans: &[std::ops::Range<usize>], finding: &Finding) -> bool {
    let (start, end) = (finding.start as usize, finding.end as usize);
    let after = spans.partition_point(|span| span.start <= start);
    after > 0 && end <= spans[after - 1].end
}
