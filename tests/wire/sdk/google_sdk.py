"""Google's client (`google-genai`)."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from google import genai
from google.genai import errors as google_errors
from google.genai import types

from wire.sdk.base import DOT, SCHEMA, Sdk, tool_arguments


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
    call = types.FunctionCall(name="lookup", args=json.loads(tool_arguments(text)))
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
