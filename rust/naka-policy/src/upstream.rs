//! Upstreams: where traffic may go, and what is known about each place (provider, region, contract).

use std::collections::HashMap;

use serde::Serialize;

use crate::proto;

/// A host, or several with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Upstream {
    /// Its name; also the first path segment of injected base URLs.
    pub name: String,
    /// Lower-case hosts, with or without port; `*.example.in` covers every name below example.in.
    pub hosts: Vec<String>,
    /// Such as `openai`; [`crate::Traffic::provider`].
    pub provider: String,
    /// The API it speaks; empty = the provider's own.
    pub api: String,
    /// Two capitals, such as `IN`; empty = not known, which matches every rule.
    pub region: String,
    /// Account there, for the register of processors.
    pub account: String,
    /// Contract with the processor.
    pub contract_ref: String,
    /// Path under which the gateway offers it.
    pub path_prefix: String,
    /// Inside one's own network.
    pub local: bool,
}

impl Upstream {
    /// The region as traffic carries it.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        (!self.region.is_empty()).then_some(&self.region)
    }
}

/// All upstreams, found by host.
#[derive(Debug, Default)]
pub(crate) struct Upstreams {
    list: Vec<Upstream>,
    by_host: HashMap<String, u32>,
    /// `.example.in` of `*.example.in`, longest first, so that the nearest wins.
    by_suffix: Vec<(String, u32)>,
}

impl Upstreams {
    pub(crate) fn new(source: &[proto::Upstream]) -> Self {
        let mut upstreams = Self::default();
        for (index, upstream) in source.iter().enumerate() {
            for host in &upstream.hosts {
                match host.strip_prefix('*') {
                    Some(suffix) => upstreams.by_suffix.push((suffix.to_owned(), index as u32)),
                    None => drop(upstreams.by_host.insert(host.clone(), index as u32)),
                }
            }
            upstreams.list.push(Upstream {
                name: upstream.name.clone(),
                hosts: upstream.hosts.clone(),
                provider: upstream.provider.clone(),
                api: upstream.api.clone(),
                region: upstream.region.clone(),
                account: upstream.account.clone(),
                contract_ref: upstream.contract_ref.clone(),
                path_prefix: upstream.path_prefix.clone(),
                local: upstream.kind() == proto::UpstreamKind::Local,
            });
        }
        upstreams
            .by_suffix
            .sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        upstreams
    }

    pub(crate) fn all(&self) -> &[Upstream] {
        &self.list
    }

    /// The host with its port first, then without; exact names before wildcards.
    pub(crate) fn for_host(&self, host: &str) -> Option<&Upstream> {
        let host = host.to_ascii_lowercase();
        let (name, port) = split_port(&host);
        let name = name.strip_suffix('.').unwrap_or(name);
        let with_port = port.map(|port| format!("{name}:{port}"));
        let exact = with_port
            .as_ref()
            .and_then(|host| self.by_host.get(host))
            .or_else(|| self.by_host.get(name));
        let index = exact.or_else(|| {
            let fits = |suffix: &str| {
                let covered = with_port.as_deref().is_some_and(|host| host.ends_with(suffix)) || name.ends_with(suffix);
                covered && name.len() > split_port(suffix).0.len()
            };
            self.by_suffix
                .iter()
                .find(|(suffix, _)| fits(suffix))
                .map(|(_, index)| index)
        })?;
        self.list.get(*index as usize)
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
            (name, Some(port))
        }
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstreams() -> Upstreams {
        let upstream = |name: &str, hosts: &[&str]| proto::Upstream {
            name: name.into(),
            hosts: hosts.iter().map(|host| (*host).into()).collect(),
            ..Default::default()
        };
        Upstreams::new(&[
            upstream("azure", &["*.openai.azure.com"]),
            upstream("azure-in", &["*.in.openai.azure.com"]),
            upstream("openai", &["api.openai.com"]),
            upstream("stub", &["127.0.0.1:8081"]),
            upstream("v6", &["[::1]"]),
        ])
    }

    #[test]
    fn hosts_are_found_with_and_without_port() {
        let upstreams = upstreams();
        for (host, name) in [
            ("api.openai.com", Some("openai")),
            ("API.OpenAI.com.", Some("openai")),
            ("api.openai.com:443", Some("openai")),
            ("api.openai.com.:443", Some("openai")),
            ("127.0.0.1:8081", Some("stub")),
            ("127.0.0.1:8082", None),
            ("127.0.0.1", None),
            ("mine.openai.azure.com", Some("azure")),
            ("a.in.openai.azure.com", Some("azure-in")),
            ("openai.azure.com", None),
            (".openai.azure.com", None),
            ("evil-openai.azure.com", None),
            ("api.openai.com.evil.in", None),
            ("[::1]:80", Some("v6")),
            ("", None),
        ] {
            assert_eq!(upstreams.for_host(host).map(|u| u.name.as_str()), name, "{host}");
        }
    }
}
