"""Names that the parts of the configuration share with each other and with the sidecar."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ANSWERED_KEY",
    "CHECKED_KEY",
    "CUSTOM_RESPONSE",
    "EXT_PROC",
    "METADATA_NAMESPACE",
    "RBAC",
    "ROUTES",
    "SIDECAR_CLUSTER",
    "UPSTREAM_METADATA",
]

EXT_PROC: Final = "envoy.filters.http.ext_proc"
RBAC: Final = "envoy.filters.http.rbac"
"""Guards requests."""
CUSTOM_RESPONSE: Final = "envoy.filters.http.custom_response"
"""Guards answers."""
ROUTES: Final = "naka"
"""Name of the route configuration."""
SIDECAR_CLUSTER: Final = "naka_sidecar"
METADATA_NAMESPACE: Final = "naka"
"""Dynamic metadata that the sidecar may write."""
CHECKED_KEY: Final = "checked"
"""True in the answer by which the sidecar lets a request go: to its headers, or to its body when that is buffered."""
ANSWERED_KEY: Final = "answered"
"""True in the answer by which the sidecar lets the provider's answer go, likewise."""
UPSTREAM_METADATA: Final = "x-naka-upstream"
"""gRPC metadata of each ext_proc stream: the name of the upstream that the route leads to."""
