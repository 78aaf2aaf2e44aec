//! From a decision to the numbers of the record.

use naka_policy::{Decision, RuleSet};

use crate::name::JsonPath;
use crate::outcome::{Outcome, Tally};
use crate::tools::RuleNames;

/// Fills entities, rules, paths and actions of `outcome`. Paths: at most `max_paths`, the first finding of each field.
pub(crate) fn fill(
    outcome: &mut Outcome,
    decision: &Decision,
    rules: &RuleSet,
    names: &mut RuleNames,
    max_paths: usize,
    path_of: impl Fn(u32) -> JsonPath,
) {
    let mut last_field = None;
    names.follow(rules);
    for cluster in &decision.clusters {
        outcome.enforced = outcome.enforced.join(cluster.enforced);
        outcome.would_be = outcome.would_be.join(cluster.would_be);
        let entity = names.entity(rules, cluster.entity);
        match outcome.entities.iter_mut().find(|tally| tally.entity == entity) {
            Some(tally) => {
                tally.count += 1;
                tally.confidence = tally.confidence.max(cluster.label.confidence);
                tally.enforced = tally.enforced.join(cluster.enforced);
                tally.would_be = tally.would_be.join(cluster.would_be);
            }
            None => outcome.entities.push(Tally {
                entity,
                count: 1,
                confidence: cluster.label.confidence,
                enforced: cluster.enforced,
                would_be: cluster.would_be,
            }),
        }
        for hit in decision.hits(cluster) {
            let name = names.rule(rules, hit.rule);
            if !outcome.rules.contains(&name) {
                outcome.rules.push(name);
            }
        }
        if last_field != Some(cluster.field) {
            last_field = Some(cluster.field);
            if outcome.paths.len() < max_paths {
                outcome.paths.push(path_of(cluster.field));
            } else {
                outcome.more_paths += 1;
            }
        }
    }
}
