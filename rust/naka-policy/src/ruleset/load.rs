//! Bundle bytes -> [`RuleSet`] of one workload: check, select, compile the recognisers, index the rules by entity.
//! A bundle is refused as a whole; the caller keeps the set it has.

use std::sync::Arc;

use naka_detect::Detector;

use super::{EntityRules, Exemption, Mode, Pack, Rule, RuleSet, When, Within};
use crate::action::Action;
use crate::bundle;
use crate::filter::Filter;
use crate::names::{self, Names};
use crate::problem::{PolicyProblem, Problems};
use crate::proto;
use crate::restore::PackRestore;
use crate::selector::{Workload, selects};
use crate::settings::{BlockStyle, Durability, Failure, FineTuning, Handling, Ledger, OnFinding, Restore};
use crate::transform;
use crate::upstream::Upstreams;
use crate::validate;

impl RuleSet {
    /// The rules of `bundle` for `workload`. Checks everything that `compile` checks, for the bytes may come from
    /// elsewhere, and runs the examples of the selected packs' recognisers.
    pub fn load(bundle: &[u8], workload: &Workload) -> Result<Self, Vec<PolicyProblem>> {
        let builtin = Detector::shared();
        let revision = bundle::revision(bundle);
        let bundle = bundle::decode(bundle)?;
        let mut problems = Problems::default();
        validate::bundle(&bundle, &Names::of_bundle(builtin, &bundle), &mut problems);
        validate::leaks(&bundle, builtin, &mut problems);
        problems.into_result(())?;

        let selected: Vec<&proto::Pack> = bundle.packs.iter().filter(|pack| selects(pack, workload)).collect();
        let (detector, shadow_patterns) = validate::detector(&selected, builtin)?;
        let mut set = Self {
            revision,
            packs: Vec::with_capacity(selected.len()),
            rules: Vec::new(),
            exemptions: Vec::new(),
            entities: entities(&detector),
            shadow_patterns,
            entity_names: detector
                .entities()
                .iter()
                .map(|entity| (entity.name.clone(), entity.id))
                .collect(),
            upstreams: Upstreams::new(&bundle.upstreams),
            detector,
        };
        for pack in selected {
            set.add(pack).map_err(|problem| vec![problem])?;
        }
        Ok(set)
    }

    fn add(&mut self, source: &proto::Pack) -> Result<(), PolicyProblem> {
        // validated already: a fault here would be ours, and is still told instead of panicking
        let refuse = |what: &str| PolicyProblem {
            code: "policy_bundle_unreadable",
            path: format!("packs/{}", pack_name(source)),
            message: format!("cannot be compiled: {what}"),
        };
        let index = u16::try_from(self.packs.len()).map_err(|_| refuse("too many packs"))?;
        for rule in &source.rules {
            let number = u16::try_from(self.rules.len()).map_err(|_| refuse("too many rules"))?;
            let compiled = rule_of(rule, index, &self.detector).map_err(refuse)?;
            for &entity in &compiled.entities {
                self.entities[usize::from(entity.0)].rules.push(number);
            }
            self.rules.push(compiled);
        }
        for exemption in &source.exemptions {
            let number = u16::try_from(self.exemptions.len()).map_err(|_| refuse("too many exemptions"))?;
            for entity in names::resolve(&self.detector, &exemption.entities) {
                self.entities[usize::from(entity.0)].exemptions.push(number);
            }
            self.exemptions.push(exemption_of(exemption, index).map_err(refuse)?);
        }
        let enforcing = enforcing(source);
        self.packs.push(Pack {
            name: pack_name(source),
            enforcing,
            filter: Filter::new(source.traffic.as_ref()).map_err(refuse)?,
            on_unscannable: handling(source.on_unscannable()),
            on_unknown_route: handling(source.on_unknown_route()),
            failure: match source.failure() {
                proto::Failure::Open => Failure::Open,
                _ => Failure::Closed,
            },
            fine_tuning: fine_tuning(source.fine_tuning.as_ref()),
            ledger: ledger(source.ledger.as_ref()),
            block_style: match source.block_style() {
                proto::BlockStyle::Unspecified => BlockStyle::Unsaid,
                proto::BlockStyle::Refusal => BlockStyle::Refusal,
                proto::BlockStyle::Error => BlockStyle::Error,
            },
            restore: Arc::new(restore_of(source.restore.as_ref()).map_err(refuse)?),
        });
        Ok(())
    }
}

/// A pack counts as enforcing when its mode says so, or when one of its rules is enforced: its settings (failure,
/// unscannable, …) then count, for else an outage would lift what that rule enforces.
pub(crate) fn enforcing(pack: &proto::Pack) -> bool {
    pack.mode() == proto::Mode::Enforce || pack.rules.iter().any(|rule| rule.mode() == proto::Mode::Enforce)
}

