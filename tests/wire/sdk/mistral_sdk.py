"""Mistral's client."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.utils import BackoffStrategy, RetryConfig

from wire.sdk.base import DOT, OPENAI_TOOL, Sdk, tool_arguments


@contextlib.contextmanager
def _mistral(url: str, retries: bool) -> Iterator[Mistral]:
    again = RetryConfig("backoff", BackoffStrategy(10, 50, 1.5, 500), True) if retries else None
    with Mistral(api_key="k", server_url=url, timeout_ms=30_000, retry_config=again) as client:
        yield client


def _mistral_chat(client: Mistral, *messages: Any, **more: Any) -> Any:
    return client.chat.complete(**({"model": "stub", "messages": list(messages)} | more)).model_dump()


def _mistral_history(client: Mistral, text: str) -> Any:
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "lookup", "arguments": json.loads(tool_arguments(text))},
    }
    return _mistral_chat(
        client,
        {"role": "system", "content": text},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "name": "lookup", "content": text},
        {"role": "user", "content": text},
    )


def _mistral_parts(client: Mistral, text: str) -> Any:
    picture = {"type": "image_url", "image_url": f"data:image/png;base64,{DOT}"}
    return _mistral_chat(client, {"role": "user", "content": [{"type": "text", "text": text}, picture]})


MISTRAL = Sdk(
    "mistralai",
    _mistral,
    {
        "plain": lambda client, text: _mistral_chat(client, {"role": "user", "content": text}),
        "history": _mistral_history,
        "parts": _mistral_parts,
        "tool": lambda client, text: _mistral_chat(
            client,
            {"role": "user", "content": text},
            tools=[OPENAI_TOOL],
            tool_choice={"type": "function", "function": {"name": "lookup"}},
        ),
        "embed": lambda client, text: client.embeddings.create(model="stub", inputs=[text, "b"]).model_dump(),
    },
    lambda client, model: _mistral_chat(client, {"role": "user", "content": "hello"}, model=model),
    lambda error: error.status_code if isinstance(error, SDKError) else None,
)
