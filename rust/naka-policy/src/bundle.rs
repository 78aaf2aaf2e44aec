//! Bundle bytes: canonical form, revision, and the strict way back.
//! Source of the layout: `proto/naka/v1/policy.proto`; docs/spec/bundle.md has a worked example and a test vector.

use prost::Message;
use sha2::{Digest, Sha256};

use crate::problem::PolicyProblem;
use crate::proto;

/// The layout that this code writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// Longest bundle that is read, in bytes.
pub(crate) const MAX_BUNDLE_BYTES: usize = 64 << 20;

/// sha256 of the bytes as lower-case hex.
pub(crate) fn revision(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Sorts every list whose order has no meaning and drops repeats.
pub(crate) fn canonical(bundle: &mut proto::Bundle) {
    for pack in &mut bundle.packs {
        sort(&mut pack.resolved);
        for selector in [&mut pack.namespace_selector, &mut pack.workload_selector] {
            canonical_selector(selector);
        }
        canonical_traffic(&mut pack.traffic);
        for rule in &mut pack.rules {
            sort(&mut rule.entities);
            canonical_traffic(&mut rule.traffic);
            if let Some(when) = &mut rule.when {
                sort(&mut when.with);
            }
        }
        for recognizer in &mut pack.recognizers {
            recognizer
                .patterns
                .sort_by(|a, b| (&a.regex, a.confidence.to_bits()).cmp(&(&b.regex, b.confidence.to_bits())));
            recognizer.patterns.dedup();
            sort(&mut recognizer.keywords);
            sort(&mut recognizer.context_words);
            sort(&mut recognizer.r#match);
            sort(&mut recognizer.no_match);
        }
        for exemption in &mut pack.exemptions {
            sort(&mut exemption.entities);
            sort(&mut exemption.sha256s);
        }
        if let Some(restore) = &mut pack.restore {
            sort(&mut restore.tools);
            sort(&mut restore.allow_hosts);
        }
        pack.rules.sort_by(|a, b| a.id.cmp(&b.id));
        pack.exemptions.sort_by(|a, b| a.id.cmp(&b.id));
        // entities may repeat (two recognisers of one entity), so the whole message breaks ties
        pack.recognizers
            .sort_by_cached_key(|r| (r.entity.clone(), r.encode_to_vec()));
        pack.recognizers.dedup();
    }
    bundle
        .packs
        .sort_by(|a, b| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
    for upstream in &mut bundle.upstreams {
        sort(&mut upstream.hosts);
    }
    bundle.upstreams.sort_by(|a, b| a.name.cmp(&b.name));
}

fn sort(list: &mut Vec<String>) {
    list.sort_unstable();
    list.dedup();
}

/// A selector that asks nothing is absent; requirements are sorted.
fn canonical_selector(selector: &mut Option<proto::Selector>) {
    if let Some(inner) = selector {
        for requirement in &mut inner.requirements {
            sort(&mut requirement.values);
        }
        let requirements = &mut inner.requirements;
        requirements.sort_by(|a, b| (&a.key, a.operator, &a.values).cmp(&(&b.key, b.operator, &b.values)));
        requirements.dedup();
        if requirements.is_empty() {
            *selector = None;
        }
    }
}

/// A traffic filter that asks nothing is absent.
fn canonical_traffic(traffic: &mut Option<proto::Traffic>) {
    if let Some(inner) = traffic {
        let proto::Traffic {
            providers,
            models,
            surfaces,
            directions,
            regions,
            purposes,
        } = inner;
        for list in [providers, models, surfaces, directions, regions, purposes] {
            sort(list);
        }
        if *inner == proto::Traffic::default() {
            *traffic = None;
        }
    }
}

/// Canonical bytes of a bundle.
pub(crate) fn encode(mut bundle: proto::Bundle) -> Vec<u8> {
    canonical(&mut bundle);
    bundle.encode_to_vec()
}

/// The bundle that `bytes` hold. Refuses what is not canonical: unknown fields, other orders, repeats. An unknown
/// field may be a rule of a newer core that this one would silently not apply.
pub(crate) fn decode(bytes: &[u8]) -> Result<proto::Bundle, Vec<PolicyProblem>> {
    let refuse = |code, message: &str| {
        vec![PolicyProblem {
            code,
            path: String::new(),
            message: message.into(),
        }]
    };
    if bytes.len() > MAX_BUNDLE_BYTES {
        return Err(refuse("policy_bundle_too_large", "the bundle is larger than 64 MiB"));
    }
    let bundle = proto::Bundle::decode(bytes)
        .map_err(|_| refuse("policy_bundle_unreadable", "the bytes are no policy bundle"))?;
    if bundle.format != FORMAT {
        return Err(refuse(
            "policy_bundle_format",
            "the bundle has another format; compile it with this version",
        ));
    }
    if version(&bundle.min_core).is_none_or(|needed| Some(needed) > version(env!("CARGO_PKG_VERSION"))) {
        return Err(refuse(
            "policy_bundle_too_new",
            "the bundle needs a newer core; upgrade the data plane first",
        ));
    }
    if encode(bundle.clone()) != bytes {
        return Err(refuse(
            "policy_bundle_not_canonical",
            "the bytes are not in canonical form, or hold fields that this core does not know",
        ));
    }
    Ok(bundle)
}

/// `1.2.3` as numbers.
fn version(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.splitn(3, '.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// The canonical bytes of whatever message `bytes` hold: lets a fuzzer past the canonical check.
#[cfg(fuzzing)]
#[must_use]
pub fn canonical_for_fuzzing(bytes: &[u8]) -> Option<Vec<u8>> {
    proto::Bundle::decode(bytes).ok().map(encode)
}
