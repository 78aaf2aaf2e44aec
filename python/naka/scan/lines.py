"""From a byte offset in a file to line and column, in one forward pass over its blocks."""

from __future__ import annotations

__all__ = ["LineCounter"]


class LineCounter:
    """Counts lines and columns as a file goes by; offsets must not go back. Both are 1-based.

    A column counts characters; a byte that is not UTF-8 counts as one. Each byte is counted once, so that a file of
    one long line with many findings costs no more than others.
    """

    def __init__(self) -> None:
        self._line = 1
        self._column = 0
        self._seen = 0

    def locate(self, data: bytes, offset: int, at: int) -> tuple[int, int]:
        """(line, column) of byte `at` of the block `data`, which begins at byte `offset` of the file."""
        self.advance(data, offset, at)
        return self._line, self._column + 1

    def advance(self, data: bytes, offset: int, at: int) -> None:
        """Count `data` up to its byte `at`; what was counted before is not counted again."""
        begin = self._seen - offset
        if at <= begin:
            return
        newlines = data.count(b"\n", begin, at)
        if newlines:
            self._line += newlines
            self._column = 0
            begin = data.rindex(b"\n", begin, at) + 1
        self._column += len(data[begin:at].decode(errors="replace"))
        self._seen = offset + at
