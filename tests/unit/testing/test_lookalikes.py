"""Near misses fail the check that they aim at; hard negatives only look like personal numbers."""

from __future__ import annotations

import re
from random import Random

import pytest
from stdnum import luhn as stdnum_luhn
from stdnum.in_ import aadhaar, epic, gstin, pan, vid

from naka.testing import ENTITIES, HARD_NEGATIVES, NEAR_MISSES, hard_negative, near_miss
from naka.testing.negatives import indian_grouping

DRAWS = 300


def misses(entity: str) -> list[str]:
    rng = Random(21)
    return [near_miss(entity, rng) for _ in range(DRAWS)]


@pytest.mark.parametrize(
    ("entity", "module"),
    [
        ("IN_AADHAAR", aadhaar),
        ("IN_AADHAAR_VID", vid),
        ("IN_PAN", pan),
        ("IN_GSTIN", gstin),
        ("IN_VOTER", epic),
    ],
)
def test_near_misses_are_refused_by_stdnum(entity, module):
    for value in misses(entity):
        assert not module.is_valid(value)


def test_cards_near_misses_fail_luhn_or_have_no_issuer():
    kinds = {stdnum_luhn.is_valid(value) for value in misses("CREDIT_CARD")}
    assert kinds == {True, False}
    for value in misses("CREDIT_CARD"):
        assert not stdnum_luhn.is_valid(value) or value[:2] in {"19", "70", "92", "99"}


@pytest.mark.parametrize(
    ("entity", "shape"),
    [
        ("IN_IFSC", r"[A-Z]{4}0[A-Z0-9]{6}"),
        ("PHONE_NUMBER", r"[6-9]\d{9}"),
        ("IN_PASSPORT", r"[A-Z]\d{7}"),
        ("IN_DEMAT_ACCOUNT", r"IN\d{14}|1\d{15}"),
        ("IN_SEBI_REG", r"IN[ZHAPMRBFEDSK]\d{9}"),
        ("IP_ADDRESS", r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}"),
    ],
)
def test_near_misses_break_the_published_shape(entity, shape):
    for value in misses(entity):
        assert not re.fullmatch(shape, value)


def test_near_misses_name_known_entities_only():
    assert set(NEAR_MISSES) <= set(ENTITIES)


def test_near_miss_of_a_label_only_entity_is_a_key_error():
    with pytest.raises(KeyError):
        near_miss("IN_CUSTOMER_ID", Random(1))


@pytest.mark.parametrize("kind", sorted(HARD_NEGATIVES))
def test_hard_negatives_repeat_with_their_seed(kind):
    first = [hard_negative(kind, Random(seed)) for seed in range(40)]
    assert first == [hard_negative(kind, Random(seed)) for seed in range(40)]
    assert len(set(first)) > 10


def test_a_tenth_of_country_code_mobiles_pass_the_aadhaar_check_digit():
    rng = Random(6)
    passed = sum(aadhaar.is_valid(hard_negative("mobile_with_91", rng)) for _ in range(3000))
    assert 200 < passed < 420  # entities.md measured 9.9 %: why a check digit alone is no proof


def test_masked_values_hold_at_most_eight_digits():
    rng = Random(7)
    for kind in ("masked_aadhaar", "masked_card", "masked_account", "masked_pan", "masked_phone"):
        for _ in range(50):
            value = hard_negative(kind, rng)
            assert re.search(r"[X*]{4}", value)
            assert sum(c.isdigit() for c in value) <= 8


@pytest.mark.parametrize(
    ("number", "written"),
    [(7, "7"), (999, "999"), (1000, "1,000"), (123456, "1,23,456"), (98765432, "9,87,65,432")],
)
def test_rupees_are_grouped_the_indian_way(number, written):
    assert indian_grouping(number) == written
