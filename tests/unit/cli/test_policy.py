"""`naka policy`: what it prints, and its exit codes."""

from __future__ import annotations

import hashlib
import json
import re
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


def test_check_warns_of_what_a_stream_judges_only_at_its_end(folder):
    recognizers = "  recognizers:\n  - {entity: MEMO, patterns: [{regex: 'MEMO:.*', confidence: 0.7}]}\n"
    (folder / "pack.yaml").write_text(GOOD.replace("[IN_AADHAAR]", "[IN_AADHAAR, PERSON, MEMO]") + recognizers)
    problems = json.loads(run("check", folder, "--json").stdout)["problems"]
    [late] = [problem["message"] for problem in problems if problem["code"] == "policy_late_in_streams"]
    assert "PERSON, MEMO" in late


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


AADHAAR = "mera aadhaar 5109 8027 4087 hai"  # made up, with a right check digit


def test_explain_says_which_rule_decides_and_why_others_do_not(folder):
    rules = "  - {id: b, entities: [IN_AADHAAR], action: Block, mode: Shadow}\n"
    rules += '  - {id: c, entities: [IN_AADHAAR], action: Block, traffic: {regions: ["!IN"]}}\n'
    (folder / "pack.yaml").write_text(GOOD + rules)
    result = run("explain", "--policy", folder, "--text", AADHAAR, "--region", "IN")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "enforced: Mask(4) would be: Block"
    assert "characters 13 to 27: IN_AADHAAR" in lines
    assert "decides demo a Mask(4)" in lines
    assert "shadow demo b Block mode Shadow" in lines
    assert "silent demo c Block traffic.regions" in lines
    assert "4087" not in result.stdout


def test_explain_json_holds_both_decisions_and_reads_the_text_from_stdin(folder):
    result = run("explain", "--policy", folder, "--text", "-", "--json", stdin=AADHAAR)
    answer = json.loads(result.stdout)
    assert answer["decision"] == {
        "enforced": {"action": "Mask", "keepLast": 4},
        "wouldBe": {"action": "Mask", "keepLast": 4},
    }
    assert "4087" not in result.stdout


def test_explain_says_whether_the_clause_of_a_rule_is_in_force(folder):
    legal = "clause: 'X:1', legal: {source: a law, mark: P, inForceFrom: 2027-05-13}, action: Mask"
    (folder / "pack.yaml").write_text(GOOD.replace("action: Mask", legal))
    ask = ("explain", "--policy", folder, "--text", AADHAAR, "--on")
    before, after = run(*ask, "2027-05-12"), run(*ask, "2027-05-13")
    assert before.stdout.startswith("enforced: Mask(4)")  # the law's date delays nothing
    assert "X:1, upcoming (1 day)" in before.stdout
    assert "X:1, in force" in after.stdout
    [cluster] = json.loads(run(*ask, "2027-05-12", "--json").stdout)["clusters"]
    assert cluster["findings"][0]["rules"][0]["clauseIs"] == "upcoming (1 day)"


def test_explain_takes_the_facts_of_the_call_from_its_options(folder):
    upstream = "---\napiVersion: naka.dev/v1alpha1\nkind: ClusterUpstream\nmetadata: {name: x}\n"
    upstream += "spec: {hosts: [api.example.com], provider: acme, region: US}\n"
    (folder / "pack.yaml").write_text(GOOD + upstream)
    options = ("--host", "api.example.com", "--surface", "finetuning", "--direction", "RESPONSE", "--model", "gpt-5")
    result = run("explain", "--policy", folder, "--text", "x", "--json", "--on", "2027-05-13", *options)
    traffic = json.loads(result.stdout)["traffic"]
    assert traffic == {
        "today": "2027-05-13",
        "direction": "Response",
        "surface": "FineTuning",
        "provider": "acme",
        "model": "gpt-5",
        "region": "US",
        "purpose": None,
        "knownRoute": True,
    }


def test_explain_takes_a_bundle_too_and_selects_by_namespace_and_labels(folder):
    pack = GOOD.replace("{name: demo}", "{name: demo, namespace: payments}")
    pack = pack.replace("  rules", "  workloadSelector: {matchLabels: {app: chat}}\n  rules")
    (folder / "pack.yaml").write_text(pack)
    run("compile", folder, "-o", folder / "bundle.pb")
    for options, packs in [
        (("--namespace", "payments", "--label", "app=chat"), ["payments/demo"]),
        (("--namespace", "payments", "--label", "app=other"), []),
        (("--namespace", "other", "--label", "app=chat"), []),
    ]:
        result = run("explain", "--policy", folder / "bundle.pb", "--text", "x", "--json", *options)
        assert [pack["name"] for pack in json.loads(result.stdout)["packs"]] == packs


@pytest.mark.parametrize(
    "options", [("--surface", "Chatt"), ("--direction", "up"), ("--label", "novalue"), ("--policy", "gone.pb")]
)
def test_a_wrong_option_of_explain_is_a_usage_error(folder, options):
    with pytest.raises(ConfigError):
        run("explain", "--policy", folder, "--text", "x", *options)


def test_a_bundle_that_is_none_is_refused(folder):
    (folder / "bundle.pb").write_bytes(b"not a bundle")
    with pytest.raises(PolicyError):
        run("explain", "--policy", folder / "bundle.pb", "--text", "x")


def test_hash_is_the_same_for_every_spelling_and_shows_only_the_hash():
    hashes = {
        run("hash", "IN_AADHAAR", stdin=text).stdout for text in ("510980274087", "5109 8027 4087\n", "५१०९८०२७४०८७")
    }
    [one] = hashes
    assert re.fullmatch(r"[0-9a-f]{64}\n", one)
    assert run("hash", "IN_PAN", stdin="510980274087").stdout not in hashes


def test_a_hashed_value_can_be_exempted(folder):
    digest = run("hash", "IN_AADHAAR", stdin="5109 8027 4087").stdout.strip()
    exemption = f"  - {{id: e, entities: [IN_AADHAAR], reason: made up, expires: 2999-12-31, sha256s: ['{digest}']}}\n"
    (folder / "pack.yaml").write_text(GOOD + "  exemptions:\n" + exemption)
    result = run("explain", "--policy", folder, "--text", AADHAAR)
    assert result.stdout.startswith("enforced: Audit")
    assert "exemption e" in result.stdout


@pytest.mark.parametrize("value", ["", " \n"])
def test_hash_without_a_value_is_a_usage_error(value):
    with pytest.raises(ConfigError):
        run("hash", "IN_AADHAAR", stdin=value)


def test_hash_of_an_unknown_entity_is_refused():
    with pytest.raises(PolicyError):
        run("hash", "IN_ADHAR", stdin="1")
