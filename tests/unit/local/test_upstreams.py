"""The upstreams that `naka up` offers, and the names by which the policy knows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from naka.errors import ConfigError
from naka.local.upstreams import offered
from naka.policy import ClusterUpstream


def known(name: str, *hosts: str, kind: str = "public", **spec: str) -> ClusterUpstream:
    document = {
        "apiVersion": "naka.dev/v1alpha1",
        "kind": "ClusterUpstream",
        "metadata": {"name": name},
        "spec": {"hosts": list(hosts), "provider": "openai", "kind": kind, **spec},
    }
    return ClusterUpstream.model_validate(document)


def find_ca() -> Path:
    return Path("/ca.pem")


def test_the_stub_is_the_default_and_named_by_its_host() -> None:
    (stub,) = offered(None, 8081, (known("stub", "127.0.0.1", kind="local"),), say=print, find_ca=find_ca)
    assert (stub.name, stub.host, stub.port, stub.tls) == ("stub", "127.0.0.1", 8081, False)
    (stub,) = offered(None, 8081, (), say=print, find_ca=find_ca)
    assert stub.name == "default"


def test_public_upstreams_are_offered_over_tls_beside_it() -> None:
    all_known = (
        known("openai", "api.openai.com", "eu.api.openai.com"),
        known("any", "*.example.com"),
        known("inside", "llm.internal", kind="local"),
        known("groq", "api.groq.com", pathPrefix="/g"),
    )
    _, openai, groq = offered(None, 8081, all_known, say=print, find_ca=find_ca)
    assert (openai.name, openai.host, openai.port, openai.tls) == ("openai", "api.openai.com", 443, True)
    assert openai.ca_file == Path("/ca.pem")
    assert groq.offered_under == "/g"


def test_an_upstream_given_takes_its_name_and_is_not_offered_twice() -> None:
    (only,) = offered(
        "https://api.openai.com/v1", 8081, (known("openai", "api.openai.com"),), say=print, find_ca=find_ca
    )
    assert only.name == "openai"


def test_without_authorities_the_rest_still_runs() -> None:
    def none() -> Path:
        raise ConfigError("no bundle", code="ca_bundle_missing")

    said: list[str] = []
    (stub,) = offered(None, 8081, (known("openai", "api.openai.com"),), say=said.append, find_ca=none)
    assert stub.name == "default"
    assert said == ["not offered: openai: no bundle"]
    with pytest.raises(ConfigError, match="no bundle"):
        offered("https://api.openai.com", 8081, (), say=print, find_ca=none)
