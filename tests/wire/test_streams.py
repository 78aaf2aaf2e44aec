"""Streamed answers through the real Envoy: what official clients make of them, and what stands on the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import openai
import pytest
from openai import OpenAI

from wire.gateway import Gateway, five
from wire.harness import Raw, chat, wait_until
from wire.test_client import VALUES

SSE = "text/event-stream"
AADHAAR = VALUES["IN_AADHAAR"]
ARGUMENTS = json.dumps({"note": f'Ramā "{AADHAAR}"', "aadhaar": int(AADHAAR.replace(" ", "")), "n": 5})


def event(delta: dict[str, Any], finish: str | None = None, *, index: int = 0, **more: Any) -> bytes:
    """A chunk of a streamed chat completion."""
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]}
    return b"data: " + json.dumps(body | more, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def pieces(text: str, size: int) -> list[str]:
    """`text` as a model streams it."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def tool(arguments: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]}


SAID = f"Your aadhaar is {AADHAAR}, isn't it? I was told so by the desk this morning."


def answer(size: int) -> list[bytes]:
    """Content of two choices and a tool call, all in pieces of `size` characters."""
    start = {
        "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]
    }
    events = [event({"role": "assistant", "content": ""})]
    for piece in pieces(SAID, size):
        events += [event({"content": piece}), event({"content": piece}, index=1)]
    events.append(event(start))
    events += [event(tool(piece)) for piece in pieces(ARGUMENTS, size)]
    return [*events, event({}, "tool_calls"), event({}, "stop", index=1), DONE]


@pytest.fixture(scope="module")
def masking(shared: Gateway) -> Gateway:
    shared.use(five("Redact"))
    return shared


@pytest.fixture
def client(shared: Gateway) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{shared.url}/v1", api_key="k", timeout=30, max_retries=0) as made:
        yield made


def asked(client: OpenAI) -> Any:
    return client.chat.completions.create(
        model="stub", messages=[{"role": "user", "content": "hello"}], stream=True, n=2
    )


def streamed(port: int, path: str = "/v1/chat/completions", body: bytes | None = None) -> bytes:
    """The body of a streamed answer as it stands on the wire."""
    with Raw(port) as raw:
        raw.request("POST", path, body or chat("hello", stream=True), [("content-type", "application/json")])
        found = raw.answer()
        assert found.status == 200, found
        return found.body


def answered(gateway: Gateway, before: int) -> dict[str, Any]:
    """The record of the first answer after so many records."""

    def found() -> list[dict[str, Any]]:
        return [record for record in gateway.events()[before:] if record["direction"] == "Response"]

    wait_until(found, "the record of the answer")
    return found()[0]


def texts(chunks: Sequence[Any]) -> tuple[list[str], str]:
    """What a client puts together: content of two choices, arguments of the tool call."""
    contents, arguments = ["", ""], ""
    for chunk in chunks:
        for choice in chunk.choices:
            contents[choice.index] += choice.delta.content or ""
            for call in choice.delta.tool_calls or []:
                arguments += call.function.arguments or ""
    return contents, arguments


@pytest.mark.parametrize("size", [1, 3, 5, 17, 200])
def test_the_client_gets_the_same_chunks_with_the_values_replaced(masking: Gateway, client: OpenAI, size: int) -> None:
    events = answer(size)
    with masking.stub.answers(SSE, events):
        chunks = list(asked(client))
    assert len(chunks) == len(events) - 1
    contents, arguments = texts(chunks)
    assert contents == [SAID.replace(AADHAAR, "[IN_AADHAAR]")] * 2
    assert json.loads(arguments) == {"note": 'Ramā "[IN_AADHAAR]"', "aadhaar": "[IN_AADHAAR]", "n": 5}
    assert [choice.finish_reason for chunk in chunks[-2:] for choice in chunk.choices] == ["tool_calls", "stop"]


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_the_wire_is_the_same_wherever_the_provider_cuts_it(masking: Gateway, size: int) -> None:
    whole = b"".join(answer(4))
    cut = [whole[at : at + size] for at in range(0, len(whole), size)]
    with masking.stub.answers(SSE, [whole]):
        once = streamed(masking.port)
    with masking.stub.answers(SSE, cut):
        assert streamed(masking.port) == once
    assert AADHAAR.encode() not in once
    assert once.count(b"\n\n") == whole.count(b"\n\n")


def test_what_holds_nothing_is_byte_for_byte_the_providers(masking: Gateway) -> None:
    held = b'{"choices" : [ {"index":0, "delta":{"content":"h\\u00e9"}} ]}'
    stream = (
        b": comment\r\n\r\nid: 1\r\nevent: x\r\ndata: "
        + held
        + b"\r\n\r\n"
        + event({"content": "hello"})
        + event({}, "stop", usage={"total_tokens": 3})
        + DONE
    )
    with masking.stub.answers(SSE, [stream]):
        assert streamed(masking.port) == stream


def test_the_answer_is_on_record(masking: Gateway) -> None:
    before = len(masking.events())
    with masking.stub.answers(SSE, answer(5)):
        streamed(masking.port)
    record = answered(masking, before)
    assert (record["coverage"], record["action"]) == ("scanned", "Redact"), record
    assert [entity["entity"] for entity in record["entities"]] == ["IN_AADHAAR"]
    assert AADHAAR not in json.dumps(record)


def test_in_shadow_every_byte_is_the_providers(shared: Gateway) -> None:
    shared.use(five("Mask", mode="Shadow"))
    stream = b"".join(answer(3))
    before = len(shared.events())
    with shared.stub.answers(SSE, [stream[at : at + 11] for at in range(0, len(stream), 11)]):
        assert streamed(shared.port) == stream
    record = answered(shared, before)
    assert (record["coverage"], record["wouldBe"]) == ("scanned", "Mask"), record


def test_a_block_ends_the_stream_with_the_clients_own_exception(shared: Gateway, client: OpenAI) -> None:
    shared.use(five("Block"))
    seen: list[Any] = []
    with shared.stub.answers(SSE, answer(5)), pytest.raises(openai.APIError) as error:
        seen.extend(asked(client))
    assert "IN_AADHAAR" in str(error.value)
    assert error.value.code == "naka_blocked"
    assert AADHAAR[:4] not in "".join(texts(seen)[0])


def test_events_leave_while_the_provider_still_speaks(shared: Gateway) -> None:
    shared.use(five("Redact"))
    words = [event({"content": f"{word} "}) for word in ("nothing to see here, move along " * 40).split()]
    with shared.stub.answers(SSE, [*words, event({}, "stop"), DONE], gap_ms=5), Raw(shared.port) as raw:
        raw.request("POST", "/v1/chat/completions", chat("x", stream=True), [("content-type", "application/json")])
        started = time.monotonic()
        found = b""
        while b"data: " not in found:
            found += raw.socket.recv(65536)
        first = time.monotonic() - started
        while DONE not in found:
            found += raw.socket.recv(65536)
        last = time.monotonic() - started
    assert first < last * 0.8
