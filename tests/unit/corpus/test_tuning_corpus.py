"""The tuning corpus holds every entity and layout often enough to improve rules with."""

from __future__ import annotations

from collections import Counter

from naka.testing import ENTITIES

from .documents import documents


def test_every_entity_and_layout_has_its_share() -> None:
    entities = Counter(label["entity"] for document in documents("tuning") for label in document["entities"])
    assert set(entities) == set(ENTITIES)
    assert min(entities.values()) >= 40
    layouts = Counter(document["layout"] for document in documents("tuning"))
    assert {"chat", "form", "json", "csv", "logs", "code", "email", "transcript", "ocr", "field"} <= set(layouts)
