"""Which files a scan reads: the paths given, folders walked in a stable order, minus what `.nakaignore` names.

`.nakaignore` has the syntax of `.gitignore` and counts for its folder and all below; `.git` is always left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pathspec

from naka.errors import ConfigError

__all__ = ["IGNORE_FILE", "Kind", "Source", "find_sources", "kind_of"]

IGNORE_FILE = ".nakaignore"


class Kind(Enum):
    """How a file's bytes become texts."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"


_BY_SUFFIX = {
    ".json": Kind.JSON,
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
}


def kind_of(path: Path) -> Kind:
    """The kind by the file's suffix; anything unknown is text."""
    return _BY_SUFFIX.get(path.suffix.lower(), Kind.TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file to scan. `path` is None for standard input."""

    name: str
    """As shown in reports: the path as the user gave it (what is not UTF-8 replaced), `-` for standard input."""
    path: Path | None
    kind: Kind


def find_sources(
    paths: Sequence[str], *, kind: Kind | None = None, on_unreadable: Callable[[str, OSError], object] | None = None
) -> Iterator[Source]:
    """Yield the files below `paths`, each once, folders in name order. `-` is standard input.

    `kind` overrules the suffix. Symbolic links to folders are not followed, so a loop cannot be built.
    Raises ConfigError if a path does not exist. A folder that cannot be listed goes to `on_unreadable` by its name, or
    raises OSError.
    """
    seen: set[Path] = set()
    for given in paths:
        if given == "-":
            yield Source(name="-", path=None, kind=kind or Kind.TEXT)
            continue
        path = Path(given)
        if path.is_dir():
            files = _walk(path, (), on_unreadable)
        elif path.exists():
            files = iter((path,))
        else:
            raise ConfigError(f"no such file or folder: {given}", code="config_no_such_path")
        for file in files:
            real = file.resolve()
            if real not in seen:
                seen.add(real)
                yield Source(name=_shown(file), path=file, kind=kind or kind_of(file))


def _shown(path: Path) -> str:
    return os.fsencode(path).decode(errors="replace")


# A folder's ignore rules: where they stand and what they say.
_Rules = tuple[tuple[Path, pathspec.GitIgnoreSpec], ...]


def _walk(folder: Path, rules: _Rules, on_unreadable: Callable[[str, OSError], object] | None) -> Iterator[Path]:
    try:
        ignore = folder / IGNORE_FILE
        if ignore.is_file():
            lines = ignore.read_text(encoding="utf-8", errors="replace").splitlines()
            rules = (*rules, (folder, pathspec.GitIgnoreSpec.from_lines(lines)))
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if on_unreadable is None:
            raise
        on_unreadable(_shown(folder), error)
        return
    for entry in found:
        path = Path(entry.path)
        is_dir = entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or _ignored(path, is_dir=is_dir, rules=rules):
            continue
        if is_dir:
            yield from _walk(path, rules, on_unreadable)
        elif entry.is_file():
            yield path


def _ignored(path: Path, *, is_dir: bool, rules: _Rules) -> bool:
    verdict = False
    for base, spec in rules:
        name = path.relative_to(base).as_posix() + ("/" if is_dir else "")
        # The innermost folder with an opinion wins, as with .gitignore.
        answer = spec.check_file(name).include
        if answer is not None:
            verdict = answer
    return verdict
