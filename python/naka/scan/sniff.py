"""What the first bytes of a file tell: its encoding, whether it is text at all, the delimiter of a CSV file."""

from __future__ import annotations

import codecs

__all__ = ["SNIFF_BYTES", "delimiter_of", "encoding_of", "is_binary"]

SNIFF_BYTES = 4096
"""Bytes at the head of a file that are looked at."""

_DELIMITERS = ",;\t|"
"""From common to rare: the first wins a tie."""


def encoding_of(head: bytes) -> str | None:
    """The encoding that a byte order mark names; None for UTF-8 and for no mark."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def is_binary(head: bytes) -> bool:
    """True when a NUL byte is among them. UTF-16 without a byte order mark looks the same, and is not guessed."""
    return b"\0" in head


def delimiter_of(head: bytes) -> str:
    """The character of `,;|` and tab that parts the first line most often, outside of quotes; a comma for none."""
    text = head.decode(errors="replace").lstrip("\ufeff\r\n")
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted and char in counts:
            counts[char] += 1
        elif not quoted and char in "\r\n":
            break
    return max(_DELIMITERS, key=lambda char: counts[char])
