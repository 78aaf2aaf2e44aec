"""The unseen corpus stays what it was when it was frozen, and is what its README says."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@cache
def documents() -> list[dict[str, Any]]:
    with (CORPUS / "unseen.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_unseen_corpus_is_frozen():
    digest = hashlib.sha256((CORPUS / "unseen.jsonl").read_bytes()).hexdigest()
    assert (CORPUS / "unseen.sha256").read_text(encoding="utf-8") == f"{digest}  unseen.jsonl\n"


def test_generator_writes_the_frozen_corpus_byte_for_byte():
    run = subprocess.run(
        [sys.executable, "-B", str(CORPUS / "make_unseen.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "same\n"), run.stderr


def test_spans_lie_in_their_text_and_carry_no_white_space():
    for document in documents():
        for label in document["entities"]:
            value = document["text"][label["start"] : label["end"]]
            assert value, document["id"]
            assert value == value.strip(), document["id"]
            assert set(label) <= {"entity", "start", "end", "ambiguous"}


def test_certain_labels_do_not_overlap_each_other():
    for document in documents():
        at = 0
        for label in document["entities"]:
            if not label.get("ambiguous"):
                assert label["start"] >= at, document["id"]
                at = label["end"]


def test_size_and_variety():
    templates = {document["id"].rsplit("-", 1)[0] for document in documents()}
    bare = sum(not document["entities"] for document in documents())
    assert len(documents()) >= 3000
    assert len({document["id"] for document in documents()}) == len(documents())
    assert len(templates) >= 350
    assert 0.30 < bare / len(documents()) < 0.40
    languages = Counter(document["language"] for document in documents())
    assert set(languages) == {"en", "hinglish", "hi", "ta", "bn", "mr", "te", "gu", "kn"}
    layouts = Counter(document["layout"] for document in documents())
    assert min(layouts.values()) >= 100
    assert min(languages.values()) >= 50


def test_json_documents_are_json():
    for document in documents():
        if document["layout"] == "json":
            json.loads(document["text"])
