"""Where the policy comes from: a folder of packs, or a compiled bundle."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from naka.errors import PolicyError, Problem
from naka.policy import load_files
from naka.policy.compile import compile_folder
from naka.policy.folder import read_folder

__all__ = ["Compiled", "Contents", "PolicySource"]

_Bytes: TypeAlias = bytes
BUNDLE_SUFFIX = ".pb"
_MAX_BUNDLE_BYTES = 64 << 20
_MAX_STAMPED = 10_000


@dataclass(frozen=True, slots=True)
class Contents:
    """What a source held at one moment."""

    files: dict[str, bytes]
    problems: tuple[Problem, ...]

    def digest(self) -> bytes:
        """Equal for equal contents, whatever the time stamps say."""
        total = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            total.update(f"{name}\0{len(data)}\0".encode())
            total.update(data)
        for problem in self.problems:
            total.update(str(problem).encode())
        return total.digest()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A bundle that may be applied."""

    bytes: _Bytes
    warnings: tuple[Problem, ...]
    packs: int | None
    """How many packs; None for a bundle that was compiled elsewhere."""


class PolicySource:
    """Reads and compiles `path` as often as it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bundle = path.suffix == BUNDLE_SUFFIX and not path.is_dir()

    def stamp(self) -> tuple[tuple[str, int, int, int, int], ...]:
        """Cheap to make, and another one when a file was changed, added or taken away, to the clock's tick.

        A ConfigMap mount swaps a link, so links are followed.
        """
        found: list[tuple[str, int, int, int, int]] = []
        folders = os.walk(self.path, followlinks=True) if self.path.is_dir() else [(str(self.path), [], [""])]
        for folder, _below, names in folders:
            for name in names:
                path = f"{folder}/{name}" if name else folder
                with contextlib.suppress(OSError):
                    status = Path(path).stat()
                    found.append((path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
            if len(found) > _MAX_STAMPED:
                break
        return tuple(sorted(found))

    def read(self) -> Contents:
        """What is there now. Never raises: what cannot be read is a problem of the contents."""
        if not self._bundle:
            files, problems = read_folder(self.path)
            return Contents(files, tuple(problems))
        try:
            with self.path.open("rb") as file:
                return Contents({str(self.path): file.read(_MAX_BUNDLE_BYTES + 1)}, ())
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            return Contents({}, (Problem(code="policy_file_unreadable", message=message, file=str(self.path)),))

    def compile(self, contents: Contents) -> Compiled:
        """Compiles contents. Raises PolicyError with every fault by file, line and field."""
        if contents.problems:
            raise PolicyError("the policy cannot be read", problems=contents.problems)
        if self._bundle:
            return Compiled(contents.files[str(self.path)], (), None)
        if not contents.files:
            # More often a volume that is not mounted than a wish for no policy.
            message = "holds no policy: put a PolicyPack in a file that ends with .yaml"
            problem = Problem(code="policy_empty", message=message, file=str(self.path))
            raise PolicyError("there is no policy", problems=[problem])
        bundle = compile_folder(load_files(contents.files))
        return Compiled(bundle.bytes, bundle.warnings, len(bundle.info.packs))
