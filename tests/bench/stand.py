"""What `load.py` measures: one upstream, the same Envoy without and with a sidecar, each in its own process.

Further builds of the package can stand beside this one (`peers`), each with an Envoy of its own, so that a change is
measured against what was before in one run.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naka.envoy import Failure, Gateway, Upstream
from naka.local.envoy import envoy_command
from wire.harness import HOST, accepts, bare_envoy, free_port, running, wait_until

TICK = os.sysconf("SC_CLK_TCK")
POLICY = """\
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {name: bench}
spec:
  extends: [dpdp, rbi, sebi]
  mode: Enforce
  rules:
  - {id: mask-all, entities: ["group:identity", "group:bank", "group:card", "group:contact"], action: Mask}
"""
"""All built-in packs, enforced, with one rule that masks whatever the bodies hold."""


@dataclass(frozen=True)
class Process:
    """A running process, seen through /proc."""

    pid: int

    def cpu_s(self) -> float:
        """User and system time so far. The clock ticks 100 times a second."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def rss_kib(self) -> int:
        """Resident memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise ValueError(f"process {self.pid} has no VmRSS")


@dataclass(frozen=True)
class Gate:
    """One Envoy, and the sidecar behind it."""

    port: int
    envoy: Process
    sidecar: Process | None


def _upstream_config(port: int) -> dict[str, Any]:
    """An Envoy that answers every call by itself, once it has the whole body: the fastest upstream at hand."""
    content = "Thanks. The request has been noted and the branch will call back. " * 8
    message = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    answer = json.dumps({"id": "x", "object": "chat.completion", "model": "stub", "choices": [message]})
    types = "type.googleapis.com/envoy.extensions.filters"
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": answer}},
        "response_headers_to_add": [
            {
                "header": {"key": "content-type", "value": "application/json"},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ],
    }
    manager = {
        "@type": f"{types}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "upstream",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "buffer",
                "typed_config": {"@type": f"{types}.http.buffer.v3.Buffer", "max_request_bytes": 1 << 24},
            },
            {"name": "router", "typed_config": {"@type": f"{types}.http.router.v3.Router"}},
        ],
    }
    return {
        "static_resources": {
            "listeners": [
                {
                    "address": {"socket_address": {"address": HOST, "port_value": port}},
                    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
                }
            ]
        }
    }


@contextlib.contextmanager
def upstream(folder: Path) -> Iterator[int]:
    """Serve it; gives its port."""
    port = free_port()
    config = folder / "upstream.json"
    config.write_text(json.dumps(_upstream_config(port)))
    with running(envoy_command(config, workers=1), folder / "upstream.log") as process:
        wait_until(lambda: accepts(port, process), "the upstream's port")
        yield port


@contextlib.contextmanager
def sidecar(folder: Path, packs: Path, package: Path | None) -> Iterator[Process]:
    """`naka sidecar` with a policy folder; of another build where `package` holds one."""
    ready, log = folder / "sidecar.ready", folder / "sidecar.log"
    options = {
        "--policy": str(packs),
        "--ext-proc": f"unix:{folder / 'sidecar.sock'}",
        "--http": f"{HOST}:{free_port()}",
        "--audit": str(folder / "audit.jsonl"),
        "--ready-file": str(ready),
        "--key-file": str(folder / "key"),
    }
    command = [sys.executable, "-m", "naka.cli", "sidecar", *(text for pair in options.items() for text in pair)]
    environment = os.environ | ({"PYTHONPATH": str(package)} if package else {})
    with running(command, log, env=environment) as process:
        wait_until(lambda: ready.exists() or process.poll() is not None, "the sidecar", 120)
        assert process.poll() is None, log.read_text()[-3000:]
        yield Process(process.pid)


@contextlib.contextmanager
def gate(folder: Path, upstream_port: int, packs: Path | None, package: Path | None = None) -> Iterator[Gate]:
    """An Envoy, guarded by `packs`, or alone where there are none."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        guard = stack.enter_context(sidecar(folder, packs, package)) if packs else None
        gateway = Gateway(
            port=free_port(),
            upstreams=(Upstream(name="default", host=HOST, port=upstream_port, tls=False),),
            route_dir=folder / "routes",
            sidecar_socket=folder / "sidecar.sock" if packs else None,
            admin_socket=folder / "envoy.sock",
        )
        envoy = stack.enter_context(bare_envoy(gateway, Failure.CLOSED, folder / "envoy.log"))
        yield Gate(gateway.port, Process(envoy.pid), guard)


@contextlib.contextmanager
def stand(folder: Path, policy: Path | None = None, peers: dict[str, Path] | None = None) -> Iterator[dict[str, Gate]]:
    """All of it, by name: `envoy_alone`, `with_sidecar`, and one for each peer."""
    packs = policy or folder / "policy"
    if policy is None:
        packs.mkdir()
        (packs / "pack.yaml").write_text(POLICY)
    with upstream(folder) as port, contextlib.ExitStack() as stack:
        gates = {
            "envoy_alone": stack.enter_context(gate(folder / "alone", port, None)),
            "with_sidecar": stack.enter_context(gate(folder / "guarded", port, packs)),
        }
        for name, package in (peers or {}).items():
            gates[name] = stack.enter_context(gate(folder / name, port, packs, package))
        yield gates
