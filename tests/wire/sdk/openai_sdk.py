"""OpenAI's client, and the same against Azure's paths."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from typing import Any

import openai

from wire.sdk.base import DOT, OPENAI_TOOL, SCHEMA, Sdk, tool_arguments


@contextlib.contextmanager
def _openai(url: str, retries: bool) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", timeout=30, max_retries=2 * retries) as client:
        yield client


def _chat(client: openai.OpenAI, *messages: Any, **more: Any) -> Any:
    return client.chat.completions.create(**({"model": "stub", "messages": messages} | more)).model_dump()


def _chat_history(client: openai.OpenAI, text: str) -> Any:
    call = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": tool_arguments(text)}}
    old = {"role": "assistant", "content": None, "function_call": {"name": "old", "arguments": tool_arguments(text)}}
    return _chat(
        client,
        {"role": "developer", "content": text},
        old,
        {"role": "function", "name": "old", "content": text},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": tool_arguments(text)},
        {"role": "user", "content": text, "name": "asha"},
        metadata={"about": text},
        user=text,
    )


def _chat_parts(client: openai.OpenAI, text: str) -> Any:
    note = base64.b64encode(text.encode()).decode()
    parts = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DOT}"}},
        {"type": "file", "file": {"filename": "note.txt", "file_data": f"data:text/plain;base64,{note}"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRiQAAABXQVZFZm10IBAAAAA=", "format": "wav"}},
    ]
    return _chat(client, {"role": "user", "content": parts})


def _chat_tool(client: openai.OpenAI, text: str) -> Any:
    choice = {"type": "function", "function": {"name": "lookup"}}
    return _chat(client, {"role": "user", "content": text}, tools=[OPENAI_TOOL], tool_choice=choice)


def _respond(client: openai.OpenAI, given: Any, **more: Any) -> Any:
    return client.responses.create(model="stub", input=given, **more).model_dump()


def _respond_items(client: openai.OpenAI, text: str) -> Any:
    parts = [
        {"type": "input_text", "text": text},
        {"type": "input_image", "image_url": f"data:image/png;base64,{DOT}", "detail": "low"},
    ]
    items = [
        {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": tool_arguments(text)},
        {"type": "function_call_output", "call_id": "c1", "output": text},
        {"type": "custom_tool_call", "call_id": "c2", "name": "raw", "input": text},
        {"role": "user", "content": parts},
    ]
    return _respond(client, items, instructions=text, metadata={"about": text}, prompt_cache_key="k")


OPENAI = Sdk(
    "openai",
    _openai,
    {
        "plain": lambda client, text: _chat(client, {"role": "user", "content": text}, n=1, temperature=0.5),
        "history": _chat_history,
        "parts": _chat_parts,
        "tool": _chat_tool,
        "responses": lambda client, text: _respond(client, text, instructions=text),
        "responses items": _respond_items,
        "responses tool": lambda client, text: _respond(
            client,
            text,
            tools=[{"type": "function", "name": "lookup", "parameters": SCHEMA, "strict": False}],
            tool_choice={"type": "function", "name": "lookup"},
        ),
        "completions": lambda client, text: client.completions.create(model="stub", prompt=[text, text]).model_dump(),
        "moderations": lambda client, text: client.moderations.create(input=[text]).model_dump(),
        "image": lambda client, text: client.images.generate(model="stub", prompt=text).model_dump(),
        "search": lambda client, text: client.vector_stores.search("vs_1", query=text).model_dump(),
        "items": lambda client, text: client.conversations.items.create(
            "conv_1", items=[{"type": "message", "role": "user", "content": text}]
        ).model_dump(),
        "metadata": lambda client, text: client.conversations.create(metadata={"about": text}).model_dump(),
    },
    lambda client, model: _chat(client, {"role": "user", "content": "hello"}, model=model),
    lambda error: error.status_code if isinstance(error, openai.APIStatusError) else None,
)


@contextlib.contextmanager
def _azure(url: str, retries: bool) -> Iterator[openai.AzureOpenAI]:
    with openai.AzureOpenAI(
        azure_endpoint=url, api_key="k", api_version="2024-10-21", timeout=30, max_retries=2 * retries
    ) as client:
        yield client


AZURE = Sdk(
    "azure",
    _azure,
    {
        "plain": OPENAI.questions["plain"],
        "history": _chat_history,
        "responses": OPENAI.questions["responses"],
        "embeddings": lambda client, text: client.embeddings.create(model="desk", input=text).model_dump(),
    },
    OPENAI.error,
    OPENAI.refused,
)
