"""A file's bytes as blocks that a scan can judge one by one, whatever the length of its lines. Bounded memory.

Blocks overlap, so that a finding or its context is never cut: block `n` owns the findings that start in
`[own_start, own_end)` of it. The overlap is longer than the longest finding plus its context.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["BLOCK_BYTES", "OVERLAP_BYTES", "Block", "blocks"]

BLOCK_BYTES = 4 << 20
"""Bytes read at a time: large enough that the crossing into Rust costs nothing, small enough to hold many."""

OVERLAP_BYTES = 2048
"""Bytes that two neighbours share; half of it on each side of the border that decides who owns a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some bytes of a file and which of them this block answers for."""

    data: bytes
    offset: int
    """Where `data` begins in the file."""
    own_start: int
    """First byte of `data` whose findings this block reports."""
    own_end: int
    """One past the last such byte."""


def blocks(file: BinaryIO, *, size: int = BLOCK_BYTES, overlap: int = OVERLAP_BYTES) -> Iterator[Block]:
    """Cut a binary file into overlapping blocks on UTF-8 boundaries.

    `size` must be at least twice `overlap`. Every byte is owned by exactly one block.
    """
    if size < 2 * overlap:
        raise ValueError(f"size {size} is less than twice the overlap {overlap}")
    kept, offset, own_start = b"", 0, 0
    while True:
        fresh = _fill(file, size)
        data = kept + fresh
        if len(fresh) < size:
            if data:
                yield Block(data=data, offset=offset, own_start=own_start, own_end=len(data))
            return
        own_end = _boundary(data, len(data) - overlap // 2)
        yield Block(data=data, offset=offset, own_start=own_start, own_end=own_end)
        keep_from = _boundary(data, len(data) - overlap)
        kept = data[keep_from:]
        offset += keep_from
        own_start = own_end - keep_from


def _fill(file: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a pipe may return less than asked for before that."""
    parts: list[bytes] = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _boundary(data: bytes, at: int) -> int:
    """The nearest position at or before `at` that does not cut a UTF-8 sequence (at most three steps)."""
    for back in range(4):
        if at - back >= 0 and data[at - back] & 0xC0 != 0x80:
            return at - back
    return at
