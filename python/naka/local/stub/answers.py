"""The stub's answers: a parsed request in, an answer in OpenAI's shape out. No sockets, no clock.

Source of the shapes: OpenAI API reference, "Chat completions", "Embeddings", "Files", "Models".
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from naka.local.stub.asked import CREATED, identity, last_text

__all__ = ["chat", "chat_stream", "embeddings", "error", "file_object", "last_user_text", "models"]

EMBEDDING_SIZE = 8
"""Numbers in a stub embedding."""
_FILENAME = re.compile(rb'filename="([^"\r\n]{1,200})"')


def error(message: str, *, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """OpenAI's error body."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def last_user_text(request: Mapping[str, Any]) -> str:
    """What the user asked last; empty when no message of the user has text."""
    return last_text(request.get("messages"))


def _forced_tool(request: Mapping[str, Any]) -> str | None:
    choice = request.get("tool_choice")
    function = choice.get("function") if isinstance(choice, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None


def _usage(request: Mapping[str, Any], text: str) -> dict[str, int]:
    asked = len(json.dumps(request.get("messages"), default=str)) // 4
    said = max(1, len(text) // 4)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def chat(request: Mapping[str, Any]) -> dict[str, Any]:
    """A chat completion that echoes the last user text.

    With `tool_choice` naming a function, it calls that function with the text as its one argument.
    """
    text = last_user_text(request)
    message: dict[str, Any] = {"role": "assistant", "content": f"You said: {text}", "refusal": None}
    finish = "stop"
    tool = _forced_tool(request)
    if tool is not None:
        arguments = json.dumps({"text": text}, ensure_ascii=False)
        call = {"id": "call_stub", "type": "function", "function": {"name": tool, "arguments": arguments}}
        message |= {"content": None, "tool_calls": [call]}
        finish = "tool_calls"
    return {
        "id": identity(request, "chatcmpl-"),
        "object": "chat.completion",
        "created": CREATED,
        "model": request.get("model", "stub"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": _usage(request, text),
    }


def chat_stream(request: Mapping[str, Any]) -> Iterator[bytes]:
    """The same answer as server-sent events: one word a delta, then usage if asked for, then `[DONE]`."""
    text = f"You said: {last_user_text(request)}"
    common = {
        "id": identity(request, "chatcmpl-"),
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": request.get("model", "stub"),
    }

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(common | {"choices": [choice]})

    yield event({"role": "assistant", "content": ""})
    for word in re.findall(r"\S+\s*|\s+", text):
        yield event({"content": word})
    yield event({}, "stop")
    options = request.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage"):
        yield _event(common | {"choices": [], "usage": _usage(request, text)})
    yield b"data: [DONE]\n\n"


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def embeddings(request: Mapping[str, Any]) -> dict[str, Any]:
    """One small vector per input, made from its hash; base64 when asked for (official clients do)."""
    given = request.get("input")
    # A flat list of integers is one input given as tokens.
    inputs = given if isinstance(given, list) and not all(isinstance(x, int) for x in given) else [given]
    data = []
    for index, item in enumerate(inputs):
        digest = hashlib.sha256(json.dumps(item, default=str).encode()).digest()
        vector = [(byte - 127.5) / 127.5 for byte in digest[:EMBEDDING_SIZE]]
        packed = base64.b64encode(struct.pack(f"<{EMBEDDING_SIZE}f", *vector)).decode()
        value: object = packed if request.get("encoding_format") == "base64" else vector
        data.append({"object": "embedding", "index": index, "embedding": value})
    usage = {"prompt_tokens": len(inputs), "total_tokens": len(inputs)}
    answer = {"object": "list", "data": data, "model": request.get("model", "stub"), "usage": usage}
    return answer | {"id": identity(request, "embd-")}  # Mistral's client wants one


def file_object(body: bytes, size: int) -> dict[str, Any]:
    """The file that an upload made. `size` is of the request body, of which `body` is at least the start."""
    name = _FILENAME.search(body[:65536])
    return {
        "id": f"file-{hashlib.sha256(body).hexdigest()[:24]}",
        "object": "file",
        "bytes": size,
        "created_at": CREATED,
        "filename": name.group(1).decode("utf-8", "replace") if name else "upload",
        "purpose": "fine-tune",
        "status": "processed",
    }


def models() -> dict[str, Any]:
    """The list of models: one stub."""
    model = {"id": "stub", "object": "model", "created": CREATED, "owned_by": "naka"}
    return {"object": "list", "data": [model]}
