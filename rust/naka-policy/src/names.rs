//! The words a policy may use for what it speaks about: entities, their aliases, `group:<name>`, and the entities that
//! recognisers of the bundle define.

use std::collections::{BTreeMap, BTreeSet};

use naka_detect::{Detector, EntityId};

use crate::proto;
use crate::transform;

const GROUP: &str = "group:";

/// Entity and group names of one bundle.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Built-in names and aliases -> canonical name.
    builtin: BTreeMap<String, String>,
    groups: BTreeSet<String>,
    custom: BTreeSet<String>,
    /// Entities that are never tokenised.
    secret: BTreeSet<String>,
}

/// Why a name is not known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) code: &'static str,
    /// The nearest known name.
    pub(crate) near: Option<String>,
}

impl Names {
    /// Names of the built-in detector and of the recognisers' entities.
    pub(crate) fn new<'a>(detector: &Detector, custom: impl Iterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        for entity in detector.entities() {
            for name in entity.aliases.iter().chain([&entity.name]) {
                names.builtin.insert(name.clone(), entity.name.clone());
            }
            names.groups.extend(entity.groups.iter().cloned());
            if transform::secret(entity) {
                names.secret.insert(entity.name.clone());
            }
        }
        names.custom.extend(
            custom
                .map(str::to_owned)
                .filter(|name| !names.builtin.contains_key(name)),
        );
        names
    }

    /// The names of a bundle.
    pub(crate) fn of_bundle(detector: &Detector, bundle: &proto::Bundle) -> Self {
        let recognizers = bundle.packs.iter().flat_map(|pack| &pack.recognizers);
        Self::new(detector, recognizers.map(|recognizer| recognizer.entity.as_str()))
    }

    /// The canonical spelling of an alias; any other name as it is.
    pub(crate) fn canonical(&self, name: &str) -> String {
        self.builtin.get(name).map_or(name, String::as_str).to_owned()
    }

    /// True for a name or alias of a built-in entity.
    pub(crate) fn is_builtin(&self, name: &str) -> bool {
        self.builtin.contains_key(name)
    }

    /// True for a canonical name of an entity that is never tokenised, and for the group of them.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        self.secret.contains(name) || name == "group:credential"
    }

    /// Is it an entity or `group:<name>`?
    pub(crate) fn check(&self, name: &str) -> Result<(), Unknown> {
        if let Some(group) = name.strip_prefix(GROUP) {
            if self.groups.contains(group) {
                return Ok(());
            }
            let near = nearest(group, self.groups.iter()).map(|near| format!("{GROUP}{near}"));
            return Err(Unknown {
                code: "policy_unknown_group",
                near,
            });
        }
        if self.builtin.contains_key(name) || self.custom.contains(name) {
            return Ok(());
        }
        let near = nearest(name, self.builtin.keys().chain(&self.custom));
        Err(Unknown {
            code: "policy_unknown_entity",
            near,
        })
    }
}

/// Ids of the entities that `names` stand for, sorted. What this detector does not have (an entity whose recogniser
/// belongs to a pack that is not selected) finds nothing, and is left out.
pub(crate) fn resolve(detector: &Detector, names: &[String]) -> Vec<EntityId> {
    let mut ids = Vec::new();
    for name in names {
        match name.strip_prefix(GROUP) {
            Some(group) => ids.extend(detector.group(group).unwrap_or_default()),
            None => ids.extend(detector.entity_by_name(name)),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The known name that is at most a third of its letters away.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    let wanted = name.to_ascii_uppercase();
    let (distance, near) = known
        .map(|known| (distance(&wanted, &known.to_ascii_uppercase()), known))
        .min_by_key(|(d, _)| *d)?;
    (distance * 3 <= near.len()).then(|| near.clone())
}

/// Levenshtein's edit distance.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn edit_distance_counts_single_changes() {
        for (a, b, d) in [
            ("", "", 0),
            ("abc", "", 3),
            ("IN_ADHAR", "IN_AADHAAR", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), d);
        }
    }
}
