"""Streams of each provider in pieces of a given size, and the official client that reads them."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wire.sdk.anthropic_sdk import ANTHROPIC
from wire.sdk.base import OPENAI_TOOL, Sdk
from wire.sdk.bedrock_sdk import BEDROCK
from wire.sdk.cohere_sdk import COHERE
from wire.sdk.google_sdk import GOOGLE
from wire.sdk.mistral_sdk import MISTRAL
from wire.sdk.ollama_sdk import OLLAMA
from wire.sdk.openai_sdk import AZURE, OPENAI

SSE, NDJSON, FRAMES = "text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"

Said = tuple[str, Any]
"""The text and the parsed tool arguments that a client puts together; no arguments where the stream has none."""


@dataclass(frozen=True)
class Stream:
    """One way in which a provider streams."""

    name: str
    sdk: Sdk
    content_type: str
    events: Callable[[Sequence[str], Sequence[str]], list[bytes]]
    """From pieces of a text and pieces of tool arguments."""
    ask: Callable[[Any], Said]
    has_arguments: bool = True


def pieces(text: str, size: int) -> list[str]:
    """`text` as a model streams it."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def sse(data: object, event: str | None = None) -> bytes:
    """One event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One frame of Amazon's event stream."""
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    body = prelude + struct.pack(">I", binascii.crc32(prelude)) + head + payload
    return body + struct.pack(">I", binascii.crc32(body))


# OpenAI chat, and who speaks it


def chunk(delta: dict[str, Any], finish: str | None = None, index: int = 0) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
    return sse({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]})


def chat_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": ""}}
    calls = [{"index": 0, "function": {"arguments": piece}} for piece in arguments]
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in text),
        chunk({"tool_calls": [call]}),
        *(chunk({"tool_calls": [call]}) for call in calls),
        chunk({}, "tool_calls"),
        b"data: [DONE]\n\n",
    ]


QUESTION = ["hello"]
"""What the clients ask; a test may ask something else."""


def asked() -> list[Any]:
    return [{"role": "user", "content": QUESTION[0]}]


def _chat(client: Any) -> Said:
    text = arguments = ""
    for part in client.chat.completions.create(model="stub", messages=asked(), stream=True, tools=[OPENAI_TOOL]):
        delta = part.choices[0].delta
        text += delta.content or ""
        arguments += "".join(call.function.arguments or "" for call in delta.tool_calls or [])
    return text, json.loads(arguments)


def mistral_events(text: Sequence[str], _arguments: Sequence[str]) -> list[bytes]:
    """Mistral's calls come whole, as its client asks for."""
    return [*(chunk({"content": piece}) for piece in text), chunk({}, "stop"), b"data: [DONE]\n\n"]


def _mistral(client: Any) -> Said:
    parts = client.chat.stream(model="stub", messages=asked())
    return "".join(part.data.choices[0].delta.content or "" for part in parts), None


# OpenAI responses


def responses_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    whole, called = "".join(text), "".join(arguments)
    made: list[dict[str, Any]] = []

    def add(kind: str, **fields: Any) -> None:
        made.append({"type": kind, "sequence_number": len(made), **fields})

    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "stub",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    add("response.created", response=response | {"status": "in_progress"})
    add("response.output_item.added", output_index=0, item=message)
    add("response.content_part.added", **at, part=part)
    for piece in text:
        add("response.output_text.delta", **at, delta=piece, logprobs=[{"token": piece, "logprob": -1.0}])
    add("response.output_text.done", **at, text=whole, logprobs=[])
    add("response.content_part.done", **at, part=part | {"text": whole})
    done = message | {"status": "completed", "content": [part | {"text": whole}]}
    add("response.output_item.done", output_index=0, item=done)
    call = {
        "id": "fc_1",
        "type": "function_call",
        "call_id": "c1",
        "name": "lookup",
        "arguments": "",
        "status": "in_progress",
    }
    add("response.output_item.added", output_index=1, item=call)
    for piece in arguments:
        add("response.function_call_arguments.delta", item_id="fc_1", output_index=1, delta=piece)
    add("response.function_call_arguments.done", item_id="fc_1", output_index=1, name="lookup", arguments=called)
    called_item = call | {"arguments": called, "status": "completed"}
    add("response.output_item.done", output_index=1, item=called_item)
    add("response.completed", response=response | {"status": "completed", "output": [done, called_item]})
    return [sse(event, event["type"]) for event in made]


