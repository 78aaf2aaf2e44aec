"""Compiling: the same packs give the same bundle, and what the compiler refuses is told where it was written."""

from __future__ import annotations

import hashlib
import time
from datetime import date

import pytest

from naka.errors import PolicyError, Problem
from naka.policy.compile import Bundle, compile_folder
from naka.policy.explain import Question, explain
from naka.policy.folder import load_files
from naka.policy.values import Surface

HEAD = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\nspec:\n  mode: Enforce\n"
AADHAAR = "mera aadhaar 5109 8027 4087 hai"  # made up, with a right check digit


def bundle(spec: str) -> Bundle:
    return compile_folder(load_files({"pack.yaml": (HEAD + spec).encode()}))


def rules(*each: str) -> str:
    return "  rules:\n" + "".join(f"  - {{{rule}}}\n" for rule in each)


def faults(spec: str) -> list[Problem]:
    with pytest.raises(PolicyError) as raised:
        bundle(spec)
    return list(raised.value.problems)


def enforced(spec: str, **facts: object) -> str:
    question = Question(texts=(AADHAAR,), today=date(2026, 11, 24), **facts)  # type: ignore[arg-type]
    return str(explain(bundle(spec).bytes, question)["decision"]["enforced"]["action"])


def test_the_revision_is_the_sha256_of_the_bytes_and_the_info_tells_the_packs():
    shadow = "id: b, entities: [IN_PAN], action: Mask, mode: Shadow"
    made = bundle(rules("id: a, entities: [IN_PAN], action: Block", shadow))
    assert made.revision == hashlib.sha256(made.bytes).hexdigest()
    [info] = made.info.packs
    assert (info.kind, info.name, info.mode, info.rules, info.enforced) == ("PolicyPack", "demo", "Enforce", 2, 1)
    assert made.warnings == ()


def test_comments_layout_and_order_of_rules_do_not_change_the_revision():
    one = rules("id: a, entities: [IN_PAN], action: Block", "id: b, entities: [IN_AADHAAR], action: Mask")
    two = rules("id: b, entities: [IN_AADHAAR], action: Mask, mask: {}", "id: a, action: Block, entities: [IN_PAN]")
    two = "  # note\n" + two
    assert bundle(one).revision == bundle(two).revision


def test_an_unknown_entity_or_group_is_told_at_its_entry_with_the_nearest_name():
    found = faults("  rules:\n  - id: a\n    action: Block\n    entities:\n    - IN_AADHAR\n    - group:identty\n")
    assert [(p.code, p.line, p.path) for p in found] == [
        ("policy_unknown_entity", 10, "spec.rules[0].entities[0]"),
        ("policy_unknown_group", 11, "spec.rules[0].entities[1]"),
    ]
    assert "IN_AADHAAR" in found[0].message
    assert "group:identity" in found[1].message


def test_other_vendors_names_of_entities_are_taken():
    assert enforced("  rules: [{id: a, entities: [INDIA_AADHAAR_INDIVIDUAL], action: Redact}]\n") == "Redact"


@pytest.mark.parametrize(
    ("recognizer", "code"),
    [
        ("patterns: [{regex: '(a', confidence: 0.6}]", "policy_recognizer_pattern"),
        ("patterns: [{regex: '(?<=a)b', confidence: 0.6}]", "policy_recognizer_pattern"),
        ("patterns: [{regex: 'EMP-[0-9]{6}', confidence: 0.6}], match: [EMP-12]", "policy_recognizer_example_missed"),
        (
            "patterns: [{regex: 'EMP-[0-9]{6}', confidence: 0.6}], noMatch: [EMP-004821]",
            "policy_recognizer_example_matched",
        ),
        ("patterns: [{regex: 'EMP-[0-9]{6}', confidence: 0.6}], checksum: nope", "policy_recognizer_checksum"),
    ],
)
def test_a_recogniser_that_is_refused_is_told_at_its_place(recognizer, code):
    [fault] = faults(
        f"  recognizers:\n  - {{entity: STAFF_ID, keywords: [bluefin]}}\n  - {{entity: EMP_ID, {recognizer}}}\n"
    )
    assert (fault.code, fault.line) == (code, 8)
    assert fault.path.startswith("spec.recognizers[1]")


def test_a_recogniser_may_not_take_a_built_in_name():
    [fault] = faults("  recognizers: [{entity: IN_PAN, keywords: [bluefin]}]\n")
    assert (fault.code, fault.path) == ("policy_recognizer_builtin", "spec.recognizers[0].entity")


def test_a_pack_that_holds_a_value_is_refused_and_the_value_is_not_repeated():
    [fault] = faults(f"  rules: [{{id: a, entities: [IN_PAN], action: Block, clause: '{AADHAAR}'}}]\n")
    assert (fault.code, fault.path) == ("policy_holds_value", "spec.rules[0].clause")
    assert "8027" not in str(fault)


def test_a_rule_speaks_in_its_traffic_only_and_what_is_unknown_counts_as_matching():
    spec = "  rules: [{id: a, entities: [IN_AADHAAR], action: Block, traffic: {regions: ['!IN'], surfaces: [Files]}}]\n"
    assert enforced(spec, surface=Surface.FILES, region="US") == "Block"
    assert enforced(spec, surface=Surface.FILES) == "Block"
    assert enforced(spec, surface=Surface.FILES, region="IN") == "Audit"
    assert enforced(spec, surface=Surface.CHAT, region="US") == "Audit"


def test_a_rule_is_shadow_before_its_effective_date():
    spec = "  rules: [{{id: a, entities: [IN_AADHAAR], action: Block, effectiveFrom: {}}}]\n"
    assert enforced(spec.format("2026-11-24")) == "Block"
    assert enforced(spec.format("2026-11-25")) == "Audit"


def test_the_strongest_action_wins_and_a_mask_with_a_token_is_redacted():
    spec = rules("id: a, entities: [IN_AADHAAR], action: Mask", "id: b, entities: [IN_AADHAAR], action: Tokenize")
    assert enforced(spec) == "Redact"
    assert enforced(spec + "  - {id: c, entities: ['group:identity'], action: Block}\n") == "Block"


def test_a_pack_at_its_limit_of_keywords_loads_and_compiles_in_under_five_seconds():
    words = "".join(f"    - project {n:05d} kestrel\n" for n in range(5_000))
    spec = "  recognizers:\n  - entity: PROJECT_NAME\n    keywords:\n" + words
    started = time.process_time()
    assert len(bundle(spec).bytes) > 50_000
    assert time.process_time() - started < 5  # a debug build on a busy machine; a release build needs a tenth
