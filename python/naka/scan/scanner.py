"""Reads one file block by block through the Rust scanner; locates findings by line and column. Bounded memory.

Detection, rules and the cleaned copy are Rust's (`naka._core.FileScanner`); this module reads and writes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import date
from typing import BinaryIO

from naka._core import FileRules, FileScanner
from naka.scan.lines import LineCounter
from naka.scan.result import BINARY, FileResult, Located
from naka.scan.sources import Kind

__all__ = ["BLOCK_BYTES", "scan_stream"]

BLOCK_BYTES = 4 << 20
"""Bytes read at a time: large enough that the crossing into Rust costs nothing."""

_SNIFF_BYTES = 4096
_MAX_NOTES = 20
"""Unread parts named one by one for a file; the rest is counted."""


def scan_stream(
    file: BinaryIO,
    *,
    name: str,
    kind: Kind,
    rules: FileRules,
    today: date,
    cleaned: BinaryIO | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
    block_bytes: int = BLOCK_BYTES,
) -> FileResult:
    """Scan a binary stream; write its cleaned form to `cleaned` when given.

    UTF-16 and UTF-32 with a byte order mark are read as text (and written as UTF-8); other bytes are scanned as they
    are. A file with NUL bytes and no such mark is binary: not scanned, and said so. `on_bytes` hears of progress.
    """
    head = file.read(_SNIFF_BYTES)
    encoding = _encoding(head)
    if encoding is None and b"\0" in head:
        on_bytes(len(head))
        return FileResult(name=name, size=len(head), unscannable=(BINARY,))
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    scanner = FileScanner(rules, kind.value, today.isoformat(), cleaned is not None)
    lines = LineCounter()
    findings: list[Located] = []
    notes: list[str] = [f"{encoding}: offsets are those of its UTF-8 form"] if encoding else []
    block, offset, start, size, skipped = b"", 0, 0, 0, 0
    fresh = head
    while True:
        size += len(fresh)
        on_bytes(len(fresh))
        more = file.read(block_bytes)
        last = not more
        block += decoder.decode(fresh, last).encode() if decoder else fresh
        rows, unread, consumed, keep_from, clean = scanner.feed(block, start, last)
        if cleaned is not None:
            cleaned.write(clean)
        # Lines are counted in one forward pass, so places are looked up in order.
        places = {at: lines.locate(block, offset, at) for at in sorted({row[5] for row in rows} | dict(unread).keys())}
        for entity, tier, confidence, evidence, rule, begin, end, where, action in rows:
            line, column = places[begin]
            findings.append(
                Located(
                    entity=entity,
                    tier=tier,
                    confidence=confidence,
                    evidence=evidence,
                    rule=rule,
                    line=line,
                    column=column,
                    byte_start=offset + begin,
                    byte_end=offset + end,
                    where=where,
                    action=action,
                )
            )
        room = max(_MAX_NOTES - len(notes), 0)
        notes += [f"line {places[at][0]}: {reason}" for at, reason in unread[:room]]
        skipped += len(unread[room:])
        if last:
            break
        lines.advance(block, offset, keep_from)
        block, offset, start = block[keep_from:], offset + keep_from, consumed - keep_from
        fresh = more
    if skipped:
        notes.append(f"and {skipped} more")
    return FileResult(name=name, size=size, findings=findings, unscannable=notes)


def _encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark names; None for UTF-8 and for no mark."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None
