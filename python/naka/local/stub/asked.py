"""What a request to the stub asks, whatever API it speaks, and what all answers share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["CREATED", "Body", "Call", "identity", "last_text", "text_of"]

Body: TypeAlias = Mapping[str, Any]
"""A parsed request."""

CREATED = 1_767_225_600
"""Fixed, so that the same request gets the same bytes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed."""

    body: Body
    model: str
    """As the path or the body names it."""


def identity(body: Body, prefix: str = "") -> str:
    """An id made from the content, so that the same request gets the same answer, byte for byte."""
    seed = json.dumps(body, sort_keys=True, default=str).encode()
    return f"{prefix}{hashlib.sha256(seed).hexdigest()[:24]}"


def text_of(content: object) -> str:
    """The text of a message's content: a string, or its text parts joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, Mapping))
    return " ".join(part for part in parts if isinstance(part, str))


def last_text(messages: object, *, content: str = "content", role: str = "user") -> str:
    """What `role` said last under `content`; empty when no such message has text."""
    if isinstance(messages, Sequence) and not isinstance(messages, str):
        for message in reversed(messages):
            if isinstance(message, Mapping) and message.get("role") == role:
                return text_of(message.get(content))
    return ""
