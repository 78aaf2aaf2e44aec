//! Source JSON -> canonical bundle. Reports every problem at once, by field path.
//! Words become canonical here (aliases to entity ids, case of models, defaults written out), so that two sources with
//! one meaning give the same bytes and therefore the same revision.

mod parts;

use self::parts::{action, fine_tuning, handling, ledger, mode, recognizer, restore, traffic, upstream};
use naka_detect::Detector;

use crate::bundle;
use crate::date::Date;
use crate::names::Names;
use crate::problem::{PolicyProblem, Problems, shown};
use crate::proto;
use crate::settings::{BlockStyle, Failure};
use crate::source::{self, ActionName, Mode, WithinName};
use crate::validate;

/// The oldest core that knows every word this code can write.
const MIN_CORE: &str = "0.1.0";

/// A compiled policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// Canonical bundle bytes.
    pub bytes: Vec<u8>,
    /// sha256 of the bytes, lower-case hex.
    pub revision: String,
    /// What is allowed but probably not meant; for people.
    pub warnings: Vec<PolicyProblem>,
}

/// Compiles the flat source JSON. Same meaning, same bytes.
///
/// Fails with everything that is wrong: `code` is stable, `path` is the place in the source.
pub fn compile(source_json: &str) -> Result<Compiled, Vec<PolicyProblem>> {
    let source = source::read(source_json)?;
    let detector = Detector::shared();
    let recognizers = source.packs.iter().flat_map(|pack| &pack.recognizers);
    let names = Names::new(detector, recognizers.map(|recognizer| recognizer.entity.as_str()));
    let mut mapper = Mapper {
        names: &names,
        problems: Problems::default(),
    };
    let bundle = mapper.bundle(&source);
    let mut problems = mapper.problems;
    validate::bundle(&bundle, &names, &mut problems);
    validate::leaks(&bundle, detector, &mut problems);
    if problems.is_empty() {
        // costly, and its messages only help once the rest is right
        validate::recognizers(&bundle, &mut problems);
    }
    let warnings = validate::warnings(&bundle, &names);
    let bytes = bundle::encode(bundle);
    let revision = bundle::revision(&bytes);
    problems.into_result(Compiled {
        bytes,
        revision,
        warnings,
    })
}

struct Mapper<'a> {
    names: &'a Names,
    problems: Problems,
}

