"""The stub as an MCP server with one tool that echoes. Source: Model Context Protocol 2025-06-18, schema.ts."""

from __future__ import annotations

import json
from typing import Any

from naka.local.stub.asked import Call

__all__ = ["error", "message"]


def error(_status: int, message: str) -> dict[str, Any]:
    """A JSON-RPC error without an id."""
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": message}}


def message(call: Call) -> dict[str, Any]:
    """Answers `tools/call` with its arguments, as text and as structure."""
    arguments = (call.body.get("params") or {}).get("arguments") or {}
    text = {"type": "text", "text": json.dumps(arguments, ensure_ascii=False)}
    result = {"content": [text], "structuredContent": arguments, "isError": False}
    return {"jsonrpc": "2.0", "id": call.body.get("id"), "result": result}
