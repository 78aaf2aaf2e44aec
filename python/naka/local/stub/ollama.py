"""The stub's answers in Ollama's shapes. Source: Ollama docs/api.md; ollama-python 0.6.3, `_types.py`."""

from __future__ import annotations

from typing import Any

from naka.local.stub.asked import Call, last_text

__all__ = ["chat", "embed", "error", "generate"]

_MOMENT = "2026-01-01T00:00:00Z"


def error(_status: int, message: str) -> dict[str, Any]:
    """Ollama's error body."""
    return {"error": message}


def _done(call: Call) -> dict[str, Any]:
    return {"model": call.model, "created_at": _MOMENT, "done": True, "done_reason": "stop", "eval_count": 3}


def chat(call: Call) -> dict[str, Any]:
    """Echoes the last user text; calls the first tool when there is one and no result of it yet."""
    messages = call.body.get("messages")
    text = last_text(messages)
    tools = call.body.get("tools")
    message: dict[str, Any] = {"role": "assistant", "content": f"You said: {text}"}
    answered = isinstance(messages, list) and any(item.get("role") == "tool" for item in messages)
    if isinstance(tools, list) and tools and not answered:
        function = {"name": tools[0]["function"]["name"], "arguments": {"text": text}}
        message = {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
    return _done(call) | {"message": message}


def generate(call: Call) -> dict[str, Any]:
    """Echoes the prompt."""
    return _done(call) | {"response": f"You said: {call.body.get('prompt')}"}


def embed(call: Call) -> dict[str, Any]:
    """One vector for each input."""
    given = call.body.get("input")
    inputs = given if isinstance(given, list) else [given]
    return {"model": call.model, "embeddings": [[0.1, 0.2] for _ in inputs]}
