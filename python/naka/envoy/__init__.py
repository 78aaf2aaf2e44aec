"""Envoy's configuration as plain data: pure functions from settings to JSON-able dicts.

Nothing here starts Envoy, opens a socket or reads a policy. The file that changes while Envoy runs is the
route file (`publish_routes`): it holds what happens to traffic when the sidecar is gone. All else is fixed at
start.
"""

from __future__ import annotations

from naka.envoy.bootstrap import bootstrap
from naka.envoy.clusters import sidecar_cluster
from naka.envoy.listener import http_filters
from naka.envoy.model import Failure, Gateway, Json, Upstream
from naka.envoy.publish import ROUTE_FILE, publish_routes
from naka.envoy.replies import local_reply_config
from naka.envoy.routes import discovery_response, route_configuration, with_failure
from naka.envoy.upstream import parse_named_upstream, parse_upstream, system_ca_file

__all__ = [
    "ROUTE_FILE",
    "Failure",
    "Gateway",
    "Json",
    "Upstream",
    "bootstrap",
    "discovery_response",
    "http_filters",
    "local_reply_config",
    "parse_named_upstream",
    "parse_upstream",
    "publish_routes",
    "route_configuration",
    "sidecar_cluster",
    "system_ca_file",
    "with_failure",
]
