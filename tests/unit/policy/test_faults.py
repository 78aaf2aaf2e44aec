"""Every fault of a pack is told at once, with file, line, field path and what to write instead."""

from __future__ import annotations

import pytest

from naka.errors import PolicyError, Problem
from naka.policy.folder import load_files

HEAD = """\
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {name: demo}
spec:
  mode: Shadow
"""


def faults(text: str) -> list[Problem]:
    """Problems of one file; none when it is right."""
    try:
        load_files({"pack.yaml": text.encode()})
    except PolicyError as error:
        return list(error.problems)
    return []


def only(text: str) -> Problem:
    [problem] = faults(text)
    return problem


def rule(fields: str) -> str:
    return f"{HEAD}  rules:\n  - {{id: r, entities: [IN_PAN], action: Block, {fields}}}\n"


def test_all_faults_of_all_documents_and_files_come_at_once():
    broken = HEAD.replace("Shadow", "Shado") + "  traffik: {}\n  rules:\n  - {id: a}\n---\nkind: PolicyPak\n"
    with pytest.raises(PolicyError) as raised:
        load_files({"b.yaml": broken.encode(), "a.yaml": b"a: [1"})
    found = [(p.file, p.line, p.path, p.code) for p in raised.value.problems]
    assert found == [
        ("a.yaml", 1, "", "policy_yaml_syntax"),
        ("b.yaml", 5, "spec.mode", "policy_bad_value"),
        ("b.yaml", 6, "spec.traffik", "policy_unknown_field"),
        ("b.yaml", 8, "spec.rules[0].entities", "policy_missing_field"),
        ("b.yaml", 8, "spec.rules[0].action", "policy_missing_field"),
        ("b.yaml", 10, "kind", "policy_unknown_kind"),
    ]
    assert raised.value.code == "policy_invalid"


def test_a_problem_prints_as_file_line_field_message():
    text = str(only(HEAD.replace("Shadow", "Shado")))
    assert text == (
        "pack.yaml:5: spec.mode: must be one of Shadow, Enforce, Gated, not 'Shado'; did you mean 'Shadow'?"
    )


@pytest.mark.parametrize(
    ("text", "path", "code", "says"),
    [
        (HEAD + "  trafic: {}\n", "spec.trafic", "policy_unknown_field", "did you mean 'traffic'?"),
        (HEAD + "  minConfidence: 1\n", "spec.minConfidence", "policy_unknown_field", "spec.rules[].minConfidence"),
        (rule("min_confidence: 0.6"), "spec.rules[0].min_confidence", "policy_unknown_field", "'minConfidence'"),
        (rule("minConfidence: 1.2"), "spec.rules[0].minConfidence", "policy_bad_value", "1.0 or less"),
        (rule("minConfidence: '0.6'"), "spec.rules[0].minConfidence", "policy_wrong_type", "must be a number"),
        (rule("mask: {keepLast: 4}"), "spec.rules[0].mask", "policy_mask_without_mask", "action: Mask"),
        (rule("effectiveFrom: 20270513"), "spec.rules[0].effectiveFrom", "policy_bad_date", "2027-05-13"),
        (rule("effectiveFrom: 2027-02-31"), "spec.rules[0].effectiveFrom", "policy_bad_date", "exists"),
        (rule("when: {minCount: 0}"), "spec.rules[0].when.minCount", "policy_bad_value", "1 or more"),
        (rule("when: {within: record}"), "spec.rules[0].when.within", "policy_bad_value", "did you mean 'Record'?"),
        (rule("traffic: {regions: [in]}"), "spec.rules[0].traffic.regions[0]", "policy_bad_form", "capital letters"),
        (rule("traffic: {regions: [NO]}"), "spec.rules[0].traffic.regions[0]", "policy_wrong_type", "in quotes"),
        (rule("traffic: {surfaces: [chat]}"), "spec.rules[0].traffic.surfaces[0]", "policy_bad_value", "'Chat'"),
        (rule("traffic: Chat"), "spec.rules[0].traffic", "policy_wrong_type", "must be a mapping"),
        (rule("clause: ''"), "spec.rules[0].clause", "policy_bad_value", "must not be empty"),
        (HEAD + "  rules: {}\n", "spec.rules", "policy_wrong_type", "must be a list, not a mapping"),
        (
            HEAD + "  rules: [{id: A b, entities: [X1], action: Audit}]\n",
            "spec.rules[0].id",
            "policy_bad_form",
            "letters",
        ),
        (HEAD + "  rules: [{id: a, entities: [], action: Audit}]\n", "spec.rules[0].entities", "policy_too_few", "1"),
        (
            HEAD + "  rules: [{id: a, entities: [X1], action: Mas}]\n",
            "spec.rules[0].action",
            "policy_bad_value",
            "'Mask'",
        ),
        (HEAD + "  extends: [DPDP]\n", "spec.extends[0]", "policy_bad_form", "dpdp or rbi@1.0"),
        (HEAD + "  extends: [dpdp, dpdp@1.0]\n", "spec.extends[1]", "policy_duplicate_id", "twice"),
        (
            HEAD + "  recognizers: [{entity: EMP}]\n",
            "spec.recognizers[0].patterns",
            "policy_recognizer_empty",
            "keywords",
        ),
        (
            HEAD + "  exemptions: [{id: a, entities: [X1], reason: r, expires: 2027-01-01}]\n",
            "spec.exemptions[0].matches",
            "policy_exemption_empty",
            "sha256s",
        ),
        (HEAD.replace("{name: demo}", "{name: Demo}"), "metadata.name", "policy_bad_form", "lower-case"),
        (HEAD.replace("v1alpha1", "v1"), "apiVersion", "policy_bad_value", "naka.dev/v1alpha1"),
        (HEAD.replace("PolicyPack", "policypack"), "kind", "policy_unknown_kind", "did you mean 'PolicyPack'?"),
        ("- a\n", "", "policy_wrong_type", "apiVersion and kind"),
        ("a: 1\n", "kind", "policy_unknown_kind", "is required"),
    ],
)
def test_a_fault_names_the_field_and_says_what_to_write(text, path, code, says):
    problem = only(text)
    assert (problem.path, problem.code) == (path, code)
    assert says in problem.message
    assert problem.line > 0


