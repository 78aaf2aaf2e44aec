"""The stub's answers in Bedrock's shapes. Source: botocore 1.44.8, `data/bedrock-runtime`."""

from __future__ import annotations

from typing import Any

from naka.local.stub import anthropic
from naka.local.stub.asked import Call, last_text, text_of

__all__ = ["ERROR_TYPES", "converse", "error", "invoke"]

ERROR_TYPES = {400: "ValidationException", 403: "AccessDeniedException", 429: "ThrottlingException"}
"""Status to `x-amzn-errortype`."""


def error(_status: int, message: str) -> dict[str, Any]:
    """AWS's error body; its kind is in a header."""
    return {"message": message}


def converse(call: Call) -> dict[str, Any]:
    """Echoes the last user text, or calls the tool that is asked for."""
    text = last_text(call.body.get("messages"))
    choice = (call.body.get("toolConfig") or {}).get("toolChoice") or {}
    content: dict[str, Any] = {"text": f"You said: {text}"}
    stop = "end_turn"
    if "tool" in choice:
        content = {"toolUse": {"toolUseId": "tool_stub", "name": choice["tool"]["name"], "input": {"text": text}}}
        stop = "tool_use"
    return {
        "output": {"message": {"role": "assistant", "content": [content]}},
        "stopReason": stop,
        "usage": {"inputTokens": 3, "outputTokens": 3, "totalTokens": 6},
        "metrics": {"latencyMs": 1},
    }


def invoke(call: Call) -> dict[str, Any]:
    """The answer of the model's own vendor."""
    if "anthropic_version" in call.body:
        return anthropic.messages(call)
    text = call.body.get("inputText") or text_of(call.body.get("prompt"))
    return {"inputTextTokenCount": 3, "results": [{"tokenCount": 3, "outputText": f"You said: {text}"}]}
