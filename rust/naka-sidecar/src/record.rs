//! One audit event as a line of JSON. The fields are documented in `docs/reference/audit-event.md`.
//! An event is made of an [`Outcome`], which cannot hold a value.

use std::time::Duration;

use naka_exchange::{JsonPath, Name, Outcome, Tally};
use serde::Serialize;

use crate::clock::rfc3339;

/// A record on its way to the writer.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) outcome: Outcome,
    /// Since 1970.
    pub(crate) time: Duration,
    /// From the last byte that was waited for to the answer.
    pub(crate) latency: Duration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    version: u8,
    time: String,
    decision: String,
    direction: &'static str,
    host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'a str>,
    api: &'static str,
    surface: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    revision: &'a str,
    action: &'static str,
    would_be: &'static str,
    coverage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entities: Vec<Entity<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<&'a str>,
    #[serde(skip_serializing_if = "is_zero")]
    more_paths: u32,
    #[serde(skip_serializing_if = "is_zero")]
    status: u32,
    bytes: u64,
    latency_us: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity<'a> {
    entity: &'a str,
    count: u32,
    confidence: f64,
    action: &'static str,
    would_be: &'static str,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl<'a> From<&'a Tally> for Entity<'a> {
    fn from(tally: &'a Tally) -> Self {
        Self {
            entity: tally.entity.as_str(),
            count: tally.count,
            // two digits: a reader compares it with thresholds, not with a float's tail
            confidence: (f64::from(tally.confidence) * 100.0).round() / 100.0,
            action: tally.enforced.name(),
            would_be: tally.would_be.name(),
        }
    }
}

impl Record {
    /// Appends the line with its end.
    pub(crate) fn write<'a>(&'a self, out: &mut Vec<u8>) {
        let outcome = &self.outcome;
        let text = |name: &'a Option<Name>| name.as_ref().map(Name::as_str);
        let line = Line {
            version: 1,
            time: rfc3339(self.time),
            decision: outcome.decision.to_string(),
            direction: outcome.direction.name(),
            host: outcome.host.as_str(),
            route: text(&outcome.route),
            upstream: text(&outcome.upstream),
            api: outcome.api,
            surface: outcome.surface.name(),
            provider: text(&outcome.provider),
            model: text(&outcome.model),
            revision: outcome.revision.as_str(),
            action: outcome.enforced.name(),
            would_be: outcome.would_be.name(),
            coverage: outcome.coverage.name(),
            reason: outcome.reason.map(naka_exchange::Reason::name),
            rules: outcome.rules.iter().map(Name::as_str).collect(),
            entities: outcome.entities.iter().map(Entity::from).collect(),
            paths: outcome.paths.iter().map(JsonPath::as_str).collect(),
            more_paths: outcome.more_paths,
            status: u32::from(outcome.rejected),
            bytes: outcome.bytes,
            latency_us: u64::try_from(self.latency.as_micros()).unwrap_or(u64::MAX),
        };
        // numbers and strings always serialise
        if serde_json::to_writer(&mut *out, &line).is_ok() {
            out.push(b'\n');
        }
    }
}

/// The line that stands where records were lost.
pub(crate) fn gap(time: Duration, lost: u64, out: &mut Vec<u8>) {
    let text = format!("{{\"version\":1,\"time\":\"{}\",\"gap\":{lost}}}\n", rfc3339(time));
    out.extend_from_slice(text.as_bytes());
}
