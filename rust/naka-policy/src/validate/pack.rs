//! A pack's name, selectors, traffic and settings; its rules and exemptions are checked beside this file.

use std::collections::BTreeMap;

use super::{MAX_LIST, MAX_RULES, at_most, exemption, is_object_name, recognizer, rule, text_limit, unique};
use crate::glob::Glob;
use crate::names::Names;
use crate::problem::{Problems, shown};
use crate::proto;
use crate::traffic::{Direction, Surface};

pub(super) fn pack(pack: &proto::Pack, at: &str, names: &Names, problems: &mut Problems) {
    name(pack, at, problems);
    for (selector, field) in [
        (&pack.namespace_selector, "namespaceSelector"),
        (&pack.workload_selector, "workloadSelector"),
    ] {
        if let Some(selector) = selector {
            labels(selector, &format!("{at}.{field}"), problems);
        }
    }
    for (i, pin) in pack.resolved.iter().enumerate() {
        text_limit(pin, 100, format!("{at}.resolved[{i}]"), problems);
    }
    traffic(pack.traffic.as_ref(), &format!("{at}.traffic"), problems);
    settings(pack, at, problems);
    at_most(pack.rules.len(), MAX_RULES, &format!("{at}.rules"), "rules", problems);
    let mut seen = BTreeMap::new();
    for (i, one) in pack.rules.iter().enumerate() {
        let at = format!("{at}.rules[{i}]");
        rule::rule(one, &at, names, problems);
        unique(&mut seen, one.id.as_str(), &at, "policy_duplicate_rule", problems);
    }
    at_most(
        pack.exemptions.len(),
        MAX_RULES,
        &format!("{at}.exemptions"),
        "exemptions",
        problems,
    );
    seen.clear();
    for (i, one) in pack.exemptions.iter().enumerate() {
        let at = format!("{at}.exemptions[{i}]");
        exemption::exemption(one, &at, names, problems);
        unique(&mut seen, one.id.as_str(), &at, "policy_duplicate_exemption", problems);
    }
    for (i, one) in pack.recognizers.iter().enumerate() {
        recognizer::shape(one, &format!("{at}.recognizers[{i}]"), names, problems);
    }
}

fn name(pack: &proto::Pack, at: &str, problems: &mut Problems) {
    if !is_object_name(&pack.name) {
        let message = "must be lower-case letters, digits, `-` and `.`, at most 253 bytes";
        problems.add("policy_bad_name", format!("{at}.name"), message);
    }
    match pack.kind() {
        proto::PackKind::ClusterPolicyPack if !pack.namespace.is_empty() => {
            let message = "a ClusterPolicyPack has none; use namespaceSelector";
            problems.add("policy_bad_namespace", format!("{at}.namespace"), message);
        }
        proto::PackKind::PolicyPack => {
            if !pack.namespace.is_empty() && (!is_object_name(&pack.namespace) || pack.namespace.len() > 63) {
                let message = "must be lower-case letters, digits and `-`, at most 63 bytes";
                problems.add("policy_bad_namespace", format!("{at}.namespace"), message);
            }
            if pack
                .namespace_selector
                .as_ref()
                .is_some_and(|selector| !selector.requirements.is_empty())
            {
                let message = "only a ClusterPolicyPack selects namespaces";
                problems.add("policy_bad_selector", format!("{at}.namespaceSelector"), message);
            }
        }
        // an unknown word of the source was reported where it was read
        _ => {}
    }
}

