"""Cohere's client."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import cohere
import httpx

from wire.sdk.base import DOT, OPENAI_TOOL, Sdk, tool_arguments


@contextlib.contextmanager
def _cohere(url: str, retries: bool) -> Iterator[cohere.ClientV2]:
    with httpx.Client(timeout=30) as http:
        yield cohere.ClientV2("k", base_url=url, httpx_client=http, max_retries=2 * retries)


COHERE_TOOL = cohere.ToolV2.model_validate(OPENAI_TOOL)


def _cohere_chat(client: cohere.ClientV2, *messages: Any, **more: Any) -> Any:
    return client.chat(**({"model": "stub", "messages": messages} | more)).model_dump()


def _cohere_history(client: cohere.ClientV2, text: str) -> Any:
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": tool_arguments(text)}}
    result = [{"type": "document", "document": {"id": "1", "data": {"found": text}}}]
    return _cohere_chat(
        client,
        {"role": "system", "content": text},
        {"role": "user", "content": [{"type": "text", "text": text}]},
        {"role": "assistant", "tool_plan": text, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": result},
        {"role": "user", "content": text},
        documents=[text, {"id": "d", "data": {"text": text}}],
    )


def _cohere_parts(client: cohere.ClientV2, text: str) -> Any:
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DOT}"}}
    return _cohere_chat(client, {"role": "user", "content": [{"type": "text", "text": text}, picture]})


COHERE = Sdk(
    "cohere",
    _cohere,
    {
        "plain": lambda client, text: _cohere_chat(client, {"role": "user", "content": text}),
        "history": _cohere_history,
        "parts": _cohere_parts,
        "tool": lambda client, text: _cohere_chat(
            client, {"role": "user", "content": text}, tools=[COHERE_TOOL], tool_choice="REQUIRED"
        ),
        "embed": lambda client, text: client.embed(
            model="stub", texts=[text, "b"], input_type="search_query", embedding_types=["float"]
        ).model_dump(),
        "rerank": lambda client, text: client.rerank(model="stub", query=text, documents=[text, "b"]).model_dump(),
    },
    lambda client, model: _cohere_chat(client, {"role": "user", "content": "hello"}, model=model),
    lambda error: error.status_code if isinstance(error, cohere.core.ApiError) else None,
)
