"""Through real Envoy: Envoy alone beside Envoy with the sidecar, 1 KiB chats, in one run.

Prints requests per second, latencies, CPU per request of Envoy and of the sidecar process (/proc), and the sidecar's
memory over 200,000 requests; `--json FILE` writes the same. Rounds alternate, so that other work on the machine hits
all. Needs `wrk` (Debian: `apt-get install wrk`).
Run by `make bench`; by hand: `python tests/bench/load.py`. `--peer NAME=DIR` measures another build of the package (a
folder that holds `naka` with its extension module) in the same rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stand import Gate, stand
from naka.testing import make

BODY_BYTES = 1024
WORDS = (
    "the customer wants to update address details and asks whether the visit can be moved to another "
    "branch before month end please check status and call back once the request is done thanks"
).split()
ENTITIES = ("IN_AADHAAR", "IN_PAN", "PHONE_NUMBER", "EMAIL_ADDRESS")
"""What the packs hide and let pass: a call that they block never reaches the upstream and would lower the mean."""


def bodies(count: int, size: int) -> list[str]:
    """Chat bodies of exactly `size` bytes, each with one identifier."""
    rng = random.Random(20261124)
    made = []
    for number in range(count):
        identifier = f" {make(ENTITIES[number % len(ENTITIES)], rng)} "
        before, after = _words(rng, rng.randrange(100, 400)), _words(rng, size)
        start = json.dumps({"model": "stub", "messages": [{"role": "user", "content": before + identifier}]})
        room = size - len(start)
        made.append(start[:-4] + after[:room] + start[-4:])
    assert all(len(body) == size and json.loads(body) for body in made)
    return made


def _words(rng: random.Random, size: int) -> str:
    words: list[str] = []
    while sum(len(word) + 1 for word in words) < size:
        words.append(rng.choice(WORDS))
    return " ".join(words)[:size].rstrip().ljust(size, ".")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One run of wrk."""

    rps: float
    p50_us: float
    p99_us: float
    requests: int
    errors: int
    envoy_us: float
    """CPU per request."""
    sidecar_us: float


def run(gate: Gate, file: Path, *, connections: int, seconds: float) -> Round:
    """Load one gateway and read the clocks of its processes before and after."""
    script = Path(__file__).with_name("chat.lua")
    url = f"http://127.0.0.1:{gate.port}/v1/chat/completions"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), url, "--", str(file)]
    before = cpu_s(gate)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = cpu_s(gate)
    line = next(line for line in done.stdout.splitlines() if line.startswith("SUMMARY "))
    found = json.loads(line.removeprefix("SUMMARY "))
    requests = max(1, found["requests"])
    return Round(
        rps=requests / found["seconds"],
        p50_us=found["p50_us"],
        p99_us=found["p99_us"],
        requests=requests,
        errors=found["errors"],
        envoy_us=(after[0] - before[0]) / requests * 1e6,
        sidecar_us=(after[1] - before[1]) / requests * 1e6,
    )


def cpu_s(gate: Gate) -> tuple[float, float]:
    """CPU time so far of Envoy and of the sidecar."""
    return gate.envoy.cpu_s(), gate.sidecar.cpu_s() if gate.sidecar else 0.0


def median(rounds: list[Round]) -> Round:
    """Field by field; requests and errors are added up."""
    fields = {name: statistics.median(asdict(item)[name] for item in rounds) for name in asdict(rounds[0])}
    fields["requests"] = sum(item.requests for item in rounds)
    fields["errors"] = sum(item.errors for item in rounds)
    return Round(**fields)


def measure(gates: dict[str, Gate], file: Path, *, rounds: int, seconds: float, total: int) -> dict[str, Any]:
    """All figures."""
    result: dict[str, Any] = {}
    for connections in (1, 16):
        taken: dict[str, list[Round]] = {name: [] for name in gates}
        for number in range(rounds + 1):
            for name, gate in gates.items():
                one = run(gate, file, connections=connections, seconds=seconds)
                if number:  # the first round warms up
                    taken[name].append(one)
        result[f"c{connections}"] = {name: asdict(median(one)) for name, one in taken.items()}
    if total:
        result["memory"] = memory(gates["with_sidecar"], file, total)
    return result


def memory(gate: Gate, file: Path, total: int) -> dict[str, float]:
    """Resident memory of the sidecar under `total` requests, after rounds that have warmed its allocator."""
    assert gate.sidecar is not None
    before, sent, samples = gate.sidecar.rss_kib(), 0, []
    while sent < total:
        sent += run(gate, file, connections=16, seconds=5).requests
        samples.append(gate.sidecar.rss_kib())
    return {
        "requests": sent,
        "rss_before_mib": round(before / 1024, 1),
        "rss_after_mib": round(samples[-1] / 1024, 1),
        "rss_most_mib": round(max(samples) / 1024, 1),
    }


def report(result: dict[str, Any]) -> str:
    """For people."""
    lines = ["1 KiB chat through Envoy      rps     p50 us   p99 us   CPU us/request: Envoy  sidecar   errors"]
    for connections in (1, 16):
        for name, one in result[f"c{connections}"].items():
            lines.append(
                f"c={connections:<3} {name:14} {one['rps']:12,.0f} {one['p50_us']:10,.0f} {one['p99_us']:8,.0f}"
                f" {one['envoy_us']:22.1f} {one['sidecar_us']:8.1f} {one['errors']:8}"
            )
    if "memory" in result:
        lines.append("sidecar memory: " + ", ".join(f"{name} {value}" for name, value in result["memory"].items()))
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--requests", type=int, default=200_000, help="for the memory figure; 0: none")
    parser.add_argument("--policy", type=Path, help="policy folder; all built-in packs, enforced, without it")
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=DIR", help="another build, may be repeated"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("load.py needs wrk (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory(prefix="naka-bench-") as name:
        folder = Path(name)
        file = folder / "bodies"
        file.write_text("\n".join(bodies(50, BODY_BYTES)) + "\n")
        peers = {name: Path(path) for name, _, path in (peer.partition("=") for peer in arguments.peer)}
        with stand(folder, arguments.policy, peers) as gates:
            result = measure(gates, file, rounds=arguments.rounds, seconds=arguments.seconds, total=arguments.requests)
    sys.stdout.write(report(result) + "\n")
    if any(one["errors"] for key in ("c1", "c16") for one in result[key].values()):
        sys.exit("load.py: some calls were answered with an error, so these figures compare different things")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
