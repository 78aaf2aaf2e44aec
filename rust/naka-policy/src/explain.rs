//! `explain` and `ruleset_info` as JSON in, JSON out: what the Python door passes on.
//! The request names texts and traffic; the answer is [`Explanation`] with character offsets beside the byte offsets.

use std::collections::BTreeSet;

use naka_detect::{Detector, Evidence, Finding, Flags, RuleId, Scratch, WordId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle;
use crate::date::Date;
use crate::problem::{PolicyProblem, shown};
use crate::proto;
use crate::ruleset::{FieldFindings, RuleSet, enforcing};
use crate::selector::{Labels, Workload};
use crate::traffic::{Direction, Surface, Traffic};
use crate::transform::token::value_hash;
use crate::validate;

/// Longest request, in bytes.
const MAX_REQUEST_BYTES: usize = 16 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    #[serde(default)]
    workload: WorkloadJson,
    traffic: TrafficJson,
    /// One text; or `fields`, several.
    text: Option<String>,
    #[serde(default)]
    fields: Vec<FieldJson>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WorkloadJson {
    namespace: Option<String>,
    labels: Option<Labels>,
    namespace_labels: Option<Labels>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrafficJson {
    /// The day to decide for: this crate has no clock.
    today: String,
    direction: Option<String>,
    surface: Option<String>,
    /// Fills in provider and region when an upstream has this host.
    host: Option<String>,
    provider: Option<String>,
    model: Option<String>,
    region: Option<String>,
    purpose: Option<String>,
    known_route: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FieldJson {
    text: String,
    /// The key or column header whose value the text is.
    label: Option<String>,
    /// Message or line that it belongs to.
    #[serde(default)]
    record: u32,
}

/// Answers a request about a bundle. Fails with what is wrong with the bundle or the request.
pub fn explain_json(bundle: &[u8], request: &str) -> Result<String, Vec<PolicyProblem>> {
    let refuse = |path: &str, message: String| {
        vec![PolicyProblem {
            code: "policy_bad_request",
            path: path.to_owned(),
            message,
        }]
    };
    if request.len() > MAX_REQUEST_BYTES {
        return Err(refuse(
            "",
            format!("is {} bytes long; the limit is {MAX_REQUEST_BYTES}", request.len()),
        ));
    }
    // serde's message may quote the text, so only the place is passed on
    let mut request: Request = serde_json::from_str(request).map_err(|error| {
        let why = "a field is missing, or has the wrong name, type or word";
        refuse("", format!("{why}, at line {} column {}", error.line(), error.column()))
    })?;
    if let Some(text) = request.text.take() {
        request.fields.insert(
            0,
            FieldJson {
                text,
                label: None,
                record: 0,
            },
        );
    }
    let WorkloadJson {
        namespace,
        labels,
        namespace_labels,
    } = request.workload;
    let rules = RuleSet::load(
        bundle,
        &Workload {
            namespace,
            labels,
            namespace_labels,
        },
    )?;

    let source = &request.traffic;
    let upstream = source.host.as_deref().and_then(|host| rules.upstream_for_host(host));
    let traffic = Traffic {
        direction: match source.direction.as_deref() {
            None => Direction::Request,
            Some(name) => (Direction::ALL.into_iter().find(|direction| direction.name() == name))
                .ok_or_else(|| refuse("traffic.direction", format!("{} is no direction", shown(name))))?,
        },
        surface: match source.surface.as_deref() {
            None => Surface::Chat,
            Some(name) => Surface::from_name(name)
                .ok_or_else(|| refuse("traffic.surface", format!("{} is no surface", shown(name))))?,
        },
        provider: source
            .provider
            .as_deref()
            .or(upstream.map(|upstream| upstream.provider.as_str())),
        model: source.model.as_deref(),
        region: source
            .region
            .as_deref()
            .or(upstream.and_then(|upstream| upstream.region())),
        purpose: source.purpose.as_deref(),
        today: Date::parse(&source.today).ok_or_else(|| {
            refuse(
                "traffic.today",
                format!("{} is no day; write YYYY-MM-DD", shown(&source.today)),
            )
        })?,
        known_route: source
            .known_route
            .unwrap_or(source.host.is_none() || upstream.is_some()),
    };

    let mut scratch = Scratch::default();
    let found: Vec<Vec<Finding>> = (request.fields.iter())
        .map(|field| {
            let mut found = Vec::new();
            let label = field.label.as_deref().map(str::as_bytes);
            rules
                .detector()
                .scan(field.text.as_bytes(), label, &mut scratch, &mut found);
            found
        })
        .collect();
    let fields: Vec<FieldFindings<'_>> = (request.fields.iter().zip(&found).enumerate())
        .map(|(index, (field, findings))| FieldFindings {
            field: index as u32,
            record: field.record,
            text: field.text.as_bytes(),
            findings,
        })
        .collect();
    let explanation = rules.explain(&traffic, &fields);
    let mut answer = serde_json::to_value(&explanation).unwrap_or_default();
    answer["traffic"] = traffic_value(&traffic);
    add_characters(&mut answer, &request.fields);
    Ok(answer.to_string())
}

fn traffic_value(traffic: &Traffic<'_>) -> Value {
    serde_json::json!({
        "today": traffic.today.to_string(),
        "direction": traffic.direction.name(),
        "surface": traffic.surface.name(),
        "provider": traffic.provider,
        "model": traffic.model,
        "region": traffic.region,
        "purpose": traffic.purpose,
        "knownRoute": traffic.known_route,
    })
}

/// `charStart` and `charEnd` (code points) beside `start` and `end` (bytes), for readers who count characters.
fn add_characters(answer: &mut Value, fields: &[FieldJson]) {
    let Some(clusters) = answer["clusters"].as_array_mut() else {
        return;
    };
    for cluster in clusters {
        let Some(text) = cluster["field"]
            .as_u64()
            .and_then(|at| fields.get(at as usize))
            .map(|f| f.text.as_str())
        else {
            continue;
        };
        let count = |spot: &mut Value| {
            for (bytes, characters) in [("start", "charStart"), ("end", "charEnd")] {
                let before = spot[bytes].as_u64().and_then(|at| text.get(..at as usize));
                spot[characters] = before.map_or(0, |before| before.chars().count()).into();
            }
        };
        count(cluster);
        cluster["findings"].as_array_mut().into_iter().flatten().for_each(count);
    }
}

/// What an exemption's `sha256s` hold for `value`, however it is written (`5109 8027 4087`, `५१०९…`), so that an
/// exemption can name a value without showing it.
pub fn exemption_hash(entity: &str, value: &str) -> Result<String, PolicyProblem> {
    let detector = Detector::shared();
    let Some(id) = detector.entity_by_name(entity) else {
        let message = format!("{} is no built-in entity", shown(entity));
        return Err(PolicyProblem {
            code: "policy_unknown_entity",
            path: String::new(),
            message,
        });
    };
    let value = value.trim();
    let whole = Finding {
        entity: id,
        rule: RuleId(0),
        start: 0,
        end: value.len() as u32,
        confidence: 1.0,
        evidence: Evidence::default(),
        flags: Flags::default(),
        word: WordId::NONE,
        counter_word: WordId::NONE,
    };
    let mut normalized = Vec::new();
    detector.normalized(&whole, value.as_bytes(), &mut normalized);
    Ok(value_hash(&detector.entity(id).name, &normalized))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    revision: String,
    format: u32,
    min_core: &'a str,
    enforces: bool,
    failure: crate::settings::Failure,
    packs: Vec<PackInfo<'a>>,
    upstreams: &'a [crate::upstream::Upstream],
    /// Entities that some rule would change or block, and that are not judged while an answer streams, sorted.
    late_in_streams: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PackInfo<'a> {
    kind: &'static str,
    namespace: &'a str,
    name: &'a str,
    resolved: &'a [String],
    enforcing: bool,
    rules: usize,
    enforced_rules: usize,
    recognizers: usize,
    exemptions: usize,
}

/// What is in a bundle, all packs of it, as JSON for people and for `naka sidecar`.
pub fn info_json(bytes: &[u8]) -> Result<String, Vec<PolicyProblem>> {
    let rules = RuleSet::load(bytes, &Workload::default())?;
    let bundle = bundle::decode(bytes)?;
    let packs = bundle.packs.iter().map(|pack| PackInfo {
        kind: match pack.kind() {
            proto::PackKind::ClusterPolicyPack => "ClusterPolicyPack",
            _ => "PolicyPack",
        },
        namespace: &pack.namespace,
        name: &pack.name,
        resolved: &pack.resolved,
        enforcing: enforcing(pack),
        rules: pack.rules.len(),
        enforced_rules: pack
            .rules
            .iter()
            .filter(|rule| rule.mode() == proto::Mode::Enforce)
            .count(),
        recognizers: pack.recognizers.len(),
        exemptions: pack.exemptions.len(),
    });
    let info = Info {
        revision: bundle::revision(bytes),
        format: bundle.format,
        min_core: &bundle.min_core,
        enforces: rules.enforces(),
        failure: rules.failure(),
        packs: packs.collect(),
        upstreams: rules.upstreams(),
        late_in_streams: late_in_streams(&bundle)?,
    };
    Ok(serde_json::to_string(&info).unwrap_or_default())
}

/// What streams judge at their end, and then only record, of all that the rules of `bundle` act on.
fn late_in_streams(bundle: &proto::Bundle) -> Result<Vec<String>, Vec<PolicyProblem>> {
    let packs: Vec<&proto::Pack> = bundle.packs.iter().collect();
    let (detector, _) = validate::detector(&packs, Detector::shared())?;
    let acting = |rule: &&proto::Rule| !matches!(rule.action(), proto::ActionKind::Allow | proto::ActionKind::Audit);
    let rules = bundle.packs.iter().flat_map(|pack| &pack.rules).filter(acting);
    let mut late = BTreeSet::new();
    for name in rules.flat_map(|rule| &rule.entities) {
        let entities = match name.strip_prefix("group:") {
            Some(group) => detector.group(group).unwrap_or_default(),
            None => detector.entity_by_name(name).into_iter().collect(),
        };
        let slow = entities
            .into_iter()
            .filter(|&entity| !detector.entity_stream_judged(entity));
        late.extend(slow.map(|entity| detector.entity(entity).name.clone()));
    }
    Ok(late.into_iter().collect())
}
