"""From packs to the bundle: flatten, hand over to the compiler in Rust, and bring its answers back to the files.

The bundle is plain data with a revision (sha256 of its canonical bytes); the sidecar and the operator share nothing
else. The same packs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from naka import _core
from naka.errors import PolicyError, Problem
from naka.policy.flatten import Flat, flatten, namespace_of
from naka.policy.folder import Loaded, PolicyFolder
from naka.policy.model import ClusterUpstream, Pack
from naka.policy.values import Mode

__all__ = ["Bundle", "BundleInfo", "PackInfo", "compile_folder", "compile_packs"]

_Bytes: TypeAlias = bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """What one pack brings to a bundle, for people."""

    kind: str
    namespace: str
    """Empty for a ClusterPolicyPack, and for a pack that belongs to whoever loads its file."""
    name: str
    mode: str
    """Mode of the pack; its rules may override it."""
    resolved: tuple[str, ...]
    """Versions that `extends` stands for, such as `dpdp@1.0`."""
    rules: int
    enforced: int
    """Rules whose effective mode is Enforce."""
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleInfo:
    """What is in a bundle, for people; it decides nothing."""

    packs: tuple[PackInfo, ...]
    upstreams: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A compiled policy."""

    bytes: _Bytes = field(repr=False)
    """Canonical bundle (proto/naka/v1/policy.proto)."""
    revision: str
    """sha256 of the bytes, 64 lower-case hexadecimal digits."""
    info: BundleInfo
    warnings: tuple[Problem, ...] = ()
    """What the compiler accepts but finds doubtful."""


def compile_folder(folder: PolicyFolder) -> Bundle:
    """Compiles all packs and upstreams of a folder. Raises PolicyError as `compile_packs` does."""
    return compile_packs(folder.packs, folder.upstreams)


def compile_packs(packs: Iterable[Loaded[Pack]], upstreams: Iterable[Loaded[ClusterUpstream]] = ()) -> Bundle:
    """Compiles packs and upstreams.

    Raises PolicyError with every fault at the file, line and field that caused it: an unknown entity, a regular
    expression over its limits, an example of a recogniser that does not hold, a pack that holds personal data.
    """
    return compile_flat(flatten(packs, upstreams))


def compile_flat(flat: Flat) -> Bundle:
    """Compiles what `flatten` made."""
    try:
        data, revision, warnings = _core.compile_bundle(flat.json())
    except PolicyError as error:
        problems = _told(flat, error.problems)
        count = len(problems)
        raise PolicyError(f"the policy has {count} fault{'s' if count != 1 else ''}", problems=problems) from None
    info = BundleInfo(
        packs=tuple(_pack_info(flat, number) for number in range(len(flat.packs))),
        upstreams=tuple(upstream.model.metadata.name for upstream in flat.upstreams),
    )
    return Bundle(bytes=data, revision=revision, info=info, warnings=tuple(_told(flat, warnings)))


def _told(flat: Flat, problems: Iterable[Problem]) -> list[Problem]:
    """The compiler's problems where they were written, in the order of files and lines."""
    told = [flat.problem(problem.code, problem.path, problem.message) for problem in problems]
    return sorted(dict.fromkeys(told), key=lambda problem: (problem.file, problem.line))


def _pack_info(flat: Flat, number: int) -> PackInfo:
    loaded, rules = flat.packs[number], flat.rules[number]
    pack = loaded.model
    return PackInfo(
        kind=pack.kind,
        namespace=namespace_of(pack),
        name=pack.metadata.name,
        mode=pack.spec.mode.value,
        resolved=flat.resolved[number],
        rules=len(rules),
        enforced=sum(rule.mode is Mode.ENFORCE for rule in rules),
        file=loaded.source.file,
    )
