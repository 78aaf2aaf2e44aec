"""naka.testing makes what it says: checked with python-stdnum, which knows nothing of this project."""

from __future__ import annotations

import re
from datetime import datetime
from random import Random

import pytest
from stdnum import imei as stdnum_imei
from stdnum import luhn as stdnum_luhn
from stdnum import verhoeff as stdnum_verhoeff
from stdnum.in_ import aadhaar, epic, gstin, pan, vid

from naka.testing import ENTITIES, checkdigits, contact, forms, identity, make, make_written, money
from naka.testing.writing import DIGIT_ZEROS, FORMS, to_script

DRAWS = 300


def draws(entity: str, form: str = "plain", seed: int = 11) -> list[str]:
    rng = Random(seed)
    return [make(entity, rng, form) for _ in range(DRAWS)]


def test_aadhaar_numbers_pass_stdnum():
    for number in draws("IN_AADHAAR"):
        assert aadhaar.validate(number) == number


def test_virtual_ids_pass_stdnum():
    for number in draws("IN_AADHAAR_VID"):
        assert vid.validate(number) == number


def test_pans_pass_stdnum_and_belong_to_persons():
    for number in draws("IN_PAN"):
        assert pan.validate(number) == number
        assert number[3] == "P"


def test_gstins_pass_stdnum_below_state_38():
    passed = 0
    for number in draws("IN_GSTIN"):
        assert checkdigits.mod36_ok(number)
        if int(number[:2]) <= 37 and number[:2] not in {"25", "28"}:  # stdnum stops at 37
            assert gstin.validate(number) == number
            passed += 1
    assert passed > DRAWS // 2


def test_voter_cards_pass_stdnum():
    for number in draws("IN_VOTER"):
        assert epic.validate(number) == number


def test_imeis_pass_stdnum():
    for number in draws("IMEI"):
        assert stdnum_imei.validate(number) == number


@pytest.mark.parametrize("network", ["visa", "mastercard", "rupay", "amex", "diners", "maestro"])
def test_cards_of_every_network_pass_luhn(network):
    rng = Random(5)
    for _ in range(DRAWS):
        number = money.card(rng, network)
        assert stdnum_luhn.is_valid(number)
        assert len(number) == {"amex": 15, "diners": 14}.get(network, 16)


def test_abha_numbers_pass_luhn_and_keep_their_print_form():
    for number in draws("IN_ABHA_NUMBER"):
        assert re.fullmatch(r"91-\d{4}-\d{4}-\d{4}", number)
        assert stdnum_luhn.is_valid(number.replace("-", ""))


def test_verhoeff_agrees_with_stdnum_on_random_numbers():
    rng = Random(1)
    for _ in range(2000):
        number = str(rng.randrange(10, 10**16))
        assert checkdigits.verhoeff_ok(number) == stdnum_verhoeff.is_valid(number)
        assert checkdigits.verhoeff_digit(number) == stdnum_verhoeff.calc_check_digit(number)


def test_luhn_agrees_with_stdnum_on_random_numbers():
    rng = Random(2)
    for _ in range(2000):
        number = str(rng.randrange(10, 10**16))
        assert checkdigits.luhn_ok(number) == stdnum_luhn.is_valid(number)
        assert checkdigits.luhn_digit(number) == stdnum_luhn.calc_check_digit(number)


def test_check_digit_vectors_of_the_sources():
    assert checkdigits.verhoeff_ok("2363")
    assert checkdigits.verhoeff_ok("123451")
    assert not checkdigits.verhoeff_ok("123456")
    assert checkdigits.luhn_ok("79927398713")
    assert not checkdigits.luhn_ok("79927398710")
    assert checkdigits.mod36_ok("27QWEPK4821M1ZU")
    assert checkdigits.mod36_ok("38ZXCFT7093D2ZY")
    assert not checkdigits.mod36_ok("27QWEPK4821M1ZV")
    assert checkdigits.icao_digit("L898902C3") == "6"  # specimen of Doc 9303 part 4
    assert checkdigits.icao_digit("740812") == "2"


@pytest.mark.parametrize("bad", ["", "12a4", "१२३४", "12 34"])
def test_check_digits_refuse_anything_but_ascii_digits(bad):
    with pytest.raises(ValueError, match="digits"):
        checkdigits.luhn_digit(bad)
    with pytest.raises(ValueError, match="digits"):
        checkdigits.verhoeff_digit(bad)


def test_passport_zone_has_two_lines_with_valid_check_digits():
    rng = Random(9)
    for _ in range(DRAWS):
        first, second = identity.mrz(rng).split("\n")
        assert len(first) == len(second) == 44
        assert first.startswith("P<IND")
        assert checkdigits.icao_digit(second[:9]) == second[9]
        assert checkdigits.icao_digit(second[13:19]) == second[19]
        assert checkdigits.icao_digit(second[21:27]) == second[27]
        assert checkdigits.icao_digit(second[:10] + second[13:20] + second[21:43]) == second[43]


