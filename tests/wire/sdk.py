"""Official Python clients of the field: how each is opened, what it is asked, which exceptions it raises.

A question takes a text and gives what the client made of the answer, as plain data: asked through Naka and asked of the
stub itself, it must be the same.
"""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import boto3
import botocore.config
import botocore.exceptions
import cohere
import httpx
import ollama
import openai
from google import genai
from google.genai import errors as google_errors
from google.genai import types
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.utils import BackoffStrategy, RetryConfig

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one pixel."""
SIGNATURE = "EqQBCkYIBhgCKkBabcdefghijklmnopqrstuvwxyz01"
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}

Question = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Sdk:
    """One client."""

    name: str
    open: Callable[[str, bool], contextlib.AbstractContextManager[Any]]
    """From the URL of a gateway, and whether it may try again."""
    questions: dict[str, Question]
    error: Callable[[Any, str], Any]
    """Asks for a model that fails."""
    refused: Callable[[Exception], int | None]
    """The status of the client's own exception for a call that is not allowed; None for another exception."""


def _tool(text: str) -> str:
    return json.dumps({"note": text, "deep": {"list": [text]}}, ensure_ascii=False)


@contextlib.contextmanager
def _openai(url: str, retries: bool) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", timeout=30, max_retries=2 * retries) as client:
        yield client


OPENAI_TOOL = {"type": "function", "function": {"name": "lookup", "description": "d", "parameters": SCHEMA}}


def _chat(client: openai.OpenAI, *messages: Any, **more: Any) -> Any:
    return client.chat.completions.create(**({"model": "stub", "messages": messages} | more)).model_dump()


def _chat_history(client: openai.OpenAI, text: str) -> Any:
    call = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": _tool(text)}}
    old = {"role": "assistant", "content": None, "function_call": {"name": "old", "arguments": _tool(text)}}
    return _chat(
        client,
        {"role": "developer", "content": text},
        old,
        {"role": "function", "name": "old", "content": text},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": _tool(text)},
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
        {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": _tool(text)},
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
                {"type": "tool_use", "id": "toolu_1", "name": "lookup", "input": json.loads(_tool(text))},
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


@contextlib.contextmanager
def _google(url: str, retries: bool) -> Iterator[genai.Client]:
    again = types.HttpRetryOptions(attempts=3 if retries else 1, initial_delay=0.01)
    client = genai.Client(
        api_key="k", http_options=types.HttpOptions(base_url=url, retry_options=again, timeout=30_000)
    )
    try:
        yield client
    finally:
        client.close()


def _generate(client: genai.Client, contents: Any, model: str = "stub", **config: Any) -> Any:
    answer = client.models.generate_content(
        model=model, contents=contents, config=types.GenerateContentConfig(**config)
    )
    return answer.model_dump(exclude={"sdk_http_response"})


def _generate_history(client: genai.Client, text: str) -> Any:
    call = types.FunctionCall(name="lookup", args=json.loads(_tool(text)))
    result = types.FunctionResponse(name="lookup", response={"found": text})
    contents = [
        types.Content(role="user", parts=[types.Part(text=text)]),
        types.Content(role="model", parts=[types.Part(function_call=call, thought_signature=b"x" * 40)]),
        types.Content(role="user", parts=[types.Part(function_response=result)]),
        types.Content(role="user", parts=[types.Part(text=text)]),
    ]
    return _generate(client, contents, system_instruction=text, stop_sequences=["END"])


def _generate_tool(client: genai.Client, text: str) -> Any:
    declared = types.FunctionDeclaration(name="lookup", description="d", parameters_json_schema=SCHEMA)
    calling = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["lookup"])
    return _generate(
        client,
        text,
        tools=[types.Tool(function_declarations=[declared])],
        tool_config=types.ToolConfig(function_calling_config=calling),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


GOOGLE = Sdk(
    "google-genai",
    _google,
    {
        "plain": lambda client, text: _generate(client, text, system_instruction=text),
        "history": _generate_history,
        "parts": lambda client, text: _generate(
            client, [text, types.Part.from_bytes(data=base64.b64decode(DOT), mime_type="image/png")]
        ),
        "tool": _generate_tool,
        "embed": lambda client, text: client.models.embed_content(model="stub", contents=[text, "b"]).model_dump(
            exclude={"sdk_http_response"}
        ),
        "count": lambda client, text: client.models.count_tokens(model="stub", contents=text).model_dump(
            exclude={"sdk_http_response"}
        ),
    },
    lambda client, model: _generate(client, "hello", model),
    lambda error: error.code if isinstance(error, google_errors.APIError) else None,
)


@contextlib.contextmanager
def _cohere(url: str, retries: bool) -> Iterator[cohere.ClientV2]:
    with httpx.Client(timeout=30) as http:
        yield cohere.ClientV2("k", base_url=url, httpx_client=http, max_retries=2 * retries)


COHERE_TOOL = cohere.ToolV2.model_validate(OPENAI_TOOL)


def _cohere_chat(client: cohere.ClientV2, *messages: Any, **more: Any) -> Any:
    return client.chat(**({"model": "stub", "messages": messages} | more)).model_dump()


def _cohere_history(client: cohere.ClientV2, text: str) -> Any:
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": _tool(text)}}
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


@contextlib.contextmanager
def _mistral(url: str, retries: bool) -> Iterator[Mistral]:
    again = RetryConfig("backoff", BackoffStrategy(10, 50, 1.5, 500), True) if retries else None
    with Mistral(api_key="k", server_url=url, timeout_ms=30_000, retry_config=again) as client:
        yield client


def _mistral_chat(client: Mistral, *messages: Any, **more: Any) -> Any:
    return client.chat.complete(**({"model": "stub", "messages": list(messages)} | more)).model_dump()


def _mistral_history(client: Mistral, text: str) -> Any:
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": json.loads(_tool(text))}}
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


@contextlib.contextmanager
def _bedrock(url: str, retries: bool) -> Iterator[Any]:
    # Not SigV4, which signs the body: a gateway without AWS's keys can only let such calls pass, or refuse them.
    config = botocore.config.Config(
        signature_version=botocore.UNSIGNED,
        retries={"total_max_attempts": 3 if retries else 1, "mode": "standard"},
        read_timeout=30,
    )
    client = boto3.client("bedrock-runtime", endpoint_url=url, region_name="ap-south-1", config=config)
    try:
        yield client
    finally:
        client.close()


def _converse(client: Any, *messages: Any, model: str = "anthropic.claude-v1:0", **more: Any) -> Any:
    answer = client.converse(modelId=model, messages=list(messages), **more)
    answer.pop("ResponseMetadata")
    return answer


def _converse_history(client: Any, text: str) -> Any:
    use = {"toolUse": {"toolUseId": "t1", "name": "lookup", "input": json.loads(_tool(text))}}
    result = {"toolUseId": "t1", "content": [{"json": {"found": text}}, {"text": text}]}
    return _converse(
        client,
        {"role": "user", "content": [{"text": text}]},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"toolResult": result}, {"text": text}]},
        system=[{"text": text}],
        requestMetadata={"about": "a case"},
    )


