"""The streams of every provider through the real Envoy, read by its official client."""

from __future__ import annotations

import json
import time

import pytest

from wire.gateway import Gateway, five
from wire.harness import Raw
from wire.streams import STREAMS, Said, Stream, gemini_array, pieces
from wire.test_client import VALUES
from wire.test_streams import answered, streamed

AADHAAR, PAN = VALUES["IN_AADHAAR"], VALUES["IN_PAN"]
SAID = f"Your aadhaar is {AADHAAR}, the PAN {PAN} was checked too. I was told so by the desk."
ARGUMENTS = {"note": f'Ramā "{AADHAAR}"\n', "pan": PAN, "aadhaar": int(AADHAAR.replace(" ", "")), "n": 5}
REDACTED = SAID.replace(AADHAAR, "[IN_AADHAAR]").replace(PAN, "[IN_PAN]")
CLEAN = {"note": 'Ramā "[IN_AADHAAR]"\n', "pan": "[IN_PAN]", "aadhaar": "[IN_AADHAAR]", "n": 5}
CHAT = "/v1/chat/completions"
PATHS = {
    "openai chat": CHAT,
    "openai completions": "/v1/completions",
    "azure chat": "/openai/deployments/stub/chat/completions",
    "mistral chat": CHAT,
    "anthropic messages": "/v1/messages",
    "google generate": "/v1beta/models/stub:streamGenerateContent?alt=sse",
}
REASONS = {
    "openai chat": b'"finish_reason":"content_filter"',
    "openai completions": b'"finish_reason":"content_filter"',
    "azure chat": b'"finish_reason":"content_filter"',
    "mistral chat": b'"finish_reason":"content_filter"',
    "anthropic messages": b'"stop_reason":"refusal"',
    "google generate": b'"finishReason":"SPII"',
}


@pytest.fixture(scope="module")
def redacting(shared: Gateway) -> Gateway:
    shared.use(five("Redact"))
    return shared


def heard(gateway: Gateway, stream: Stream, chunks: list[bytes]) -> Said:
    """The text and the arguments that the client puts together."""
    with stream.sdk.open(gateway.url, False) as client, gateway.stub.answers(stream.content_type, chunks):
        return stream.ask(client)


@pytest.mark.parametrize("stream", [pytest.param(stream, id=stream.name) for stream in STREAMS])
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_the_client_puts_together_the_same_text_with_the_values_replaced(
    redacting: Gateway, stream: Stream, size: int
) -> None:
    events = stream.events(pieces(SAID, size), pieces(json.dumps(ARGUMENTS), size))
    assert heard(redacting, stream, events) == (REDACTED, CLEAN if stream.has_arguments else None)


@pytest.mark.parametrize("stream", [pytest.param(stream, id=stream.name) for stream in STREAMS])
def test_the_client_reads_what_comes_in_single_bytes(redacting: Gateway, stream: Stream) -> None:
    whole = b"".join(stream.events(pieces(SAID, 9), pieces(json.dumps(ARGUMENTS), 9)))
    cut = [whole[at : at + 1] for at in range(len(whole))]
    assert heard(redacting, stream, cut) == (REDACTED, CLEAN if stream.has_arguments else None)


@pytest.mark.parametrize("stream", [pytest.param(stream, id=stream.name) for stream in STREAMS])
def test_in_shadow_the_bytes_are_the_providers(shared: Gateway, stream: Stream) -> None:
    shared.use(five("Mask", mode="Shadow"))
    events = stream.events(pieces(SAID, 7), pieces(json.dumps(ARGUMENTS), 7))
    assert heard(shared, stream, events) == (SAID, ARGUMENTS if stream.has_arguments else None)


def test_an_array_of_events_is_masked_item_by_item(shared: Gateway) -> None:
    shared.use(five("Redact"))
    events = gemini_array(pieces(SAID, 5), [])
    path = "/v1beta/models/stub:streamGenerateContent"
    body = json.dumps({"contents": [{"parts": [{"text": "hello"}]}]}).encode()
    with shared.stub.answers("application/json", events, gap_ms=2), Raw(shared.port) as raw:
        raw.request("POST", path, body, [("content-type", "application/json")])
        started = time.monotonic()
        raw._more()
        first = time.monotonic() - started
        answer = raw.answer()
        last = time.monotonic() - started
    items = json.loads(answer.body)
    text = "".join(part["text"] for item in items for part in item["candidates"][0]["content"]["parts"])
    assert text == REDACTED
    assert len(items) == len(events) - 1
    assert answer.body.count(b",\r\n") == len(items) - 1
    assert first < last


QUIET = {"cohere chat"}
"""Their protocol has no error that ends a stream; the end says why."""


@pytest.mark.parametrize("stream", [pytest.param(stream, id=stream.name) for stream in STREAMS])
def test_a_block_ends_the_stream_as_the_provider_would(shared: Gateway, stream: Stream) -> None:
    shared.use(five("Block"))
    before = len(shared.events())
    events = stream.events(pieces(SAID, 7), pieces(json.dumps(ARGUMENTS), 7))
    with stream.sdk.open(shared.url, False) as client, shared.stub.answers(stream.content_type, events):
        if stream.name == "mistral chat":
            with pytest.raises(Exception, match="naka_blocked"):  # its client has no type for an error in a stream
                stream.ask(client)
        elif stream.name in QUIET:
            with pytest.raises(json.JSONDecodeError):  # the arguments never came
                stream.ask(client)
        else:
            with pytest.raises(Exception, match="IN_AADHAAR") as error:
                stream.ask(client)
            assert AADHAAR not in str(error.value)
    record = answered(shared, before)
    assert (record["action"], record["status"]) == ("Block", 403)


REFUSING = ["openai chat", "openai completions", "azure chat", "mistral chat", "anthropic messages", "google generate"]


@pytest.mark.parametrize("stream", [pytest.param(one, id=one.name) for one in STREAMS if one.name in REFUSING])
def test_a_block_may_be_the_end_of_a_model_that_refuses(shared: Gateway, stream: Stream) -> None:
    shared.use(five("Block", spec="blockStyle: refusal"))
    events = stream.events(pieces(SAID, 7), pieces(json.dumps(ARGUMENTS), 7))
    with shared.stub.answers(stream.content_type, events):
        body = streamed(shared.port, PATHS[stream.name])
    assert AADHAAR.encode() not in body
    assert b'"error"' not in body
    assert REASONS[stream.name] in body
