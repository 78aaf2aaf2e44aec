"""The real sidecar killed, frozen or stopped: what a client gets, what goes upstream, how fast it is back.

A sidecar in error, or one that ends its stream with OK, is a double's work: `test_envoy_replies.py`.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wire.gateway import Gateway, five
from wire.harness import Answer, call, chat, wait_until

TEXT = "mera aadhaar 5109 8027 4087 hai"
BODY = chat(TEXT)
MESSAGE_TIMEOUT_S = 2.0
BACK_WITHIN_S = 1.0


@pytest.fixture
def frozen(shared: Gateway) -> Iterator[Callable[[], None]]:
    """Freezes the sidecar; it thaws at the end."""
    pid = shared.pid("sidecar")
    yield lambda: os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: passes(shared), "the thaw")


def passes(gateway: Gateway) -> bool:
    return call(gateway.port, BODY).status == 200


def upstream_texts(gateway: Gateway) -> list[str]:
    return [json.loads(record["body"])["messages"][0]["content"] for record in gateway.stub.received()]


def refused(answer: Answer) -> bool:
    """503 in the provider's shape; anything else than that or 200 fails."""
    if answer.status == 200:
        return False
    assert answer.status == 503
    error = answer.error()
    assert (error["code"], error["type"]) == ("naka_unavailable", "server_error")
    return True


def kill(gateway: Gateway, number: signal.Signals = signal.SIGKILL) -> int:
    pid = gateway.pid("sidecar")
    os.kill(pid, number)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the sidecar's end")
    return pid


def test_killed_and_closed_calls_get_503_until_it_is_back(shared: Gateway) -> None:
    shared.use(five("Mask"))
    old = kill(shared)
    assert refused(call(shared.port, BODY))
    assert shared.stub.received() == []
    answers, returned = [], 0.0
    while True:
        back = shared.pid("sidecar") != old
        returned = returned or (time.monotonic() if back else 0.0)
        answers.append(refused(call(shared.port, BODY)))
        if not answers[-1]:
            break
        assert not returned or time.monotonic() - returned < BACK_WITHIN_S
        time.sleep(0.01)
    assert set(upstream_texts(shared)) == {"mera aadhaar XXXX XXXX XXXX hai"}


def test_a_sidecar_that_is_told_to_stop_lets_nothing_pass_unread(shared: Gateway) -> None:
    """Its graceful end must not look like OK to ext_proc."""
    shared.use(five("Mask"))
    old = shared.pid("sidecar")
    os.kill(old, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while shared.pid("sidecar") == old:
        refused(call(shared.port, BODY))
        assert time.monotonic() < deadline
    wait_until(lambda: passes(shared), "the return")
    assert set(upstream_texts(shared)) == {"mera aadhaar XXXX XXXX XXXX hai"}


def test_frozen_and_closed_calls_get_503_within_the_message_timeout(
    shared: Gateway, frozen: Callable[[], None]
) -> None:
    shared.use(five("Mask"))
    frozen()
    begun = time.monotonic()
    assert refused(call(shared.port, BODY))
    assert time.monotonic() - begun < MESSAGE_TIMEOUT_S + 0.5
    assert shared.stub.received() == []
    os.kill(shared.pid("sidecar"), signal.SIGCONT)
    begun = time.monotonic()
    wait_until(lambda: passes(shared), "the thaw")
    assert time.monotonic() - begun < BACK_WITHIN_S
    assert set(upstream_texts(shared)) == {"mera aadhaar XXXX XXXX XXXX hai"}


def test_frozen_and_open_calls_pass_after_the_message_timeout(shared: Gateway, frozen: Callable[[], None]) -> None:
    shared.use(five("Mask", spec="failure: Open"))
    frozen()
    begun = time.monotonic()
    assert call(shared.port, BODY).status == 200
    assert time.monotonic() - begun < MESSAGE_TIMEOUT_S + 0.5
    assert upstream_texts(shared) == [TEXT]


def test_failure_flips_live(shared: Gateway) -> None:
    for failure, passes_raw in (("Open", True), ("Closed", False), ("Open", True)):
        shared.use(five("Mask", spec=f"failure: {failure}"))
        assert shared.route_is_open() is passes_raw
        old = kill(shared)
        shared.stub.clear()
        answer = call(shared.port, BODY)
        assert refused(answer) is not passes_raw
        assert upstream_texts(shared) == ([TEXT] if passes_raw else [])
        wait_until(lambda old=old: shared.pid("sidecar") != old, "the sidecar's return")
        wait_until(lambda: passes(shared), "the return")
