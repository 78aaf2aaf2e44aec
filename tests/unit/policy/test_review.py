"""Second thoughts: what is allowed but rarely meant is warned of, and what is ordinary is not."""

from __future__ import annotations

from datetime import date

import pytest

from naka.errors import Problem
from naka.policy.builtin import builtin_packs
from naka.policy.flatten import flatten
from naka.policy.folder import load_files
from naka.policy.review import review

HEAD = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\nspec:\n"
TODAY = date(2026, 11, 24)
SENSITIVE = frozenset({"IN_AADHAAR", "group:identity"})


def doubts(spec: str) -> list[Problem]:
    folder = load_files({"pack.yaml": (HEAD + spec).encode()})
    return review(flatten(folder.packs), today=TODAY, sensitive=SENSITIVE.__contains__)


def rule(fields: str, mode: str = "Enforce") -> str:
    return f"  mode: {mode}\n  rules:\n  - {{id: a, {fields}}}\n"


def exemption(fields: str) -> str:
    return (
        "  mode: Shadow\n  extends: [dpdp]\n  exemptions:\n"
        f"  - {{id: a, reason: r, entities: [IN_AADHAAR], expires: 2027-06-30, {fields}}}\n"
    )


@pytest.mark.parametrize(
    ("spec", "code", "path", "says"),
    [
        (rule("entities: [IN_AADHAAR], action: Allow"), "policy_allows_identity", "action", "IN_AADHAAR"),
        (rule("entities: ['group:identity'], action: Allow"), "policy_allows_identity", "action", "group:identity"),
        (
            rule("entities: [IN_PAN], action: Mask, mask: {keepLast: 6}"),
            "policy_mask_shows_much",
            "mask.keepLast",
            "leaves 6",
        ),
        (
            rule("entities: [IN_PAN], action: Block, minConfidence: 0.95"),
            "policy_confidence_high",
            "minConfidence",
            "0.9",
        ),
        (
            rule("entities: [IN_PAN], action: Block, effectiveFrom: 2027-05-13"),
            "policy_not_yet_effective",
            "effectiveFrom",
            "legal.inForceFrom",
        ),
    ],
)
def test_a_risky_rule_is_warned_of_at_its_field(spec, code, path, says):
    [doubt] = doubts(spec)
    assert (doubt.code, doubt.path, doubt.file, doubt.line) == (code, f"spec.rules[0].{path}", "pack.yaml", 7)
    assert says in doubt.message


@pytest.mark.parametrize(
    "spec",
    [
        rule("entities: [EMAIL_ADDRESS], action: Allow"),
        rule("entities: [IN_AADHAAR], action: Audit"),
        rule("entities: [IN_AADHAAR], action: Mask, mask: {keepLast: 4}"),
        rule("entities: [IN_AADHAAR], action: Block, minConfidence: 0.9"),
        rule("entities: [IN_PAN], action: Block, effectiveFrom: 2026-11-24"),
        rule("entities: [IN_PAN], action: Block, effectiveFrom: 2027-05-13", mode="Shadow"),
        exemption("sha256s: ['" + "0" * 64 + "']"),
        "  mode: Enforce\n  extends: [dpdp, rbi, sebi]\n  failure: Closed\n",
    ],
)
def test_an_ordinary_pack_is_not_warned_of(spec):
    assert doubts(spec) == []


def test_replacing_a_built_in_rule_by_a_weaker_one_is_warned_of():
    spec = "  mode: Enforce\n  extends: [dpdp]\n  rules:\n  - {id: dpdp-secrets, entities: [OTP_CODE], action: Audit}\n"
    [doubt] = doubts(spec)
    assert (doubt.code, doubt.line) == ("policy_weaker_than_base", 8)
    assert doubt.message == "replaces Block of dpdp@1.0 by Audit in this pack"


def test_replacing_a_built_in_rule_by_a_stronger_one_or_its_equal_is_not_warned_of():
    for action in ("Mask", "Redact", "Block"):
        rules = f"  rules:\n  - {{id: dpdp-pan, entities: [IN_PAN], action: {action}}}\n"
        assert doubts(f"  mode: Enforce\n  extends: [dpdp]\n{rules}") == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("matches: '[0-9]{8}4087'", "policy_exempts_identity"),
        ("sha256s: ['" + "0" * 64 + "'], expires: 2026-11-23", "policy_exemption_over"),
        ("sha256s: ['" + "0" * 64 + "'], expires: 2030-01-01", "policy_exemption_long"),
    ],
)
def test_a_wide_or_old_or_endless_exemption_is_warned_of(fields, code):
    spec = exemption(fields)
    if fields.count("expires"):
        spec = spec.replace("expires: 2027-06-30, ", "")
    assert [doubt.code for doubt in doubts(spec)] == [code]


def test_a_pack_that_enforces_and_fails_open_is_warned_of():
    assert [d.code for d in doubts("  mode: Enforce\n  extends: [dpdp]\n  failure: Open\n")] == ["policy_fails_open"]
    assert doubts("  mode: Shadow\n  extends: [dpdp]\n  failure: Open\n") == []
    one_rule = "  mode: Shadow\n  failure: Open\n  rules: [{id: a, entities: [X1], action: Block, mode: Enforce}]\n"
    assert [d.code for d in doubts(one_rule)] == ["policy_fails_open"]


def test_a_pack_without_rules_is_warned_of():
    assert [d.code for d in doubts("  mode: Enforce\n")] == ["policy_no_rules"]


def test_the_built_in_packs_leave_no_doubt_about_themselves():
    names = ", ".join(builtin_packs())
    assert doubts(f"  mode: Enforce\n  extends: [{names}]\n") == []


def test_rules_that_change_bodies_which_aws_clients_sign_are_warned_of():
    spec = "  mode: Enforce\n  traffic: {{providers: [{}]}}\n  rules: [{{id: a, entities: [IN_PAN], action: {}}}]\n"
    assert [d.code for d in doubts(spec.format("aws", "Tokenize"))] == ["policy_signed_requests"]
    assert doubts(spec.format("openai", "Tokenize")) == []
    assert doubts(spec.format("aws", "Block")) == []


def test_values_that_come_back_in_every_url_are_warned_of():
    spec = "  mode: Enforce\n  restore: {{urls: {}}}\n  rules: [{{id: a, entities: [IN_PAN], action: Tokenize}}]\n"
    assert [d.code for d in doubts(spec.format("true"))] == ["policy_restores_into_urls"]
    assert doubts(spec.format("false")) == []


@pytest.mark.parametrize(
    ("fields", "mode", "warned"),
    [
        ("entities: [PERSON], action: Mask", "Enforce", True),
        ("entities: [PERSON], action: Mask, traffic: {directions: [Response]}", "Enforce", True),
        ("entities: [PERSON], action: Mask, traffic: {directions: [Request]}", "Enforce", False),
        ("entities: [PERSON], action: Audit", "Enforce", False),
        ("entities: [PERSON], action: Mask", "Shadow", False),
        ("entities: [IN_PAN], action: Mask", "Enforce", False),
    ],
)
def test_what_streams_only_record_is_said(fields: str, mode: str, *, warned: bool) -> None:
    folder = load_files({"pack.yaml": (HEAD + rule(fields, mode)).encode()})
    found = review(flatten(folder.packs), today=TODAY, sensitive=SENSITIVE.__contains__, late={"PERSON"}.__contains__)
    assert [problem.code for problem in found] == ["policy_late_in_streams"] * warned
