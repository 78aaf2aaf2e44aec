"""Anthropic's client."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import anthropic

from wire.sdk.base import DOT, SCHEMA, Sdk, tool_arguments


@contextlib.contextmanager
def _anthropic(url: str, retries: bool) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="k", timeout=30, max_retries=2 * retries) as client:
        yield client


def _message(client: anthropic.Anthropic, *messages: Any, **more: Any) -> Any:
    asked = {"model": "stub", "max_tokens": 99, "messages": messages} | more
    return client.messages.create(**asked).model_dump()


def _message_history(client: anthropic.Anthropic, text: str) -> Any:
    result = [{"type": "text", "text": text}]
    return _message(
        client,
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": [
                {
                    "type": "thinking",
                    "thinking": "what to do",
                    "signature": "EqQBCkYIBhgCKkBabcdefghijklmnopqrstuvwxyz01",
                },
                {"type": "tool_use", "id": "toolu_1", "name": "lookup", "input": json.loads(tool_arguments(text))},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": result}]},
        {"role": "user", "content": text},
        system=[{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
        metadata={"user_id": text},
        stop_sequences=["END"],
    )


def _message_parts(client: anthropic.Anthropic, text: str) -> Any:
    picture = {"type": "base64", "media_type": "image/png", "data": DOT}
    note = {"type": "text", "media_type": "text/plain", "data": text}
    parts = [
        {"type": "text", "text": text},
        {"type": "image", "source": picture},
        {"type": "document", "source": note, "title": text, "context": text, "citations": {"enabled": True}},
    ]
    return _message(client, {"role": "user", "content": parts})


def _message_tool(client: anthropic.Anthropic, text: str) -> Any:
    tools = [{"name": "lookup", "description": "d", "input_schema": SCHEMA}]
    choice = {"type": "tool", "name": "lookup"}
    return _message(client, {"role": "user", "content": text}, tools=tools, tool_choice=choice)


def _message_batch(client: anthropic.Anthropic, text: str) -> Any:
    params = {"model": "stub", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}
    return client.messages.batches.create(requests=[{"custom_id": "1", "params": params}]).model_dump()


ANTHROPIC = Sdk(
    "anthropic",
    _anthropic,
    {
        "plain": lambda client, text: _message(client, {"role": "user", "content": text}, system=text),
        "history": _message_history,
        "parts": _message_parts,
        "tool": _message_tool,
        "count": lambda client, text: client.messages.count_tokens(
            model="stub", messages=[{"role": "user", "content": text}]
        ).model_dump(),
        "batch": _message_batch,
    },
    lambda client, model: _message(client, {"role": "user", "content": "hello"}, model=model),
    lambda error: error.status_code if isinstance(error, anthropic.APIStatusError) else None,
)
