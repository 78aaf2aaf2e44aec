//! What an exchange is about, beside its bodies: route, upstream, model. Shared by both of its directions.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use naka_body::{ApiTables, Route};
use naka_policy::{BlockStyle, Date, Direction, RuleSet, Surface, Traffic, Upstream};

use crate::event::RequestHead;
use crate::name::Name;
use crate::target::Target;
use crate::tools::Tools;

pub(crate) struct Subject {
    pub(crate) head: RequestHead,
    pub(crate) route: Route<'static>,
    pub(crate) surface: Surface,
    /// The host, fit for the record.
    pub(crate) host: Name,
    /// Position of the upstream in the rule set, by Envoy's route or by host.
    pub(crate) upstream: Option<usize>,
    /// As the request's path or body names it.
    pub(crate) model: OnceLock<Model>,
}

/// The model that a request names.
pub(crate) struct Model {
    /// For rules.
    pub(crate) raw: String,
    /// For the record.
    pub(crate) name: Name,
}

impl Subject {
    /// Before the request's headers have come. One for all exchanges: nothing in it changes.
    pub(crate) fn unknown(tables: &'static ApiTables) -> Arc<Self> {
        static UNKNOWN: OnceLock<Arc<Subject>> = OnceLock::new();
        let unknown = UNKNOWN.get_or_init(|| {
            Arc::new(Self {
                head: RequestHead::default(),
                route: tables.route("", ""),
                surface: Surface::Unknown,
                host: Name::configured("unknown"),
                upstream: None,
                model: OnceLock::new(),
            })
        });
        Arc::clone(unknown)
    }

    pub(crate) fn new(tables: &'static ApiTables, rules: &RuleSet, head: RequestHead, tools: &mut Tools) -> Self {
        let upstream = upstream_of(rules, head.route.as_deref(), &head.authority);
        // Envoy's own prefix (`/<upstream>/v1/...`) is taken off behind us; the tables know none
        let path = std::str::from_utf8(Target::split(&head.path).path).unwrap_or_default();
        let own = head
            .route
            .as_deref()
            .and_then(|name| path.strip_prefix('/')?.strip_prefix(name))
            .filter(|rest| rest.starts_with('/'));
        let path = head.path.slice_ref(own.unwrap_or(path).as_bytes());
        let text = |bytes: &Bytes| std::str::from_utf8(bytes).unwrap_or_default().to_owned();
        let route = tools.route(&head.method, path.clone(), || {
            tables.route(&text(&head.method), &text(&path))
        });
        let host = tools.host(rules, host_of(&head.authority));
        let subject = Self {
            surface: surface(route.surface),
            route,
            host,
            upstream,
            head,
            model: OnceLock::new(),
        };
        // what the path says counts, whatever the body says: the provider goes by the path
        if let Some(model) = route.model(&text(&path)) {
            subject.name_model(model, rules, tools);
        }
        subject
    }

    /// The model is now known, unless it was before: one request, one model.
    pub(crate) fn name_model(&self, raw: String, rules: &RuleSet, tools: &mut Tools) {
        self.model.get_or_init(|| Model {
            name: tools.model(rules, &raw),
            raw,
        });
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target::split(&self.head.path)
    }

    /// A route of an API whose requests are JSON, whatever their content type says.
    pub(crate) fn takes_json(&self) -> bool {
        self.route.known && !matches!(self.surface, Surface::Files | Surface::Audio | Surface::Images)
    }

    pub(crate) fn upstream<'r>(&self, rules: &'r RuleSet) -> Option<&'r Upstream> {
        rules.upstreams().get(self.upstream?)
    }

    /// The model's name, when the policy wants a block to be an answer that refuses.
    pub(crate) fn refusing_model(&self, rules: &RuleSet, traffic: &Traffic<'_>) -> Option<String> {
        let model = self.model.get().map_or("unknown", |model| model.name.as_str());
        (rules.block_style(traffic) == BlockStyle::Refusal).then(|| model.to_owned())
    }

    pub(crate) fn traffic<'a>(&'a self, direction: Direction, today: Date, rules: &'a RuleSet) -> Traffic<'a> {
        let upstream = self.upstream(rules);
        Traffic {
            direction,
            surface: self.surface,
            provider: upstream
                .map(|upstream| upstream.provider.as_str())
                .or(self.route.provider),
            model: self.model.get().map(|model| model.raw.as_str()),
            region: upstream.and_then(Upstream::region),
            purpose: None,
            today,
            known_route: self.route.known && (upstream.is_some() || rules.upstreams().is_empty()),
        }
    }
}

/// By the name that Envoy's route gives, else by the host that the client asked for.
fn upstream_of(rules: &RuleSet, route: Option<&str>, authority: &[u8]) -> Option<usize> {
    let named = |name: &str| rules.upstreams().iter().position(|upstream| upstream.name == name);
    route
        .and_then(named)
        .or_else(|| named(&rules.upstream_for_host(std::str::from_utf8(authority).ok()?)?.name))
}

/// The host without its port.
fn host_of(authority: &[u8]) -> &[u8] {
    match authority.iter().rposition(|byte| *byte == b':') {
        // the colons of a bare IPv6 address are no port
        Some(at) if !authority.ends_with(b"]") => &authority[..at],
        _ => authority,
    }
}

/// naka-body and naka-policy name surfaces alike; `every_surface_has_its_twin` holds it.
fn surface(surface: naka_body::Surface) -> Surface {
    Surface::from_name(surface.name()).unwrap_or(Surface::Unknown)
}

/// The same direction in naka-body's words.
pub(crate) fn body_direction(direction: Direction) -> naka_body::Direction {
    match direction {
        Direction::Request => naka_body::Direction::Request,
        Direction::Response => naka_body::Direction::Response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_surface_has_its_twin() {
        for from in naka_body::Surface::ALL {
            assert_eq!(surface(from).name(), from.name());
        }
    }

    #[test]
    fn a_port_is_no_part_of_the_host() {
        for (authority, host) in [
            ("api.openai.com:443", "api.openai.com"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("x", "x"),
        ] {
            assert_eq!(host_of(authority.as_bytes()), host.as_bytes());
        }
    }
}
