"""One child process: it cannot outlive its parent, its output is kept in a bounded log, it is stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["Child"]

_LAUNCHER = Path(__file__).with_name("_exec.py")
_TAIL_LINES = 20
_LINE_BYTES = 64 << 10
"""A longer line of output is cut; more than this is never held."""


class Child:
    """A running child. `exited` resolves with its return code, negative for a signal."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, log: logging.Logger, show: Callable[[str], None] | None
    ):
        self.name = name
        self.pid = process.pid
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        """Its last lines, for the report of a crash."""
        self._process = process
        self._log = log
        self._show = show
        self._pump = asyncio.create_task(self._read_output())
        self.exited: asyncio.Task[int] = asyncio.create_task(self._wait())

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        log_file: Path,
        show: Callable[[str], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Child:
        """Start `command` (its first item is a path). `show` gets each line that it prints.

        Raises OSError when the interpreter cannot be started; a command that does not exist ends the child with 1.
        """
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), *command]
        process = await asyncio.create_subprocess_exec(
            *launcher,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            # Its own session: Ctrl-C reaches the supervisor alone, which stops the children in order.
            start_new_session=True,
            limit=_LINE_BYTES,
        )
        return cls(name, process, _open_log(name, log_file), show)

    @property
    def running(self) -> bool:
        """False once it has ended."""
        return self._process.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def stop(self, grace_s: float) -> int:
        """Ask it to end, then make it. Returns its return code."""
        if self.running:
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)  # a stopped process takes no SIGTERM
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    return await asyncio.shield(self.exited)
            self.signal(signal.SIGKILL)
        return await self.exited

    async def _wait(self) -> int:
        code = await self._process.wait()
        # What it started may hold the pipe open; its own last words are there by now.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.shield(self._pump)
        self._pump.cancel()
        for handler in self._log.handlers[:]:
            self._log.removeHandler(handler)
            handler.close()
        return code

    async def _read_output(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - started with a pipe
        while True:
            try:
                raw = await stream.readline()
            except ValueError:  # longer than the limit: that much was dropped
                continue
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip()
            self.tail.append(line)
            self._log.info("%s", line)
            if self._show is not None:
                self._show(line)


def _open_log(name: str, path: Path) -> logging.Logger:
    """At most 2 MiB on disk."""
    log = logging.Logger(name)
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=1 << 20, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log
