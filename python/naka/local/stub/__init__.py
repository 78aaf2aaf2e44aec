"""A stub LLM: speaks enough of each provider's API for its official client, and tells what reached it.

It stands where the provider would, so that `naka up` needs no account and a test can compare what a client
sent with what went upstream. Run it with `python -m naka.local.stub --port 8081`.
"""

from __future__ import annotations

from naka.local.stub.app import create_app
from naka.local.stub.record import Record, Recorder

__all__ = ["Record", "Recorder", "create_app"]
