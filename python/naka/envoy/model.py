"""Settings that Envoy's configuration is made from. Sizes are bytes, times seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["Failure", "Gateway", "Json", "Upstream", "type_url"]

Json: TypeAlias = dict[str, Any]


def type_url(name: str) -> str:
    """The `@type` of an Envoy message, from its full name."""
    return f"type.googleapis.com/{name}"


class Failure(Enum):
    """What happens to traffic while the sidecar is gone, hung or in error: the packs' enforced `failure`."""

    CLOSED = "Closed"
    """It gets 503 in the provider's error shape, and nothing goes upstream."""
    OPEN = "Open"
    """It passes as it is. Also when no pack enforces anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Where calls go: one host."""

    name: str
    """Name of the route and of the Envoy cluster; told to the sidecar."""
    host: str
    """A name or an IP address."""
    port: int
    tls: bool
    """Verified against `ca_file`, with `host` as SNI and as the name that the certificate must hold."""
    path_prefix: str = ""
    """Put before the client's path; starts with `/`, ends without; empty for none."""
    ca_file: Path | None = None
    """PEM bundle; needed with `tls`."""
    offered_under: str = ""
    """Path under which clients call it, when it is not the first; empty for `/<name>`."""

    @property
    def cluster(self) -> str:
        """Name of its Envoy cluster."""
        return f"upstream_{self.name}"

    @property
    def authority(self) -> str:
        """The Host header that it expects: no port where the scheme implies it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One Envoy in front of one or more upstreams."""

    port: int
    upstreams: tuple[Upstream, ...]
    """The first takes every path that names no other one."""
    route_dir: Path
    """Watched; Envoy reads `routes.json` in it again when it is renamed into place."""
    sidecar_socket: Path | None
    """ext_proc's UNIX socket; None makes the same Envoy without the filter (to compare with)."""
    admin_socket: Path | None = None
    """UNIX socket of Envoy's admin interface, in a folder of mode 0700; None for no admin interface."""
    address: str = "127.0.0.1"
    message_timeout_s: float = 2.0
    """The sidecar's time for one answer. After it, `Failure` decides."""
    buffer_bytes: int = 16 << 20
    """Envoy's own limit for a held body; over it, 413. Must lie above the policy's `maxBufferedBytes` (8
    MiB)."""
    stream_idle_timeout_s: float = 900.0
    """A call that moves no byte for so long is ended. Above the ten minutes that official clients wait."""
    max_connections: int = 10_000
    """Client connections; further ones are refused."""
    access_log: Path | None = None
    """One JSON line per call, with the decision id and without bodies or headers; it is not rotated."""

    def __post_init__(self) -> None:
        if not self.upstreams:
            raise ValueError("a gateway needs at least one upstream")
        names = [upstream.name for upstream in self.upstreams]
        if len(set(names)) != len(names):
            raise ValueError(f"two upstreams share a name: {', '.join(sorted(names))}")
