"""Keeps a few processes alive together: starts them in order, restarts what may restart, stops all as one.

Knows nothing of Envoy or policies; `up.py` says what to run.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from naka.errors import ProcessError
from naka.local.process import Child

__all__ = ["Backoff", "Service", "Supervisor"]

_POLL_S = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to run, and how to know that it serves."""

    name: str
    command: tuple[str, ...]
    log_file: Path
    ready: Callable[[int], Awaitable[bool]]
    """Asked, with the process id, until it says yes."""
    ready_s: float = 60.0
    """How long that may take."""
    restart: bool = False
    """Start it again when it ends by itself; else its end is the end of all."""
    grace_s: float = 5.0
    """Between the request to stop and SIGKILL."""
    show: bool = False
    """Its output belongs on the screen too."""


@dataclass(slots=True)
class Backoff:
    """Pauses before restarts: doubling from `first_s` to `most_s`, and from the start again after `calm_s` of life."""

    first_s: float = 0.25
    most_s: float = 10.0
    calm_s: float = 5.0
    _next_s: float = field(default=0.0, init=False)

    def pause(self, lived_s: float) -> float:
        """The pause before the next start of a process that lived so long."""
        if lived_s >= self.calm_s or self._next_s == 0.0:
            self._next_s = self.first_s
        pause, self._next_s = self._next_s, min(self._next_s * 2, self.most_s)
        return pause


class Supervisor:
    """Runs services until a signal, or until one ends that may not."""

    def __init__(self, services: tuple[Service, ...], say: Callable[[str], None]) -> None:
        self._services = services
        self._say = say
        self._children: dict[str, Child] = {}
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()

    def pids(self) -> dict[str, int]:
        """Process id of each running service."""
        return {name: child.pid for name, child in self._children.items() if child.running}

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Start all, call `on_ready` (again after each restart), and keep them until SIGINT, SIGTERM or SIGHUP.

        Raises ProcessError when a service does not get ready in time, or ends and may not restart. All have ended when
        this returns or raises.
        """
        loop = asyncio.get_running_loop()
        caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in caught:
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        stop = asyncio.create_task(self._signals.get())
        work = asyncio.create_task(self._work(on_ready))
        try:
            await asyncio.wait({stop, work}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
        finally:
            work.cancel()
            stop.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._stop_all()
            for number in caught:
                loop.remove_signal_handler(number)

    async def _work(self, on_ready: Callable[[], None]) -> None:
        for service in self._services:
            await self._start(service)
        on_ready()
        keepers = [asyncio.create_task(self._keep(service, on_ready)) for service in self._services]
        try:
            done, _ = await asyncio.wait(keepers, return_when=asyncio.FIRST_EXCEPTION)
            for keeper in done:
                await keeper  # raises what ended it
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    async def _start(self, service: Service) -> Child:
        show = (lambda line: self._say(f"{service.name}: {line}")) if service.show else None
        child = await Child.start(service.name, service.command, log_file=service.log_file, show=show)
        self._children[service.name] = child
        deadline = time.monotonic() + service.ready_s
        while not await service.ready(child.pid):
            if not child.running:
                raise _ended(service, child, await child.exited, "before it was ready")
            if time.monotonic() > deadline:
                raise ProcessError(
                    f"{service.name} was not ready within {service.ready_s:g} s; see {service.log_file}",
                    code="process_not_ready",
                )
            await asyncio.sleep(_POLL_S)
        return child

    async def _keep(self, service: Service, on_ready: Callable[[], None]) -> None:
        """Watch one service, for as long as all is well."""
        backoff = Backoff()
        child = self._children[service.name]
        while True:
            since = time.monotonic()
            code = await asyncio.shield(child.exited)
            if not service.restart:
                raise _ended(service, child, code, "")
            pause = backoff.pause(time.monotonic() - since)
            self._say(f"{service.name} ended ({_reason(code)}); starting it again in {pause:g} s")
            while True:
                await asyncio.sleep(pause)
                since = time.monotonic()
                try:
                    child = await self._start(service)
                except ProcessError as error:
                    await self._children[service.name].stop(0)
                    pause = backoff.pause(time.monotonic() - since)
                    self._say(f"{error}; starting it again in {pause:g} s")
                else:
                    break
            self._say(f"{service.name} is back")
            on_ready()

    async def _stop_all(self) -> None:
        """In reverse order of the start; a second signal ends the wait."""
        hurry = asyncio.create_task(self._signals.get())
        stopping = asyncio.create_task(self._stop_in_order())
        await asyncio.wait({hurry, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            for child in self._children.values():
                if child.running:
                    child.signal(signal.SIGKILL)
        hurry.cancel()
        await stopping

    async def _stop_in_order(self) -> None:
        for service in reversed(self._services):
            child = self._children.get(service.name)
            if child is not None:
                await child.stop(service.grace_s)


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _ended(service: Service, child: Child, code: int, when: str) -> ProcessError:
    # What is on the screen already is not said twice.
    tail = "" if service.show else "".join(f"\n  | {line}" for line in child.tail)
    said = f"; it said:{tail}" if tail else ""
    text = " ".join(filter(None, (f"{service.name} ended", when, f"({_reason(code)})")))
    return ProcessError(f"{text}; log: {service.log_file}{said}", code="process_ended")
