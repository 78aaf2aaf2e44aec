"""What the stub received, kept in bounded memory, newest last.

A record holds the request as it came off the wire: nothing is parsed, so a test can compare bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from dataclasses import dataclass, field

__all__ = ["Record", "Recorder"]


@dataclass(slots=True, kw_only=True)
class Record:
    """One request, filled while its body arrives."""

    method: str
    path: str
    """Raw path with the query string."""
    headers: list[tuple[str, str]]
    """In the order of arrival, names in lower case, repeated names kept."""
    body: bytearray = field(default_factory=bytearray, repr=False)
    """At most `Recorder.max_body_bytes`; `size` and `sha256` are of the whole body."""
    size: int = 0
    complete: bool = False
    """False when the client went away before the end of the body."""
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    def feed(self, chunk: bytes, keep: int) -> None:
        """Count `chunk`, and keep it while the body is not over `keep` bytes."""
        self.size += len(chunk)
        self._digest.update(chunk)
        self.body += chunk[: max(0, keep - len(self.body))]

    def as_json(self) -> dict[str, object]:
        """The form of `GET /_received`; a body that is not UTF-8 is base64."""
        raw = bytes(self.body)
        try:
            text, encoding = raw.decode(), "utf-8"
        except UnicodeDecodeError:
            text, encoding = base64.b64encode(raw).decode(), "base64"
        headers: dict[str, str] = {}
        for name, value in self.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return {
            "method": self.method,
            "path": self.path,
            "headers": headers,
            "raw_headers": [list(pair) for pair in self.headers],
            "body": text,
            "body_encoding": encoding,
            "body_bytes": self.size,
            "body_sha256": self._digest.hexdigest(),
            "truncated": self.size > len(raw),
            "complete": self.complete,
        }


class Recorder:
    """The last requests, dropping the oldest over `max_records` or `max_total_bytes` of bodies."""

    def __init__(
        self,
        *,
        max_records: int = 2000,
        max_body_bytes: int = 16 << 20,
        max_total_bytes: int = 64 << 20,
    ) -> None:
        self.max_body_bytes = max_body_bytes
        self._max_records = max_records
        self._max_total_bytes = max_total_bytes
        self._records: deque[Record] = deque()
        self._held = 0
        self.dropped = 0
        """Records that made room for newer ones since the last `clear`."""

    def add(self, record: Record) -> None:
        """Keep a request whose body has ended (or was cut off)."""
        self._records.append(record)
        self._held += len(record.body)
        while len(self._records) > self._max_records or (self._held > self._max_total_bytes and len(self._records) > 1):
            self._held -= len(self._records.popleft().body)
            self.dropped += 1

    def clear(self) -> None:
        """Forget everything."""
        self._records.clear()
        self._held = self.dropped = 0

    def as_json(self) -> list[dict[str, object]]:
        """All records, oldest first."""
        return [record.as_json() for record in self._records]
