"""The documents of a labelled corpus, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@cache
def documents(corpus: str) -> list[dict[str, Any]]:
    """All documents of `corpus` (`tuning` or `unseen`)."""
    with (CORPUS / f"{corpus}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
