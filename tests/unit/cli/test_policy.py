"""`naka policy`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from naka.cli import policy

HEAD = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\nspec:\n"
GOOD = HEAD + "  mode: Enforce\n  rules:\n  - {id: a, entities: [IN_AADHAAR], action: Mask, mask: {keepLast: 4}}\n"
BAD = HEAD + "  mode: Enforce\n  rules:\n  - {id: a, entities: [IN_AADHAR], action: Mask, maks: {}}\n"

app = typer.Typer()
policy.register(app)


def run(*args: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["policy", *map(str, args)], input=stdin, catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pack.yaml").write_text(GOOD)
    return tmp_path


def test_list_names_the_built_in_packs_with_their_versions():
    result = run("list")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:]] == [
        ["dpdp", "1.0"],
        ["rbi", "1.0"],
        ["sebi", "1.0"],
    ]
    assert [pack["name"] for pack in json.loads(run("list", "--json").stdout)] == ["dpdp", "rbi", "sebi"]


def test_show_says_of_every_rule_whether_its_clause_is_in_force():
    result = run("show", "dpdp")
    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[3:]}
    assert lines["dpdp-aadhaar"].endswith("  in force")
    rules = json.loads(run("show", "dpdp@1.0", "--json").stdout)["rules"]
    assert all(rule["status"] == "in force" or rule["status"].startswith("upcoming (") for rule in rules)


def test_show_yaml_prints_the_pack_as_shipped():
    assert run("show", "rbi", "--yaml").stdout.startswith("# Reserve Bank of India")


def test_schema_prints_json_and_the_reference_page():
    assert json.loads(run("schema").stdout)["discriminator"]["propertyName"] == "kind"
    assert run("schema", "--markdown").stdout.startswith("<!-- Made by")
