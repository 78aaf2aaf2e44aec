"""Ollama's client."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import ollama

from wire.sdk.base import DOT, OPENAI_TOOL, Sdk, tool_arguments


@contextlib.contextmanager
def _ollama(url: str, _retries: bool) -> Iterator[ollama.Client]:
    client = ollama.Client(host=url, timeout=30)
    try:
        yield client
    finally:
        client._client.close()  # it has no door of its own to close by


def _ollama_chat(client: ollama.Client, *messages: Any, **more: Any) -> Any:
    return client.chat(**({"model": "stub", "messages": messages} | more)).model_dump()


def _ollama_history(client: ollama.Client, text: str) -> Any:
    call = {"function": {"name": "lookup", "arguments": json.loads(tool_arguments(text))}}
    return _ollama_chat(
        client,
        {"role": "system", "content": text},
        {"role": "assistant", "content": "", "thinking": text, "tool_calls": [call]},
        {"role": "tool", "tool_name": "lookup", "content": text},
        {"role": "user", "content": text},
        options={"temperature": 0.5, "stop": ["END"]},
    )


OLLAMA = Sdk(
    "ollama",
    _ollama,
    {
        "plain": lambda client, text: _ollama_chat(client, {"role": "user", "content": text}),
        "history": _ollama_history,
        "parts": lambda client, text: _ollama_chat(client, {"role": "user", "content": text, "images": [DOT]}),
        "tool": lambda client, text: _ollama_chat(client, {"role": "user", "content": text}, tools=[OPENAI_TOOL]),
        "generate": lambda client, text: client.generate(model="stub", prompt=text, system=text).model_dump(),
        "embed": lambda client, text: client.embed(model="stub", input=[text, "b"]).model_dump(),
    },
    lambda client, model: _ollama_chat(client, {"role": "user", "content": "hello"}, model=model),
    lambda error: error.status_code if isinstance(error, ollama.ResponseError) else None,
)