def _responses(client: Any) -> Said:
    text = arguments = ""
    numbers = []
    final = None
    for event in client.responses.create(model="stub", input=QUESTION[0], stream=True):
        numbers.append(event.sequence_number)
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.function_call_arguments.delta":
            arguments += event.delta
        elif event.type in ("response.output_text.done", "response.content_part.done"):
            said = event.text if event.type.endswith("text.done") else event.part.text
            assert said == text, event.type
        elif event.type == "response.function_call_arguments.done":
            assert json.loads(event.arguments) == json.loads(arguments)
        elif event.type == "response.completed":
            final = event.response
    assert numbers == list(range(len(numbers)))
    assert final is not None
    assert final.output_text == text
    assert json.loads(final.output[1].arguments) == json.loads(arguments)
    return text, json.loads(arguments)


def completions_events(text: Sequence[str], _arguments: Sequence[str]) -> list[bytes]:
    def made(piece: str, finish: str | None = None) -> bytes:
        choice = {"index": 0, "text": piece, "finish_reason": finish, "logprobs": None}
        return sse({"id": "c1", "object": "text_completion", "created": 1, "model": "stub", "choices": [choice]})

    return [*(made(piece) for piece in text), made("", "stop"), b"data: [DONE]\n\n"]


def _completions(client: Any) -> Said:
    parts = client.completions.create(model="stub", prompt=QUESTION[0], stream=True)
    return "".join(part.choices[0].text for part in parts), None


# Anthropic


def anthropic_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "stub",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    made: list[dict[str, Any]] = [{"type": "message_start", "message": message}, {"type": "ping"}]

    def block(index: int, start: dict[str, Any], deltas: Sequence[dict[str, Any]]) -> None:
        made.append({"type": "content_block_start", "index": index, "content_block": start})
        made.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        made.append({"type": "content_block_stop", "index": index})

    block(0, {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in text])
    tool = {"type": "tool_use", "id": "toolu_1", "name": "lookup", "input": {}}
    block(1, tool, [{"type": "input_json_delta", "partial_json": piece} for piece in arguments])
    end = {"stop_reason": "tool_use", "stop_sequence": None}
    made += [{"type": "message_delta", "delta": end, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
    return [sse(event, event["type"]) for event in made]


def _anthropic(client: Any) -> Said:
    with client.messages.stream(model="stub", max_tokens=9, messages=asked()) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert final.content[0].text == text
    return text, final.content[1].input


# Gemini: the text alone, for calls come whole


def _gemini_parts(text: Sequence[str]) -> list[dict[str, Any]]:
    def made(piece: str, **more: Any) -> dict[str, Any]:
        candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": piece}]}} | more
        return {"candidates": [candidate], "modelVersion": "stub", "responseId": "r1"}

    return [*(made(piece) for piece in text), made("", finishReason="STOP")]


def gemini_events(text: Sequence[str], _arguments: Sequence[str]) -> list[bytes]:
    return [sse(part) for part in _gemini_parts(text)]


def gemini_array(text: Sequence[str], _arguments: Sequence[str]) -> list[bytes]:
    """The same without `alt=sse`."""
    parts = [json.dumps(part, ensure_ascii=False).encode() for part in _gemini_parts(text)]
    return [b"[" + parts[0], *(b",\r\n" + part for part in parts[1:]), b"\n]\n"]


def _gemini(client: Any) -> Said:
    parts = client.models.generate_content_stream(model="stub", contents=QUESTION[0])
    return "".join(part.text or "" for part in parts), None


# Cohere


def cohere_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    made: list[dict[str, Any]] = [
        {"type": "message-start", "id": "m1", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        *({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}} for piece in text),
        {"type": "content-end", "index": 0},
    ]
    call = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": ""}}
    made.append({"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": call}}})
    for piece in arguments:
        delta = {"message": {"tool_calls": {"function": {"arguments": piece}}}}
        made.append({"type": "tool-call-delta", "index": 0, "delta": delta})
    made += [{"type": "tool-call-end", "index": 0}, {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}}]
    return [sse(event, event["type"]) for event in made]


