"""docs/reference/entities.md lists what the detector finds. `make golden` writes it."""

from __future__ import annotations

import os
from pathlib import Path

from naka import Detector

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "entities.md"

HEAD = """\
# Entities

Made by `make golden` from the rules in `rust/naka-detect/rules/`; a test compares. What each class rests on:

| class | a finding rests on |
| --- | --- |
| checksum | a check digit, and more where it is not enough |
| registry | a list of state, bank, handle or issuer codes |
| structure | its shape, and words around it |
| label | a label beside it; without one it is not reported |
| heuristic | words and layout; never certain |

Packs name entities by id, by another product's name (alias), or all of a group as `group:<name>`.

| id | class | groups | aliases | what it is |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    rows = []
    for row in sorted(Detector().entities(), key=lambda row: row["id"]):
        cells = (f"`{row['id']}`", row["class"], " ".join(row["groups"]), " ".join(row["aliases"]), row["description"])
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def test_the_page_lists_the_entities_of_the_detector() -> None:
    if os.environ.get("NAKA_GOLDEN") == "rewrite":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
