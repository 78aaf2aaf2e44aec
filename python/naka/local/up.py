"""`naka up`: Envoy, the sidecar and a stub LLM on this machine, as one command that starts and stops as one.

Everything listens on 127.0.0.1 or on UNIX sockets in a private folder. Order: stub, sidecar, Envoy, so that whatever
serves has what it needs behind it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from naka.envoy import (
    ROUTE_FILE,
    Failure,
    Gateway,
    Upstream,
    bootstrap,
    discovery_response,
    publish_routes,
    route_configuration,
)
from naka.errors import ConfigError
from naka.local.envoy import envoy_binary, envoy_command, is_live
from naka.local.policies import policy_folder
from naka.local.ports import HOST, accepts, check_free
from naka.local.rundir import RunDir, run_dir
from naka.local.supervisor import Service, Supervisor
from naka.local.upstreams import offered
from naka.policy import load_folder

__all__ = ["Settings", "Started", "up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `naka up` was asked for."""

    gateway_port: int = 8080
    """Where clients call."""
    stub_port: int = 8081
    """Where the stub LLM listens; unused with `upstream`."""
    policy: Path | None = None
    """Folder of policy packs; None for `./naka-policies`, filled with samples when it is not there."""
    upstream: str | None = None
    """URL of a real provider, in place of the stub."""
    upstream_ca: Path | None = None
    """PEM bundle that `upstream` is verified against; None for the machine's."""
    ready_file: Path | None = None
    """Written, as JSON, when all serves; removed at the end."""
    metrics_port: int | None = None
    """Where the sidecar serves `/metrics`, `/healthz` and `/readyz`; None for a UNIX socket in the run folder."""
    workers: int = min(4, os.cpu_count() or 1)
    """Threads of Envoy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What runs, for the screen and the ready file."""

    gateway: str
    stub: str | None
    upstream: str | None
    named: tuple[str, ...]
    """Further upstreams, each under `/<name>/`."""
    policy: Path
    audit: Path
    routes: Path
    """Envoy's route file."""
    metrics: str | None
    logs: Path

    def as_json(self, pids: dict[str, int]) -> dict[str, object]:
        """Content of the ready file."""
        return {
            "gateway": self.gateway,
            "stub": self.stub,
            "upstream": self.upstream,
            "named": list(self.named),
            "policy": str(self.policy),
            "audit": str(self.audit),
            "routes": str(self.routes),
            "metrics": self.metrics,
            "logs": str(self.logs),
            "pids": pids,
        }


def up(settings: Settings, *, say: Callable[[str], None], on_started: Callable[[Started], None]) -> None:
    """Run until a signal. `on_started` is called once, when all serves; `say` gets lines for the screen.

    Raises ConfigError for a setting that cannot work, PolicyError for a folder that holds no sound policy at the start
    (later faults are reported, and the last good policy stays), ProcessError when a part fails.
    """
    _check(settings)
    policy = policy_folder(settings.policy, say)
    known = tuple(loaded.model for loaded in load_folder(policy).upstreams)
    upstreams = offered(settings.upstream, settings.stub_port, known, ca_file=settings.upstream_ca, say=say)
    with run_dir(settings.gateway_port) as files:
        _write_envoy_files(settings, files, upstreams)
        started = Started(
            gateway=f"http://{HOST}:{settings.gateway_port}",
            stub=None if settings.upstream else f"http://{HOST}:{settings.stub_port}",
            upstream=settings.upstream,
            named=tuple(upstream.name for upstream in upstreams[1:]),
            policy=policy,
            audit=files.audit_file,
            routes=files.route_dir / ROUTE_FILE,
            metrics=f"http://{HOST}:{settings.metrics_port}" if settings.metrics_port is not None else None,
            logs=files.state,
        )
        supervisor = Supervisor(_services(settings, files, policy), say)
        first = True

        def ready() -> None:
            nonlocal first
            if settings.ready_file is not None:
                _write_atomically(settings.ready_file, json.dumps(started.as_json(supervisor.pids()), indent=1))
            if first:
                first = False
                on_started(started)

        try:
            asyncio.run(supervisor.run(ready))
        finally:
            if settings.ready_file is not None:
                settings.ready_file.unlink(missing_ok=True)


