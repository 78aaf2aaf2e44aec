"""Every example of docs/concepts/policy.md is compiled and asked, and answers what the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from naka.policy.compile import compile_folder
from naka.policy.explain import Question, explain
from naka.policy.folder import load_files

PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "policy.md"
EXAMPLE = re.compile(r"```yaml\n(?P<packs>.*?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.S)
ROW = re.compile(r"\| `(.+?)` \| (\S+) \| (\S+) \|")


def examples() -> list[tuple[str, str, str, str]]:
    found = []
    for example in EXAMPLE.finditer(PAGE.read_text("utf-8")):
        found += [(example["packs"], *row) for row in ROW.findall(example["table"])]
    return found


def shown(decision: dict[str, object]) -> str:
    return f"Mask({decision['keepLast']})" if decision["action"] == "Mask" else str(decision["action"])


@pytest.mark.parametrize(("packs", "text", "enforced", "would_be"), examples())
def test_the_example_decides_as_the_page_says(packs, text, enforced, would_be):
    bundle = compile_folder(load_files({"packs.yaml": packs.encode()}))
    answer = explain(bundle.bytes, Question(texts=(text,), today=date(2026, 11, 24)))
    assert shown(answer["decision"]["enforced"]) == enforced
    assert shown(answer["decision"]["wouldBe"]) == would_be


def test_the_page_has_examples_of_every_section_that_decides():
    assert len(examples()) >= 15
