"""Values one step away from valid: a detector that reports them as the entity does not check enough."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from naka.testing import contact, health, identity, money, securities
from naka.testing._draw import LETTERS, digits, letters, pick
from naka.testing.checkdigits import luhn_digit, luhn_ok, verhoeff_digit

__all__ = ["NEAR_MISSES", "near_miss"]


def _bump_last_digit(number: str, rng: Random) -> str:
    return number[:-1] + str((int(number[-1]) + rng.randrange(1, 10)) % 10)


def _aadhaar(rng: Random) -> str:
    number = identity.aadhaar(rng)
    if rng.randrange(2):
        return _bump_last_digit(number, rng)
    while True:  # swap two different neighbours: Verhoeff catches every such swap
        at = rng.randrange(1, 11)
        if number[at] != number[at + 1]:
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        number = identity.aadhaar(rng)


def _aadhaar_low_first(rng: Random) -> str:
    payload = digits(rng, 11, "01")
    return payload + verhoeff_digit(payload)


def _aadhaar_any(rng: Random) -> str:
    return _aadhaar_low_first(rng) if rng.randrange(3) == 0 else _aadhaar(rng)


def _pan(rng: Random) -> str:
    number = identity.pan(rng)
    shape = rng.randrange(3)
    if shape == 0:
        return number[:3] + pick(rng, "DINOQRSUVWXYZM") + number[4:]
    if shape == 1:
        return f"{number[:5]}0000{number[9]}"
    return number[:9] + digits(rng, 1)


def _gstin(rng: Random) -> str:
    number = identity.gstin(rng)
    if rng.randrange(2):
        wrong = LETTERS.replace(number[14], "")
        return number[:14] + pick(rng, wrong)
    return pick(rng, ("00", "40", "55", "78")) + number[2:]


def _voter(rng: Random) -> str:
    return _bump_last_digit(identity.voter(rng), rng)


def _ifsc(rng: Random) -> str:
    code = money.ifsc(rng)
    return code[:4] + pick(rng, "O123") + code[5:]


def _card(rng: Random) -> str:
    return _bump_last_digit(money.card(rng), rng)


def _card_without_issuer(rng: Random) -> str:
    payload = pick(rng, ("19", "70", "92", "99")) + digits(rng, 13)
    return payload + luhn_digit(payload)


def _card_any(rng: Random) -> str:
    return _card(rng) if rng.randrange(3) else _card_without_issuer(rng)


def _abha(rng: Random) -> str:
    return _bump_last_digit(health.abha_number(rng), rng)


def _vehicle(rng: Random) -> str:
    return pick(rng, ("ZZ", "QX", "XA", "EE")) + identity.vehicle(rng)[2:].rjust(8, "1")[-8:]


def _driving_licence(rng: Random) -> str:
    number = identity.driving_licence(rng)
    return pick(rng, ("ZZ", "QX", "XA")) + number[2:]


def _upi(rng: Random) -> str:
    return money.upi_id(rng) + pick(rng, (".com", ".in", ".co.in"))


def _cin(rng: Random) -> str:
    number = identity.cin(rng)
    return number[:12] + letters(rng, 3, "XYZQ") + number[15:]


def _imei(rng: Random) -> str:
    return _bump_last_digit(contact.imei(rng), rng)


def _vid(rng: Random) -> str:
    while True:
        number = _bump_last_digit(identity.aadhaar_vid(rng), rng)
        if not luhn_ok(number):  # else it would be a card number
            return number


def _passport(rng: Random) -> str:
    number = identity.passport(rng)
    return number[:-1] if rng.randrange(2) else number + digits(rng, 1)


def _mobile(rng: Random) -> str:
    return digits(rng, 10, "12345")


def _pin_code(rng: Random) -> str:
    return pick(rng, ("10", "29", "35", "54", "55", "65", "66", "86", "87", "88", "89", "00")) + digits(rng, 4)


def _ip_address(rng: Random) -> str:
    return f"{rng.randrange(256, 999)}.{rng.randrange(256)}.{rng.randrange(256, 999)}.{rng.randrange(256)}"


def _sebi(rng: Random) -> str:
    """An ISIN: looks like a registration, names a security."""
    return f"IN{pick(rng, 'EF')}{digits(rng, 3)}{letters(rng, 1)}{digits(rng, 5)}"


def _demat(rng: Random) -> str:
    return securities.demat_account(rng)[:-1]


NEAR_MISSES: dict[str, Callable[[Random], str]] = {
    "IN_AADHAAR": _aadhaar_any,
    "IN_AADHAAR_VID": _vid,
    "IN_PAN": _pan,
    "IN_GSTIN": _gstin,
    "IN_CIN": _cin,
    "IN_VOTER": _voter,
    "IN_PASSPORT": _passport,
    "IN_DRIVING_LICENSE": _driving_licence,
    "IN_VEHICLE_REGISTRATION": _vehicle,
    "IN_UPI_ID": _upi,
    "IN_IFSC": _ifsc,
    "CREDIT_CARD": _card_any,
    "IN_ABHA_NUMBER": _abha,
    "IN_DEMAT_ACCOUNT": _demat,
    "IN_SEBI_REG": _sebi,
    "PHONE_NUMBER": _mobile,
    "IN_PINCODE": _pin_code,
    "IP_ADDRESS": _ip_address,
    "IMEI": _imei,
}
"""Entity -> a value that is nearly one. The voter card and the ABHA number keep their shape with a wrong
check digit: a label beside them may still make them a finding (entities.md: boost, not gate)."""


def near_miss(entity: str, rng: Random) -> str:
    """A value that is nearly an `entity`. KeyError where there is no check to miss (label-only entities)."""
    return NEAR_MISSES[entity](rng)
