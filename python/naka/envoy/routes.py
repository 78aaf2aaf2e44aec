"""Routes: which upstream takes which path, and what happens to traffic when the sidecar is gone.

This is the one part that changes while Envoy runs. Measured: a new file is in force 46 ms after its rename,
also while the sidecar is dead.
"""

from __future__ import annotations

import copy
import hashlib
import json

from naka.envoy.guards import switched_off
from naka.envoy.model import Failure, Gateway, Json, Upstream, type_url
from naka.envoy.names import EXT_PROC, ROUTES, UPSTREAM_METADATA

__all__ = ["discovery_response", "route_configuration", "with_failure"]

_REALTIME = {
    "error": {
        "message": "Realtime sessions cannot be checked, so they are not let through.",
        "type": "invalid_request_error",
        "param": None,
        "code": "naka_realtime_refused",
    }
}


def _filters(upstream: Upstream, failure: Failure) -> Json:
    """Per-route settings of ext_proc and its guards."""
    ext_proc = {
        "@type": type_url("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"),
        "overrides": {
            "failure_mode_allow": failure is Failure.OPEN,
            "grpc_initial_metadata": [{"key": UPSTREAM_METADATA, "value": upstream.name}],
        },
    }
    return {EXT_PROC: ext_proc, **(switched_off() if failure is Failure.OPEN else {})}


def _unfiltered() -> Json:
    ext_proc = {
        "@type": type_url("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"),
        "disabled": True,
    }
    return {EXT_PROC: ext_proc, **switched_off()}


def _route(gateway: Gateway, upstream: Upstream, failure: Failure, prefix: str) -> Json:
    action: Json = {
        "cluster": upstream.cluster,
        # An answer may take as long as the client waits; `stream_idle_timeout` ends what moves no byte.
        "timeout": "0s",
        "host_rewrite_literal": upstream.authority,
        # No retry_policy: with one, Envoy sends a streamed body twice when the sidecar dies in the middle of it (seen
        # on 1.40; envoy#45470). Official clients retry by themselves.
    }
    target = f"{upstream.path_prefix}/"
    if target != prefix:
        action["prefix_rewrite"] = target
    route: Json = {"name": upstream.name, "match": {"prefix": prefix}, "route": action}
    if gateway.sidecar_socket is not None:
        route["typed_per_filter_config"] = _filters(upstream, failure)
    return route


def _realtime(gateway: Gateway, prefix: str) -> Json:
    """A WebSocket hangs under a buffered ext_proc (envoy#47081), and its frames are not read: closed, in
    words."""
    route: Json = {
        "name": "realtime",
        "match": {"path": f"{prefix}v1/realtime"},
        "direct_response": {"status": 403, "body": {"inline_string": json.dumps(_REALTIME)}},
        "response_headers_to_add": [
            {
                "header": {"key": "content-type", "value": "application/json"},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            },
            {"header": {"key": "x-should-retry", "value": "false"}},
        ],
    }
    if gateway.sidecar_socket is not None:
        route["typed_per_filter_config"] = _unfiltered()
    return route


def route_configuration(gateway: Gateway, failure: Failure) -> Json:
    """All routes: `/<name>/`, or its own prefix, for each upstream, and every other path to the first one."""
    routes: list[Json] = []
    for upstream in gateway.upstreams[1:]:
        prefix = f"{upstream.offered_under.rstrip('/') or f'/{upstream.name}'}/"
        routes += [_realtime(gateway, prefix), _route(gateway, upstream, failure, prefix)]
    routes += [_realtime(gateway, "/"), _route(gateway, gateway.upstreams[0], failure, "/")]
    return {"name": ROUTES, "virtual_hosts": [{"name": ROUTES, "domains": ["*"], "routes": routes}]}


def discovery_response(routes: Json) -> Json:
    """The content of the route file; its version is the hash of the routes."""
    version = hashlib.sha256(json.dumps(routes, sort_keys=True).encode()).hexdigest()[:16]
    resource = {"@type": type_url("envoy.config.route.v3.RouteConfiguration"), **routes}
    return {"version_info": version, "resources": [resource]}


def with_failure(content: Json, failure: Failure) -> Json:
    """The same route file for another `failure`: its ext_proc routes opened or closed, all else as it was.

    Takes a route file of any origin, such as one with routes that a user added by hand. Routes whose ext_proc is
    disabled stay so.
    """
    changed: Json = copy.deepcopy(content)
    (routes,) = changed["resources"]
    for host in routes["virtual_hosts"]:
        for route in host["routes"]:
            filters: Json = route.get("typed_per_filter_config", {})
            overrides = filters.get(EXT_PROC, {}).get("overrides")
            if overrides is None:
                continue
            overrides["failure_mode_allow"] = failure is Failure.OPEN
            for name in switched_off():
                filters.pop(name, None)
            if failure is Failure.OPEN:
                filters.update(switched_off())
    resource = {name: value for name, value in routes.items() if name != "@type"}
    return discovery_response(resource)
