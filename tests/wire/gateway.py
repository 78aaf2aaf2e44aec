"""`naka up` as a test sees it: started once, its policy changed by editing the folder."""

from __future__ import annotations

import contextlib
import json
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx

from wire.harness import HOST, Stub, free_port, running, wait_until

IN_FORCE = " is in force: "
"""In the line that the sidecar writes for each policy it takes."""


def pack(rules: str, *, mode: str = "Enforce", spec: str = "", name: str = "test") -> str:
    """A policy file. `rules` and `spec` are YAML, indented as they like."""
    return "\n".join(
        [
            "apiVersion: naka.dev/v1alpha1",
            "kind: PolicyPack",
            f"metadata: {{name: {name}}}",
            "spec:",
            f"  mode: {mode}",
            "  rules:",
            textwrap.indent(textwrap.dedent(rules).strip("\n"), "  "),
            textwrap.indent(textwrap.dedent(spec).strip("\n"), "  "),
            "",
        ]
    )


FIVE = "[IN_AADHAAR, IN_PAN, IN_UPI_ID, PHONE_NUMBER, CREDIT_CARD]"


def five(action: str, **spec: Any) -> str:
    """The five entities of the issue, with one action."""
    return pack(f"- {{id: five, entities: {FIVE}, minConfidence: 0.6, action: {action}}}", **spec)


@dataclass
class Gateway:
    """A running `naka up`."""

    process: Popen[bytes]
    port: int
    stub: Stub
    policies: Path
    ready_file: Path
    output: Path
    """What it prints."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def ready(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ready_file.read_text())
        return found

    def pid(self, name: str) -> int:
        number: int = self.ready()["pids"][name]
        return number

    def printed(self) -> str:
        return self.output.read_text(errors="replace")

    def events(self) -> list[dict[str, Any]]:
        """The audit file."""
        path = Path(self.ready()["audit"])
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def write(self, text: str, name: str = "pack.yaml") -> None:
        """Change a policy file, the way an editor does: a new file renamed into place."""
        fresh = self.policies.with_name("fresh.tmp")
        fresh.write_text(text)
        fresh.replace(self.policies / name)

    def use(self, text: str, limit_s: float = 5) -> None:
        """Change the policy, and wait until it is in force and Envoy's route file says so.

        A second pack in Shadow has a name that is new each time, so that the same policy twice is a change too.
        """
        marker = f"test-{time.monotonic_ns()}"
        probe = pack("- {id: probe, entities: [IN_PAN], action: Allow}", mode="Shadow", name=marker)
        before = self.printed().count(IN_FORCE)
        self.write(text + "---\n" + probe)
        wait_until(lambda: self.printed().count(IN_FORCE) > before, "the new policy", limit_s)
        opens = "traffic passes" in self.printed().rsplit(IN_FORCE, 1)[1].splitlines()[0]
        wait_until(lambda: self.route_is_open() is opens, "the route file", limit_s)
        self.stub.clear()

    def route_is_open(self) -> bool:
        """As Envoy's route file says."""
        content = json.loads(Path(self.ready()["routes"]).read_text())
        (host,) = content["resources"][0]["virtual_hosts"]
        filters = host["routes"][-1]["typed_per_filter_config"]
        found: bool = filters["envoy.filters.http.ext_proc"]["overrides"]["failure_mode_allow"]
        return found


@contextlib.contextmanager
def naka_up(folder: Path, policy: str, *options: str) -> Iterator[Gateway]:
    """Start it in `folder` and wait until all of it serves."""
    port, stub_port = free_port(), free_port()
    policies = folder / "policies"
    policies.mkdir(parents=True)
    (policies / "pack.yaml").write_text(policy)
    ready, output = folder / "ready.json", folder / "naka-up.log"
    command = [sys.executable, "-m", "naka.cli", "up", "--policy", str(policies), "--ready-file", str(ready)]
    command += ["--gateway-port", str(port), "--stub-port", str(stub_port), *options]
    with running(command, output, cwd=folder) as process:
        wait_until(lambda: ready.exists() or process.poll() is not None, "naka up", 100)
        assert process.poll() is None, output.read_text()[-4000:]
        yield Gateway(process, port, Stub(stub_port), policies, ready, output)


def metrics(gateway: Gateway) -> str:
    """The sidecar's metrics, as Prometheus reads them."""
    answer = httpx.get(f"{gateway.ready()['metrics']}/metrics", timeout=10)
    return answer.raise_for_status().text
