//! `naka.v1.Detection`: findings of a text, for programs that are not behind Envoy. Read-only; knows no policy, and
//! returns positions, never text. It scans with the rules in force, so custom recognisers count.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use naka_detect::{Detector, EntityId, Evidence, Finding, Flags, Scratch, Tier, WordId};
use tonic::{Request, Response, Status};

use crate::pb::naka::v1 as pb;
use crate::pb::naka::v1::detection_server::Detection;
use crate::plane::Plane;

/// The Detection service.
pub(crate) struct DetectionService {
    pub(crate) plane: Arc<Plane>,
}

#[tonic::async_trait]
impl Detection for DetectionService {
    async fn scan(&self, request: Request<pb::ScanRequest>) -> Result<Response<pb::ScanResponse>, Status> {
        let request = request.into_inner();
        let limit = self.plane.config.detection_max_bytes;
        if request.text.len() > limit {
            return Err(Status::resource_exhausted(format!(
                "text: {} bytes, the limit is {limit}",
                request.text.len()
            )));
        }
        if !(0.0..=1.0).contains(&request.min_confidence) {
            return Err(Status::invalid_argument("min_confidence: must be between 0 and 1"));
        }
        let in_force = self
            .plane
            .in_force()
            .ok_or_else(|| Status::unavailable("no policy is in force yet"))?;
        let wanted = wanted(in_force.rules.detector(), &request.entities)?;
        self.plane.metrics.detections.fetch_add(1, Ordering::Relaxed);
        let revision = in_force.rules.revision().to_owned();
        let work = move || {
            let detector = in_force.rules.detector();
            let mut found = Vec::new();
            let label = (!request.label.is_empty()).then_some(request.label.as_bytes());
            detector.scan(request.text.as_bytes(), label, &mut Scratch::default(), &mut found);
            found
                .iter()
                .filter(|finding| finding.confidence >= request.min_confidence)
                .filter(|finding| wanted.is_empty() || wanted.contains(&finding.entity))
                .map(|finding| message(detector, finding))
                .collect::<Vec<_>>()
        };
        // off the threads that answer Envoy: this service must not slow the traffic down
        let findings = tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Status::internal("the scan failed"))?;
        Ok(Response::new(pb::ScanResponse { findings, revision }))
    }

    async fn list_entities(
        &self,
        _request: Request<pb::ListEntitiesRequest>,
    ) -> Result<Response<pb::ListEntitiesResponse>, Status> {
        let in_force = self
            .plane
            .in_force()
            .ok_or_else(|| Status::unavailable("no policy is in force yet"))?;
        let mut entities: Vec<pb::Entity> = in_force
            .rules
            .detector()
            .entities()
            .iter()
            .map(|entity| pb::Entity {
                id: entity.name.clone(),
                description: entity.description.clone(),
                groups: entity.groups.clone(),
                aliases: entity.aliases.clone(),
            })
            .collect();
        entities.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Response::new(pb::ListEntitiesResponse { entities }))
    }
}

/// The ids that names, aliases and groups stand for; empty for all.
fn wanted(detector: &Detector, names: &[String]) -> Result<Vec<EntityId>, Status> {
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let ids = match name.strip_prefix("group:") {
            Some(group) => detector.group(group),
            None => detector.entity_by_name(name).map(|id| vec![id]),
        };
        // by position: a name that came from outside is not repeated
        let unknown = || Status::invalid_argument(format!("entities[{at}]: no such entity or group"));
        all.extend(ids.ok_or_else(unknown)?);
    }
    Ok(all)
}

fn message(detector: &Detector, finding: &Finding) -> pb::Finding {
    let word = if finding.word == WordId::NONE {
        String::new()
    } else {
        detector
            .words()
            .get(usize::from(finding.word.0))
            .cloned()
            .unwrap_or_default()
    };
    pb::Finding {
        entity: detector.entity(finding.entity).name.clone(),
        start: finding.start,
        end: finding.end,
        confidence: finding.confidence,
        tier: match Tier::of(finding.confidence) {
            Some(Tier::Certain) => pb::Tier::Certain,
            Some(Tier::Likely) => pb::Tier::Likely,
            Some(Tier::Possible) => pb::Tier::Possible,
            None => pb::Tier::Unspecified,
        }
        .into(),
        evidence: evidence(finding.evidence),
        rule: detector
            .rules()
            .get(usize::from(finding.rule.0))
            .map(|rule| rule.name.clone())
            .unwrap_or_default(),
        word,
        nested: finding.flags.has(Flags::NESTED),
        heuristic: finding.flags.has(Flags::HEURISTIC),
    }
}

fn evidence(evidence: Evidence) -> Vec<i32> {
    [
        (Evidence::FORMAT, pb::Evidence::Format),
        (Evidence::CHECKSUM, pb::Evidence::Checksum),
        (Evidence::REGISTRY, pb::Evidence::Registry),
        (Evidence::CONTEXT, pb::Evidence::Context),
        (Evidence::COUNTER_CONTEXT, pb::Evidence::CounterContext),
        (Evidence::PREFIX, pb::Evidence::Prefix),
    ]
    .into_iter()
    .filter(|(flag, _)| evidence.has(*flag))
    .map(|(_, name)| name.into())
    .collect()
}