impl Mapper<'_> {
    fn bundle(&mut self, source: &source::Source) -> proto::Bundle {
        proto::Bundle {
            format: bundle::FORMAT,
            min_core: MIN_CORE.into(),
            packs: source
                .packs
                .iter()
                .enumerate()
                .map(|(i, pack)| self.pack(pack, &format!("packs[{i}]")))
                .collect(),
            upstreams: source.upstreams.iter().map(upstream).collect(),
        }
    }

    fn pack(&mut self, pack: &source::Pack, at: &str) -> proto::Pack {
        let kind = match pack.kind.as_str() {
            "PolicyPack" => proto::PackKind::PolicyPack,
            "ClusterPolicyPack" => proto::PackKind::ClusterPolicyPack,
            _ => {
                let message = "must be `PolicyPack` or `ClusterPolicyPack`";
                self.problems.add("policy_bad_kind", format!("{at}.kind"), message);
                proto::PackKind::Unspecified
            }
        };
        let rules = (pack.rules.iter().enumerate()).map(|(i, rule)| self.rule(rule, &format!("{at}.rules[{i}]")));
        let rules = rules.collect();
        let exemptions = (pack.exemptions.iter().enumerate())
            .map(|(i, exemption)| self.exemption(exemption, &format!("{at}.exemptions[{i}]")));
        let exemptions = exemptions.collect();
        proto::Pack {
            kind: kind as i32,
            namespace: pack.namespace.clone(),
            name: pack.name.clone(),
            resolved: pack.resolved.clone(),
            namespace_selector: Some(self.selector(&pack.namespace_selector, &format!("{at}.namespaceSelector"))),
            workload_selector: Some(self.selector(&pack.workload_selector, &format!("{at}.workloadSelector"))),
            mode: mode(pack.mode.unwrap_or(Mode::Shadow)),
            traffic: Some(traffic(&pack.traffic)),
            rules,
            recognizers: pack.recognizers.iter().map(recognizer).collect(),
            exemptions,
            on_unscannable: handling(pack.on_unscannable),
            on_unknown_route: handling(pack.on_unknown_route),
            failure: match pack.failure.unwrap_or(Failure::Closed) {
                Failure::Open => proto::Failure::Open,
                Failure::Closed => proto::Failure::Closed,
            } as i32,
            fine_tuning: Some(fine_tuning(&pack.fine_tuning)),
            restore: Some(restore(&pack.restore)),
            ledger: Some(ledger(&pack.ledger)),
            block_style: match pack.block_style.unwrap_or_default() {
                BlockStyle::Unsaid => proto::BlockStyle::Unspecified,
                BlockStyle::Refusal => proto::BlockStyle::Refusal,
                BlockStyle::Error => proto::BlockStyle::Error,
            } as i32,
        }
    }

    fn selector(&mut self, selector: &source::Selector, at: &str) -> proto::Selector {
        let labels = selector.match_labels.iter().map(|(key, value)| proto::Requirement {
            key: key.clone(),
            operator: proto::Operator::In as i32,
            values: vec![value.clone()],
        });
        let mut requirements: Vec<_> = labels.collect();
        for (i, expression) in selector.match_expressions.iter().enumerate() {
            let operator = match expression.operator.as_str() {
                "In" => proto::Operator::In,
                "NotIn" => proto::Operator::NotIn,
                "Exists" => proto::Operator::Exists,
                "DoesNotExist" => proto::Operator::DoesNotExist,
                _ => {
                    let path = format!("{at}.matchExpressions[{i}].operator");
                    self.problems
                        .add("policy_bad_selector", path, "must be In, NotIn, Exists or DoesNotExist");
                    continue;
                }
            };
            let needs_values = matches!(operator, proto::Operator::In | proto::Operator::NotIn);
            if needs_values == expression.values.is_empty() {
                let message = "In and NotIn need values; Exists and DoesNotExist take none";
                self.problems.add(
                    "policy_bad_selector",
                    format!("{at}.matchExpressions[{i}].values"),
                    message,
                );
            }
            requirements.push(proto::Requirement {
                key: expression.key.clone(),
                operator: operator as i32,
                values: expression.values.clone(),
            });
        }
        proto::Selector { requirements }
    }

    fn rule(&mut self, rule: &source::Rule, at: &str) -> proto::Rule {
        if rule.mask.is_some() && rule.action != ActionName::Mask {
            let message = "belongs to action Mask: remove it, or set action: Mask";
            self.problems
                .add("policy_mask_without_mask", format!("{at}.mask"), message);
        }
        let keep_last = rule.mask.as_ref().map_or(0, |mask| mask.keep_last);
        let valid = u32::try_from(keep_last)
            .ok()
            .filter(|&keep_last| keep_last <= validate::MAX_KEEP_LAST);
        if valid.is_none() {
            let message = format!("must be between 0 and {}", validate::MAX_KEEP_LAST);
            self.problems
                .add("policy_bad_keep_last", format!("{at}.mask.keepLast"), message);
        }
        proto::Rule {
            id: rule.id.clone(),
            entities: rule.entities.iter().map(|name| self.names.canonical(name)).collect(),
            min_confidence: rule.min_confidence.unwrap_or_default() as f32,
            action: action(rule.action) as i32,
            keep_last: valid.filter(|_| rule.action == ActionName::Mask).unwrap_or(0),
            mode: mode(rule.mode),
            traffic: Some(traffic(&rule.traffic)),
            when: rule
                .when
                .as_ref()
                .and_then(|when| self.when(when, &format!("{at}.when"))),
            clause: rule.clause.clone(),
            effective_from: rule
                .effective_from
                .as_ref()
                .map_or(0, |text| self.date(text, &format!("{at}.effectiveFrom"))),
            origin: rule.origin.clone(),
        }
    }

    /// `None` when nothing is asked, so that an empty `when` and an absent one are the same bytes.
    fn when(&mut self, when: &source::When, at: &str) -> Option<proto::When> {
        let min_count = when.min_count.unwrap_or(1);
        let valid = u32::try_from(min_count)
            .ok()
            .filter(|count| (1..=validate::MAX_MIN_COUNT).contains(count));
        if valid.is_none() {
            let message = format!("must be between 1 and {}", validate::MAX_MIN_COUNT);
            self.problems
                .add("policy_bad_min_count", format!("{at}.minCount"), message);
        }
        if when.with.is_empty() && valid.unwrap_or(1) == 1 && !when.minor {
            return None;
        }
        let within = match when.within.unwrap_or(WithinName::Request) {
            WithinName::Field => proto::Within::Field,
            WithinName::Record => proto::Within::Record,
            WithinName::Request => proto::Within::Request,
        };
        Some(proto::When {
            with: when.with.iter().map(|name| self.names.canonical(name)).collect(),
            within: within as i32,
            min_count: valid.unwrap_or(1),
            minor: when.minor,
        })
    }

    fn exemption(&mut self, exemption: &source::Exemption, at: &str) -> proto::Exemption {
        let expires = match &exemption.expires {
            Some(text) => self.date(text, &format!("{at}.expires")),
            None => 0,
        };
        proto::Exemption {
            id: exemption.id.clone(),
            entities: exemption
                .entities
                .iter()
                .map(|name| self.names.canonical(name))
                .collect(),
            matches: exemption.matches.clone(),
            sha256s: exemption.sha256s.iter().map(|hash| hash.to_ascii_lowercase()).collect(),
            reason: exemption.reason.clone(),
            expires,
        }
    }

    fn date(&mut self, text: &str, at: &str) -> u32 {
        Date::parse(text).map_or_else(
            || {
                let message = format!("{} is no day; write YYYY-MM-DD", shown(text));
                self.problems.add("policy_bad_date", at, message);
                // a value of its own, so that `expires` is not also reported as missing
                1_01_01
            },
            Date::number,
        )
    }
}