/// Source: Kubernetes, *Labels and Selectors*: keys have an optional DNS prefix and a name of at most 63 characters.
fn labels(selector: &proto::Selector, at: &str, problems: &mut Problems) {
    let word = |text: &str| {
        let end = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        bytes.len() <= 63
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
            && end(bytes.first())
            && end(bytes.last())
    };
    at_most(selector.requirements.len(), MAX_LIST, at, "requirements", problems);
    for requirement in &selector.requirements {
        let key = &requirement.key;
        let valid = match key.split_once('/') {
            Some((prefix, name)) => is_object_name(prefix) && word(name),
            None => word(key),
        };
        let values = requirement.values.iter().all(|value| value.is_empty() || word(value));
        let paired = match requirement.operator() {
            proto::Operator::In | proto::Operator::NotIn => !requirement.values.is_empty(),
            proto::Operator::Exists | proto::Operator::DoesNotExist => requirement.values.is_empty(),
            proto::Operator::Unspecified => false,
        };
        if !valid || !values {
            problems.add(
                "policy_bad_selector",
                at,
                format!("{} is no label, or has a value that is none", shown(key)),
            );
        } else if !paired && problems.is_empty() {
            // the compiler reports these by their own path; this is for bytes from elsewhere
            problems.add(
                "policy_bad_selector",
                at,
                "an operator is unknown or has the wrong number of values",
            );
        }
    }
}

/// The filter of a pack or rule.
pub(super) fn traffic(traffic: Option<&proto::Traffic>, at: &str, problems: &mut Problems) {
    let Some(traffic) = traffic else { return };
    for (field, list) in [
        ("providers", &traffic.providers),
        ("models", &traffic.models),
        ("regions", &traffic.regions),
        ("purposes", &traffic.purposes),
    ] {
        at_most(list.len(), MAX_LIST, &format!("{at}.{field}"), "entries", problems);
        for (i, pattern) in list.iter().enumerate() {
            let plain = pattern.strip_prefix('!').unwrap_or(pattern);
            match Glob::new(plain) {
                Err(why) => problems.add("policy_bad_glob", format!("{at}.{field}[{i}]"), why),
                Ok(glob) if glob.as_str() != plain => {
                    problems.add(
                        "policy_bad_glob",
                        format!("{at}.{field}[{i}]"),
                        "is not in canonical spelling",
                    );
                }
                Ok(_) => {}
            }
        }
    }
    for (i, name) in traffic.surfaces.iter().enumerate() {
        if Surface::from_name(name).is_none() {
            let message = format!("{} is no surface", shown(name));
            problems.add("policy_unknown_surface", format!("{at}.surfaces[{i}]"), message);
        }
    }
    for (i, name) in traffic.directions.iter().enumerate() {
        if !Direction::ALL.iter().any(|direction| direction.name() == name) {
            let message = format!("{} is no direction; use Request or Response", shown(name));
            problems.add("policy_unknown_direction", format!("{at}.directions[{i}]"), message);
        }
    }
}

/// Every setting is written out in a bundle, with a number that this core knows.
fn settings(pack: &proto::Pack, at: &str, problems: &mut Problems) {
    let fine_tuning = pack.fine_tuning.unwrap_or_default();
    let ledger = pack.ledger.unwrap_or_default();
    for (field, known) in [
        ("mode", pack.mode() != proto::Mode::Unspecified),
        ("onUnscannable", pack.on_unscannable() != proto::Handling::Unspecified),
        (
            "onUnknownRoute",
            pack.on_unknown_route() != proto::Handling::Unspecified,
        ),
        ("failure", pack.failure() != proto::Failure::Unspecified),
        (
            "fineTuning.onFinding",
            fine_tuning.on_finding() != proto::OnFinding::Unspecified,
        ),
        (
            "ledger.durability",
            ledger.durability() != proto::Durability::Unspecified,
        ),
        ("restore", pack.restore.is_some()),
    ] {
        if !known {
            problems.add(
                "policy_bad_setting",
                format!("{at}.{field}"),
                "is missing or has an unknown number",
            );
        }
    }
    if let Some(restore) = &pack.restore {
        for (field, list) in [("tools", &restore.tools), ("allowHosts", &restore.allow_hosts)] {
            at_most(
                list.len(),
                MAX_LIST,
                &format!("{at}.restore.{field}"),
                "entries",
                problems,
            );
            for (i, pattern) in list.iter().enumerate() {
                if let Err(why) = Glob::new(pattern) {
                    problems.add("policy_bad_glob", format!("{at}.restore.{field}[{i}]"), why);
                }
            }
        }
    }
}
