//! The face of this crate: built once, shared by all threads, scans bytes.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::context::Page;
use crate::custom::{self, Customs, Recognizer};
use crate::finding::{EntityId, Finding};
use crate::fold::{FoldBuffer, Folded, fold};
use crate::live::Lanes;
use crate::normalize::normalize;
use crate::rule_error::RuleError;
use crate::ruleset::{EntityInfo, RuleInfo, RuleSet};
use crate::scan::{Engine, ScanBuffer};

/// Finds personal data in text. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct Detector {
    builtin: Arc<Builtin>,
    customs: Option<Customs>,
    // The built-in ones, then the custom ones.
    entities: Vec<EntityInfo>,
    rules: Vec<RuleInfo>,
    words: Vec<String>,
}

/// The rules of this crate, shared by all detectors of a process.
#[derive(Debug)]
struct Builtin {
    rules: RuleSet,
    engine: Engine,
    /// For streams, made when the first one comes.
    live: OnceLock<Lanes>,
}

/// Memory that is reused from one scan to the next; one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) fold: FoldBuffer,
    pub(crate) scan: ScanBuffer,
}

impl Detector {
    /// Loads the built-in rules and runs their examples.
    ///
    /// # Errors
    /// Every fault of the rule files, and every example that does not hold.
    pub fn builtin() -> Result<Self, Vec<RuleError>> {
        let detector = Self::load()?;
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
        SHARED.get_or_init(|| match Self::load() {
            Ok(detector) => Arc::new(detector),
            Err(errors) => panic!("the built-in rules do not load: {}", errors[0]),
        })
    }

    /// The built-in rules and the recognisers of policy packs, whose examples are run. Built-in automata are
    /// shared with [`Detector::shared`]; cost and limits: [`crate::custom`].
    ///
    /// # Errors
    /// Every recogniser that is wrong, over a limit, or does not hold its examples.
    pub fn with_recognizers(custom: &[Recognizer]) -> Result<Self, Vec<RuleError>> {
        let shared = Self::shared();
        let knows = |name: &str| shared.entity_by_name(name).is_some();
        let known = custom::Builtin {
            knows: &knows,
            entities: shared.entities.len(),
            rules: shared.rules.len(),
        };
        let build = |recognizers: &[Recognizer]| -> Result<Self, Vec<RuleError>> {
            Ok(Self::assemble(
                Arc::clone(&shared.builtin),
                Some(Customs::new(recognizers, known)?),
            ))
        };
        let detector = build(custom)?;
        let mut sharers: HashMap<&str, usize> = HashMap::new();
        for recognizer in custom {
            *sharers.entry(&recognizer.entity).or_default() += 1;
        }
        let mut errors = Vec::new();
        for recognizer in custom {
            let Recognizer {
                entity,
                match_,
                no_match,
                ..
            } = recognizer;
            // Another recogniser of the same entity, of another pack perhaps, must not answer for this one.
            let alone;
            let judge = if sharers[entity.as_str()] > 1 && !(match_.is_empty() && no_match.is_empty()) {
                alone = build(std::slice::from_ref(recognizer))?;
                &alone
            } else {
                &detector
            };
            let id = judge.entity_by_name(entity);
            let finds = |found: &[Finding]| found.iter().any(|f| Some(f.entity) == id);
            judge.check(entity, match_, no_match, finds, &mut errors);
        }
        if errors.is_empty() { Ok(detector) } else { Err(errors) }
    }

    fn load() -> Result<Self, Vec<RuleError>> {
        let rules = RuleSet::builtin()?;
        let engine = Engine::new(&rules)?;
        Ok(Self::assemble(
            Arc::new(Builtin {
                rules,
                engine,
                live: OnceLock::new(),
            }),
            None,
        ))
    }

    fn assemble(builtin: Arc<Builtin>, customs: Option<Customs>) -> Self {
        let mut entities = builtin.rules.infos.clone();
        let mut rules = builtin.rules.rules.clone();
        let mut words = builtin.rules.words.clone();
        if let Some(customs) = &customs {
            entities.extend_from_slice(&customs.entities);
            rules.extend_from_slice(&customs.infos);
            words.extend(customs.context_words().map(str::to_owned));
        }
        Self {
            builtin,
            customs,
            entities,
            rules,
            words,
        }
    }

