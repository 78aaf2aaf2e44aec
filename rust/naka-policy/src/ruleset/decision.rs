//! What was decided. Positions, entities and rules; never a value.

use std::ops::Range;

use naka_detect::{EntityId, Finding};

use crate::action::Action;

/// A rule of the [`super::RuleSet`] that decided: [`super::RuleSet::rule`] tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleRef(pub u16);

/// Overlapping findings of one text: judged, replaced and recorded as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// [`crate::FieldFindings::field`] of its text.
    pub field: u32,
    /// First byte of the union of its findings.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Its name: the entity of the finding with the strongest evidence.
    pub entity: EntityId,
    /// That finding.
    pub label: Finding,
    /// Join of the enforced actions: what happens.
    pub enforced: Action,
    /// Join of all actions: what would happen if everything were enforced.
    pub would_be: Action,
    /// What would happen would happen to these bytes: `start..end`, wider where a recogniser of a shadow pack found
    /// something that overlaps. Such wider spans of neighbours may overlap; `start..end` never do.
    pub would_be_span: (u32, u32),
    pub(super) members: Range<u32>,
    pub(super) hits: Range<u32>,
}

/// A finding and the joins of the rules that speak about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The finding.
    pub finding: Finding,
    /// Join over the enforced rules.
    pub enforced: Action,
    /// Join over all rules.
    pub would_be: Action,
}

/// A rule that spoke about a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The rule.
    pub rule: RuleRef,
    /// False for shadow, gated and not yet effective rules.
    pub enforced: bool,
}

/// The judgement of all texts of one body. Empty, and without an allocation, when there are no findings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Clusters by (field as given, start).
    pub clusters: Vec<Cluster>,
    /// Join of all clusters' enforced actions. `Block` refuses the whole body.
    pub enforced: Action,
    /// Join of all clusters' would-be actions.
    pub would_be: Action,
    /// Findings that an exemption took out of its pack, counted per pack.
    pub exempted: u32,
    /// Findings inside tokens that stood in the text: left alone.
    pub opaque: u32,
    pub(super) members: Vec<Member>,
    pub(super) hits: Vec<Hit>,
}

impl Decision {
    /// The findings of a cluster, by start.
    #[must_use]
    pub fn members(&self, cluster: &Cluster) -> &[Member] {
        &self.members[cluster.members.start as usize..cluster.members.end as usize]
    }

    /// The rules that spoke about a cluster, ascending, each once.
    #[must_use]
    pub fn hits(&self, cluster: &Cluster) -> &[Hit] {
        &self.hits[cluster.hits.start as usize..cluster.hits.end as usize]
    }

    /// True when some text must be changed. (Not when the body is refused: then nothing is sent.)
    #[must_use]
    pub fn edits(&self) -> bool {
        self.enforced != Action::Block && self.clusters.iter().any(|cluster| cluster.enforced.edits())
    }
}
