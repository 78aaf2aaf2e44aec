//! What the packs that speak about some traffic say together about everything that is no finding.

use super::{Pack, Rule, RuleSet};
use crate::action::Action;
use crate::restore::Permit;
use crate::settings::{BlockStyle, FineTuning, Handling, Ledger, OnFinding, Pair};
use crate::traffic::{Direction, Traffic};

impl RuleSet {
    /// What happens to a body, or a part of it, that cannot be read. Files and training jobs that cannot be read are
    /// refused wherever a pack would act on them: they have no verdict, and nothing can be masked in them.
    #[must_use]
    pub fn unscannable(&self, traffic: &Traffic<'_>) -> Pair<Handling> {
        let mut pair = self.settings(traffic, |pack| pack.on_unscannable, Handling::max);
        if traffic.surface.trains() {
            for (index, pack) in self
                .packs
                .iter()
                .enumerate()
                .filter(|(_, pack)| pack.filter.matches(traffic))
            {
                let tuning = pack.fine_tuning;
                if tuning.require_verdict || tuning.on_finding > OnFinding::Audit {
                    pair = pair.block(pack.enforcing);
                }
                let acting = |rule: &&Rule| rule.action.edits() || rule.action == Action::Block;
                for rule in self
                    .rules
                    .iter()
                    .filter(|rule| usize::from(rule.pack) == index)
                    .filter(acting)
                {
                    if rule.filter.matches(traffic) {
                        pair = pair.block(rule.enforced(traffic));
                    }
                }
            }
        }
        pair
    }

    /// What happens to a path that no API table knows, or a host that is no upstream.
    #[must_use]
    pub fn unknown_route(&self, traffic: &Traffic<'_>) -> Pair<Handling> {
        self.settings(traffic, |pack| pack.on_unknown_route, Handling::max)
    }

    /// The gate for training files and jobs.
    #[must_use]
    pub fn fine_tuning(&self, traffic: &Traffic<'_>) -> Pair<FineTuning> {
        self.settings(traffic, |pack| pack.fine_tuning, FineTuning::join)
    }

    /// How a blocked call is answered.
    #[must_use]
    pub fn block_style(&self, traffic: &Traffic<'_>) -> BlockStyle {
        self.settings(traffic, |pack| pack.block_style, BlockStyle::max)
            .enforced
    }

    /// How this traffic is recorded. Shadow packs do not make answers wait.
    #[must_use]
    pub fn ledger(&self, traffic: &Traffic<'_>) -> Ledger {
        self.settings(traffic, |pack| pack.ledger, Ledger::join).enforced
    }

    /// Where tokens of this traffic's request may become values again in its answer: what all enforcing packs permit that
    /// speak about either.
    #[must_use]
    pub fn permit(&self, traffic: &Traffic<'_>) -> Permit {
        let mut permit = Permit::default();
        let either = Direction::ALL.map(|direction| Traffic { direction, ..*traffic });
        for pack in self.packs.iter().filter(|pack| pack.enforcing) {
            if either.iter().any(|traffic| pack.filter.matches(traffic)) {
                permit.join(&pack.restore);
            }
        }
        permit
    }

    pub(super) fn speaking<'a>(&'a self, traffic: &'a Traffic<'_>) -> impl Iterator<Item = &'a Pack> {
        self.packs.iter().filter(|pack| pack.filter.matches(traffic))
    }

    /// The joins of one setting over the packs that speak about this traffic.
    fn settings<T: Default + Copy>(
        &self,
        traffic: &Traffic<'_>,
        setting: impl Fn(&Pack) -> T,
        join: impl Fn(T, T) -> T,
    ) -> Pair<T> {
        let mut pair = Pair::<T>::default();
        for pack in self.speaking(traffic) {
            pair.would_be = join(pair.would_be, setting(pack));
            if pack.enforcing {
                pair.enforced = join(pair.enforced, setting(pack));
            }
        }
        pair
    }
}

impl Pair<Handling> {
    fn block(self, enforced: bool) -> Self {
        Self {
            enforced: if enforced { Handling::Block } else { self.enforced },
            would_be: Handling::Block,
        }
    }
}