def _converse_parts(client: Any, text: str) -> Any:
    picture = {"image": {"format": "png", "source": {"bytes": base64.b64decode(DOT)}}}
    note = {"document": {"format": "txt", "name": "note", "source": {"bytes": text.encode()}}}
    return _converse(client, {"role": "user", "content": [{"text": text}, picture, note]})


def _converse_tool(client: Any, text: str) -> Any:
    tool = {"toolSpec": {"name": "lookup", "description": "d", "inputSchema": {"json": SCHEMA}}}
    config = {"tools": [tool], "toolChoice": {"tool": {"name": "lookup"}}}
    return _converse(client, {"role": "user", "content": [{"text": text}]}, toolConfig=config)


def _invoke(client: Any, body: Any) -> Any:
    answer = client.invoke_model(modelId="stub", body=json.dumps(body))
    return json.loads(answer["body"].read())


BEDROCK = Sdk(
    "boto3",
    _bedrock,
    {
        "plain": lambda client, text: _converse(client, {"role": "user", "content": [{"text": text}]}),
        "history": _converse_history,
        "parts": _converse_parts,
        "tool": _converse_tool,
        "invoke titan": lambda client, text: _invoke(client, {"inputText": text}),
        "invoke anthropic": lambda client, text: _invoke(
            client,
            {
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": 9,
                "messages": [{"role": "user", "content": text}],
            },
        ),
    },
    lambda client, model: _converse(client, {"role": "user", "content": [{"text": "hello"}]}, model=model),
    lambda error: (
        error.response["ResponseMetadata"]["HTTPStatusCode"]
        if isinstance(error, botocore.exceptions.ClientError) and error.response["Error"]["Code"].endswith("Exception")
        else None
    ),
)


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
    call = {"function": {"name": "lookup", "arguments": json.loads(_tool(text))}}
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

SDKS = (OPENAI, AZURE, ANTHROPIC, GOOGLE, COHERE, MISTRAL, BEDROCK, OLLAMA)
