"""Streamed answers through real Envoy: Envoy alone beside Envoy with the sidecar, in one run.

Prints the time to the first event and the delay of each event (from the upstream's write to the client's read), and
with many streams at once the sidecar's CPU per event and memory per stream; `--json FILE` writes the same. Upstream and
client are this process, so that both read one clock; it takes more CPU than what it measures, and differences between
the two gates are what counts.
Run by `make bench`; by hand: `python tests/bench/streams.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.stand import POLICY, Gate, gate
from wire.harness import HOST, free_port

WORDS = (
    "The customer asked whether the visit can move to another branch before month end and the desk "
    "will call back once the request is done so please wait for the note and keep the form at hand "
).split()
"""Plain talk without a live candidate."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def event(text: str) -> bytes:
    """One chunk of a streamed chat, about 200 bytes as OpenAI's are."""
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@dataclass
class Upstream:
    """Streams `count` events, one every `gap_s`, to whoever asks; notes when it wrote each."""

    count: int
    gap_s: float
    sent: dict[int, list[float]] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.split("content-length:")[1].split("\r\n")[0])
                number = json.loads(await reader.readexactly(length))["seed"]
                times = self.sent[number] = []
                writer.write(HEAD)
                for index in range(self.count):
                    if index and self.gap_s:
                        await asyncio.sleep(self.gap_s)
                    times.append(time.perf_counter())
                    writer.write(chunked(event(WORDS[index % len(WORDS)] + " ")))
                    await writer.drain()
                writer.write(chunked(DONE) + b"0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()


class Client:
    """One connection of the client's."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection(HOST, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def ask(self, number: int) -> tuple[float, list[float], int]:
        """When it was asked, when each event came, and how many bytes of events."""
        asked = {"model": "stub", "stream": True, "seed": number, "messages": [{"role": "user", "content": "hello"}]}
        body = json.dumps(asked).encode()
        lines = ["POST /v1/chat/completions HTTP/1.1", "host: x", "content-type: application/json"]
        head = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""])
        started = time.perf_counter()
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        times: list[float] = []
        total = 0
        while size := int(await self.reader.readline(), 16):
            data = await self.reader.readexactly(size + 2)
            total += size
            times += [time.perf_counter()] * data.count(b"\n\n")
        await self.reader.readline()
        return started, times, total


async def one_by_one(gates: dict[str, Gate], upstream: Upstream, rounds: int) -> dict[str, Any]:
    """Time to the first event and delay of each, alternating between the gates."""
    first: dict[str, list[float]] = {name: [] for name in gates}
    delay: dict[str, list[float]] = {name: [] for name in gates}
    number = 0
    for index in range(rounds + 10):
        for name, one in gates.items():
            number += 1
            async with Client(one.port) as client:
                started, times, _ = await client.ask(number)
            if index >= 10:  # the first ones warm up
                first[name].append((times[0] - started) * 1e3)
                sent = upstream.sent[number]
                delay[name] += [(came - went) * 1e3 for came, went in zip(times, sent, strict=False)]
    return {
        name: {
            "first_p50_ms": statistics.median(first[name]),
            "first_p95_ms": statistics.quantiles(first[name], n=20)[-1],
            "delay_p50_ms": statistics.median(delay[name]),
            "delay_p99_ms": statistics.quantiles(delay[name], n=100)[-1],
        }
        for name in gates
    }


async def at_once(guarded: Gate, count: int, events: int) -> dict[str, Any]:
    """`count` streams at the same time: what is lost, CPU per event, memory per stream."""
    sidecar = guarded.sidecar
    assert sidecar is not None
    expected = sum(len(event(WORDS[index % len(WORDS)] + " ")) for index in range(events)) + len(DONE)
    before, cpu = sidecar.rss_kib(), sidecar.cpu_s()
    most = before

    async def one(number: int) -> bool:
        async with Client(guarded.port) as client:
            await asyncio.sleep((number % 100) / 100)
            _, times, total = await client.ask(1_000_000 + number)
            return len(times) == events + 1 and total == expected

    asked = [asyncio.create_task(one(number)) for number in range(count)]
    while not all(task.done() for task in asked):
        await asyncio.sleep(0.25)
        most = max(most, sidecar.rss_kib())
    whole = sum(task.exception() is None and task.result() for task in asked)
    return {
        "streams": count,
        "lost": count - whole,
        "sidecar_us_per_event": (sidecar.cpu_s() - cpu) / (count * (events + 1)) * 1e6,
        "kib_per_stream": (most - before) / count,
    }


async def measure(gates: dict[str, Gate], port: int, quick: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, upstream, work in (
        ("one", Upstream(40, 0.002), lambda up: one_by_one(gates, up, 30 if quick else 150)),
        ("many", Upstream(40, 0.5), lambda _up: at_once(gates["with_sidecar"], 200 if quick else 1000, 40)),
    ):
        server = await asyncio.start_server(upstream.serve, HOST, port, backlog=2048)
        async with server:
            result[name] = await work(upstream)
    return result


def report(result: dict[str, Any]) -> str:
    """For people."""
    lines = ["streamed chat, 40 events   first event p50 ms   p95   delay of an event p50 ms   p99"]
    lines += [
        f"{name:26} {one['first_p50_ms']:19.2f} {one['first_p95_ms']:5.2f}"
        f" {one['delay_p50_ms']:24.3f} {one['delay_p99_ms']:5.2f}"
        for name, one in result["one"].items()
    ]
    many = result["many"]
    lines.append(
        f"{many['streams']} at once: {many['lost']} not whole, sidecar {many['sidecar_us_per_event']:.1f} us CPU"
        f" an event, {many['kib_per_stream']:.1f} KiB a stream"
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packs = folder / "policy"
        packs.mkdir()
        (packs / "pack.yaml").write_text(POLICY)
        port = free_port()
        with gate(folder / "alone", port, None) as alone, gate(folder / "guarded", port, packs) as guarded:
            gates = {"envoy_alone": alone, "with_sidecar": guarded}
            result = asyncio.run(measure(gates, port, options.quick))
    sys.stdout.write(report(result) + "\n")
    if options.json:
        options.json.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
