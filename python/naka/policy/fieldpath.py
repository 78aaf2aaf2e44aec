"""Field paths: where a value stands inside a document, such as `spec.rules[2].action`.

A path is a tuple of keys and 0-based positions. `render` and `parse` are inverses; a key that is not a plain
name is written as `["naka.dev/tenant"]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TypeAlias

__all__ = ["Path", "parse", "render"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and 0-based positions from the root of a document."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_STEP = re.compile(r'\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,9})\]|\[("(?:[^"\\]|\\.)*")\]')


def render(path: Iterable[str | int]) -> str:
    """`("spec", "rules", 2, "action")` becomes `spec.rules[2].action`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.match(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def parse(text: str) -> Path:
    """The inverse of `render`. Stops at the first character that is no path, and keeps what it has read."""
    steps: list[str | int] = []
    at = 0
    while (step := _STEP.match(text, at)) is not None:
        key, position, quoted = step.groups()
        if key is not None:
            steps.append(key)
        elif position is not None:
            steps.append(int(position))
        else:
            try:
                steps.append(str(json.loads(quoted)))
            except ValueError:
                break
        at = step.end()
    return tuple(steps)
