"""The stub's answers in Gemini's shapes. Source: python-genai 3.6.1, `types.py`."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from naka.local.stub.asked import Call, identity, last_text

__all__ = ["embed", "error", "generate", "tokens"]

_NAMES = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


def error(status: int, message: str) -> dict[str, Any]:
    """Google's error body."""
    return {"error": {"code": status, "message": message, "status": _NAMES.get(status, "INTERNAL")}}


def _called(body: Any) -> str | None:
    """The one function that may be called in mode ANY."""
    config = body.get("toolConfig") or body.get("tool_config") or {}
    calling = config.get("functionCallingConfig") or config.get("function_calling_config") or {}
    names = calling.get("allowedFunctionNames") or calling.get("allowed_function_names") or []
    return names[0] if names else None


def generate(call: Call) -> dict[str, Any]:
    """Echoes the last user text, or calls the one allowed function."""
    text = last_text(call.body.get("contents"), content="parts")
    name = _called(call.body)
    part: dict[str, Any] = {"text": f"You said: {text}"}
    if name is not None:
        part = {"functionCall": {"name": name, "args": {"text": text}}}
    candidate = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [part]}}
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 3, "totalTokenCount": 6}
    answer = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": call.model}
    return answer | {"responseId": identity(call.body)}


def tokens(_call: Call) -> dict[str, Any]:
    """How many tokens a request would take."""
    return {"totalTokens": 3}


def embed(call: Call) -> dict[str, Any]:
    """One small vector for each content."""
    requests = call.body.get("requests")
    if not isinstance(requests, list):
        return {"embedding": {"values": _vector(call.body)}}
    return {"embeddings": [{"values": _vector(item)} for item in requests]}


def _vector(item: object) -> list[float]:
    digest = hashlib.sha256(json.dumps(item, sort_keys=True, default=str).encode()).digest()
    return [byte / 255 for byte in digest[:4]]
