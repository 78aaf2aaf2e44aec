"""Packs for files: as if they were enforced here."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from naka.errors import ConfigError, PolicyError
from naka.scan import Kind, file_rules, scan_stream

TEXT = b"aadhaar 5109 8027 4087, call 9812345670"


def cleaned(*packs: str, threshold: str = "likely") -> tuple[str, list[str]]:
    copy = BytesIO()
    rules = file_rules(packs, threshold=threshold)
    result = scan_stream(BytesIO(TEXT), name="x", kind=Kind.TEXT, rules=rules, today=date(2026, 11, 24), cleaned=copy)
    return copy.getvalue().decode(), [found.action for found in result.findings]


def test_without_a_pack_everything_from_the_threshold_on_is_redacted() -> None:
    assert cleaned()[0] == "aadhaar [IN_AADHAAR], call [PHONE_NUMBER]"
    assert cleaned(threshold="certain")[0].startswith("aadhaar [IN_AADHAAR], call ")


@pytest.mark.parametrize("pack", ["dpdp", "rbi", "sebi"])
def test_a_built_in_pack_acts_though_it_ships_in_shadow(pack: str) -> None:
    text, actions = cleaned(pack)
    assert "5109 8027" not in text
    assert actions[0] in ("Mask", "Tokenize", "Redact", "Block")


def test_a_pack_of_ones_own_counts_whatever_it_selects_and_whenever_it_begins(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        """
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {name: own, namespace: payments}
spec:
  mode: Shadow
  workloadSelector: {matchLabels: {app: other}}
  rules:
  - {id: a, entities: [IN_AADHAAR], action: Mask, mask: {keepLast: 4}, effectiveFrom: 2099-01-01}
  - {id: b, entities: [PHONE_NUMBER], action: Audit}
"""
    )
    assert cleaned(str(tmp_path)) == ("aadhaar XXXX XXXX 4087, call 9812345670", ["Mask", "Audit"])


def test_what_is_no_pack_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        file_rules(["gdpr"], threshold="likely")
    assert caught.value.code == "config_unknown_pack"
    assert "dpdp" in str(caught.value)
    (tmp_path / "bad.yaml").write_text("kind: PolicyPack\nspec: {rules: 1}\n")
    with pytest.raises(PolicyError) as wrong:
        file_rules([str(tmp_path)], threshold="likely")
    assert wrong.value.problems
