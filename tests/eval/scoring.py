"""Precision and recall of a detector on a labelled corpus. Pure: documents and a scan function in, counts out.

A label is found if a finding of the same entity overlaps it; each finding answers for one label. A finding is
false unless it answers for a label, or lies over an ambiguous one, or is flagged nested and lies inside a label,
or is one more piece of a label that is already found. Spans are code points, half-open.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from classes import class_of, headline

CUT = 0.60
"""Findings below are `possible`: neither corpus figure counts them."""


class Found(Protocol):
    """What scoring reads of a finding."""

    @property
    def entity(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def tier(self) -> str: ...
    @property
    def nested(self) -> bool: ...


Scan = Callable[[str, str | None], Sequence[Found]]


@dataclass(frozen=True)
class Label:
    """One labelled value of a document."""

    entity: str
    start: int
    end: int
    ambiguous: bool = False


@dataclass(frozen=True)
class Document:
    """One line of a corpus file."""

    id: str
    text: str
    language: str
    layout: str
    label: str | None
    labels: tuple[Label, ...]


@dataclass
class Count:
    """Labels found and missed, findings that are false, and found labels whose span is exact."""

    found: int = 0
    missed: int = 0
    false: int = 0
    exact: int = 0

    @property
    def precision(self) -> float:
        """Share of findings that are right; NaN without findings."""
        return _share(self.found, self.found + self.false)

    @property
    def recall(self) -> float:
        """Share of labels that are found; NaN without labels."""
        return _share(self.found, self.found + self.missed)

    @property
    def exact_share(self) -> float:
        """Share of found labels whose span is the label's, to the character."""
        return _share(self.exact, self.found)

    def add(self, other: Count) -> None:
        """Adds another count to this one."""
        self.found += other.found
        self.missed += other.missed
        self.false += other.false
        self.exact += other.exact


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def wilson(part: int, whole: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % bounds of a share (Wilson, 1927); (NaN, NaN) of nothing."""
    if whole == 0:
        return math.nan, math.nan
    share, z2 = part / whole, z * z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = z / (1 + z2 / whole) * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Wrong:
    """One label that was missed or one finding that is false, for `--errors` on the tuning corpus."""

    document: Document
    kind: str
    entity: str
    start: int
    end: int


@dataclass
class Score:
    """All counts of one corpus. `by_*` for language and layout leave heuristic entities out."""

    documents: int = 0
    by_entity: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_class: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_language: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_layout: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_tier: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    headline: Count = field(default_factory=Count)
    without_heuristics: Count = field(default_factory=Count)
    wrong: list[Wrong] = field(default_factory=list)


def read(path: Path) -> list[Document]:
    """The documents of a corpus file."""
    documents = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        labels = tuple(
            Label(item["entity"], item["start"], item["end"], item.get("ambiguous", False)) for item in row["entities"]
        )
        documents.append(Document(row["id"], row["text"], row["language"], row["layout"], row.get("label"), labels))
    return documents


def score(
    documents: Iterable[Document],
    scan: Scan,
    classes: dict[str, str] | None = None,
    same: Callable[[str], str] = lambda entity: entity,
) -> Score:
    """Scans every document and counts. `classes` is the detector's own entity -> class where it tells;
    `same` brings an alias to the id under which both sides are compared."""
    result = Score()
    for document in documents:
        result.documents += 1
        _score_document(document, scan(document.text, document.label), result, classes or {}, same)
    return result


def _score_document(
    document: Document, found: Sequence[Found], result: Score, classes: dict[str, str], same: Callable[[str], str]
) -> None:
    seen = [finding for finding in found if not finding.entity.endswith("_MASKED")]
    counted = [finding for finding in seen if finding.confidence >= CUT]
    certain = [label for label in document.labels if not label.ambiguous]
    answers = _match(certain, counted, same)
    for label in certain:
        answer = answers.get(label)
        exact = answer is not None and (answer.start, answer.end) == (label.start, label.end)
        count = Count(found=int(answer is not None), missed=int(answer is None), exact=int(exact))
        _add(result, document, same(label.entity), count, classes)
        if answer is None:
            result.wrong.append(Wrong(document, "missed", label.entity, label.start, label.end))
        else:
            result.by_tier[answer.tier].add(count)
    used = {id(finding) for finding in answers.values()}
    for finding in counted:
        if id(finding) not in used and not _excused(finding, document, certain, same):
            count = Count(false=1)
            _add(result, document, same(finding.entity), count, classes)
            result.by_tier[finding.tier].add(count)
            result.wrong.append(Wrong(document, "false", finding.entity, finding.start, finding.end))
    _possible(document, [f for f in seen if f.confidence < CUT], answers, certain, result, same)


def _possible(
    document: Document,
    found: Sequence[Found],
    answers: dict[Label, Found],
    certain: Sequence[Label],
    result: Score,
    same: Callable[[str], str],
) -> None:
    """The lowest tier, for information: labels that only it finds, and what it reports beside them."""
    rest = _match([label for label in certain if label not in answers], found, same)
    used = {id(finding) for finding in rest.values()}
    for finding in found:
        if id(finding) in used:
            result.by_tier[finding.tier].found += 1
        elif not _excused(finding, document, certain, same):
            result.by_tier[finding.tier].false += 1


def _add(result: Score, document: Document, entity: str, count: Count, classes: dict[str, str]) -> None:
    kind = class_of(entity, classes)
    result.by_entity[entity].add(count)
    result.by_class[kind].add(count)
    if headline(kind):
        result.headline.add(count)
    if kind != "heuristic":
        result.without_heuristics.add(count)
        result.by_language[document.language].add(count)
        result.by_layout[document.layout].add(count)


def _match(labels: Sequence[Label], found: Sequence[Found], same: Callable[[str], str]) -> dict[Label, Found]:
    """One finding per label, largest overlap first."""
    pairs = [
        (min(label.end, finding.end) - max(label.start, finding.start), number, label, finding)
        for number, label in enumerate(labels)
        for finding in found
        if same(finding.entity) == same(label.entity) and _overlap(label, finding)
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[3].start))
    answers: dict[Label, Found] = {}
    used: set[int] = set()
    for _, _, label, finding in pairs:
        if label not in answers and id(finding) not in used:
            answers[label] = finding
            used.add(id(finding))
    return answers


def _overlap(label: Label, finding: Found) -> bool:
    return label.start < finding.end and finding.start < label.end


def _excused(finding: Found, document: Document, certain: Sequence[Label], same: Callable[[str], str]) -> bool:
    for label in document.labels:
        if label.ambiguous and _overlap(label, finding):
            return True
    for label in certain:
        inside = label.start <= finding.start and finding.end <= label.end
        if inside and (finding.nested or same(finding.entity) == same(label.entity)):
            return True
    return False
