"""`naka sidecar`: starts the data plane, follows the policy, ends in order.

The main thread does slow things only; no request passes through it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from naka._core import Sidecar
from naka.errors import ProcessError
from naka.sidecar.follow import Follower, log
from naka.sidecar.keys import read_key
from naka.sidecar.settings import Settings
from naka.sidecar.source import PolicySource

__all__ = ["run"]


class _Signals:
    """SIGTERM and SIGINT ask for the end, a second one insists; SIGHUP asks to look again."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.again = threading.Event()

    def on_end(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            os._exit(1)
        self.stop.set()

    def on_hangup(self, _number: int, _frame: FrameType | None) -> None:
        self.again.set()

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        handlers = {signal.SIGTERM: self.on_end, signal.SIGINT: self.on_end, signal.SIGHUP: self.on_hangup}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(settings: Settings) -> None:
    """Run until a signal.

    Raises ConfigError for a setting that cannot work, PolicyError when the first policy is wrong, ProcessError when the
    data plane ends by itself.
    """
    settings.check()
    signals = _Signals()
    with signals.caught():
        key = None if settings.key_file is None else read_key(settings.key_file)
        labels = None if settings.labels is None else dict(settings.labels)
        tenant = settings.namespace or "default"
        plane = Sidecar(settings.plane(), key=key, tenant=tenant, namespace=settings.namespace, labels=labels)
        try:
            _serve(settings, plane, signals)
        finally:
            plane.stop()


def _serve(settings: Settings, plane: Sidecar, signals: _Signals) -> None:
    follower = Follower(plane, PolicySource(settings.policy), settings.envoy_routes)
    follower.start()
    addresses = plane.addresses()
    for name, address in addresses.items():
        if address is not None:
            log.info("%s on %s", name, address)
    with _ready_file(settings.ready_file, {"pid": os.getpid(), "revision": follower.revision, **addresses}):
        while not signals.stop.wait(settings.poll_s):
            if not plane.is_running():
                raise ProcessError("the data plane ended by itself", code="plane_ended")
            if signals.again.is_set():
                signals.again.clear()
                plane.reopen_audit()
            follower.step()
    log.info("stopping: up to %g s for calls that are under way", settings.drain_s)


@contextlib.contextmanager
def _ready_file(path: Path | None, content: dict[str, object]) -> Iterator[None]:
    """There while the block runs; renamed into place, so that nobody reads half of it."""
    if path is None:
        yield
        return
    handle, name = tempfile.mkstemp(prefix=".naka-", dir=path.absolute().parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    Path(name).replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
