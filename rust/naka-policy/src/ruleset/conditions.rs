//! What a rule asks about the surroundings of a finding: `when`, and its pack's exemptions.
//! Counts are made once per rule, in one pass over all findings, so that a body full of findings stays linear.

use std::collections::{BTreeMap, HashMap};

use naka_detect::{Finding, Flags};

use super::decide::FieldFindings;
use super::decision::Hit;
use super::{RuleSet, When, Within};
use crate::traffic::Traffic;
use crate::transform::token::value_hash;

/// Index of the text, and of the finding in it.
type At = (usize, usize);

pub(super) struct Conditions<'a> {
    rules: &'a RuleSet,
    fields: &'a [FieldFindings<'a>],
    today: u32,
    /// What each rule with `when` found in each scope, once it was asked.
    counts: BTreeMap<u16, BTreeMap<u32, Counts>>,
    /// The exemption that takes a finding out of a pack. Asked at most once per (finding, pack).
    exempt: HashMap<(At, u16), Option<u16>>,
    /// Rules that spoke, in the order of the findings.
    pub(super) hits: Vec<Hit>,
}

/// Why a rule that names a finding's entity does not speak about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skip {
    /// Below the rule's `minConfidence`.
    Confidence,
    /// An exemption of its pack, by index, names the value.
    Exempt(u16),
    /// Its `when` does not hold.
    When,
}

#[derive(Default, Clone, Copy)]
struct Count {
    own: u32,
    with: u32,
    minor: bool,
}

/// Over all findings, and over those that have a say in what is enforced.
#[derive(Default)]
struct Counts {
    all: Count,
    grounded: Count,
}

impl Count {
    fn add(&mut self, own: bool, with: bool, minor: bool) {
        self.own += u32::from(own);
        self.with += u32::from(with);
        self.minor |= minor;
    }
}

impl<'a> Conditions<'a> {
    pub(super) fn new(rules: &'a RuleSet, traffic: &Traffic<'_>, fields: &'a [FieldFindings<'a>]) -> Self {
        let (counts, exempt, hits) = (BTreeMap::new(), HashMap::new(), Vec::new());
        Self {
            rules,
            fields,
            today: traffic.today.number(),
            counts,
            exempt,
            hits,
        }
    }

    /// How many findings exemptions took out of a pack.
    pub(super) fn exempted(&self) -> u32 {
        self.exempt.values().flatten().count() as u32
    }

    /// Does the rule speak about this finding? `Ok(false)`: only because of findings that have no say in what is
    /// enforced. Traffic was asked before.
    pub(super) fn ask(&mut self, rule: u16, at: At, finding: &Finding) -> Result<bool, Skip> {
        let asked = &self.rules.rules[usize::from(rule)];
        if finding.confidence < asked.min_confidence {
            return Err(Skip::Confidence);
        }
        if let Some(exemption) = self.exempt(at, finding, asked.pack) {
            return Err(Skip::Exempt(exemption));
        }
        self.hold(rule, at, finding).ok_or(Skip::When)
    }

    /// The exemption of `pack` that names this value today.
    fn exempt(&mut self, at: At, finding: &Finding, pack: u16) -> Option<u16> {
        let list = &self.rules.entities[usize::from(finding.entity.0)].exemptions;
        if list.is_empty() {
            return None;
        }
        if let Some(&known) = self.exempt.get(&(at, pack)) {
            return known;
        }
        let mut value = Vec::new();
        let exempt = list.iter().copied().find(|&index| {
            let exemption = &self.rules.exemptions[usize::from(index)];
            if exemption.pack != pack || exemption.expires < self.today {
                return false;
            }
            if value.is_empty() {
                self.rules
                    .detector
                    .normalized(finding, self.fields[at.0].text, &mut value);
            }
            exemption.matches.as_ref().is_some_and(|regex| regex.is_match(&value))
                || (!exemption.sha256s.is_empty() && {
                    let entity = &self.rules.detector.entity(finding.entity).name;
                    exemption.sha256s.binary_search(&value_hash(entity, &value)).is_ok()
                })
        });
        self.exempt.insert((at, pack), exempt);
        exempt
    }

    /// Does the rule's `when` hold for this finding? `Some(false)`: not without findings of shadow packs' recognisers.
    fn hold(&mut self, rule: u16, at: At, finding: &Finding) -> Option<bool> {
        let Some(when) = &self.rules.rules[usize::from(rule)].when else {
            return Some(true);
        };
        if !self.counts.contains_key(&rule) {
            let counted = self.count(rule, when);
            self.counts.insert(rule, counted);
        }
        let scope = self.scope(when.within, at.0);
        let counts = self.counts.get(&rule)?.get(&scope)?;
        // "with" asks for another finding than the judged one
        let of_with = when.with.binary_search(&finding.entity).is_ok();
        let holds = |count: &Count, itself: bool| {
            (!when.asks_with || count.with > u32::from(itself))
                && count.own >= when.min_count
                && (!when.minor || count.minor)
        };
        let grounded = of_with && self.rules.grounded(finding);
        holds(&counts.all, of_with).then(|| holds(&counts.grounded, grounded))
    }

    fn scope(&self, within: Within, field: usize) -> u32 {
        match within {
            Within::Field => field as u32,
            Within::Record => self.fields[field].record,
            Within::Request => 0,
        }
    }

    /// Findings per scope that the rule would listen to: from its confidence on, and not exempt in its pack.
    fn count(&mut self, rule: u16, when: &When) -> BTreeMap<u32, Counts> {
        let (rules, fields) = (self.rules, self.fields);
        let asking = &rules.rules[usize::from(rule)];
        let mut scopes: BTreeMap<u32, Counts> = BTreeMap::new();
        for (index, field) in fields.iter().enumerate() {
            let scope = self.scope(when.within, index);
            for (number, finding) in field.findings.iter().enumerate() {
                let own = asking.entities.binary_search(&finding.entity).is_ok();
                let with = when.with.binary_search(&finding.entity).is_ok();
                let minor = finding.flags.has(Flags::MINOR);
                if !(own || with || minor)
                    || finding.confidence < asking.min_confidence
                    || self.exempt((index, number), finding, asking.pack).is_some()
                {
                    continue;
                }
                let counts = scopes.entry(scope).or_default();
                counts.all.add(own, with, minor);
                if rules.grounded(finding) {
                    counts.grounded.add(own, with, minor);
                }
            }
        }
        scopes
    }
}
