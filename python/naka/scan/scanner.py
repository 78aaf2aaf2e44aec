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
from naka.scan.sniff import SNIFF_BYTES, delimiter_of, encoding_of, is_binary
from naka.scan.sources import Kind

__all__ = ["BLOCK_BYTES", "scan_stream"]

BLOCK_BYTES = 4 << 20
"""Bytes read at a time: large enough that the crossing into Rust costs nothing."""

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
    on_bytes: Callable[[int], object] = lambda _: None,
    block_bytes: int = BLOCK_BYTES,
) -> FileResult:
    """Scan a binary stream; write its cleaned form to `cleaned` when given.

    UTF-16 and UTF-32 with a byte order mark are read as text (and written as UTF-8); other bytes are scanned as they
    are. A file with NUL bytes and no such mark is binary: not scanned, and said so. `on_bytes` hears of progress.
    Memory: some blocks; for a JSON document, JSON line or CSV row that spans blocks, up to 64 MiB of it, a few times.
    """
    head = file.read(SNIFF_BYTES)
    encoding = encoding_of(head)
    if encoding is None and is_binary(head):
        on_bytes(len(head))
        return FileResult(name=name, size=len(head), unscannable=(BINARY,))
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    scanner = FileScanner(rules, _core_kind(kind, head, encoding), today.isoformat(), cleaned is not None)
    lines = LineCounter()
    findings: list[Located] = []
    unscannable: list[str] = []
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
        room = max(_MAX_NOTES - len(unscannable), 0)
        unscannable += [f"line {places[at][0]}: {reason}" for at, reason in unread[:room]]
        skipped += len(unread[room:])
        if last:
            break
        lines.advance(block, offset, keep_from)
        block, offset, start = block[keep_from:], offset + keep_from, max(consumed, start) - keep_from
        fresh = more
    if skipped:
        unscannable.append(f"and {skipped} more")
    notes = (f"{encoding}: offsets are those of its UTF-8 form",) if encoding else ()
    return FileResult(name=name, size=size, findings=findings, unscannable=unscannable, notes=notes)


def _core_kind(kind: Kind, head: bytes, encoding: str | None) -> str:
    """The kind as `FileScanner` names it: for CSV, the delimiter."""
    if kind is Kind.TSV:
        return "\t"
    if kind is Kind.CSV:
        return delimiter_of(head.decode(encoding, "ignore").encode() if encoding else head)
    return str(kind.value)
