"""Answers that a test gives the stub to give: a head, and pieces of a body that are sent one by one.

`PUT /_answer` with `{"contentType": "text/event-stream", "chunks": ["<base64>", …], "gapMs": 0, "headers": {…}}` says
what every POST gets from then on, `DELETE /_answer` ends it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response, StreamingResponse

__all__ = ["Script"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One answer."""

    content_type: str
    chunks: tuple[bytes, ...] = field(repr=False)
    gap_s: float = 0.0
    """Between one piece and the next."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Script:
        """From the JSON of `PUT /_answer`. Raises ValueError for anything else."""
        try:
            chunks = tuple(base64.b64decode(chunk, validate=True) for chunk in body["chunks"])
            return cls(
                content_type=str(body["contentType"]),
                chunks=chunks,
                gap_s=float(body.get("gapMs", 0)) / 1000,
                headers={str(name): str(value) for name, value in body.get("headers", {}).items()},
            )
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise ValueError("an answer is a contentType, chunks in base64, and may have gapMs and headers") from error

    def response(self) -> Response:
        """The answer, piece by piece."""
        return StreamingResponse(self._send(), headers={"content-type": self.content_type, **self.headers})

    async def _send(self) -> AsyncIterator[bytes]:
        for number, chunk in enumerate(self.chunks):
            if number and self.gap_s:
                await asyncio.sleep(self.gap_s)
            yield chunk
