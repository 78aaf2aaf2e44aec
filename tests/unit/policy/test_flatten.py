"""Flattening: built-in packs unfolded, rules replaced by id, modes and defaults explicit, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from naka.errors import PolicyError
from naka.policy.flatten import Flat, flatten
from naka.policy.folder import load_files

HEAD = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\nspec:\n"


def flat(*specs: str, head: str = HEAD) -> Flat:
    files = {
        f"{number}.yaml": head.replace("demo", f"demo{number}").encode() + spec.encode()
        for number, spec in enumerate(specs)
    }
    folder = load_files(files)
    return flatten(folder.packs, folder.upstreams)


def pack(spec: str) -> dict[str, Any]:
    return flat(spec).source["packs"][0]


def rules(spec: str) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in pack(spec)["rules"]}


def test_an_extended_pack_brings_its_rules_with_their_origin_and_is_pinned():
    found = pack("  mode: Shadow\n  extends: [dpdp]\n")
    assert found["resolved"] == ["dpdp@1.0"]
    assert {rule["origin"] for rule in found["rules"]} == {"dpdp@1.0"}
    assert "dpdp-aadhaar" in {rule["id"] for rule in found["rules"]}


@pytest.mark.parametrize("reference", ["dpdp", "dpdp@1", "dpdp@1.0"])
def test_a_pack_may_be_pinned_in_part_or_in_whole(reference):
    assert pack(f"  mode: Shadow\n  extends: ['{reference}']\n")["resolved"] == ["dpdp@1.0"]


@pytest.mark.parametrize(("reference", "hint"), [("dpdb", "'dpdp'"), ("rbi@9.0", "rbi@1.0")])
def test_extending_what_is_not_built_in_is_refused_with_what_there_is(reference, hint):
    with pytest.raises(PolicyError) as raised:
        flat(f"  mode: Shadow\n  extends: [sebi, '{reference}']\n")
    [problem] = raised.value.problems
    assert (problem.code, problem.path, problem.file) == ("policy_unknown_pack", "spec.extends[1]", "0.yaml")
    assert problem.line == 6
    assert hint in problem.message


def test_a_rule_with_the_id_of_an_extended_one_replaces_it_in_this_pack_only():
    extends = "  mode: Shadow\n  extends: [dpdp]\n"
    replaced = flat(extends + "  rules: [{id: dpdp-contact, entities: [PHONE_NUMBER], action: Audit}]\n", extends)
    first, second = (
        [rule for rule in found["rules"] if rule["id"] == "dpdp-contact"] for found in replaced.source["packs"]
    )
    assert [(rule["action"], rule.get("origin")) for rule in first] == [("Audit", None)]
    assert [(rule["action"], rule.get("origin")) for rule in second] == [("Tokenize", "dpdp@1.0")]


def test_the_effective_mode_is_the_rules_own_else_the_extending_packs():
    found = rules(
        "  mode: Enforce\n  extends: [sebi]\n"
        "  rules:\n  - {id: a, entities: [IN_PAN], action: Block, mode: Gated}\n"
        "  - {id: b, entities: [IN_PAN], action: Block}\n"
    )
    assert found["a"]["mode"] == "Gated"
    assert found["b"]["mode"] == "Enforce"
    assert found["sebi-aadhaar"]["mode"] == "Enforce"  # as shipped it is Shadow


def test_the_legal_date_of_a_built_in_rule_does_not_delay_its_enforcement():
    found = rules("  mode: Enforce\n  extends: [dpdp]\n")
    assert all("effectiveFrom" not in rule and "legal" not in rule for rule in found.values())


def test_defaults_are_written_out():
    found = pack("  mode: Shadow\n  rules: [{id: a, entities: [IN_PAN], action: Mask}]\n")
    assert found["onUnscannable"] == found["onUnknownRoute"] == "Audit"
    assert found["failure"] == "Closed"
    assert found["fineTuning"] == {"onFinding": "Block", "requireVerdict": True}
    assert found["restore"]["tools"] == ["*"]
    assert found["ledger"] == {"durability": "async", "full": False}
    assert found["rules"][0]["mask"] == {"keepLast": 0}
    assert found["rules"][0]["minConfidence"] == 0
    assert found["namespace"] == ""  # whoever loads the file


def test_settings_come_from_the_pack_itself_else_from_the_packs_it_extends():
    inherited = pack("  mode: Shadow\n  extends: [dpdp]\n")
    assert inherited["fineTuning"] == {"onFinding": "Audit", "requireVerdict": True}
    own = pack("  mode: Shadow\n  extends: [dpdp]\n  fineTuning: {onFinding: Redact, requireVerdict: false}\n")
    assert own["fineTuning"] == {"onFinding": "Redact", "requireVerdict": False}


def test_a_cluster_pack_has_a_namespace_selector_and_no_namespace():
    head = HEAD.replace("PolicyPack", "ClusterPolicyPack")
    spec = "  mode: Shadow\n  namespaceSelector: {matchLabels: {tier: bank}}\n"
    [found] = flat(spec, head=head).source["packs"]
    assert found["namespaceSelector"]["matchLabels"] == {"tier": "bank"}
    assert "namespace" not in found


def test_the_result_depends_on_the_packs_and_not_on_their_files():
    one, two = "  mode: Shadow\n  extends: [dpdp]\n", "  mode: Enforce\n"
    a = {"a.yaml": HEAD.encode() + one.encode(), "b.yaml": HEAD.replace("demo", "x").encode() + two.encode()}
    b = {"z.yaml": a["a.yaml"], "y/b.yaml": b"# note\n---\n" + a["b.yaml"]}
    assert flatten(load_files(a).packs).json() == flatten(load_files(b).packs).json()


def test_an_upstream_is_offered_under_its_name_unless_it_says_otherwise():
    files = {"pack.yaml": HEAD + "  mode: Shadow\n"}
    for name, extra in (("one", ""), ("two", ", pathPrefix: /b")):
        head = HEAD.replace("PolicyPack", "ClusterUpstream").replace("demo", name)
        files[name] = f"{head}  {{hosts: [{name}.in], provider: openai{extra}}}\n"
    folder = load_files({name: text.encode() for name, text in files.items()})
    found = flatten(folder.packs, folder.upstreams)
    assert [upstream["pathPrefix"] for upstream in found.source["upstreams"]] == ["/one", "/b"]


def test_a_compilers_problem_is_told_where_it_was_written():
    found = flat(
        "  mode: Shadow\n  extends: [dpdp]\n  rules:\n  - id: a\n    entities: [IN_PAN, IN_PANN]\n    action: Block\n"
    )
    position = next(n for n, rule in enumerate(found.source["packs"][0]["rules"]) if rule["id"] == "a")
    problem = found.problem("policy_unknown_entity", f"packs[0].rules[{position}].entities[1]", "is no entity")
    assert (problem.file, problem.line, problem.path) == ("0.yaml", 9, "spec.rules[0].entities[1]")
    assert str(problem) == "0.yaml:9: spec.rules[0].entities[1]: is no entity"


def test_a_compilers_problem_in_a_built_in_rule_is_told_at_the_extends_entry():
    found = flat("  mode: Shadow\n  extends: [dpdp]\n")
    problem = found.problem("policy_unknown_entity", "packs[0].rules[0].entities[0]", "is no entity")
    assert (problem.file, problem.line, problem.path) == ("0.yaml", 6, "spec.extends[0]")
    assert problem.message == "in dpdp@1.0, rule dpdp-aadhaar: is no entity"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("packs[0].name", "metadata.name"),
        ("packs[0].recognizers[0].patterns[0].regex", "spec.recognizers[0].patterns[0].regex"),
        ("packs[0]", ""),
    ],
)
def test_other_paths_of_the_flat_source_lead_back_to_the_document(path, expected):
    problem = flat("  mode: Shadow\n").problem("policy_x", path, "is wrong")
    assert (problem.path, problem.file) == (expected, "0.yaml")


@pytest.mark.parametrize("path", ["", "packs", "packs[7].rules[0]", "elsewhere[0]"])
def test_a_path_that_leads_nowhere_is_kept_as_it_is(path):
    problem = flat("  mode: Shadow\n").problem("policy_x", path, "is wrong")
    assert (problem.path, problem.file) == (path, "")
