"""Scans many files at once and reports them in order: the Rust scan releases the GIL, so threads are enough."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from naka._core import FileRules
from naka.scan.result import FileResult
from naka.scan.scanner import scan_stream
from naka.scan.sources import Source

__all__ = ["MAX_JOBS", "Unreadable", "default_jobs", "scan_files"]

MAX_JOBS = 8
"""Files scanned at once at most, unless told: each may hold a record of 64 MiB a few times."""

_AHEAD = 4
"""Files a worker may be ahead of the one that is reported next: what bounds the results that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that could not be read, or whose copy could not be written."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


def default_jobs() -> int:
    """One for each CPU that this process may use, at most `MAX_JOBS`."""
    return min(len(os.sched_getaffinity(0)), MAX_JOBS)


def scan_files(
    sources: Iterable[Source],
    *,
    rules: FileRules,
    today: date,
    targets: Mapping[Source, Path | None] | None = None,
    jobs: int | None = None,
    on_bytes: Callable[[int], object] = lambda _: None,
) -> Iterator[FileResult | Unreadable]:
    """Scan `sources`, `jobs` at a time, and yield what came of each in their order.

    `targets`: where each cleaned copy goes, None for standard output; without it no copies are made. A copy appears
    whole or not at all. `on_bytes` hears of progress, from any thread. Ends early without a trace when not read to its
    end: files not begun are left out, begun copies are removed.
    """

    def scan(source: Source) -> FileResult | Unreadable:
        try:
            return _scan(source, targets, rules, today, on_bytes)
        except OSError as error:
            return Unreadable(name=source.name, why=error.strerror or type(error).__name__)

    jobs = jobs or default_jobs()
    waiting: deque[Future[FileResult | Unreadable]] = deque()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="naka-scan")
    try:
        for source in sources:
            waiting.append(pool.submit(scan, source))
            if len(waiting) >= jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _scan(
    source: Source,
    targets: Mapping[Source, Path | None] | None,
    rules: FileRules,
    today: date,
    on_bytes: Callable[[int], object],
) -> FileResult:
    with ExitStack() as stack:
        file: BinaryIO = sys.stdin.buffer if source.path is None else stack.enter_context(source.path.open("rb"))
        target = targets[source] if targets is not None else None
        part = target.with_name(f".{target.name}.naka-part") if target else None
        cleaned: BinaryIO | None = sys.stdout.buffer if targets is not None else None
        if part:
            part.parent.mkdir(parents=True, exist_ok=True)
            stack.callback(part.unlink, missing_ok=True)
            cleaned = stack.enter_context(part.open("wb"))
        result = scan_stream(
            file,
            name=source.name,
            kind=source.kind,
            rules=rules,
            today=today,
            cleaned=cleaned,
            on_bytes=on_bytes,
        )
        if part and target and cleaned and not result.is_binary:
            cleaned.close()
            part.replace(target)
        return result
