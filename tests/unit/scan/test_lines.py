"""Line and column of a byte, however the file is cut into blocks."""

from __future__ import annotations

import pytest

from naka.scan.lines import LineCounter

TEXT = "one\ntwo आधार three\r\n😀 four\n\nlast".encode()


@pytest.mark.parametrize("block", [1, 2, 3, 7, 100])
def test_every_place_is_where_an_editor_shows_it(block: int) -> None:
    starts = [at for at in range(len(TEXT)) if TEXT[at] & 0xC0 != 0x80]
    counter, found = LineCounter(), []
    offset = 0
    while offset < len(TEXT):
        end = min(offset + block, len(TEXT))
        while end < len(TEXT) and TEXT[end] & 0xC0 == 0x80:
            end += 1  # blocks end between characters
        data = TEXT[offset:end]
        found += [counter.locate(data, offset, at - offset) for at in starts if offset <= at < end]
        counter.advance(data, offset, len(data))
        offset = end
    lines = [TEXT[:at].decode().split("\n") for at in starts]
    assert found == [(len(before), len(before[-1]) + 1) for before in lines]


def test_context_that_a_block_repeats_is_counted_once() -> None:
    counter = LineCounter()
    assert counter.locate(b"a\nbcd", 0, 5) == (2, 4)
    counter.advance(b"a\nbcd", 0, 2)
    assert counter.locate(b"bcd\ne", 2, 4) == (3, 1)


def test_bytes_that_are_not_utf8_count_as_characters() -> None:
    assert LineCounter().locate(b"\xff\xfe ab", 0, 4) == (1, 5)
