"""Through real Envoy: Envoy alone beside Envoy with the sidecar, 1 KiB chats, in one run.

Prints requests per second, latencies, CPU per request of Envoy and of the sidecar process (/proc), and the sidecar's
memory over 200,000 requests; `--json FILE` writes the same. Rounds of the two alternate, so that other work on the
machine hits both. Needs `wrk` (Debian: `apt-get install wrk`).
Run by `make bench`; by hand: `python tests/bench/load.py`.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stand import Process, Stand, stand
from naka.testing import make

BODY_BYTES = 1024
WORDS = (
    "the customer wants to update address details and asks whether the loan account can be moved to another "
    "branch before month end please check status and call back once the request is done thanks"
).split()
ENTITIES = ("IN_AADHAAR", "IN_PAN", "PHONE_NUMBER", "IN_UPI_ID", "CREDIT_CARD")


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


def run(port: int, envoy: Process, sidecar: Process, file: Path, *, connections: int, seconds: float) -> Round:
    """Load one gateway and read the clocks of its processes before and after."""
    script = Path(__file__).with_name("chat.lua")
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), url, "--", str(file)]
    before = envoy.cpu_s(), sidecar.cpu_s()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = envoy.cpu_s(), sidecar.cpu_s()
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


def median(rounds: list[Round]) -> Round:
    """Field by field; requests and errors are added up."""
    fields = {name: statistics.median(asdict(item)[name] for item in rounds) for name in asdict(rounds[0])}
    fields["requests"] = sum(item.requests for item in rounds)
    fields["errors"] = sum(item.errors for item in rounds)
    return Round(**fields)


def measure(at: Stand, file: Path, *, rounds: int, seconds: float, total: int) -> dict[str, object]:
    """All figures."""
    result: dict[str, object] = {}
    for connections in (1, 16):
        alone, guarded = [], []
        for number in range(rounds + 1):
            one = run(at.alone_port, at.alone, at.sidecar, file, connections=connections, seconds=seconds)
            two = run(at.guarded_port, at.guarded, at.sidecar, file, connections=connections, seconds=seconds)
            if number:  # the first round warms up
                alone.append(one)
                guarded.append(two)
        result[f"c{connections}"] = {"envoy_alone": asdict(median(alone)), "with_sidecar": asdict(median(guarded))}
    # A floor that the allocator has reached by now; what grows from here on is a leak.
    before, sent, samples = at.sidecar.rss_kib(), 0, []
    while sent < total:
        sent += run(at.guarded_port, at.guarded, at.sidecar, file, connections=16, seconds=5).requests
        samples.append(at.sidecar.rss_kib())
    result["memory"] = {
        "requests": sent,
        "rss_before_mib": round(before / 1024, 1),
        "rss_after_mib": round(samples[-1] / 1024, 1),
        "rss_most_mib": round(max(samples) / 1024, 1),
    }
    return result


def report(result: dict[str, object]) -> str:
    """For people."""
    lines = ["1 KiB chat through Envoy      rps     p50 us   p99 us   CPU us/request: Envoy  sidecar   errors"]
    for connections in (1, 16):
        for name, one in result[f"c{connections}"].items():  # type: ignore[attr-defined]
            lines.append(
                f"c={connections:<3} {name:14} {one['rps']:12,.0f} {one['p50_us']:10,.0f} {one['p99_us']:8,.0f}"
                f" {one['envoy_us']:22.1f} {one['sidecar_us']:8.1f} {one['errors']:8}"
            )
    lines.append("sidecar memory: " + ", ".join(f"{name} {value}" for name, value in result["memory"].items()))  # type: ignore[attr-defined]
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--requests", type=int, default=200_000, help="for the memory figure")
    parser.add_argument("--policy", type=Path, help="policy folder; all built-in packs, enforced, without it")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("load.py needs wrk (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory(prefix="naka-bench-") as name:
        folder = Path(name)
        file = folder / "bodies"
        file.write_text("\n".join(bodies(50, BODY_BYTES)) + "\n")
        with stand(folder, arguments.policy) as at:
            result = measure(at, file, rounds=arguments.rounds, seconds=arguments.seconds, total=arguments.requests)
    sys.stdout.write(report(result) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
