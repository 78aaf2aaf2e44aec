"""What the sidecar is started with. Sizes are bytes, times seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from naka.errors import ConfigError

__all__ = ["NONE", "Settings"]

NONE = "none"
"""An address that asks for no listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `naka sidecar` was asked for. Defaults are for one machine."""

    policy: Path
    """A folder of packs, or a compiled bundle (`*.pb`)."""
    ext_proc: str = "unix:/run/naka/ext_proc.sock"
    """Where Envoy's ext_proc filter connects: `unix:/PATH` or `IP:PORT`."""
    http: str = "127.0.0.1:9464"
    """`/metrics`, `/healthz` and `/readyz`; `none` for no such listener."""
    detection: str = NONE
    """gRPC service `naka.v1.Detection`; `none` for no such listener."""
    audit: Path | None = None
    """Audit events, one JSON line each; None for no such file."""
    audit_max_bytes: int = 256 << 20
    """A larger audit file is rotated to `NAME.1`."""
    audit_keep: int = 3
    """Rotated audit files that stay."""
    envoy_routes: Path | None = None
    """Folder of Envoy's `routes.json`, kept in step with the enforced `failure`."""
    key_file: Path | None = None
    """Master key for tokens; made when missing. None: Tokenize acts as Redact."""
    namespace: str | None = None
    """Of the workload, for packs that select it; None: not known, so every pack speaks."""
    labels: Mapping[str, str] | None = None
    """Of the workload; None: not known."""
    workers: int = 1
    """Threads that answer Envoy."""
    otlp_endpoint: str | None = None
    """OTLP/gRPC endpoint of an OpenTelemetry collector; None: nothing is sent."""
    max_buffered_bytes: int = 8 << 20
    """Bodies up to this are buffered by Envoy, whose own limit must lie above."""
    max_body_bytes: int = 64 << 20
    """Bodies over this are unscannable."""
    max_in_flight_bytes: int = 256 << 20
    """Bodies of all calls together; what does not fit gets 503, or passes where `failure` is Open."""
    body_deadline_s: float = 60.0
    """Time for a body that Envoy does not buffer to come and be judged."""
    stream_idle_s: float = 600.0
    """Time in which nothing comes of a streamed answer before it is cut off."""
    token_history_s: float = 0.0
    """Time for which tokens of conversations that providers keep can become values; 0: not beyond their exchange."""
    token_history_bytes: int = 16 << 20
    """Of all these values; the oldest go first."""
    drain_s: float = 10.0
    """Time for running calls to end after SIGTERM."""
    socket_mode: int = 0o600
    """Permissions of UNIX sockets."""
    ready_file: Path | None = None
    """Written as JSON when all serves; removed at the end."""
    poll_s: float = field(default=0.25)
    """How often the policy folder is looked at."""

    def plane(self) -> str:
        """The settings of the data plane, as JSON for `naka._core.Sidecar`."""
        optional = {
            "http": None if self.http == NONE else self.http,
            "detection": None if self.detection == NONE else self.detection,
            "audit": None if self.audit is None else str(self.audit),
            "otlp_endpoint": self.otlp_endpoint,
        }
        return json.dumps(
            {
                "ext_proc": self.ext_proc,
                **optional,
                "audit_max_bytes": self.audit_max_bytes,
                "audit_keep": self.audit_keep,
                "workers": self.workers,
                "max_buffered_bytes": self.max_buffered_bytes,
                "max_body_bytes": self.max_body_bytes,
                "max_in_flight_bytes": self.max_in_flight_bytes,
                "body_deadline_s": self.body_deadline_s,
                "stream_idle_s": self.stream_idle_s,
                "token_history_s": self.token_history_s,
                "token_history_bytes": self.token_history_bytes,
                "drain_s": self.drain_s,
                "socket_mode": self.socket_mode,
            }
        )

    def check(self) -> None:
        """What can be known to be wrong before anything starts. Raises ConfigError."""
        if not self.policy.exists():
            raise ConfigError(f"--policy {self.policy}: no such file or folder", code="policy_missing")
        if self.envoy_routes is not None and not self.envoy_routes.is_dir():
            raise ConfigError(f"--envoy-routes {self.envoy_routes}: no such folder", code="routes_missing")
        if self.ready_file is not None and not self.ready_file.absolute().parent.is_dir():
            raise ConfigError(f"--ready-file {self.ready_file}: no such folder", code="ready_file_unusable")
