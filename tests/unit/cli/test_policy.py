"""`naka policy`: what it prints, and its exit codes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from naka.cli import policy
from naka.errors import ConfigError, PolicyError

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


def test_check_accepts_a_right_policy_and_prints_its_revision(folder):
    result = run("check", folder)
    assert result.exit_code == 0
    assert "demo  Enforce  1      1" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("ok: revision ")


def test_check_tells_every_fault_by_file_line_and_field(folder):
    (folder / "pack.yaml").write_text(BAD)
    result = run("check", folder)
    assert result.exit_code == 1
    fault, end = result.stdout.splitlines()
    assert fault == (
        f"{folder}/pack.yaml:7: error: spec.rules[0].maks: is not a field here; did you mean 'mask'? "
        "[policy_unknown_field]"
    )
    assert end == "1 fault: the policy is not usable"


def test_check_tells_what_the_compiler_refuses_where_it_was_written(folder):
    (folder / "pack.yaml").write_text(BAD.replace(", maks: {}", ""))
    result = run("check", folder, "--json")
    assert result.exit_code == 1
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["line"], problem["path"], problem["severity"]) == (
        "policy_unknown_entity",
        7,
        "spec.rules[0].entities[0]",
        "error",
    )
    assert "IN_AADHAAR" in problem["message"]


def test_check_warns_and_strict_makes_warnings_count(folder):
    (folder / "pack.yaml").write_text(GOOD.replace("keepLast: 4", "keepLast: 6"))
    result = run("check", folder)
    assert result.exit_code == 0
    assert ":7: warning: spec.rules[0].mask.keepLast: leaves 6" in result.stdout
    assert "ok, 1 warning: " in result.stdout
    assert run("check", folder, "--strict").exit_code == 1


def test_check_never_repeats_a_value_that_a_pack_holds(folder):
    # a made-up Aadhaar number with a right check digit
    text = GOOD.replace("action: Mask", "clause: my aadhaar 5109 8027 4087, action: Mask")
    (folder / "pack.yaml").write_text(text + "# and in a comment: aadhaar 5109 8027 4087\n")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "policy_holds_value" in result.stdout
    (folder / "pack.yaml").write_text(GOOD + "# in a comment: aadhaar 5109 8027 4087\n")
    warned = run("check", folder)
    assert warned.exit_code == 0
    assert ":8: warning: a comment holds a value that looks like IN_AADHAAR" in warned.stdout
    assert "4087" not in result.stdout + warned.stdout


def test_compile_writes_the_same_bundle_for_the_same_packs_and_prints_its_revision(folder):
    first, second = folder / "a.pb", folder / "b.pb"
    result = run("compile", folder, "-o", first)
    assert result.exit_code == 0
    (folder / "pack.yaml").rename(folder / "renamed.yml")
    assert run("compile", folder, "-o", second).stdout == result.stdout
    assert second.read_bytes() == first.read_bytes()
    assert hashlib.sha256(first.read_bytes()).hexdigest() == result.stdout.strip()


def test_compile_of_a_wrong_policy_writes_nothing(folder):
    (folder / "pack.yaml").write_text(BAD)
    with pytest.raises(PolicyError):
        run("compile", folder, "-o", folder / "a.pb")
    assert [path.name for path in folder.iterdir()] == ["pack.yaml"]


def test_compile_to_a_place_that_cannot_be_written_says_so(folder):
    with pytest.raises(ConfigError, match="cannot be written"):
        run("compile", folder, "-o", folder / "missing" / "a.pb")


def test_a_built_in_pack_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ConfigError, match="dpdp, rbi, sebi"):
        run("show", "gdpr")


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
