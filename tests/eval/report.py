"""Shows scores: tables on a terminal, JSON, and the page `docs/accuracy.md`."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classes import class_of
from rich.console import Console
from rich.table import Table
from scoring import Count, Score, wilson

HEAD = ("", "labels", "found", "missed", "false", "precision", "95 %", "recall", "95 %", "exact span")


@dataclass(frozen=True)
class Run:
    """One corpus and its score."""

    name: str
    sha256: str
    floor: float
    score: Score


def cells(name: str, count: Count) -> list[str]:
    """One table row."""
    low_p, high_p = wilson(count.found, count.found + count.false)
    low_r, high_r = wilson(count.found, count.found + count.missed)
    return [
        name,
        str(count.found + count.missed),
        str(count.found),
        str(count.missed),
        str(count.false),
        _number(count.precision),
        _range(low_p, high_p),
        _number(count.recall),
        _range(low_r, high_r),
        _number(count.exact_share),
    ]


def _number(share: float) -> str:
    return "-" if math.isnan(share) else f"{share:.3f}"


def _range(low: float, high: float) -> str:
    return "-" if math.isnan(low) else f"{low:.3f}-{high:.3f}"


def sections(run: Run, classes: dict[str, str]) -> list[tuple[str, list[list[str]]]]:
    """Title and rows of every table of one corpus."""
    score = run.score
    entities = sorted(score.by_entity, key=lambda name: (class_of(name, classes), name))
    return [
        (
            "All",
            [
                cells("headline: checksummed, registry and labelled", score.headline),
                cells("the same and structure (all but heuristic)", score.without_heuristics),
            ],
        ),
        ("By class", [cells(name, count) for name, count in sorted(score.by_class.items())]),
        (
            "By entity",
            [cells(f"{name} ({class_of(name, classes)})", score.by_entity[name]) for name in entities],
        ),
        ("By language, without heuristic", [cells(n, c) for n, c in sorted(score.by_language.items())]),
        ("By layout, without heuristic", [cells(n, c) for n, c in sorted(score.by_layout.items())]),
        ("By tier, all entities", [_tier(n, c) for n, c in sorted(score.by_tier.items())]),
    ]


def _tier(name: str, count: Count) -> list[str]:
    """A tier has findings, not labels: recall has no meaning for it."""
    row = cells(name, count)
    row[1], row[3], row[7], row[8] = "-", "-", "-", "-"
    if name == "possible":
        row[9] = "-"
    return row


def to_terminal(runs: Iterable[Run], classes: dict[str, str], console: Console) -> None:
    """All tables."""
    for run in runs:
        console.rule(f"{run.name}: {run.score.documents:,} documents, sha256 {run.sha256[:12]}")
        for title, rows in sections(run, classes):
            table = Table(title=title, title_justify="left")
            for number, head in enumerate(HEAD):
                table.add_column(head, justify="left" if number == 0 else "right", no_wrap=True)
            for row in rows:
                table.add_row(*row)
            console.print(table)


def to_json(runs: Iterable[Run], classes: dict[str, str]) -> dict[str, Any]:
    """The numbers, for machines. A share without a base is null."""
    return {run.name: _run_json(run, classes) for run in runs}


def _run_json(run: Run, classes: dict[str, str]) -> dict[str, Any]:
    score = run.score
    groups = {
        "class": score.by_class,
        "entity": score.by_entity,
        "language": score.by_language,
        "layout": score.by_layout,
        "tier": score.by_tier,
    }
    return {
        "sha256": run.sha256,
        "documents": score.documents,
        "floor": run.floor,
        "headline": _count_json(score.headline),
        "without_heuristics": _count_json(score.without_heuristics),
        "classes": {name: class_of(name, classes) for name in sorted(score.by_entity)},
        **{
            f"by_{name}": {key: _count_json(count) for key, count in sorted(group.items())}
            for name, group in groups.items()
        },
    }


def _count_json(count: Count) -> dict[str, Any]:
    def known(share: float) -> float | None:
        return None if math.isnan(share) else round(share, 5)

    return {
        "found": count.found,
        "missed": count.missed,
        "false": count.false,
        "exact": count.exact,
        "precision": known(count.precision),
        "recall": known(count.recall),
        "precision_95": [known(bound) for bound in wilson(count.found, count.found + count.false)],
        "recall_95": [known(bound) for bound in wilson(count.found, count.found + count.missed)],
    }


def to_markdown(runs: Iterable[Run], classes: dict[str, str], command: str, date: str) -> str:
    """The page."""
    parts = [
        f"<!-- Written by `{command}`; do not edit. -->",
        "# Accuracy",
        "",
        f"Measured on {date} with `{command}` on {machine()}.",
        "",
        "Two labelled corpora of synthetic text (`tests/corpus/README.md`). Rules are improved with the tuning",
        "corpus; the unseen corpus was written from the entity reference alone, before and apart from the rules, and",
        "is frozen by its hash: its figure is the product's. Counted are findings of the tiers `certain` and `likely`.",
        "A label is found if a finding of its entity overlaps it. Bounds are Wilson's 95 %; several documents come",
        "from one template, so the true bounds are somewhat wider. Word and name heuristics stand apart.",
        "",
        "| corpus | documents | floor | precision | recall | all but heuristic: precision | recall |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    listed = list(runs)
    for run in listed:
        head, rest = run.score.headline, run.score.without_heuristics
        shares = (head.precision, head.recall, rest.precision, rest.recall)
        row = " | ".join(_number(share) for share in shares)
        parts.append(f"| {run.name} | {run.score.documents:,} | {run.floor} | {row} |")
    for run in listed:
        parts += ["", f"## {run.name.capitalize()} corpus", "", f"`sha256 {run.sha256}`"]
        for title, rows in sections(run, classes):
            parts += ["", f"### {title}", "", "| " + " | ".join(HEAD) + " |", "| --- |" + " ---: |" * (len(HEAD) - 1)]
            parts += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(parts) + "\n"


def machine() -> str:
    """Processor, system and Python, as far as the system tells."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {platform.system()}, Python {platform.python_version()}"
