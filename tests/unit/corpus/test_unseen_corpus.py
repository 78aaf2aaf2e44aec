"""The unseen corpus stays what it was when it was frozen, and is what its README says."""

from __future__ import annotations

import hashlib
from collections import Counter

from .documents import CORPUS, documents


def test_unseen_corpus_is_frozen() -> None:
    digest = hashlib.sha256((CORPUS / "unseen.jsonl").read_bytes()).hexdigest()
    assert (CORPUS / "unseen.sha256").read_text(encoding="utf-8") == f"{digest}  unseen.jsonl\n"


def test_labels_hold_nothing_else() -> None:
    for document in documents("unseen"):
        for label in document["entities"]:
            assert set(label) <= {"entity", "start", "end", "ambiguous"}


def test_certain_labels_do_not_overlap_each_other() -> None:
    for document in documents("unseen"):
        at = 0
        for label in document["entities"]:
            if not label.get("ambiguous"):
                assert label["start"] >= at, document["id"]
                at = label["end"]


def test_size_and_variety() -> None:
    templates = {document["id"].rsplit("-", 1)[0] for document in documents("unseen")}
    bare = sum(not document["entities"] for document in documents("unseen"))
    assert len(templates) >= 350
    assert 0.30 < bare / len(documents("unseen")) < 0.40
    languages = Counter(document["language"] for document in documents("unseen"))
    layouts = Counter(document["layout"] for document in documents("unseen"))
    assert min(layouts.values()) >= 100
    assert min(languages.values()) >= 50
