"""What a client is to the tests, and what all of them are asked about."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


def tool_arguments(text: str) -> str:
    return json.dumps({"note": text, "deep": {"list": [text]}}, ensure_ascii=False)


OPENAI_TOOL = {"type": "function", "function": {"name": "lookup", "description": "d", "parameters": SCHEMA}}
"""A tool as OpenAI declares it; others took that over."""