def _check(settings: Settings) -> None:
    """Everything that can be known to fail, before anything starts."""
    envoy_binary()
    if settings.upstream is None and importlib.util.find_spec("uvicorn") is None:
        raise ConfigError("the stub LLM is not installed: pip install 'naka[local]'", code="stub_missing")
    ports = {"--gateway-port": settings.gateway_port}
    if settings.upstream is None:
        ports["--stub-port"] = settings.stub_port
    if settings.metrics_port is not None:
        ports["--metrics-port"] = settings.metrics_port
    if len(set(ports.values())) < len(ports):
        raise ConfigError(f"{', '.join(ports)} need different ports", code="port_in_use")
    for option, port in ports.items():
        check_free(port, option)
    if settings.ready_file is not None:
        # A file of an earlier run must not say that this one is ready.
        try:
            settings.ready_file.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"--ready-file {settings.ready_file}: {error.strerror}", code="ready_file_unusable"
            ) from error
        if not settings.ready_file.absolute().parent.is_dir():
            raise ConfigError(f"--ready-file {settings.ready_file}: no such folder", code="ready_file_unusable")


def _write_envoy_files(settings: Settings, files: RunDir, upstreams: tuple[Upstream, ...]) -> None:
    gateway = Gateway(
        port=settings.gateway_port,
        upstreams=upstreams,
        route_dir=files.route_dir,
        sidecar_socket=files.sidecar_socket,
        admin_socket=files.admin_socket,
    )
    # Until the sidecar has read the policy, nothing passes without it; from then on it keeps this file.
    publish_routes(files.route_dir, discovery_response(route_configuration(gateway, Failure.CLOSED)))
    files.envoy_config.write_text(json.dumps(bootstrap(gateway), indent=1), encoding="utf-8")


def _services(settings: Settings, files: RunDir, policy: Path) -> tuple[Service, ...]:
    async def stub_ready(_pid: int) -> bool:
        return await accepts(settings.stub_port)

    async def sidecar_ready(pid: int) -> bool:
        return _names_pid(files.sidecar_ready, pid)

    async def gateway_ready(_pid: int) -> bool:
        return await is_live(files.admin_socket) and await accepts(settings.gateway_port)

    stub = Service(
        name="stub",
        command=(sys.executable, "-m", "naka.local.stub", "--port", str(settings.stub_port)),
        log_file=files.log_file("stub"),
        ready=stub_ready,
        # Open connections of Envoy are not waited for: it is gone by then.
        grace_s=3,
    )
    sidecar = Service(
        name="sidecar",
        command=(sys.executable, "-m", "naka.cli", "sidecar", *_sidecar_options(settings, files, policy)),
        log_file=files.log_file("sidecar"),
        ready=sidecar_ready,
        restart=True,
        show=True,
    )
    envoy = Service(
        name="envoy",
        command=envoy_command(files.envoy_config, workers=settings.workers),
        log_file=files.log_file("envoy"),
        ready=gateway_ready,
    )
    return (sidecar, envoy) if settings.upstream is not None else (stub, sidecar, envoy)


def _sidecar_options(settings: Settings, files: RunDir, policy: Path) -> tuple[str, ...]:
    http = f"{HOST}:{settings.metrics_port}" if settings.metrics_port is not None else f"unix:{files.http_socket}"
    return (
        *("--policy", str(policy)),
        *("--ext-proc", f"unix:{files.sidecar_socket}"),
        *("--http", http),
        *("--audit", str(files.audit_file)),
        *("--envoy-routes", str(files.route_dir)),
        *("--key-file", str(files.key_file)),
        *("--ready-file", str(files.sidecar_ready)),
    )


def _names_pid(ready_file: Path, pid: int) -> bool:
    """A ready file that a killed predecessor left behind names another process."""
    try:
        found: object = json.loads(ready_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("pid") == pid


def _write_atomically(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=".naka-", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
