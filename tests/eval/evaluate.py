"""Measures the detector on both labelled corpora: `make eval`.

    python tests/eval/evaluate.py [--only tuning|unseen] [--json] [--markdown FILE] [--check] [--errors N]

Examples of what went wrong are shown for the tuning corpus only. The unseen corpus gives totals: a rule that is
changed after reading one of its texts would make its figure worthless.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classes import disagreements
from report import Run, to_json, to_markdown, to_terminal
from rich.console import Console
from rich.text import Text
from scoring import Document, Scan, read, score

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FLOORS = {"tuning": 0.98, "unseen": 0.93}
"""Least precision and least recall of each corpus for `--check`."""
# Entities that the reference describes without an id, so that the two sides had to choose a name each.
SAME: dict[str, str] = {}
COMMAND = "make eval"


class RefusedError(Exception):
    """Asked for examples of a corpus whose texts must not be read."""


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, or 1 if `--check` finds a figure below its floor, or 2 if a corpus is missing or refused."""
    options = _parse(arguments)
    from naka.detect import Detector

    detector = Detector()
    classes, aliases = told(detector.entities())
    runs = []
    for name in [options.only] if options.only else list(FLOORS):
        path = CORPUS / f"{name}.jsonl"
        if not path.exists():
            sys.stderr.write(f"{path.name} is not there: corpus skipped\n")
            if options.check:
                return 2
            continue
        runs.append(measure(name, path, detector.scan, classes, aliases))
    if options.json:
        sys.stdout.write(json.dumps(to_json(runs, classes), indent=2) + "\n")
    else:
        # Piped output has no width of its own; tables need one.
        console = Console() if sys.stdout.isatty() else Console(width=150)
        to_terminal(runs, classes, console)
        for entity, (table, word) in disagreements(classes).items():
            console.print(f"{entity}: {table} by the reference, {word} by the detector", style="dim")
        if options.errors:
            try:
                _show(next(run for run in runs if run.name == "tuning"), options.errors, console)
            except (StopIteration, RefusedError) as refused:
                sys.stderr.write(f"no examples: {str(refused) or 'they are shown for the tuning corpus only'}\n")
                return 2
    if options.markdown:
        date = datetime.now(UTC).date().isoformat()
        options.markdown.write_text(to_markdown(runs, classes, COMMAND, date), encoding="utf-8")
    return 1 if options.check and below(runs, sys.stderr.write) else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(FLOORS), help="one corpus")
    parser.add_argument("--json", action="store_true", help="print numbers as JSON instead of tables")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page")
    parser.add_argument("--check", action="store_true", help="exit code 1 below the floors")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show N errors of the tuning corpus")
    return parser.parse_args(arguments)


def told(rows: Sequence[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What the detector says of its entities: id -> class (where it says), alias -> id."""
    classes = {row["id"]: row["class"] for row in rows if row.get("class")}
    aliases = {alias: row["id"] for row in rows for alias in row["aliases"]}
    for row in rows:
        aliases.pop(row["id"], None)  # an id is never an alias of another
    return classes, aliases


def measure(name: str, path: Path, scan: Scan, classes: dict[str, str], aliases: dict[str, str]) -> Run:
    """Scores one corpus file."""
    result = score(read(path), scan, classes, lambda entity: aliases.get(entity, SAME.get(entity, entity)))
    return Run(name, hashlib.sha256(path.read_bytes()).hexdigest(), FLOORS[name], result)


def below(runs: Sequence[Run], say: Callable[[str], object]) -> bool:
    """True if a figure is under its floor. Both figures must hold, so that no class can leave by another name."""
    failed = False
    for run in runs:
        figures = {"headline": run.score.headline, "all but heuristic": run.score.without_heuristics}
        for name, count in figures.items():
            for what, share in (("precision", count.precision), ("recall", count.recall)):
                if not share >= run.floor:  # NaN is below, too
                    say(f"{run.name}, {name}: {what} {share:.4f} is below {run.floor}\n")
                    failed = True
    return failed


def examples(run: Run, count: int) -> list[tuple[Document, str, str, int, int]]:
    """The first `count` errors, spread over entities. Raises RefusedError for the unseen corpus under any name."""
    frozen = (CORPUS / "unseen.sha256").read_text(encoding="utf-8").split()[0]
    if run.name != "tuning" or run.sha256 == frozen:
        raise RefusedError("texts of the unseen corpus are not shown")
    picked, per_entity = [], dict[tuple[str, str], int]()
    for wrong in sorted(run.score.wrong, key=lambda wrong: (wrong.kind, wrong.entity, wrong.document.id)):
        key = (wrong.kind, wrong.entity)
        per_entity[key] = per_entity.get(key, 0) + 1
        picked.append((per_entity[key], wrong))
    picked.sort(key=lambda pair: pair[0])  # stable: one of each kind first, then the second ones
    return [(w.document, w.kind, w.entity, w.start, w.end) for _, w in picked[:count]]


def _show(run: Run, count: int, console: Console) -> None:
    for document, kind, entity, start, end in examples(run, count):
        text = document.text
        around = Text(f"{kind:7}{entity:24}{document.id:24} ")
        around.append(text[max(0, start - 60) : start].replace("\n", "⏎"))
        around.append(text[start:end].replace("\n", "⏎"), style="reverse")
        around.append(text[end : end + 30].replace("\n", "⏎"))
        if document.label:
            around.append(f"  (label {document.label})", style="dim")
        console.print(around, soft_wrap=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
