"""Which files are read, in which order, and what `.nakaignore` leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from naka.errors import ConfigError
from naka.scan.sources import Kind, find_sources


def tree(root: Path, *files: str, **ignores: str) -> None:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    for folder, text in ignores.items():
        (root / folder.replace("_", "/").strip("/") / ".nakaignore").write_text(text)


def names(root: Path, *paths: str) -> list[str]:
    found = find_sources([str(root / path) for path in paths] or [str(root)])
    return [Path(source.name).relative_to(root).as_posix() for source in found]


def test_folders_are_walked_in_name_order_without_git(tmp_path: Path) -> None:
    tree(tmp_path, "b.txt", "a/2.txt", "a/10.txt", "c/x.json", ".git/config")
    assert names(tmp_path) == ["a/10.txt", "a/2.txt", "b.txt", "c/x.json"]


def test_nakaignore_counts_for_its_folder_and_below_and_the_innermost_wins(tmp_path: Path) -> None:
    tree(tmp_path, "keep.txt", "x.log", "a/x.log", "a/keep.txt", "build/y", "a/build/y", "a/deep/z.tmp")
    tree(tmp_path, _="*.log\nbuild/\n", a="!x.log\n*.tmp\n")
    assert names(tmp_path) == [".nakaignore", "a/.nakaignore", "a/keep.txt", "a/x.log", "keep.txt"]


def test_a_file_that_is_named_is_read_whatever_nakaignore_says(tmp_path: Path) -> None:
    tree(tmp_path, "x.log", _="*.log\n")
    assert names(tmp_path, "x.log") == ["x.log"]


def test_each_file_is_read_once(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.txt", "b.txt")
    (tmp_path / "a" / "same.txt").symlink_to(tmp_path / "b.txt")
    assert names(tmp_path, "a", ".", "b.txt") == ["a/1.txt", "a/same.txt"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["a/1.txt"]


def test_the_suffix_tells_the_kind_unless_told(tmp_path: Path) -> None:
    tree(tmp_path, "a.JSON", "b.ndjson", "c.csv", "d.tsv", "e.md")
    kinds = [source.kind for source in find_sources([str(tmp_path)])]
    assert kinds == [Kind.JSON, Kind.JSONL, Kind.CSV, Kind.TSV, Kind.TEXT]
    assert {source.kind for source in find_sources([str(tmp_path), "-"], kind=Kind.CSV)} == {Kind.CSV}


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        list(find_sources([str(tmp_path / "gone")]))
    assert caught.value.code == "config_no_such_path"


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(tmp_path: Path, monkeypatch) -> None:
    tree(tmp_path, "a/1.txt", "b/2.txt")
    listed = os.scandir

    def refuse(folder):
        if Path(folder).name == "a":
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    told: list[tuple[str, str]] = []
    found = list(find_sources([str(tmp_path)], on_unreadable=lambda name, error: told.append((name, error.strerror))))
    assert [source.path for source in found] == [tmp_path / "b" / "2.txt"]
    assert told == [(str(tmp_path / "a"), "Permission denied")]
    with pytest.raises(PermissionError):
        list(find_sources([str(tmp_path)]))


def test_a_name_that_is_not_utf8_can_be_printed(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_text("x")
    (source,) = find_sources([str(tmp_path)])
    assert source.name.encode().endswith("/\ufffd.txt".encode())
    assert source.path is not None
    assert source.path.read_text() == "x"
