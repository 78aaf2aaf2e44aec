"""Everything that can be said about a policy folder before it is used: does it compile, and what is doubtful."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from naka.detect import Detector
from naka.errors import Problem
from naka.policy.compile import Bundle, compile_flat
from naka.policy.flatten import flatten
from naka.policy.folder import PolicyFolder
from naka.policy.review import review

__all__ = ["Checked", "check_folder"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy that can be used."""

    bundle: Bundle
    warnings: tuple[Problem, ...]
    """What is allowed but rarely meant: the compiler's doubts and those of `review`."""


def check_folder(folder: PolicyFolder, *, today: date) -> Checked:
    """Compiles a folder and reviews it. Raises PolicyError with every fault when it cannot be used."""
    flat = flatten(folder.packs, folder.upstreams)
    bundle = compile_flat(flat)
    doubts = [*bundle.warnings, *review(flat, today=today, sensitive=_sensitive())]
    return Checked(bundle, tuple(sorted(doubts, key=lambda problem: (problem.file, problem.line))))


# Values that identify, pay or open: letting them pass is rarely meant.
_SENSITIVE_GROUPS = frozenset({"identity", "bank", "card", "credential", "health", "securities"})


def _sensitive() -> Callable[[str], bool]:
    """Asks the detector which names stand for such values: ids, other vendors' names, and `group:NAME`."""
    names = {f"group:{group}" for group in _SENSITIVE_GROUPS}
    for entity in Detector().entities():
        if _SENSITIVE_GROUPS.intersection(entity["groups"]):
            names.update((entity["id"], *entity["aliases"]))
    return names.__contains__
