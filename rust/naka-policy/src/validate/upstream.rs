//! Upstreams: names and hosts are unique, so that one host has one region and one contract.

use std::collections::BTreeMap;

use super::{MAX_LIST, MAX_NAME, MAX_UPSTREAMS, at_most, is_object_name, text_limit, unique};
use crate::problem::Problems;
use crate::proto;

pub(super) fn upstreams(list: &[proto::Upstream], problems: &mut Problems) {
    at_most(list.len(), MAX_UPSTREAMS, "upstreams", "upstreams", problems);
    let (mut names, mut hosts, mut prefixes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (i, upstream) in list.iter().enumerate() {
        let at = format!("upstreams[{i}]");
        if !is_object_name(&upstream.name) {
            let message = "must be lower-case letters, digits, `-` and `.`, at most 253 bytes";
            problems.add("policy_bad_name", format!("{at}.name"), message);
        }
        unique(
            &mut names,
            upstream.name.as_str(),
            &at,
            "policy_duplicate_upstream",
            problems,
        );
        if upstream.hosts.is_empty() {
            problems.add("policy_bad_host", format!("{at}.hosts"), "names no host");
        }
        at_most(
            upstream.hosts.len(),
            MAX_LIST,
            &format!("{at}.hosts"),
            "hosts",
            problems,
        );
        for (j, host) in upstream.hosts.iter().enumerate() {
            let path = format!("{at}.hosts[{j}]");
            if !is_host(host) {
                let message = "must be a lower-case host with or without port; `*.` only in front";
                problems.add("policy_bad_host", path.clone(), message);
            }
            // an upstream may list a host twice without harm; two upstreams may not share one
            if hosts
                .get(host.as_str())
                .is_none_or(|first: &String| !first.starts_with(&format!("{at}.")))
            {
                unique(&mut hosts, host.as_str(), &path, "policy_duplicate_host", problems);
            }
        }
        if upstream.provider.is_empty() {
            problems.add("policy_bad_provider", format!("{at}.provider"), "is required");
        }
        let region = &upstream.region;
        if !region.is_empty() && (region.len() != 2 || !region.bytes().all(|b| b.is_ascii_uppercase())) {
            problems.add(
                "policy_bad_region",
                format!("{at}.region"),
                "must be a country in two capitals, such as IN",
            );
        }
        if !upstream.path_prefix.is_empty() {
            if !is_path_prefix(&upstream.path_prefix) {
                let message = "must begin with `/`, not end with it, and hold no `..`, `//` or escapes";
                problems.add("policy_bad_path_prefix", format!("{at}.pathPrefix"), message);
            }
            unique(
                &mut prefixes,
                upstream.path_prefix.as_str(),
                &at,
                "policy_duplicate_path_prefix",
                problems,
            );
        }
        if upstream.kind() == proto::UpstreamKind::Unspecified {
            problems.add("policy_bad_setting", format!("{at}.kind"), "is missing or unknown");
        }
        for (field, text) in [
            ("provider", &upstream.provider),
            ("api", &upstream.api),
            ("account", &upstream.account),
            ("contractRef", &upstream.contract_ref),
        ] {
            text_limit(text, MAX_NAME, format!("{at}.{field}"), problems);
        }
    }
}

/// `api.example.in`, `*.example.in`, `127.0.0.1:8081`, `[::1]:8081`.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let port = port.is_none_or(|port| port.len() <= 5 && port.parse::<u16>().is_ok_and(|port| port > 0));
    let name = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_object_name(name.strip_prefix("*.").unwrap_or(name)),
    };
    port && name
}

fn is_path_prefix(prefix: &str) -> bool {
    prefix.len() <= MAX_NAME
        && prefix.strip_prefix('/').is_some_and(|rest| {
            rest.split('/').all(|part| {
                !matches!(part, "" | "." | "..")
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::{is_host, is_path_prefix};

    #[test]
    fn hosts_are_told_from_urls_and_paths() {
        for host in [
            "api.openai.com",
            "*.example.in",
            "127.0.0.1:8081",
            "localhost",
            "[::1]:80",
            "[fe80::1]",
        ] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            "https://a.in",
            "a.in/x",
            "a..in",
            "*",
            "a.*.in",
            "A.in",
            "a.in:0",
            "a.in:99999",
            "-a.in",
            "[x]",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn path_prefixes_are_in_normal_form() {
        assert!(is_path_prefix("/openai") && is_path_prefix("/in/a.b"));
        for prefix in ["/", "openai", "/a/", "/a//b", "/../a", "/a%2f"] {
            assert!(!is_path_prefix(prefix), "{prefix}");
        }
    }
}
