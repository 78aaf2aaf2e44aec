"""The reference page of policy files says what the models say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from naka.policy.builtin import builtin_packs
from naka.policy.folder import load_files
from naka.policy.reference import reference_page
from naka.policy.schema import json_schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "policypack.md"
HOW_TO = ROOT / "docs" / "how-to" / "write-a-pack.md"


def test_the_reference_page_is_in_step_with_the_models():
    page = reference_page()
    if os.environ.get("NAKA_GOLDEN") == "rewrite":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "make it again: make golden"


def test_every_field_has_a_description():
    schema = json_schema()
    for name, part in schema["$defs"].items():
        for field, described in part.get("properties", {}).items():
            assert described.get("description"), f"{name}.{field}"


def test_every_field_of_the_schema_is_on_the_reference_page():
    page = PAGE.read_text(encoding="utf-8")
    for part in json_schema()["$defs"].values():
        for field in part.get("properties", {}):
            assert f"| `{field}` |" in page, field


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL))
def test_every_policy_in_the_how_to_page_is_right(block):
    if "apiVersion" not in block:
        head = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\nspec:\n  mode: Shadow\n"
        block = head + "".join(f"  {line}\n" for line in block.splitlines())
    pack = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: other}\nspec: {mode: Shadow}\n"
    load_files({"other.yaml": pack.encode(), "page.yaml": block.encode()})


def documents() -> list[object]:
    texts = [pack.text for versions in builtin_packs().values() for pack in versions]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "examples" / "policies").glob("*/*.yaml"))]
    # BaseLoader-like reading of dates: JSON has none
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)
    return [document for text in texts for document in yaml.load_all(text, Loader=loader) if document]


def test_the_json_schema_accepts_the_packs_and_examples_and_refuses_a_misspelt_field():
    validator = jsonschema.Draft202012Validator(json_schema())
    assert len(documents()) > 4
    for document in documents():
        validator.validate(document)
    broken = {"apiVersion": "naka.dev/v1alpha1", "kind": "PolicyPack", "metadata": {"name": "a"}}
    assert not validator.is_valid({**broken, "spec": {"mode": "Shadow", "ruels": []}})
    assert validator.is_valid({**broken, "spec": {"mode": "Shadow", "rules": []}})
