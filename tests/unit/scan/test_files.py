"""Many files at once: order, copies, what cannot be read, threads that really run beside each other."""

from __future__ import annotations

import threading
import time
from datetime import date
from pathlib import Path

import pytest

from naka.scan import FileResult, Unreadable, file_rules, find_sources, scan_files
from naka.scan import files as module

RULES = file_rules((), threshold="likely")
TODAY = date(2026, 11, 24)


def write(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        # the first are the longest, so that they end last
        (folder / f"{number:03}.txt").write_text("word " * (2000 * (count - number)) + "pan QWEPK4821M\n" * number)


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_results_come_in_the_order_of_the_files(tmp_path: Path, jobs: int) -> None:
    write(tmp_path / "in", 40)
    results = list(scan_files(find_sources([str(tmp_path / "in")]), rules=RULES, today=TODAY, jobs=jobs))
    assert [Path(result.name).name for result in results] == [f"{number:03}.txt" for number in range(40)]
    assert [len(result.findings) for result in results if isinstance(result, FileResult)] == list(range(40))


def test_files_are_scanned_beside_each_other(tmp_path: Path, monkeypatch) -> None:
    write(tmp_path / "in", 3)
    together = threading.Barrier(3, timeout=30)  # breaks, and so fails, unless three threads meet in it

    def scan(*args: object, **_: object) -> FileResult:
        together.wait()
        return FileResult(name="x", size=0)

    monkeypatch.setattr(module, "scan_stream", scan)
    assert len(list(scan_files(find_sources([str(tmp_path / "in")]), rules=RULES, today=TODAY, jobs=3))) == 3


def test_no_more_files_are_begun_than_may_wait(tmp_path: Path, monkeypatch) -> None:
    write(tmp_path / "in", 40)
    begun: list[str] = []

    def scan(*_: object, name: str, **__: object) -> FileResult:
        begun.append(name)
        return FileResult(name=name, size=0)

    monkeypatch.setattr(module, "scan_stream", scan)
    results = scan_files(find_sources([str(tmp_path / "in")]), rules=RULES, today=TODAY, jobs=2)
    next(results)
    deadline = time.monotonic() + 10
    while len(begun) < 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    results.close()
    assert len(begun) == 8


def test_a_file_that_is_gone_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "in", 3)
    sources = list(find_sources([str(tmp_path / "in")]))
    (tmp_path / "in" / "001.txt").unlink()
    results = list(scan_files(sources, rules=RULES, today=TODAY))
    assert [isinstance(result, Unreadable) for result in results] == [False, True, False]
    assert str(results[1]).endswith("001.txt: No such file or directory")


def test_copies_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, 3)
    (folder / "001.txt").write_bytes(b"\0 pan QWEPK4821M")  # binary: nothing can be said about a copy
    sources = list(find_sources([str(folder)]))
    (folder / "000.txt").unlink()
    targets = {source: tmp_path / "out" / "deep" / Path(source.name).name for source in sources}
    list(scan_files(sources, rules=RULES, today=TODAY, targets=targets, jobs=2))
    assert [path.name for path in (tmp_path / "out" / "deep").iterdir()] == ["002.txt"]
    assert (tmp_path / "out" / "deep" / "002.txt").read_text().endswith("pan [IN_PAN]\npan [IN_PAN]\n")
