"""Both corpora hold their floors: precision and recall of the headline, and of all entities but guesses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVALUATE = Path(__file__).with_name("evaluate.py")
FLOORS = {"tuning": 0.98, "unseen": 0.93}


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    run = subprocess.run([sys.executable, str(EVALUATE), "--json"], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(run.stdout)
    return figures


@pytest.mark.parametrize("row", ["headline", "without_heuristics"])
@pytest.mark.parametrize("corpus", ["tuning", "unseen"])
def test_a_corpus_holds_its_floor(measured: dict[str, Any], corpus: str, row: str) -> None:
    counts = measured[corpus][row]
    assert counts["precision"] >= FLOORS[corpus]
    assert counts["recall"] >= FLOORS[corpus]


@pytest.mark.parametrize("corpus", ["tuning", "unseen"])
def test_no_entity_but_guesses_is_mostly_wrong(measured: dict[str, Any], corpus: str) -> None:
    """A total hides a small entity: each found ten times or more is right in four of five findings."""
    told = measured[corpus]
    wrong = {
        entity: counts["precision"]
        for entity, counts in told["by_entity"].items()
        if told["classes"][entity] != "heuristic" and counts["found"] >= 10 and counts["precision"] < 0.8
    }
    assert wrong == {}


def test_the_check_of_the_command_agrees() -> None:
    run = subprocess.run([sys.executable, str(EVALUATE), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