def _cohere(client: Any) -> Said:
    text = arguments = ""
    for event in client.chat_stream(model="stub", messages=asked()):
        if event.type == "content-delta":
            text += event.delta.message.content.text
        elif event.type == "tool-call-delta":
            arguments += event.delta.message.tool_calls.function.arguments
    return text, json.loads(arguments)


# Bedrock


def bedrock_frame(kind: str, body: dict[str, Any]) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(body, ensure_ascii=False).encode())


def bedrock_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    def delta(index: int, said: dict[str, Any]) -> bytes:
        return bedrock_frame("contentBlockDelta", {"contentBlockIndex": index, "delta": said, "p": "abcd"})

    tool = {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t1", "name": "lookup"}}}
    return [
        bedrock_frame("messageStart", {"role": "assistant"}),
        *(delta(0, {"text": piece}) for piece in text),
        bedrock_frame("contentBlockStop", {"contentBlockIndex": 0}),
        bedrock_frame("contentBlockStart", tool),
        *(delta(1, {"toolUse": {"input": piece}}) for piece in arguments),
        bedrock_frame("contentBlockStop", {"contentBlockIndex": 1}),
        bedrock_frame("messageStop", {"stopReason": "tool_use"}),
        bedrock_frame("metadata", {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}}),
    ]


def _converse(client: Any) -> Said:
    question = [{"role": "user", "content": [{"text": QUESTION[0]}]}]
    text = arguments = ""
    answer = client.converse_stream(modelId="anthropic.claude-v1:0", messages=question)
    with contextlib.closing(answer["stream"]) as events:  # an error leaves the connection open
        for event in events:
            delta = event.get("contentBlockDelta", {}).get("delta", {})
            text += delta.get("text", "")
            arguments += delta.get("toolUse", {}).get("input", "")
    return text, json.loads(arguments)


def invoke_events(text: Sequence[str], arguments: Sequence[str]) -> list[bytes]:
    """Anthropic's events, each in base64 in a frame."""
    events = [event.split(b"data: ", 1)[1].strip() for event in anthropic_events(text, arguments)]
    return [bedrock_frame("chunk", {"bytes": base64.b64encode(event).decode(), "p": "ab"}) for event in events]


def _invoke(client: Any) -> Said:
    body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": asked()})
    text = arguments = ""
    answer = client.invoke_model_with_response_stream(modelId="anthropic.claude-v1:0", body=body)
    with contextlib.closing(answer["body"]) as events:
        for event in events:
            delta = json.loads(event["chunk"]["bytes"]).get("delta", {})
            text += delta.get("text", "")
            arguments += delta.get("partial_json", "")
    return text, json.loads(arguments)


# Ollama


def ollama_lines(text: Sequence[str], _arguments: Sequence[str]) -> list[bytes]:
    def made(piece: str, done: bool) -> bytes:
        message = {"role": "assistant", "content": piece}
        line = {"model": "stub", "created_at": "2026-11-24T00:00:00Z", "message": message, "done": done}
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    return [*(made(piece, False) for piece in text), made("", True)]


def _ollama(client: Any) -> Said:
    parts = client.chat(model="stub", messages=asked(), stream=True)
    return "".join(part.message.content or "" for part in parts), None


STREAMS = [
    Stream("openai chat", OPENAI, SSE, chat_events, _chat),
    Stream("openai responses", OPENAI, SSE, responses_events, _responses),
    Stream("openai completions", OPENAI, SSE, completions_events, _completions, has_arguments=False),
    Stream("azure chat", AZURE, SSE, chat_events, _chat),
    Stream("mistral chat", MISTRAL, SSE, mistral_events, _mistral, has_arguments=False),
    Stream("anthropic messages", ANTHROPIC, SSE, anthropic_events, _anthropic),
    Stream("google generate", GOOGLE, SSE, gemini_events, _gemini, has_arguments=False),
    Stream("cohere chat", COHERE, SSE, cohere_events, _cohere),
    Stream("bedrock converse", BEDROCK, FRAMES, bedrock_events, _converse),
    Stream("bedrock invoke", BEDROCK, FRAMES, invoke_events, _invoke),
    Stream("ollama chat", OLLAMA, NDJSON, ollama_lines, _ollama, has_arguments=False),
]
