"""What a bundle decides about a text, and why: the question in Python's types, the answer as the Rust core gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from naka import _core
from naka.policy.flatten import Flat, namespace_of
from naka.policy.rules import Legal
from naka.policy.values import Direction, Surface

__all__ = ["Question", "explain", "legal_notes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Texts of one call, and what is known about the call. What is not given is not known, and counts as matching."""

    texts: tuple[str, ...]
    field: str | None = None
    """Key or column header whose value the texts are; it is context for the detector."""
    today: date
    """The day to decide for."""
    direction: Direction = Direction.REQUEST
    surface: Surface = Surface.CHAT
    host: str | None = None
    """Host of the upstream: fills in provider and region from the policy's upstreams."""
    provider: str | None = None
    model: str | None = None
    region: str | None = None
    purpose: str | None = None
    namespace: str | None = None
    labels: Mapping[str, str] | None = None
    """Labels of the pod."""
    namespace_labels: Mapping[str, str] | None = None

    def json(self) -> str:
        """The question as the core takes it."""
        traffic = {
            "today": self.today.isoformat(),
            "direction": self.direction.value,
            "surface": self.surface.value,
            "host": self.host,
            "provider": self.provider,
            "model": self.model,
            "region": self.region,
            "purpose": self.purpose,
        }
        workload = {"namespace": self.namespace, "labels": self.labels, "namespaceLabels": self.namespace_labels}
        fields = [{"text": text, "label": self.field, "record": number} for number, text in enumerate(self.texts)]
        return json.dumps({"traffic": traffic, "workload": workload, "fields": fields}, default=dict)


def explain(bundle: bytes, question: Question) -> dict[str, Any]:
    """Which rules speak about the texts, what is enforced and what would be (docs/concepts/policy.md has an example).

    Positions, entities and rules; never a value. Raises PolicyError when the bundle cannot be loaded.
    """
    answer: dict[str, Any] = json.loads(_core.explain(bundle, question.json()))
    return answer


def legal_notes(flat: Flat) -> dict[tuple[str, str], Legal]:
    """What is known about the clause of each rule, by pack (`namespace/name`) and rule id. Bundles do not carry it."""
    notes: dict[tuple[str, str], Legal] = {}
    for loaded, rules in zip(flat.packs, flat.rules, strict=True):
        pack = "/".join(filter(None, (namespace_of(loaded.model), loaded.model.metadata.name)))
        notes |= {(pack, flat_rule.rule.id): flat_rule.rule.legal for flat_rule in rules if flat_rule.rule.legal}
    return notes