fn pack_name(pack: &proto::Pack) -> String {
    match pack.namespace.as_str() {
        "" => pack.name.clone(),
        namespace => format!("{namespace}/{}", pack.name),
    }
}

fn entities(detector: &Arc<Detector>) -> Vec<EntityRules> {
    let one = |entity: &naka_detect::EntityInfo| EntityRules {
        floor: if transform::is_masked_form(entity) {
            Action::Allow
        } else {
            Action::Audit
        },
        never_tokenized: transform::secret(entity),
        ..EntityRules::default()
    };
    detector.entities().iter().map(one).collect()
}

fn rule_of(source: &proto::Rule, pack: u16, detector: &Detector) -> Result<Rule, &'static str> {
    let action = match source.action() {
        proto::ActionKind::Allow => Action::Allow,
        proto::ActionKind::Audit => Action::Audit,
        proto::ActionKind::Mask => Action::Mask {
            keep_last: source.keep_last.min(255) as u8,
        },
        proto::ActionKind::Tokenize => Action::Tokenize,
        proto::ActionKind::Redact => Action::Redact,
        // what is not understood is refused, not let through
        proto::ActionKind::Block | proto::ActionKind::ActionUnspecified => Action::Block,
    };
    Ok(Rule {
        pack,
        id: source.id.clone(),
        clause: source.clause.clone(),
        origin: source.origin.clone(),
        mode: match source.mode() {
            proto::Mode::Enforce => Mode::Enforce,
            proto::Mode::Gated => Mode::Gated,
            proto::Mode::Shadow | proto::Mode::Unspecified => Mode::Shadow,
        },
        action,
        min_confidence: source.min_confidence,
        filter: Filter::new(source.traffic.as_ref())?,
        when: source.when.as_ref().map(|when| when_of(when, detector)),
        effective_from: source.effective_from,
        entities: names::resolve(detector, &source.entities),
    })
}

fn when_of(source: &proto::When, detector: &Detector) -> When {
    When {
        with: names::resolve(detector, &source.with),
        asks_with: !source.with.is_empty(),
        within: match source.within() {
            proto::Within::Field => Within::Field,
            proto::Within::Record => Within::Record,
            proto::Within::Request | proto::Within::Unspecified => Within::Request,
        },
        min_count: source.min_count,
        minor: source.minor,
    }
}

fn exemption_of(source: &proto::Exemption, pack: u16) -> Result<Exemption, &'static str> {
    let matches = match source.matches.as_str() {
        "" => None,
        pattern => Some(validate::anchored(pattern).map_err(|_| "the pattern of an exemption")?),
    };
    Ok(Exemption {
        pack,
        id: source.id.clone(),
        matches,
        sha256s: source.sha256s.clone(),
        expires: source.expires,
    })
}

/// A pack that says nothing here permits nothing: the compiler always writes it out.
fn restore_of(source: Option<&proto::Restore>) -> Result<PackRestore, &'static str> {
    let none = proto::Restore::default();
    let source = source.unwrap_or(&none);
    PackRestore::new(Restore {
        text: source.text,
        tool_arguments: source.tool_arguments,
        tools: source.tools.clone(),
        urls: source.urls,
        allow_hosts: source.allow_hosts.clone(),
    })
}

fn handling(source: proto::Handling) -> Handling {
    match source {
        proto::Handling::Allow => Handling::Allow,
        proto::Handling::Audit => Handling::Audit,
        proto::Handling::Block | proto::Handling::Unspecified => Handling::Block,
    }
}

fn fine_tuning(source: Option<&proto::FineTuning>) -> FineTuning {
    let Some(source) = source else {
        return FineTuning::default();
    };
    let on_finding = match source.on_finding() {
        proto::OnFinding::Audit => OnFinding::Audit,
        proto::OnFinding::Redact => OnFinding::Redact,
        proto::OnFinding::Block | proto::OnFinding::Unspecified => OnFinding::Block,
    };
    FineTuning {
        on_finding,
        require_verdict: source.require_verdict,
    }
}

fn ledger(source: Option<&proto::Ledger>) -> Ledger {
    let Some(source) = source else { return Ledger::default() };
    let durability = match source.durability() {
        proto::Durability::Async | proto::Durability::Unspecified => Durability::Async,
        proto::Durability::Fsync => Durability::Fsync,
        proto::Durability::Acked => Durability::Acked,
    };
    Ledger {
        durability,
        full: source.full,
    }
}
