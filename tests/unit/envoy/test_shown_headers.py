"""Envoy shows the sidecar the headers that it reads, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from naka.envoy import Gateway, Upstream, bootstrap

CONVERT = Path(__file__).parents[3] / "rust" / "naka-sidecar" / "src" / "convert.rs"


def shown() -> list[str]:
    gateway = Gateway(
        port=8080,
        upstreams=(Upstream(name="default", host="api.openai.com", port=443, tls=True),),
        route_dir=Path("/run/naka/routes"),
        sidecar_socket=Path("/run/naka/ext_proc.sock"),
    )
    (listener,) = bootstrap(gateway)["static_resources"]["listeners"]
    filters = listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
    rules = filters[1]["typed_config"]["forward_rules"]
    assert list(rules) == ["allowed_headers"]
    return [pattern["exact"] for pattern in rules["allowed_headers"]["patterns"]]


def test_the_headers_that_are_shown_are_those_that_are_read() -> None:
    read = re.findall(r'^ +"([a-z:-]+)" =>', CONVERT.read_text(), re.MULTILINE)
    assert sorted(read) == sorted(shown())


def test_no_credential_is_shown() -> None:
    credentials = {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"}
    assert not credentials & set(shown())
