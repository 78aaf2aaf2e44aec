"""A folder of policy files: file contents in, checked documents out.

`load_files` is pure, so that a watcher, a test or an operator can use it on contents from anywhere;
`read_folder` is the thin reader. Files are taken in the order of their names, so the same contents give
the same result anywhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from naka.errors import PolicyError, Problem
from naka.policy.document import MAX_FILE_BYTES, Document, read_documents
from naka.policy.faults import nearest, problems_of, said
from naka.policy.model import API_VERSION, KINDS, ClusterUpstream, Pack

__all__ = [
    "MAX_FILES",
    "MAX_FOLDER_BYTES",
    "MAX_KEYWORDS",
    "MAX_KEYWORD_BYTES",
    "Loaded",
    "PolicyFolder",
    "load_files",
    "load_folder",
    "read_folder",
]

MAX_FILES: Final = 500
"""Policy files of one folder."""
MAX_FOLDER_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one folder."""
MAX_KEYWORDS: Final = 5_000
"""Keywords of all recognisers of a pack."""
MAX_KEYWORD_BYTES: Final = 200 * 1024
"""Bytes of those keywords."""
_SUFFIXES: Final = (".yaml", ".yml")
_MAX_FOLDERS: Final = 4  # levels below the folder itself

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T_co]):
    """A checked object and the document that it came from."""

    model: T_co
    source: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFolder:
    """All packs and upstreams of a folder, each checked; what they mean together is for `compile_packs`."""

    packs: tuple[Loaded[Pack], ...]
    upstreams: tuple[Loaded[ClusterUpstream], ...]
    files: Mapping[str, bytes] = field(repr=False)
    """Contents of the files that were read, by name, sorted."""


def load_folder(path: FilePath | str) -> PolicyFolder:
    """Reads and checks every `*.yaml` and `*.yml` of a folder, or a single file.

    Raises PolicyError as `load_files` does, and for what cannot be read.
    """
    root = FilePath(path)
    contents, problems = read_folder(root)
    folder, faults = _load(contents, place=str(path))
    # what could not be read may be why nothing was found
    problems += [fault for fault in faults if not problems or fault.code != "policy_empty"]
    if problems:
        raise _error(problems)
    return folder


def load_files(files: Mapping[str, bytes]) -> PolicyFolder:
    """Checks the contents of policy files by name.

    Raises PolicyError with every fault of every file, also for an empty file and when there is no pack at all: that is
    more often half of an edit, or a volume that is not mounted, than a wish for no policy. The wish is a pack without
    rules.
    """
    folder, problems = _load(files, place=next(iter(sorted(files)), ""))
    if problems:
        raise _error(problems)
    return folder


def read_folder(root: FilePath) -> tuple[dict[str, bytes], list[Problem]]:
    """Contents of the policy files by path, and what could not be read. Never raises OSError; bounded in all.

    A ConfigMap mount is read through its `..data` link, resolved once, so that a swap in the middle
    cannot mix two revisions. Hidden files and folders are skipped; links to files are followed, links to
    folders are not.
    """
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    size = 0
    for name, path in _policy_files(root, problems):
        if len(contents) >= MAX_FILES or size > MAX_FOLDER_BYTES:
            message = f"holds more than {MAX_FILES} policy files or {MAX_FOLDER_BYTES} bytes: split the folder"
            problems.append(Problem(code="policy_folder_too_large", message=message, file=str(root)))
            break
        try:
            contents[name] = _read(path)
            size += len(contents[name])
        except OSError as error:
            problems.append(_unreadable(name, error))
    return contents, problems


def _policy_files(root: FilePath, problems: list[Problem]) -> Iterator[tuple[str, FilePath]]:
    """Shown name and real path of each policy file, in order of the shown name."""
    if not root.is_dir():
        yield str(root), root  # a single file, or nothing: reading it says which
        return
    mounted = root / "..data"
    real = mounted.resolve() if mounted.is_dir() else root
    found: list[tuple[str, FilePath]] = []
    for folder, below, names in os.walk(real, onerror=lambda e: problems.append(_unreadable(str(root), e))):
        at = FilePath(folder)
        depth = len(at.relative_to(real).parts)
        below[:] = [name for name in below if not name.startswith(".")] if depth < _MAX_FOLDERS else []
        for name in names:
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                found.append((str(root / at.relative_to(real) / name), at / name))
    yield from sorted(found)


