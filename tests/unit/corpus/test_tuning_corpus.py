"""The tuning corpus is what its generator writes, and its labels are sound."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from naka.testing import ENTITIES

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@cache
def documents() -> list[dict[str, Any]]:
    with (CORPUS / "tuning.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_generator_writes_the_file_byte_for_byte():
    run = subprocess.run(
        [sys.executable, "-B", str(CORPUS / "make_tuning.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "same\n"), run.stderr


def test_spans_lie_in_their_text_and_carry_no_white_space():
    for document in documents():
        for label in document["entities"]:
            value = document["text"][label["start"] : label["end"]]
            assert value, document["id"]
            assert value == value.strip(), document["id"]


def test_every_entity_layout_and_language_has_its_share():
    entities = Counter(label["entity"] for document in documents() for label in document["entities"])
    assert set(entities) == set(ENTITIES)
    assert min(entities.values()) >= 40
    assert len(documents()) >= 3000
    assert len({document["id"] for document in documents()}) == len(documents())
    layouts = Counter(document["layout"] for document in documents())
    assert {"chat", "form", "json", "csv", "logs", "code", "email", "transcript", "ocr", "field"} <= set(layouts)
    languages = Counter(document["language"] for document in documents())
    assert set(languages) == {"en", "hinglish", "hi", "ta", "bn", "mr", "te", "gu", "kn"}


def test_json_documents_are_json():
    for document in documents():
        if document["layout"] == "json":
            json.loads(document["text"])
