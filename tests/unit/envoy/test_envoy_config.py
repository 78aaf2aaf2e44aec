"""Envoy's configuration says what the design says. `tests/wire` shows that Envoy does it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from naka.envoy import (
    Failure,
    Gateway,
    Upstream,
    bootstrap,
    discovery_response,
    parse_upstream,
    publish_routes,
    route_configuration,
    with_failure,
)
from naka.envoy.replies import REPLIES
from naka.errors import ConfigError

STUB = Upstream(name="default", host="127.0.0.1", port=8081, tls=False)
OTHER = Upstream(name="openai", host="api.openai.com", port=443, tls=True, path_prefix="/x", ca_file=Path("/ca.pem"))
GATEWAY = Gateway(
    port=8080,
    upstreams=(STUB, OTHER),
    route_dir=Path("/run/naka/routes"),
    sidecar_socket=Path("/run/naka/sidecar.sock"),
    admin_socket=Path("/run/naka/admin.sock"),
)


def manager(gateway: Gateway) -> dict[str, Any]:
    chain = bootstrap(gateway)["static_resources"]["listeners"][0]["filter_chains"][0]
    config: dict[str, Any] = chain["filters"][0]["typed_config"]
    return config


def routes(failure: Failure, gateway: Gateway = GATEWAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = route_configuration(gateway, failure)["virtual_hosts"][0]["routes"]
    return found


def test_the_listener_is_on_loopback_and_admin_is_a_private_socket() -> None:
    config = bootstrap(GATEWAY)
    (listener,) = config["static_resources"]["listeners"]
    assert listener["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 8080}
    assert listener["enable_reuse_port"] is False
    assert config["admin"]["address"] == {"pipe": {"path": "/run/naka/admin.sock", "mode": 0o600}}
    assert "admin" not in bootstrap(replace(GATEWAY, admin_socket=None))


def test_ext_proc_stands_between_its_guards() -> None:
    names = [item["name"].removeprefix("envoy.filters.http.") for item in manager(GATEWAY)["http_filters"]]
    assert names == ["custom_response", "ext_proc", "rbac", "router"]


def test_ext_proc_sends_headers_and_leaves_bodies_to_the_sidecar() -> None:
    ext_proc = manager(GATEWAY)["http_filters"][1]["typed_config"]
    assert ext_proc["processing_mode"]["request_body_mode"] == "NONE"
    assert ext_proc["allow_mode_override"] is True
    assert "allowed_override_modes" not in ext_proc
    assert ext_proc["failure_mode_allow"] is False
    assert ext_proc["grpc_service"]["timeout"] == "0s"


def test_paths_are_normalised() -> None:
    config = manager(GATEWAY)
    assert config["normalize_path"] is True
    assert config["merge_slashes"] is True
    assert config["path_with_escaped_slashes_action"] == "REJECT_REQUEST"


def test_without_a_sidecar_it_is_the_same_envoy_without_the_filter() -> None:
    plain = replace(GATEWAY, sidecar_socket=None)
    ours, theirs = manager(GATEWAY), manager(plain)
    assert [item["name"] for item in theirs["http_filters"]] == ["envoy.filters.http.router"]
    assert ours | {"http_filters": None} == theirs | {"http_filters": None}
    assert all("typed_per_filter_config" not in route for route in routes(Failure.CLOSED, plain))


@pytest.mark.parametrize("failure", list(Failure))
def test_failure_is_the_only_difference_between_open_and_closed_routes(failure: Failure) -> None:
    for route in routes(failure):
        filters = route["typed_per_filter_config"]
        if route["name"] == "realtime":
            assert filters["envoy.filters.http.ext_proc"]["disabled"] is True
            assert route["direct_response"]["status"] == 403
            continue
        overrides = filters["envoy.filters.http.ext_proc"]["overrides"]
        assert overrides["failure_mode_allow"] is (failure is Failure.OPEN)
        # On a Closed route the guards hold; on an Open one they are switched off.
        for guard in ("envoy.filters.http.rbac", "envoy.filters.http.custom_response"):
            assert filters.get(guard, {}).get("disabled", False) is (failure is Failure.OPEN)
        assert overrides["grpc_initial_metadata"] == [{"key": "x-naka-upstream", "value": route["name"]}]


def test_a_route_file_is_opened_and_closed_without_touching_anything_else() -> None:
    closed = discovery_response(route_configuration(GATEWAY, Failure.CLOSED))
    opened = discovery_response(route_configuration(GATEWAY, Failure.OPEN))
    assert with_failure(closed, Failure.OPEN) == opened
    assert with_failure(opened, Failure.CLOSED) == closed
    assert with_failure(closed, Failure.CLOSED) == closed
    plain = discovery_response(route_configuration(replace(GATEWAY, sidecar_socket=None), Failure.CLOSED))
    assert with_failure(plain, Failure.OPEN) == plain


def test_a_named_upstream_has_its_own_prefix_before_the_default_route() -> None:
    matches = [(route["name"], route["match"]) for route in routes(Failure.CLOSED)]
    assert matches == [
        ("realtime", {"path": "/openai/v1/realtime"}),
        ("openai", {"prefix": "/openai/"}),
        ("realtime", {"path": "/v1/realtime"}),
        ("default", {"prefix": "/"}),
    ]
    named = routes(Failure.CLOSED)[1]["route"]
    assert (named["prefix_rewrite"], named["host_rewrite_literal"]) == ("/x/", "api.openai.com")
    assert "prefix_rewrite" not in routes(Failure.CLOSED)[3]["route"]


def test_a_tls_upstream_is_verified_by_name() -> None:
    clusters = {item["name"]: item for item in bootstrap(GATEWAY)["static_resources"]["clusters"]}
    context = clusters["upstream_openai"]["transport_socket"]["typed_config"]
    validation = context["common_tls_context"]["validation_context"]
    assert context["sni"] == "api.openai.com"
    assert validation["trusted_ca"] == {"filename": "/ca.pem"}
    assert validation["match_typed_subject_alt_names"] == [{"san_type": "DNS", "matcher": {"exact": "api.openai.com"}}]
    assert "transport_socket" not in clusters["upstream_default"]


def test_no_reply_matches_another_ones_details() -> None:
    prefixes = [prefix for reply in REPLIES for prefix in reply.details]
    for first in prefixes:
        assert [other for other in prefixes if other.startswith(first)] == [first]
        assert not first.startswith("naka_")  # the sidecar's own answers are left alone


def test_two_upstreams_with_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a name"):
        replace(GATEWAY, upstreams=(STUB, STUB))
    with pytest.raises(ValueError, match="at least one"):
        replace(GATEWAY, upstreams=())


def test_a_route_file_is_renamed_into_place_and_its_version_follows_its_content(tmp_path: Path) -> None:
    first = discovery_response(route_configuration(GATEWAY, Failure.CLOSED))
    second = discovery_response(route_configuration(GATEWAY, Failure.OPEN))
    assert first["version_info"] != second["version_info"]
    publish_routes(tmp_path, first)
    target = publish_routes(tmp_path, second)
    assert json.loads(target.read_text()) == second
    assert [path.name for path in tmp_path.iterdir()] == ["routes.json"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:9000", ("127.0.0.1", 9000, False, "", "127.0.0.1:9000")),
        ("http://llm", ("llm", 80, False, "", "llm")),
        ("https://api.openai.com", ("api.openai.com", 443, True, "", "api.openai.com")),
        ("https://api.openai.com/v1/", ("api.openai.com", 443, True, "", "api.openai.com")),
        ("https://h.example:8443/openai/v1", ("h.example", 8443, True, "/openai", "h.example:8443")),
        ("http://[::1]:9000/", ("::1", 9000, False, "", "[::1]:9000")),
    ],
)
def test_an_upstream_is_read_from_its_url(url: str, expected: tuple[str, int, bool, str, str]) -> None:
    upstream = parse_upstream(url, find_ca=lambda: Path("/ca.pem"))
    seen = (upstream.host, upstream.port, upstream.tls, upstream.path_prefix, upstream.authority)
    assert seen == expected
    assert (upstream.ca_file is not None) is upstream.tls


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com",
        "ftp://x",
        "https://",
        "https://user:secret@x",
        "http://x/?key=secret",
        "http://x/#secret",
        "http://x:99999",
        "http://x/a/../b",
        "http://x/a b",
        "http://[::1",
    ],
)
def test_a_wrong_upstream_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_upstream(url)
    assert caught.value.code == "upstream_invalid"
    assert "secret" not in str(caught.value)
