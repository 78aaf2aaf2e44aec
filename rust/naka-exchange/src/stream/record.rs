//! What the record of a stream says.

use naka_policy::{Action, Decision, Direction, Handling, Traffic};

use super::{Cut, Flow, Judging};
use crate::name::JsonPath;
use crate::outcome::{Coverage, Reason};
use crate::tally;
use crate::tools::Tools;

impl Flow {
    /// Adds a decision to the record. `late`: of what has left already, so that all that can be done is to record it.
    pub(super) fn tell(&mut self, decision: &Decision, late: bool, path: impl Fn(u32) -> JsonPath, tools: &mut Tools) {
        if decision.clusters.is_empty() {
            return;
        }
        let mut decision = decision.clone();
        if late {
            let acts = |cluster: &naka_policy::Cluster| cluster.enforced.edits() || cluster.enforced == Action::Block;
            if decision.clusters.iter().any(acts) {
                self.partial(Reason::Late);
            }
            for cluster in &mut decision.clusters {
                if acts(cluster) {
                    cluster.enforced = Action::Audit;
                }
            }
        }
        tally::fill(
            &mut self.outcome,
            &decision,
            &self.judging.rules,
            &mut tools.rule_names,
            self.judging.shared.settings.max_paths,
            path,
        );
        self.paths_once();
        if !late {
            self.block_if(decision.enforced);
        }
    }

    /// Events name the same few paths again and again.
    pub(super) fn paths_once(&mut self) {
        let paths = &mut self.outcome.paths;
        for at in (1..paths.len()).rev() {
            if paths[..at].contains(&paths[at]) {
                paths.remove(at);
            }
        }
    }

    /// Adds what was not told when the pieces came that an event says again.
    pub(super) fn tell_new(&mut self, mut decision: Decision, path: impl Fn(u32) -> JsonPath, tools: &mut Tools) {
        let action = decision.enforced;
        let names = &mut tools.rule_names;
        names.follow(&self.judging.rules);
        decision.clusters.retain(|cluster| {
            let entity = names.entity(&self.judging.rules, cluster.entity);
            !self.outcome.entities.iter().any(|tally| tally.entity == entity)
        });
        self.tell(&decision, false, path, tools);
        self.block_if(action);
    }

    pub(super) fn block_if(&mut self, action: Action) {
        if self.judging.holds && action == Action::Block && self.cut.is_none() {
            self.cut = Some(Cut::Blocked);
        }
    }

    pub(super) fn partial(&mut self, reason: Reason) {
        if self.outcome.coverage == Coverage::Scanned {
            self.outcome.coverage = Coverage::Partial;
        }
        self.outcome.reason.get_or_insert(reason);
    }

    /// Something in the stream cannot be read, or not be changed: the policy says whether it goes on.
    pub(super) fn unreadable(&mut self, reason: Reason, path: Option<JsonPath>) {
        let Judging {
            subject, rules, today, ..
        } = &self.judging;
        let traffic: Traffic<'_> = subject.traffic(Direction::Response, *today, rules);
        let handling = rules.unscannable(&traffic);
        self.outcome.handle(handling);
        self.partial(reason);
        if self.judging.holds && handling.enforced == Handling::Block && self.cut.is_none() {
            self.cut = Some(Cut::Refused(reason, path));
        }
    }
}
