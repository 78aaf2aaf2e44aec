"""Any bytes in a policy file give packs or a PolicyError, and the same packs give the same flat source."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from naka.errors import PolicyError
from naka.policy.builtin import builtin_packs
from naka.policy.flatten import flatten
from naka.policy.folder import PolicyFolder, load_files
from naka.policy.model import KINDS
from naka.policy.values import Action, Mode, Surface

SHIPPED = [pack.text for versions in builtin_packs().values() for pack in versions]
# Bits that YAML and the models care about; random text alone would never get past the first character.
BITS = st.sampled_from(
    [
        *("apiVersion: naka.dev/v1alpha1\n", "kind: PolicyPack\n", "kind: ClusterUpstream\n", "metadata: {name: a}\n"),
        *("spec:\n", "  mode: Shadow\n", "  rules:\n", "  - id: a\n", "    entities: [X1]\n", "    action: Block\n"),
        *("  extends: [dpdp]\n", "  extends: [nope@9]\n", "spec: {mode: Enforce}\n", "---\n", "...\n", "# note\n"),
        *(
            "&a ",
            "*a ",
            "!!python/name:os ",
            "!IN ",
            "<<: ",
            "? ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "'",
            '"',
            "|\n",
        ),
        *(
            "%YAML 1.1\n",
            "\t",
            "\n",
            " ",
            "0x1F",
            "1e999",
            ".nan",
            "NO",
            "~",
            "2027-02-31",
            '"\\ud800"',
            "\\",
            "é",
            "\x00",
        ),
    ]
)


def read(content: bytes) -> PolicyFolder | None:
    """The folder of one file, flattened too; None when it was refused, with problems that can be shown."""
    try:
        folder = load_files({"f.yaml": content})
        json.loads(flatten(folder.packs, folder.upstreams).json())
    except PolicyError as error:
        problems = error.problems
    else:
        return folder
    assert problems
    for problem in problems:
        assert problem.code.startswith("policy_")
        assert problem.message
        assert problem.file == "f.yaml"
        assert 0 <= problem.line <= len(content.decode("utf-8", "replace").splitlines()) + 1
        str(problem).encode("utf-8", "strict")
    return None


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfea\x00")
@example(b"\r(")
@example(b"a\x0bb: [")
def test_any_bytes_give_packs_or_a_policy_error(content):
    read(content)


@given(st.lists(st.one_of(BITS, st.text(max_size=6)), max_size=40).map("".join))
@settings(max_examples=300)
def test_anything_that_looks_like_yaml_gives_packs_or_a_policy_error(text):
    read(text.encode("utf-8", "surrogatepass"))


@given(st.sampled_from(SHIPPED), st.data())
def test_a_damaged_pack_gives_packs_or_a_policy_error(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    put = data.draw(st.one_of(BITS, st.text(max_size=4), st.just("")))
    read((text[:start] + put + text[end:]).encode("utf-8", "surrogatepass"))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_value_in_any_field_gives_packs_or_a_policy_error(kind, data):
    document: dict[str, Any] = {"apiVersion": "naka.dev/v1alpha1", "kind": kind, "metadata": {"name": "a"}}
    document["spec"] = {"hosts": ["a"], "provider": "a"} if kind == "ClusterUpstream" else {"mode": "Shadow"}
    model = KINDS[kind].model_fields["spec"].annotation
    assert model is not None
    fields = [info.alias for info in model.model_fields.values()]  # type: ignore[attr-defined]
    for field in data.draw(st.lists(st.sampled_from(fields), max_size=3)):
        document["spec"][field] = data.draw(json_values)
    # JSON is YAML, and lets every value stand as it is
    read(json.dumps(document).encode())


rules = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "dpdp-pan", "rbi-secrets"]),
        "entities": st.lists(st.sampled_from(["IN_PAN", "IN_AADHAAR", "group:bank"]), min_size=1, max_size=3),
        "action": st.sampled_from([action.value for action in Action if action is not Action.MASK]),
    },
    optional={
        "mode": st.sampled_from([mode.value for mode in Mode]),
        "minConfidence": st.floats(0, 1),
        "traffic": st.fixed_dictionaries(
            {"surfaces": st.lists(st.sampled_from([s.value for s in Surface]), max_size=3)}
        ),
        "effectiveFrom": st.dates().map(str),
    },
)
packs = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([mode.value for mode in Mode]),
        "extends": st.lists(st.sampled_from(["dpdp", "rbi@1.0", "sebi@1"]), unique_by=lambda ref: ref[:3], max_size=3),
        "rules": st.lists(rules, unique_by=lambda rule: rule["id"], max_size=4),
    }
)


@given(st.lists(packs, min_size=1, max_size=4), st.randoms())
def test_flattening_depends_on_the_packs_and_not_on_files_order_or_layout(specs, random):
    texts = [
        yaml.safe_dump(
            {
                "apiVersion": "naka.dev/v1alpha1",
                "kind": "PolicyPack",
                "metadata": {"name": f"p{number}"},
                "spec": spec,
            },
            default_flow_style=random.choice([True, False]),
        )
        for number, spec in enumerate(specs)
    ]
    one = load_files({f"{number}.yaml": text.encode() for number, text in enumerate(texts)})
    random.shuffle(texts)
    other = load_files({"all.yaml": "\n---\n".join(texts).encode()})
    assert flatten(one.packs).json() == flatten(other.packs).json()


@given(packs)
def test_every_flat_rule_is_the_packs_own_or_one_that_it_extends_and_does_not_replace(spec):
    document = {"apiVersion": "naka.dev/v1alpha1", "kind": "PolicyPack", "metadata": {"name": "p"}, "spec": spec}
    [loaded] = load_files({"f.yaml": yaml.safe_dump(document).encode()}).packs
    [flat] = flatten([loaded]).source["packs"]
    ids = [rule["id"] for rule in flat["rules"]]
    assert len(ids) == len(set(ids))
    own = {rule["id"] for rule in spec["rules"]}
    assert {rule["id"] for rule in flat["rules"] if "origin" not in rule} == own
    modes = {rule["id"]: rule.get("mode", spec["mode"]) for rule in spec["rules"]}
    assert all(rule["mode"] == modes.get(rule["id"], spec["mode"]) for rule in flat["rules"])
