"""What holds for the tuning corpus and the unseen one alike: each is what its generator writes, with sound labels."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from .documents import CORPUS, documents

pytestmark = pytest.mark.parametrize("corpus", ["tuning", "unseen"])


def test_generator_writes_the_file_byte_for_byte(corpus: str) -> None:
    script = CORPUS / f"make_{corpus}.py"
    run = subprocess.run([sys.executable, "-B", str(script), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "same\n"), run.stderr


def test_spans_lie_in_their_text_and_carry_no_white_space(corpus: str) -> None:
    for document in documents(corpus):
        for label in document["entities"]:
            value = document["text"][label["start"] : label["end"]]
            assert value, document["id"]
            assert value == value.strip(), document["id"]


def test_ids_are_unique_and_there_are_enough_documents(corpus: str) -> None:
    assert len(documents(corpus)) >= 3000
    assert len({document["id"] for document in documents(corpus)}) == len(documents(corpus))


def test_every_language_is_there(corpus: str) -> None:
    languages = {document["language"] for document in documents(corpus)}
    assert languages == {"en", "hinglish", "hi", "ta", "bn", "mr", "te", "gu", "kn"}


def test_json_documents_are_json(corpus: str) -> None:
    for document in documents(corpus):
        if document["layout"] == "json":
            json.loads(document["text"])
