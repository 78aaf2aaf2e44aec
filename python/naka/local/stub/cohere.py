"""The stub's answers in Cohere's shapes. Source: cohere-python 7.3.1, `types/` and `v2/types/`."""

from __future__ import annotations

import json
from typing import Any

from naka.local.stub.asked import Call, identity, last_text

__all__ = ["chat", "embed", "error", "rerank"]


def error(_status: int, message: str) -> dict[str, Any]:
    """Cohere's error body."""
    return {"message": message}


def chat(call: Call) -> dict[str, Any]:
    """Echoes the last user text, or calls the first tool when one is required."""
    text = last_text(call.body.get("messages"))
    message: dict[str, Any] = {"role": "assistant", "content": [{"type": "text", "text": f"You said: {text}"}]}
    finish = "COMPLETE"
    if call.body.get("tool_choice") == "REQUIRED":
        arguments = json.dumps({"text": text}, ensure_ascii=False)
        function = {"name": call.body["tools"][0]["function"]["name"], "arguments": arguments}
        calls = [{"id": "call_stub", "type": "function", "function": function}]
        message = {"role": "assistant", "tool_plan": f"I will look for: {text}", "tool_calls": calls}
        finish = "TOOL_CALL"
    usage = {"tokens": {"input_tokens": 3, "output_tokens": 3}}
    return {"id": identity(call.body), "finish_reason": finish, "message": message, "usage": usage}


def embed(call: Call) -> dict[str, Any]:
    """One vector for each text, and the texts again."""
    texts = call.body.get("texts") or []
    vectors = {"float": [[0.1, 0.2] for _ in texts]}
    return {"id": identity(call.body), "response_type": "embeddings_by_type", "texts": texts, "embeddings": vectors}


def rerank(call: Call) -> dict[str, Any]:
    """All documents in their order."""
    documents = call.body.get("documents") or []
    results = [{"index": index, "relevance_score": 1 / (index + 1)} for index in range(len(documents))]
    return {"id": identity(call.body), "results": results}
