//! The face of this crate: built once, shared by all threads, scans bytes.

use std::sync::{Arc, OnceLock};

use crate::context::Page;
use crate::finding::{EntityId, Finding, Tier};
use crate::fold::{FoldBuffer, fold};
use crate::normalize::normalize;
use crate::rule_error::RuleError;
use crate::ruleset::{EntityInfo, RuleInfo, RuleSet};
use crate::scan::{Engine, ScanBuffer};

/// Finds personal data in text. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct Detector {
    rules: RuleSet,
    engine: Engine,
}

/// Memory that is reused from one scan to the next; one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    fold: FoldBuffer,
    scan: ScanBuffer,
}

impl Detector {
    /// Loads the built-in rules and runs their examples.
    ///
    /// # Errors
    /// Every fault of the rule files, and every example that does not hold.
    pub fn builtin() -> Result<Self, Vec<RuleError>> {
        let detector = Self::new(RuleSet::builtin()?)?;
        let errors = detector.check_examples();
        if errors.is_empty() { Ok(detector) } else { Err(errors) }
    }

    /// The built-in detector of this process. Its examples are run by the tests of this crate.
    ///
    /// # Panics
    /// When the rule files of this crate are wrong, which its tests rule out.
    #[must_use]
    pub fn shared() -> &'static Arc<Self> {
        static SHARED: OnceLock<Arc<Detector>> = OnceLock::new();
        SHARED.get_or_init(|| match RuleSet::builtin().and_then(Self::new) {
            Ok(detector) => Arc::new(detector),
            Err(errors) => panic!("the built-in rules do not load: {}", errors[0]),
        })
    }

    /// Scans `text`, which is the value of `label` (a JSON key, CSV header or form label) when there is one.
    /// Appends to `out`, sorted by start, the longest first.
    pub fn scan(&self, text: &[u8], label: Option<&[u8]>, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let folded = fold(text, &mut scratch.fold);
        let page = Page {
            text: folded.bytes(),
            label: label.unwrap_or_default(),
        };
        self.engine.scan(&self.rules, page, &mut scratch.scan);
        let findings = &mut scratch.scan.findings;
        self.rules.resolve(page.text, findings);
        for finding in findings.iter_mut() {
            let (start, end) = folded.span(finding.start as usize, finding.end as usize);
            (finding.start, finding.end) = (start as u32, end as u32);
        }
        out.append(findings);
    }

    /// All entities, by [`EntityId`].
    #[must_use]
    pub fn entities(&self) -> &[EntityInfo] {
        &self.rule_set().infos
    }

    /// One entity.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &EntityInfo {
        &self.entities()[usize::from(id.0)]
    }

    /// The entity of a canonical name or alias.
    #[must_use]
    pub fn entity_by_name(&self, name: &str) -> Option<EntityId> {
        self.rule_set().entity_by_name(name)
    }

    /// The entities of a group; `None` when no entity is in a group of that name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<Vec<EntityId>> {
        let members: Vec<EntityId> = self
            .entities()
            .iter()
            .filter(|e| e.groups.iter().any(|g| g == name))
            .map(|e| e.id)
            .collect();
        (!members.is_empty()).then_some(members)
    }

    /// All patterns, by `RuleId`.
    #[must_use]
    pub fn rules(&self) -> &[RuleInfo] {
        &self.rule_set().rules
    }

    /// All context words, by `WordId`.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.rule_set().words
    }

    /// Appends the canonical value of a finding in `text` to `out`.
    pub fn normalized(&self, finding: &Finding, text: &[u8], out: &mut Vec<u8>) {
        let mut buffer = FoldBuffer::default();
        let folded = fold(&text[finding.start as usize..finding.end as usize], &mut buffer);
        normalize(
            self.rule_set().entities[usize::from(finding.entity.0)].normal,
            folded.bytes(),
            out,
        );
    }

    /// Bytes of memory of the compiled automata.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.engine.memory()
    }

    fn new(rules: RuleSet) -> Result<Self, Vec<RuleError>> {
        let engine = Engine::new(&rules)?;
        Ok(Self { rules, engine })
    }

    fn rule_set(&self) -> &RuleSet {
        &self.rules
    }

    fn check_examples(&self) -> Vec<RuleError> {
        let mut errors = Vec::new();
        let mut scratch = Scratch::default();
        let mut found = Vec::new();
        for (info, entity) in self.entities().iter().zip(&self.rule_set().entities) {
            let mut finds = |text: &str| {
                found.clear();
                self.scan(text.as_bytes(), None, &mut scratch, &mut found);
                found
                    .iter()
                    .any(|f| f.entity == info.id && Tier::of(f.confidence).is_some())
            };
            for (example, text) in entity.matches.iter().enumerate() {
                if !finds(text) {
                    errors.push(RuleError::ExampleMissed {
                        rule: info.name.clone(),
                        example,
                    });
                }
            }
            for (example, text) in entity.no_match.iter().enumerate() {
                if finds(text) {
                    errors.push(RuleError::ExampleMatched {
                        rule: info.name.clone(),
                        example,
                    });
                }
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_load_and_hold_their_examples() {
        if let Err(errors) = Detector::builtin() {
            let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", list.join("\n"));
        }
    }
}