def _read(path: FilePath) -> bytes:
    """At most one byte over the limit, from regular files only: a pipe would block for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        return file.read(MAX_FILE_BYTES + 1)


def _unreadable(name: str, error: OSError) -> Problem:
    why = error.strerror or str(error)
    return Problem(code="policy_file_unreadable", message=f"cannot be read: {why}", file=name)


def _load(files: Mapping[str, bytes], place: str) -> tuple[PolicyFolder, list[Problem]]:
    packs: list[Loaded[Pack]] = []
    upstreams: list[Loaded[ClusterUpstream]] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str], Document] = {}
    for name in sorted(files):
        documents, faults = read_documents(name, files[name])
        if not files[name].strip():
            faults.append(
                Problem(code="policy_empty", message="is empty: write a policy, or remove the file", file=name)
            )
        known = {(fault.file, fault.line, fault.path) for fault in faults}
        for document in documents:
            loaded = _check(document, faults, known, seen)
            if isinstance(loaded, ClusterUpstream):
                upstreams.append(Loaded(loaded, document))
            elif loaded is not None:
                packs.append(Loaded(loaded, document))
        problems += faults
    if not packs and not problems:
        message = "there is no PolicyPack or ClusterPolicyPack: put one in a file that ends with .yaml"
        problems.append(Problem(code="policy_empty", message=message, file=place))
    return PolicyFolder(
        packs=tuple(packs), upstreams=tuple(upstreams), files={name: files[name] for name in sorted(files)}
    ), problems


def _check(
    document: Document,
    faults: list[Problem],
    known: set[tuple[str, int, str]],
    seen: dict[tuple[str, str, str], Document],
) -> Pack | ClusterUpstream | None:
    """The checked object, or None with its faults added. `known` are places whose YAML is wrong already."""
    data = document.data
    if not isinstance(data, dict):
        message = "must be a mapping that begins with apiVersion and kind"
        faults.append(document.problem("policy_wrong_type", message))
        return None
    kind = data.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        faults.append(_unknown_kind(document, data))
        return None
    new = _across(document, data)
    loaded: Pack | ClusterUpstream | None = None
    try:
        loaded = model.model_validate(data)
    except ValidationError as error:
        new += problems_of(document, model, error)
    except RecursionError:  # pydantic's own guard; the reader's depth limit lies below it
        new.append(document.problem("policy_too_deep", "is nested too deep"))
    faults += [fault for fault in new if (fault.file, fault.line, fault.path) not in known]
    if loaded is not None:
        key = (loaded.kind, getattr(loaded.metadata, "namespace", None) or "", loaded.metadata.name)
        if (first := seen.setdefault(key, document)) is not document:
            message = f"is the name of another {loaded.kind} ({first.file}:{first.line_of(())}): rename or remove one"
            faults.append(document.problem("policy_duplicate_name", message, ("metadata", "name")))
    return None if new else loaded


def _unknown_kind(document: Document, data: Mapping[str, Any]) -> Problem:
    kind = data.get("kind")
    names = ", ".join(KINDS)
    if kind is None:
        message = f"is required: one of {names}"
    else:
        hint = nearest(kind, KINDS) if isinstance(kind, str) else ""
        message = f"must be one of {names} (apiVersion {API_VERSION}), not {said(kind)}{hint}"
    return document.problem("policy_unknown_kind", message, ("kind",))


def _across(document: Document, data: Mapping[str, Any]) -> list[Problem]:
    """Faults between the entries of a pack. Looks at the raw data, so that it works beside faults inside them."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return []
    problems: list[Problem] = []
    for name, key in (("rules", "id"), ("exemptions", "id"), ("recognizers", "entity"), ("extends", "")):
        problems += _repeats(document, name, key, _list(spec, name))
    keywords = [
        word for entry in _list(spec, "recognizers") if isinstance(entry, dict) for word in _list(entry, "keywords")
    ]
    if len(keywords) > MAX_KEYWORDS:
        message = f"have {len(keywords)} keywords together; a pack may have {MAX_KEYWORDS}: split the pack"
        problems.append(document.problem("policy_too_many", message, ("spec", "recognizers")))
    size = sum(len(word.encode("utf-8", "replace")) for word in keywords if isinstance(word, str))
    if size > MAX_KEYWORD_BYTES:
        message = f"have {size} bytes of keywords together; a pack may have {MAX_KEYWORD_BYTES}: split the pack"
        problems.append(document.problem("policy_too_many", message, ("spec", "recognizers")))
    return problems


def _repeats(document: Document, field: str, key: str, entries: list[Any]) -> Iterator[Problem]:
    """Ids used twice in one list; of `extends` (key "") the name before the version counts."""
    first: dict[str, int] = {}
    for position, entry in enumerate(entries):
        name = entry.get(key) if isinstance(entry, dict) else entry
        if not isinstance(name, str):
            continue
        name = name if key else name.partition("@")[0]
        path = ("spec", field, position, key) if key else ("spec", field, position)
        if (earlier := first.setdefault(name, position)) != position:
            line = document.line_of(("spec", field, earlier))
            message = f"is used twice in {field} (first on line {line}): each needs its own"
            yield document.problem("policy_duplicate_id", message, path)


def _list(data: Mapping[str, Any], field: str) -> list[Any]:
    value = data.get(field)
    return value if isinstance(value, list) else []


def _error(problems: list[Problem]) -> PolicyError:
    count = len(problems)
    told = sorted(problems, key=lambda problem: (problem.file, problem.line))
    return PolicyError(f"the policy has {count} fault{'s' if count > 1 else ''}", problems=told)
