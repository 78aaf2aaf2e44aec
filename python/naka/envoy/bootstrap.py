"""The whole configuration of one Envoy."""

from __future__ import annotations

from naka.envoy.clusters import clusters
from naka.envoy.listener import listener
from naka.envoy.model import Gateway, Json, type_url

__all__ = ["bootstrap"]


def bootstrap(gateway: Gateway) -> Json:
    """Bootstrap for `envoy --config-path`; the route file must be in place before Envoy starts."""
    config: Json = {
        "node": {"id": "naka", "cluster": "naka"},
        "static_resources": {"listeners": [listener(gateway)], "clusters": clusters(gateway)},
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": type_url(
                            "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
                        ),
                        "max_active_downstream_connections": gateway.max_connections,
                    },
                }
            ]
        },
    }
    if gateway.admin_socket is not None:
        config["admin"] = {"address": {"pipe": {"path": str(gateway.admin_socket), "mode": 0o600}}}
    return config
