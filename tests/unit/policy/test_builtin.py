"""The packs that Naka ships: what every one of them must keep."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from naka.policy.builtin import Builtin, builtin_packs, find_builtin
from naka.policy.check import check_folder
from naka.policy.folder import load_files, load_folder
from naka.policy.rules import Traffic
from naka.policy.values import Action, Mark, Mode, Surface

ROOT = Path(__file__).resolve().parents[3]
NEWEST = [versions[0] for versions in builtin_packs().values()]
EVERY = [pack for versions in builtin_packs().values() for pack in versions]
DPDP_OPERATIVE = date(2027, 5, 13)


def each_pack(packs: list[Builtin]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("builtin", packs, ids=lambda builtin: builtin.pin)


def test_the_packs_are_dpdp_rbi_and_sebi():
    assert list(builtin_packs()) == ["dpdp", "rbi", "sebi"]


@each_pack(EVERY)
def test_a_pack_is_shipped_in_shadow_and_no_rule_overrides_that(builtin):
    assert builtin.pack.spec.mode is Mode.SHADOW
    assert all(rule.mode is None for rule in builtin.pack.spec.rules)


@each_pack(EVERY)
def test_every_rule_quotes_its_clause_with_source_and_mark(builtin):
    for rule in builtin.pack.spec.rules:
        assert rule.clause, rule.id
        assert rule.legal is not None, rule.id
        assert rule.legal.mark in (Mark.PROVISION, Mark.REPORTED), rule.id


@each_pack(EVERY)
def test_dpdp_duties_carry_the_date_of_their_commencement_and_others_are_in_force(builtin):
    for rule in builtin.pack.spec.rules:
        assert rule.clause is not None
        assert rule.legal is not None
        expected = DPDP_OPERATIVE if rule.clause.startswith("DPDP-") else None
        assert rule.legal.in_force_from == expected, rule.id


@each_pack(EVERY)
def test_a_legal_date_never_delays_a_rule(builtin):
    assert all(rule.effective_from is None for rule in builtin.pack.spec.rules)


@each_pack(EVERY)
def test_rules_that_act_do_so_from_likely_and_rules_that_record_have_no_floor(builtin):
    for rule in builtin.pack.spec.rules:
        assert rule.min_confidence == (0 if rule.action is Action.AUDIT else 0.6), rule.id


@each_pack(EVERY)
def test_rule_ids_carry_the_packs_name_so_that_packs_extended_together_never_clash(builtin):
    assert all(rule.id.startswith(f"{builtin.name}-") for rule in builtin.pack.spec.rules)


@each_pack(EVERY)
def test_a_pack_leaves_to_its_extender_what_flattening_does_not_inherit(builtin):
    spec = builtin.pack.spec
    assert spec.extends == spec.recognizers == spec.exemptions == ()
    assert spec.restore is None
    assert spec.ledger is None
    assert spec.traffic == Traffic()
    assert spec.workload_selector.match_labels == {}


@each_pack(EVERY)
def test_a_pack_compiles_and_leaves_no_doubt(builtin):
    text = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: demo}\n"
    text += f"spec: {{mode: Enforce, extends: ['{builtin.pin}']}}\n"
    checked = check_folder(load_files({"pack.yaml": text.encode()}), today=date(2026, 11, 24))
    assert checked.warnings == ()
    [info] = checked.bundle.info.packs
    assert info.enforced == info.rules == len(builtin.pack.spec.rules)


def actions(name: str, entity: str, *, surface: Surface = Surface.CHAT, region: str = "IN") -> set[str]:
    """Actions of the unconditional rules of a pack that name the entity in this traffic."""
    pack = find_builtin(name)
    assert pack is not None
    found = set()
    for rule in pack.pack.spec.rules:
        traffic = rule.traffic or Traffic()
        surfaces = not traffic.surfaces or surface in traffic.surfaces
        regions = all(r == region if not r.startswith("!") else r[1:] != region for r in traffic.regions)
        if entity in rule.entities and rule.when is None and surfaces and regions:
            found.add(rule.action.value)
    return found


@pytest.mark.parametrize(
    ("entity", "prompt", "file", "abroad", "home", "sebi"),
    [
        ("IN_AADHAAR", "Tokenize", "Block", "Block", "Tokenize", "Tokenize"),
        ("IN_AADHAAR_VID", "Tokenize", "Block", "Block", "Tokenize", "Tokenize"),
        ("IN_PAN", "Tokenize", "Redact", "Tokenize", "Tokenize", "Tokenize"),
        ("IN_GSTIN", "Audit", "Audit", "Audit", "Audit", "Audit"),
        ("IN_VOTER", "Tokenize", "Redact", "Tokenize", "Tokenize", "Tokenize"),
        ("IN_CKYC", "Tokenize", "Redact", "Tokenize", "Tokenize", "Tokenize"),
        ("PHONE_NUMBER", "Tokenize", "Redact", "Tokenize", "Audit", "Tokenize"),
        ("EMAIL_ADDRESS", "Tokenize", "Redact", "Tokenize", "Audit", "Tokenize"),
        ("IN_UPI_ID", "Tokenize", "Redact", "Block", "Tokenize", "Tokenize"),
        ("IN_BANK_ACCOUNT", "Tokenize", "Redact", "Block", "Tokenize", "Tokenize"),
        ("CREDIT_CARD", "Mask", "Block", "Block", "Mask", "Mask"),
        ("CARD_CVV", "Block", "Block", "Block", "Block", "Block"),
        ("OTP_CODE", "Block", "Block", "Block", "Block", "Block"),
        ("PASSWORD", "Block", "Block", "Block", "Block", "Block"),
        ("IN_DEMAT_ACCOUNT", "Tokenize", "Redact", None, None, "Tokenize"),
        ("PERSON", "Audit", "Audit", "Audit", "Audit", "Audit"),
        ("IN_VEHICLE_REGISTRATION", "Audit", "Redact", "Audit", "Audit", "Audit"),
        ("UPSI_CONTEXT", None, None, None, None, "Block"),
    ],
)
def test_the_packs_hold_the_table_of_actions(entity, prompt, file, abroad, home, sebi):
    strength = ["Audit", "Mask", "Tokenize", "Redact", "Block"]

    def strongest(found: set[str]) -> str | None:
        return max(found, key=strength.index) if found else None

    assert strongest(actions("dpdp", entity)) == prompt
    assert strongest(actions("dpdp", entity, surface=Surface.FINE_TUNING)) == file
    assert strongest(actions("rbi", entity, region="US")) == abroad
    assert strongest(actions("rbi", entity, region="IN")) == home
    assert strongest(actions("sebi", entity)) == sebi


def test_no_pack_tokenises_what_must_never_be_tokenised():
    never = {"CARD_CVV", "OTP_CODE", "CARD_PIN", "PASSWORD", "API_KEY", "CREDIT_CARD"}
    for builtin in EVERY:
        for rule in builtin.pack.spec.rules:
            assert rule.action is not Action.TOKENIZE or not never & set(rule.entities), rule.id


@pytest.mark.parametrize("folder", sorted((ROOT / "examples" / "policies").iterdir()), ids=lambda path: path.name)
def test_every_example_folder_checks_clean(folder):
    checked = check_folder(load_folder(folder), today=date(2026, 11, 24))
    assert checked.warnings == ()
