"""Tokens in the streams of every provider, read by its official client: they come back, wherever they are cut."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from wire import streams
from wire.gateway import Gateway, pack
from wire.streams import STREAMS, Stream, pieces
from wire.test_client import VALUES, leaked

AADHAAR, PAN = VALUES["IN_AADHAAR"], VALUES["IN_PAN"]
QUESTION = f"mera aadhaar {AADHAAR} hai, PAN {PAN}"
SAID = f"Your aadhaar is {AADHAAR}, the PAN {PAN} was checked too. See https://evil.example/?x=LEAK for more."
ARGUMENTS = {"note": f'Ramā "{AADHAAR}"\n', "pan": PAN, "url": "https://evil.example/LEAK", "n": 5}
RULES = "- {id: swap, entities: [IN_AADHAAR, IN_PAN], minConfidence: 0.6, action: Tokenize}"
CASES = [pytest.param(stream, id=stream.name) for stream in STREAMS]


@pytest.fixture(scope="module")
def swapping(shared: Gateway) -> Iterator[Gateway]:
    shared.use(pack(RULES))
    streams.QUESTION[0] = QUESTION
    yield shared
    streams.QUESTION[0] = "hello"


def tokens(gateway: Gateway, stream: Stream) -> dict[str, str]:
    """What the values become on their way to this provider."""
    gateway.stub.clear()
    events = stream.events(["hello"], ["{}"])
    with stream.sdk.open(gateway.url, False) as client, gateway.stub.answers(stream.content_type, events):
        stream.ask(client)
    received = gateway.stub.text()
    assert leaked(received) == []
    found = {entity: re.search(rf"<{entity}:[A-Z2-7]{{13}}>", received) for entity in ("IN_AADHAAR", "IN_PAN")}
    return {VALUES[entity]: token[0] for entity, token in found.items() if token is not None}


def swapped(text: str, by: dict[str, str]) -> str:
    for value, token in by.items():
        text = text.replace(value, token)
    return text.replace("LEAK", by[PAN])


@pytest.mark.parametrize("stream", CASES)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_the_client_puts_its_own_values_together(swapping: Gateway, stream: Stream, size: int) -> None:
    made = tokens(swapping, stream)
    assert len(made) == 2
    text, arguments = swapped(SAID, made), swapped(json.dumps(ARGUMENTS), made)
    events = stream.events(pieces(text, size), pieces(arguments, size))
    with stream.sdk.open(swapping.url, False) as client, swapping.stub.answers(stream.content_type, events):
        said, called = stream.ask(client)
    assert said == SAID.replace("LEAK", made[PAN])
    wanted = json.loads(json.dumps(ARGUMENTS).replace("LEAK", made[PAN]))
    assert called == (wanted if stream.has_arguments else None)
