"""The packs that Naka ships: `packs/*.yaml` beside this file, by name and version.

Every version that was ever released stays readable, so that `rbi@1.0` means the same for ever: the newest is
`rbi.yaml`, older ones are `rbi@1.0.yaml`. The version is the annotation `naka.dev/version`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from naka.policy.document import Document
from naka.policy.folder import load_files
from naka.policy.model import PolicyPack

__all__ = ["Builtin", "builtin_packs", "find_builtin"]

_VERSION = "naka.dev/version"
_TITLE = "naka.dev/title"


@dataclass(frozen=True, slots=True)
class Builtin:
    """One version of a built-in pack."""

    name: str
    version: tuple[int, ...]
    pack: PolicyPack
    source: Document
    text: str
    """The YAML as shipped, comments included."""

    @property
    def pin(self) -> str:
        """`dpdp@1.0`."""
        return f"{self.name}@{'.'.join(map(str, self.version))}"

    @property
    def title(self) -> str:
        """One line for people."""
        return self.pack.metadata.annotations.get(_TITLE, "")


@cache
def builtin_packs() -> Mapping[str, tuple[Builtin, ...]]:
    """All versions by name, the newest first. Raises PolicyError if a shipped file is wrong, which a test
    rules out.
    """
    folder = files("naka.policy") / "packs"
    contents = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".yaml")}
    found: dict[str, list[Builtin]] = {}
    for loaded in load_files(contents).packs:
        pack = loaded.model
        if isinstance(pack, PolicyPack):
            version = tuple(int(part) for part in pack.metadata.annotations[_VERSION].split("."))
            text = contents[loaded.source.file].decode("utf-8")
            name = pack.metadata.name
            found.setdefault(name, []).append(Builtin(name, version, pack, loaded.source, text))
    return {name: tuple(sorted(packs, key=lambda p: p.version, reverse=True)) for name, packs in sorted(found.items())}


def find_builtin(reference: str) -> Builtin | None:
    """The pack for `dpdp` (the newest), `dpdp@1` (the newest 1.x) or `dpdp@1.0`; None when there is no such
    one.
    """
    name, _, wanted = reference.partition("@")
    prefix = tuple(int(part) for part in wanted.split(".")) if wanted else ()
    return next((pack for pack in builtin_packs().get(name, ()) if pack.version[: len(prefix)] == prefix), None)
