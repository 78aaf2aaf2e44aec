"""Which error shape a path gets in Envoy's own answers, from the API tables of the Rust core.

Envoy knows a call by its path alone: a route `/model/{id}/converse` becomes "holds `/model/`, ends with `/converse`",
so a gateway's prefix does not matter, as in the core. No regular expressions: Envoy refuses those with more than a
hundred instructions. The default shape stands last and takes every path.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from naka._core import api_tables, error_shapes
from naka.envoy.model import Json

if TYPE_CHECKING:
    from naka._core import ErrorShapeRow

__all__ = ["Path", "Shape", "shapes"]

DEFAULT = "openai"
"""For paths of no other shape."""
STREAM_ID = "%STREAM_ID%"
"""Envoy's own id of the call, where the sidecar would put its decision's."""


@dataclass(frozen=True, slots=True)
class Path:
    """What is known of the path of one route."""

    start: str
    """Empty behind any prefix."""
    holds: tuple[str, ...]
    end: str
    """Before the query; empty where a route ends in any segment."""

    @classmethod
    def of(cls, route: str) -> Path:
        """From `METHOD /path/{any}:verb`."""
        path = route.split(" ", 1)[1]
        *inner, end = re.split(r"\{[a-z_]+\}", path)
        # A lone segment must be the whole path, as in the core.
        start = path if path.count("/") == 1 else ""
        return cls(start, tuple(piece for piece in inner if len(piece) > 1), end)

    def cel(self) -> str:
        """In CEL (Common Expression Language). Pieces are constants of the tables: nothing to escape."""
        terms = [f"request.url_path.startsWith('{self.start}')"] if self.start else []
        terms += [f"request.url_path.contains('{piece}')" for piece in self.holds]
        terms += [f"request.url_path.endsWith('{self.end}')"] if self.end else []
        return f"({' && '.join(terms)})"


@dataclass(frozen=True, slots=True)
class Shape:
    """How errors of some paths are written."""

    row: ErrorShapeRow
    paths: tuple[Path, ...]
    """Empty: all paths."""

    def _slots(self, status: int, code: str, message: str = "") -> dict[str, object]:
        kinds = self.row["kinds"]
        return {
            "$message": message,
            "$kind": kinds.get(status, kinds[400]),
            "$param": None,
            "$code": code,
            "$status": status,
            "$decision": STREAM_ID,
        }

    def body(self, status: int, code: str, message: str) -> Json:
        """The body as Envoy's `json_format`."""
        slots = self._slots(status, code, message)

        def filled(value: object) -> object:
            if isinstance(value, dict):
                return {key: filled(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [filled(inner) for inner in value]
            return slots.get(value, value) if isinstance(value, str) else value

        template: Json = json.loads(self.row["body"])
        return {key: filled(value) for key, value in template.items()}

    def headers(self, status: int, code: str) -> dict[str, str]:
        """Headers that go with the body."""
        slots = self._slots(status, code)
        return {name: str(slots.get(value, value)) for name, value in self.row["headers"].items()}


@functools.cache
def shapes() -> tuple[Shape, ...]:
    """Every shape that some API has, the default last."""
    routes: dict[str, list[str]] = {}
    for api in api_tables():
        routes.setdefault(api["errors"], []).extend(api["routes"])
    rows = {row["id"]: row for row in error_shapes()}
    special = [
        Shape(rows[name], tuple(dict.fromkeys(map(Path.of, paths))))
        for name, paths in routes.items()
        if name != DEFAULT and paths
    ]
    return (*special, Shape(rows[DEFAULT], ()))
