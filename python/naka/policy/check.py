"""Everything that can be said about a policy folder before it is used: does it compile, and what is doubtful."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from naka import _core
from naka.detect import Detector
from naka.errors import Problem
from naka.policy.compile import Bundle, compile_flat
from naka.policy.flatten import flatten
from naka.policy.folder import PolicyFolder
from naka.policy.review import review

__all__ = ["Checked", "check_folder"]

# Values that identify, pay or open: letting them pass is rarely meant.
_SENSITIVE: Final = frozenset({"identity", "bank", "card", "credential", "health", "securities"})
# Values that no pack may hold. The compiler refuses them in fields; comments never reach it.
_NEVER_WRITTEN: Final = frozenset({"identity", "bank", "card"})
_LIKELY: Final = 0.6
_COMMENT: Final = re.compile(rb"(?:^|\s)#(.*)")


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy that can be used."""

    bundle: Bundle
    warnings: tuple[Problem, ...]
    """What is allowed but rarely meant: the compiler's doubts, those of `review`, and values in comments."""


def check_folder(folder: PolicyFolder, *, today: date) -> Checked:
    """Compiles a folder and reviews it. Raises PolicyError with every fault when it cannot be used."""
    flat = flatten(folder.packs, folder.upstreams)
    bundle = compile_flat(flat)
    detector = Detector()
    sensitive, late = _names_of(detector, _SENSITIVE), _late_names(detector, bundle)
    doubts = [*bundle.warnings, *review(flat, today=today, sensitive=sensitive, late=late)]
    doubts += _values_in_comments(detector, folder.files)
    return Checked(bundle, tuple(sorted(doubts, key=lambda problem: (problem.file, problem.line))))


def _names_of(detector: Detector, groups: frozenset[str]) -> Callable[[str], bool]:
    """Says of a name whether it stands for an entity of these groups: ids, other vendors' names, `group:NAME`."""
    names = {f"group:{group}" for group in groups}
    for entity in detector.entities():
        if groups.intersection(entity["groups"]):
            names.update((entity["id"], *entity["aliases"]))
    return names.__contains__


def _late_names(detector: Detector, bundle: Bundle) -> Callable[[str], bool]:
    """Says of a name whether it stands for an entity that is not judged while an answer streams: names, addresses,
    recognisers without a longest match."""
    late = set(json.loads(_core.ruleset_info(bundle.bytes))["lateInStreams"])
    for entity in detector.entities():
        if entity["id"] in late:
            late.update(entity["aliases"])
    return late.__contains__


def _values_in_comments(detector: Detector, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Comments that hold an identity, bank or card value: they are kept in Git and read by many."""
    never = _names_of(detector, _NEVER_WRITTEN)
    for file, content in files.items():
        for number, line in enumerate(content.split(b"\n"), start=1):
            comment = _COMMENT.search(line)
            if comment is None:
                continue
            for finding in detector.scan(comment[1]):
                if finding.confidence >= _LIKELY and never(finding.entity):
                    message = f"a comment holds a value that looks like {finding.entity}: remove it"
                    yield Problem(code="policy_comment_holds_value", message=message, file=file, line=number)
