"""The stub's answers in Anthropic's shapes. Source: anthropic-sdk-python 2.13.0, `types/`."""

from __future__ import annotations

from typing import Any

from naka.local.stub.asked import Call, identity, last_text

__all__ = ["batch", "count", "error", "messages"]

_KINDS = {400: "invalid_request_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def error(status: int, message: str) -> dict[str, Any]:
    """Anthropic's error body."""
    return {"type": "error", "error": {"type": _KINDS.get(status, "api_error"), "message": message}}


def messages(call: Call) -> dict[str, Any]:
    """Echoes the last user text, or calls the tool that `tool_choice` names."""
    text = last_text(call.body.get("messages"))
    choice = call.body.get("tool_choice")
    content: list[dict[str, Any]] = [{"type": "text", "text": f"You said: {text}"}]
    stop = "end_turn"
    if isinstance(choice, dict) and choice.get("type") == "tool":
        content = [{"type": "tool_use", "id": "toolu_stub", "name": choice.get("name"), "input": {"text": text}}]
        stop = "tool_use"
    return {
        "id": identity(call.body, "msg_"),
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 3},
    }


def count(_call: Call) -> dict[str, Any]:
    """How many tokens a request would take."""
    return {"input_tokens": 3}


def batch(call: Call) -> dict[str, Any]:
    """A batch that was made."""
    counts = {"processing": 1, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    moment = "2026-01-01T00:00:00Z"
    none = dict.fromkeys(("ended_at", "archived_at", "cancel_initiated_at", "results_url"))
    made = {"id": identity(call.body, "msgbatch_"), "type": "message_batch", "processing_status": "in_progress"}
    return made | {"request_counts": counts, "created_at": moment, "expires_at": moment} | none
