"""Writes `tuning.jsonl`, the corpus that rules are improved with.

    python tests/corpus/make_tuning.py            writes the file
    python tests/corpus/make_tuning.py --check    says `same`, or exit code 1

Layouts come from `tuning_layouts.py`, sentences from `tuning/*.txt`; the same seed gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tuning_layouts import LAYOUTS, Doc
from tuning_writing import negative, value

from naka.testing.identity import mrz

HERE = Path(__file__).resolve().parent
TARGET = HERE / "tuning.jsonl"
SEED = 20261124
PER_TEMPLATE = 4
_SLOT = re.compile(r"\{([!~]?)([A-Za-z_]+)(?::([a-z_0-9]+))?\}")


def templates() -> Iterator[tuple[str, str, str, str]]:
    """Name, layout, language and text of every sentence."""
    for path in sorted((HERE / "tuning").glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line and not line.startswith("#"):
                layout, language, text = line.split("|", 2)
                yield f"{path.stem}-{number:03}", layout, language, text.replace("⏎", "\n")


def fill(layout: str, language: str, text: str, rng: Random) -> Doc:
    """A sentence with values in its slots."""
    doc, at = Doc(language, layout), 0
    for slot in _SLOT.finditer(text):
        doc.say(text[at : slot.start()])
        at = slot.end()
        mark, name, form = slot.groups()
        if mark == "!":
            doc.say(negative(name, rng))
        elif name == "MRZ":
            lines = mrz(rng)
            second = lines.index("\n") + 1
            doc.say(lines[:second]).tell("IN_PASSPORT", lines[second : second + 8]).say(lines[second + 8 :])
        else:
            doc.tell(name, value(name, rng, language, form), ambiguous=mark == "~")
    return doc.say(text[at:])


def documents() -> Iterator[dict[str, Any]]:
    """All documents, as lines of the file."""
    for layout, (make, count) in LAYOUTS.items():
        for number in range(count):
            yield row(f"{layout}-{number:03}", make(Random(f"{SEED}/{layout}/{number}")))
    for name, layout, language, text in templates():
        for number in range(PER_TEMPLATE):
            yield row(f"{name}-{number}", fill(layout, language, text, Random(f"{SEED}/{name}/{text}/{number}")))


def row(name: str, doc: Doc) -> dict[str, Any]:
    """One line."""
    line: dict[str, Any] = {"id": name, "text": doc.text, "language": doc.language, "layout": doc.layout}
    if doc.label is not None:
        line["label"] = doc.label
    return {**line, "entities": doc.labels}


def main(arguments: Sequence[str]) -> int:
    """Writes the file, or compares it."""
    made = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in documents())
    if arguments == ["--check"]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == made
        sys.stdout.write("same\n" if same else "different: run make_tuning.py\n")
        return 0 if same else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
