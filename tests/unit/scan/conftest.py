"""Scanning of bytes with all entities, from `possible` on, without a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest

from naka.scan import FileResult, Kind, file_rules, scan_stream

Scan = Callable[..., tuple[FileResult, bytes]]

RULES = file_rules((), threshold="possible")


@pytest.fixture
def scan() -> Scan:
    """(result, cleaned copy) of `data`; `block` bytes at a time."""

    def run(data: bytes, kind: Kind = Kind.TEXT, *, block: int = 4 << 20) -> tuple[FileResult, bytes]:
        copy = BytesIO()
        result = scan_stream(
            BytesIO(data),
            name="file",
            kind=kind,
            rules=RULES,
            today=date(2026, 11, 24),
            cleaned=copy,
            block_bytes=block,
        )
        return result, copy.getvalue()

    return run
