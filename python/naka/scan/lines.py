"""From a byte offset in a file to line and column, in one forward pass over its blocks."""

from __future__ import annotations

__all__ = ["LineCounter"]


class LineCounter:
    """Counts lines as a file goes by; offsets must not go back. Line and column are 1-based.

    A column counts characters. On a line longer than a block, what lies before the block counts in bytes.
    """

    def __init__(self) -> None:
        self._line = 1
        self._line_start = 0
        self._seen = 0

    def locate(self, data: bytes, offset: int, at: int) -> tuple[int, int]:
        """(line, column) of byte `at` of the block `data`, which begins at byte `offset` of the file."""
        self.advance(data, offset, at)
        start = max(self._line_start - offset, 0)
        before = offset + start - self._line_start
        return self._line, before + len(data[start:at].decode(errors="replace")) + 1

    def advance(self, data: bytes, offset: int, at: int) -> None:
        """Count the lines of `data` up to its byte `at`."""
        begin = self._seen - offset
        newlines = data.count(b"\n", begin, at)
        if newlines:
            self._line += newlines
            self._line_start = offset + data.rindex(b"\n", begin, at) + 1
        self._seen = max(self._seen, offset + at)