def test_an_id_used_twice_is_told_beside_other_faults():
    text = HEAD.replace("Shadow", "Shado") + "  rules:\n" + "  - {id: a, entities: [X1], action: Audit}\n" * 2
    assert [problem.code for problem in faults(text)] == ["policy_bad_value", "policy_duplicate_id"]


def test_wrong_entries_of_a_list_do_not_also_count_as_too_few():
    text = HEAD + "  rules: [{id: a, entities: [1], action: Audit}]\n"
    assert only(text).path == "spec.rules[0].entities[0]"


def test_a_field_whose_yaml_is_wrong_is_told_once():
    assert only(rule("minConfidence: 0x1F")).code == "policy_yaml_number"


def test_lists_and_texts_have_limits():
    many = HEAD + "  rules:\n" + "".join(f"  - {{id: r{n}, entities: [X1], action: Audit}}\n" for n in range(501))
    assert only(many).code == "policy_too_many"
    assert "500" in only(many).message
    assert "501" in only(many).message
    assert only(rule(f"clause: {'x' * 201}")).code == "policy_too_long"


@pytest.mark.parametrize("field", ["action", "mode", "effectiveFrom", "clause", "id"])
def test_a_value_pasted_into_the_wrong_field_is_never_repeated(field):
    # a made-up Aadhaar number with a right check digit
    text = f"{HEAD}  rules:\n  - {{{field}: 5109 8027 4087, entities: [5109 8027 4087]}}\n"
    assert "8027" not in "".join(problem.message for problem in faults(text))


def test_two_packs_of_one_name_are_refused_across_files():
    with pytest.raises(PolicyError) as raised:
        load_files({"a.yaml": HEAD.encode(), "b.yaml": HEAD.encode()})
    [problem] = raised.value.problems
    assert (problem.code, problem.file) == ("policy_duplicate_name", "b.yaml")
    assert "a.yaml:1" in problem.message


def test_packs_of_one_name_in_two_namespaces_are_two_packs():
    other = HEAD.replace("{name: demo}", "{name: demo, namespace: payments}")
    assert len(load_files({"a.yaml": HEAD.encode(), "b.yaml": other.encode()}).packs) == 2


def test_what_a_kubernetes_server_adds_is_accepted():
    metadata = "{name: demo, uid: x, resourceVersion: '5', generation: 2, managedFields: [{a: b}]}"
    text = HEAD.replace("{name: demo}", metadata) + "status: {conditions: [{type: Accepted}]}\n"
    assert faults(text) == []


def test_only_a_cluster_pack_may_select_namespaces():
    selector = "  namespaceSelector: {matchLabels: {a: b}}\n"
    assert only(HEAD + selector).path == "spec.namespaceSelector"
    cluster = HEAD.replace("PolicyPack", "ClusterPolicyPack") + selector
    assert faults(cluster) == []


def test_an_upstream_host_is_written_without_a_scheme():
    text = HEAD.partition("spec:")[0].replace("PolicyPack", "ClusterUpstream")
    problem = only(text + "spec: {hosts: ['https://api.openai.com'], provider: openai}\n")
    assert (problem.path, problem.code) == ("spec.hosts[0]", "policy_bad_form")
    assert "without https://" in problem.message


def test_the_keywords_of_a_pack_have_a_limit_together():
    def pack(count: int, word: str) -> str:
        return f"{HEAD}  recognizers:\n" + "".join(
            f"  - {{entity: {name}, keywords: [{', '.join(f'{word}{n}' for n in range(count))}]}}\n"
            for name in ("ONE", "TWO")
        )

    assert faults(pack(2_500, "w")) == []
    assert (only(pack(2_501, "w")).code, only(pack(2_501, "w")).path) == ("policy_too_many", "spec.recognizers")
    assert "bytes of keywords" in only(pack(1_000, "w" * 120)).message
