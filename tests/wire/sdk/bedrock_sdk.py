"""Amazon's client (`boto3`) for Bedrock."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.config
import botocore.exceptions

from wire.sdk.base import DOT, SCHEMA, Sdk, tool_arguments


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
    use = {"toolUse": {"toolUseId": "t1", "name": "lookup", "input": json.loads(tool_arguments(text))}}
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
