//! What a rule asks about the surroundings of a finding: `when`, and its pack's exemptions.
//! Counts are made once per rule, in one pass over all findings, so that a body full of findings stays linear.

use std::collections::HashMap;

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
    counts: HashMap<u16, HashMap<u32, Count>>,
    /// Is the finding taken out of the pack? Asked at most once per (finding, pack).
    exempt: HashMap<(At, u16), bool>,
    /// Rules that spoke, in the order of the findings.
    pub(super) hits: Vec<Hit>,
}

#[derive(Default, Clone, Copy)]
struct Count {
    own: u32,
    with: u32,
    minor: bool,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(rules: &'a RuleSet, traffic: &Traffic<'_>, fields: &'a [FieldFindings<'a>]) -> Self {
        let (counts, exempt, hits) = (HashMap::new(), HashMap::new(), Vec::new());
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
        self.exempt.values().filter(|&&exempt| exempt).count() as u32
    }

    /// Does an exemption of `pack` name this value today?
    pub(super) fn exempt(&mut self, at: At, finding: &Finding, pack: u16) -> bool {
        let list = &self.rules.entities[usize::from(finding.entity.0)].exemptions;
        if list.is_empty() {
            return false;
        }
        if let Some(&known) = self.exempt.get(&(at, pack)) {
            return known;
        }
        let mut value = Vec::new();
        let exempt = list
            .iter()
            .map(|&index| &self.rules.exemptions[usize::from(index)])
            .any(|exemption| {
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

    /// Does the rule's `when` hold for this finding?
    pub(super) fn hold(&mut self, rule: u16, at: At, finding: &Finding) -> bool {
        let Some(when) = &self.rules.rules[usize::from(rule)].when else {
            return true;
        };
        if !self.counts.contains_key(&rule) {
            let counted = self.count(rule, when);
            self.counts.insert(rule, counted);
        }
        let scope = self.scope(when.within, at.0);
        let count = self
            .counts
            .get(&rule)
            .and_then(|scopes| scopes.get(&scope))
            .copied()
            .unwrap_or_default();
        // "with" asks for another finding than the judged one
        let itself = u32::from(when.with.binary_search(&finding.entity).is_ok());
        (!when.asks_with || count.with > itself) && count.own >= when.min_count && (!when.minor || count.minor)
    }

    fn scope(&self, within: Within, field: usize) -> u32 {
        match within {
            Within::Field => field as u32,
            Within::Record => self.fields[field].record,
            Within::Request => 0,
        }
    }

    /// Findings per scope that the rule would listen to: from its confidence on, and not exempt in its pack.
    fn count(&mut self, rule: u16, when: &When) -> HashMap<u32, Count> {
        let (rules, fields) = (self.rules, self.fields);
        let asking = &rules.rules[usize::from(rule)];
        let mut scopes: HashMap<u32, Count> = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            let scope = self.scope(when.within, index);
            for (number, finding) in field.findings.iter().enumerate() {
                let own = asking.entities.binary_search(&finding.entity).is_ok();
                let with = when.with.binary_search(&finding.entity).is_ok();
                let minor = finding.flags.has(Flags::MINOR);
                if !(own || with || minor)
                    || finding.confidence < asking.min_confidence
                    || self.exempt((index, number), finding, asking.pack)
                {
                    continue;
                }
                let count = scopes.entry(scope).or_default();
                count.own += u32::from(own);
                count.with += u32::from(with);
                count.minor |= minor;
            }
        }
        scopes
    }
}