    /// Scans `text`, which is the value of `label` (a JSON key, CSV header or form label) when there is one.
    /// Appends to `out`, sorted by start, the longest first.
    ///
    /// # Panics
    /// When the text is longer than [`crate::fold::MAX_TEXT`].
    pub fn scan(&self, text: &[u8], label: Option<&[u8]>, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let Builtin { rules, engine, .. } = &*self.builtin;
        let folded = fold(text, &mut scratch.fold);
        let page = Page {
            text: folded.bytes(),
            label: label.unwrap_or_default(),
        };
        engine.scan(rules, self.customs.as_ref(), page, &mut scratch.scan);
        let ScanBuffer { findings, custom, .. } = &mut scratch.scan;
        rules.resolve(page.text, findings);
        let built_in = findings.len();
        if let Some(customs) = &self.customs {
            customs.finish(&page, rules.rules.len(), rules.words.len(), custom, findings);
        }
        arrange(&folded, findings, built_in);
        out.append(findings);
    }

    /// All entities, by [`EntityId`].
    #[must_use]
    pub fn entities(&self) -> &[EntityInfo] {
        &self.entities
    }

    /// One entity.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &EntityInfo {
        &self.entities()[usize::from(id.0)]
    }

    /// The entity of a canonical name or alias.
    #[must_use]
    pub fn entity_by_name(&self, name: &str) -> Option<EntityId> {
        let custom = || {
            self.entities
                .iter()
                .find(|entity| entity.name == name)
                .map(|entity| entity.id)
        };
        self.builtin.rules.entity_by_name(name).or_else(custom)
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
        &self.rules
    }

    /// All context words, by `WordId`.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Appends the canonical value of a finding in `text` to `out`.
    pub fn normalized(&self, finding: &Finding, text: &[u8], out: &mut Vec<u8>) {
        let mut buffer = FoldBuffer::default();
        let folded = fold(&text[finding.start as usize..finding.end as usize], &mut buffer);
        let built_in = self.builtin.rules.entities.get(usize::from(finding.entity.0));
        normalize(
            built_in.map(|entity| entity.normal).unwrap_or_default(),
            folded.bytes(),
            out,
        );
    }

    /// Bytes of memory of the compiled automata and tables, shared ones included.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.builtin.engine.memory()
            + self.builtin.live.get().map_or(0, Lanes::memory)
            + self.customs.as_ref().map_or(0, Customs::memory)
    }

    /// What a scan is made of.
    pub(crate) fn parts(&self) -> (&RuleSet, &Engine, Option<&Customs>) {
        (&self.builtin.rules, &self.builtin.engine, self.customs.as_ref())
    }

    /// Builds what streams need, which takes a tenth of a second or two, so that the first of them does not wait for it.
    pub fn prepare_streams(&self) {
        self.live_lanes();
    }

    /// The lanes of what is judged in streams.
    ///
    /// # Panics
    /// When the rule files of this crate are wrong, which its tests rule out.
    pub(crate) fn live_lanes(&self) -> &Lanes {
        let build = || Lanes::new(&self.builtin.rules).expect("patterns that fit one lane fit another");
        self.builtin.live.get_or_init(build)
    }

    /// The compiled rules, for engines to compare with.
    #[cfg(feature = "bench")]
    pub(crate) fn rule_set(&self) -> &RuleSet {
        &self.builtin.rules
    }

    fn check_examples(&self) -> Vec<RuleError> {
        let mut errors = Vec::new();
        for (info, entity) in self.entities.iter().zip(&self.builtin.rules.entities) {
            let finds = |found: &[Finding]| found.iter().any(|f| f.entity == info.id);
            self.check(&info.name, &entity.matches, &entity.no_match, finds, &mut errors);
        }
        errors
    }

    /// Runs examples; `finds` tells whether the findings of a text hold what is meant.
    fn check(
        &self,
        name: &str,
        matches: &[String],
        no_match: &[String],
        finds: impl Fn(&[Finding]) -> bool,
        errors: &mut Vec<RuleError>,
    ) {
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        let mut holds = |text: &str| {
            found.clear();
            self.scan(text.as_bytes(), None, &mut scratch, &mut found);
            finds(&found)
        };
        let rule = || name.to_owned();
        let missed = matches.iter().enumerate().filter(|(_, text)| !holds(text));
        errors.extend(missed.map(|(example, _)| RuleError::ExampleMissed { rule: rule(), example }));
        let matched = no_match.iter().enumerate().filter(|(_, text)| holds(text));
        errors.extend(matched.map(|(example, _)| RuleError::ExampleMatched { rule: rule(), example }));
    }
}

/// Sorts the findings behind the first `built_in` in among these, and gives all their places in the original.
pub(crate) fn arrange(folded: &Folded<'_>, findings: &mut [Finding], built_in: usize) {
    if findings.len() > built_in {
        findings.sort_by_key(|f| (f.start, Reverse(f.end), f.entity));
    }
    for finding in findings {
        let (start, end) = folded.span(finding.start as usize, finding.end as usize);
        (finding.start, finding.end) = (start as u32, end as u32);
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
