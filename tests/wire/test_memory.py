"""What bodies cost: the memory of the real sidecar, behind the real Envoy, at its peak."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wire.gateway import Gateway, five, metrics, naka_up
from wire.harness import Answer, Raw, call, chat, free_port, wait_until

MIB = 1 << 20
JSON = [("content-type", "application/json")]
CHAT = "/v1/chat/completions"
FIRST = 16 * MIB
"""What Envoy may have read of a body before the sidecar's first word; it comes as one message, which has a buffer
of its own until the call ends. How much it is depends on timing."""
SLACK = 12 * MIB + FIRST
"""Also buffers of threads and the allocator's rounding: all of it whatever the size of the body."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A new one for each test: the allocator keeps for a while what earlier bodies took."""
    policy, port = five("Mask", spec="onUnscannable: Block"), str(free_port())
    with naka_up(tmp_path, policy, "--metrics-port", port) as gateway:
        for _ in range(20):
            assert call(gateway.port, chat("aadhaar 5109 8027 4087")).status == 200
        yield gateway


def memory(gateway: Gateway, field: str) -> int:
    """Bytes of the sidecar: `VmRSS` now, `VmHWM` at the peak."""
    status = Path(f"/proc/{gateway.pid('sidecar')}/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) << 10


@pytest.fixture
def added(gateway: Gateway) -> Callable[[], int]:
    """What a test has added to the memory of the idle sidecar at its highest."""
    gateway.stub.clear()
    idle = memory(gateway, "VmRSS")
    Path(f"/proc/{gateway.pid('sidecar')}/clear_refs").write_text("5")  # the peak counts from here
    return lambda: memory(gateway, "VmHWM") - idle


def in_flight(gateway: Gateway) -> float:
    found = re.search(r"^naka_bytes_in_flight(?:\{.*\})? (\S+)$", metrics(gateway), re.MULTILINE)
    assert found
    return float(found[1])


def send(gateway: Gateway, body: bytes) -> Answer:
    with Raw(gateway.port, timeout_s=100) as raw:
        with contextlib.suppress(OSError):  # refused while it is being sent
            raw.request("POST", CHAT, body, JSON)
        return raw.answer()


def prose(size: int) -> bytes:
    """One long text with a few values in it."""
    part = "some words that say nothing at all. " * 2000 + "aadhaar 5109 8027 4087. "
    return told(json.dumps(part * (size // len(part))))


def turns(size: int) -> bytes:
    """Many short texts, each with values to be masked."""
    turn = {"role": "user", "content": "aadhaar 5109 8027 4087, call me: mobile 9812345670. " + "and more words " * 60}
    one = len(json.dumps(turn)) + 2
    return json.dumps({"model": "stub", "messages": [turn] * (size // one)}).encode()


def escaped(size: int) -> bytes:
    """Every character an escape, so that the text is not in the body as it is."""
    return told('"' + "\\u0905\\u0906 \\n" * (size // 15) + ' aadhaar 5109 8027 4087"')


def told(text: str) -> bytes:
    """A chat that begins with this JSON string, and ends with a short one for the stub to echo."""
    begin = '{"model": "stub", "messages": [{"role": "system", "content": '
    return f'{begin}{text}}}, {{"role": "user", "content": "hi"}}]}}'.encode()


@pytest.mark.parametrize(
    ("shape", "size"), [(prose, 16 * MIB), (prose, 63 * MIB), (escaped, 32 * MIB), (turns, 32 * MIB), (turns, 63 * MIB)]
)
def test_a_body_adds_at_most_three_times_its_size(
    gateway: Gateway, added: Callable[[], int], shape: Callable[[int], bytes], size: int
) -> None:
    """A value every 500 bytes is dense: what is found takes room beside the body, and so does the body that goes on.

    Denser ones: `rust/naka-exchange/tests/memory.rs`.
    """
    judged_whole(gateway, body := shape(size))
    assert added() <= 3 * len(body) + SLACK


def judged_whole(gateway: Gateway, body: bytes) -> None:
    send(gateway, body)
    (record,) = gateway.stub.received()
    assert record["complete"]
    assert record["body_bytes"] >= len(body) - len(body) // 50
    assert "5109" not in record["body"]


def test_what_bodies_take_does_not_pile_up(gateway: Gateway, added: Callable[[], int]) -> None:
    body = prose(16 * MIB)
    for _ in range(16):
        assert send(gateway, body).status == 200
        gateway.stub.clear()
    # one that is judged, and what the allocator kept for a while of the one before
    assert added() <= 2 * 3 * len(body) + SLACK


def test_bodies_over_the_budget_are_refused_and_those_in_it_are_judged(
    gateway: Gateway, added: Callable[[], int]
) -> None:
    found = re.search(r"^naka_bytes_in_flight_limit (\S+)$", metrics(gateway), re.MULTILINE)
    assert found
    limit = int(float(found[1]))
    body = prose(48 * MIB)
    count = 2 * limit // len(body)
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda _: send(gateway, body), range(count)))
    refused = [answer for answer in answers if answer.status == 503]
    for answer in refused:
        assert answer.error()["code"] == "naka_overloaded"
    received = gateway.stub.received()
    assert refused
    # the stub keeps the newest within a limit of its own
    assert 0 < len(received) <= count - len(refused)
    assert all(record["complete"] and "5109" not in record["body"] for record in received)
    assert added() <= 3 * limit + SLACK
    wait_until(lambda: in_flight(gateway) == 0, "all given back")
