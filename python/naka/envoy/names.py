"""Names that the parts of the configuration share with each other and with the sidecar."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CHECKED_KEY",
    "EXT_PROC",
    "METADATA_NAMESPACE",
    "RBAC",
    "ROUTES",
    "SIDECAR_CLUSTER",
    "UPSTREAM_METADATA",
]

EXT_PROC: Final = "envoy.filters.http.ext_proc"
RBAC: Final = "envoy.filters.http.rbac"
ROUTES: Final = "naka"
"""Name of the route configuration."""
SIDECAR_CLUSTER: Final = "naka_sidecar"
METADATA_NAMESPACE: Final = "naka"
"""Dynamic metadata that the sidecar may write."""
CHECKED_KEY: Final = "checked"
"""True in the answer by which the sidecar lets a request go. Without it, a Closed route lets nothing pass: a
sidecar that ends its stream with OK and no answer makes ext_proc itself fail open (measured on Envoy 1.40)."""
UPSTREAM_METADATA: Final = "x-naka-upstream"
"""gRPC metadata of each ext_proc stream: the name of the upstream that the route leads to."""