SHAPES = {
    "IN_AADHAAR_EID": r"\d{4}/\d{5}/\d{5}",
    "IN_TAN": r"[A-Z]{4}\d{5}[A-Z]",
    "IN_CIN": r"[LU]\d{5}[A-Z]{2}(19|20)\d\d[A-Z]{3}\d{6}",
    "IN_LLPIN": r"[A-Z]{3}-\d{4}",
    "IN_DIN": r"\d{8}",
    "IN_UDYAM": r"UDYAM-[A-Z]{2}-\d{2}-\d{7}",
    "IN_PASSPORT": r"[A-Z][1-9]\d{6}",
    "IN_DRIVING_LICENSE": r"[A-Z]{2}\d{2}(19|20)\d\d\d{7}",
    "IN_VEHICLE_REGISTRATION": r"[A-Z]{2}\d{2}[A-Z]{1,2}\d{4}|\d\dBH\d{4}[A-Z]{1,2}",
    "IN_NREGA": r"[A-Z]{2}-\d{2}-\d{3}-\d{3}-\d{3}/\d{1,5}",
    "IN_UPI_ID": r"[a-z0-9][a-z0-9._-]+@[a-z]+",
    "IN_IFSC": r"[A-Z]{4}0[A-Z0-9]{6}",
    "IN_BANK_ACCOUNT": r"\d{9,18}",
    "IN_CKYC": r"\d{14}",
    "IN_UAN": r"10\d{10}",
    "IN_EPF_MEMBER_ID": r"[A-Z]{5}\d{17}",
    "IN_ESIC": r"\d{10}",
    "IN_PRAN": r"(11|50)\d{10}",
    "IN_ABHA_ADDRESS": r"[a-z0-9._]{3,32}@(abdm|sbx)",
    "IN_DEMAT_ACCOUNT": r"IN\d{14}|1\d{15}",
    "IN_SEBI_REG": r"IN[ZHAPMR]\d{9}",
    "IN_MF_FOLIO": r"\d{6,15}(/\d\d)?",
    "PHONE_NUMBER": r"[6-9]\d{9}",
    "IN_PINCODE": r"[1-9]\d{5}",
    "EMAIL_ADDRESS": r"[^@\s]+@[a-z.]+",
    "OTP_CODE": r"\d{4,8}",
}


@pytest.mark.parametrize("entity", sorted(SHAPES))
def test_values_have_the_published_shape(entity):
    for value in draws(entity):
        assert re.fullmatch(SHAPES[entity], value), entity


def test_dates_of_birth_are_calendar_dates():
    for value in draws("DATE_OF_BIRTH"):
        datetime.strptime(value, "%d/%m/%Y")  # noqa: DTZ007 - a date of birth has no time zone


def test_landlines_have_ten_national_digits():
    rng = Random(3)
    for _ in range(DRAWS):
        assert len(contact.landline(rng).replace("-", "")) == 11


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_same_seed_gives_the_same_values(entity):
    for form in forms(entity):
        assert draws(entity, form, seed=4) == draws(entity, form, seed=4)
    assert len(set(draws(entity, seed=4))) > 1


@pytest.mark.parametrize("entity", ENTITIES)
def test_forms_mark_the_value_and_not_its_label(entity):
    rng = Random(8)
    for form in forms(entity):
        written = make_written(entity, rng, form)
        assert written.value
        assert written.text.endswith(written.value)
        assert (written.start > 0) == (form == "glued_label")


@pytest.mark.parametrize("form", ["grouped", "dashed", "nbsp", "en_dash", "double_spaced", "dotted"])
def test_grouped_aadhaar_keeps_its_digits(form):
    for value in draws("IN_AADHAAR", form):
        digits = "".join(c for c in value if c.isdigit())
        assert aadhaar.validate(digits) == digits
        assert len(re.findall(r"\d{4}", value)) == 3


@pytest.mark.parametrize("script", sorted(DIGIT_ZEROS))
def test_digit_scripts_are_unicode_decimal_digits(script):
    written = to_script("0123456789", script)
    assert [int(c) for c in written] == list(range(10))
    assert not written.isascii()


def test_unknown_entity_or_form_is_a_key_error():
    with pytest.raises(KeyError):
        make("IN_NOTHING", Random(1))
    with pytest.raises(KeyError):
        make("IN_PAN", Random(1), form="nothing")
    with pytest.raises(KeyError):
        forms("IN_NOTHING")
    assert all(form in FORMS for entity in ENTITIES for form in forms(entity))
