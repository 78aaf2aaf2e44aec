"""Health ids of the Ayushman Bharat Digital Mission (entities.md section 4)."""

from __future__ import annotations

from random import Random

from naka.testing._draw import digits, pick
from naka.testing.checkdigits import luhn_digit
from naka.testing.people import given_name, surname

__all__ = ["abha_address", "abha_number"]


def abha_number(rng: Random) -> str:
    """NN-NNNN-NNNN-NNNN, starts 91, Luhn over the 14 digits."""
    payload = "91" + digits(rng, 11)
    number = payload + luhn_digit(payload)
    return f"{number[:2]}-{number[2:6]}-{number[6:10]}-{number[10:]}"


def abha_address(rng: Random) -> str:
    """Local part with letters, digits, one dot at most; production or sandbox suffix."""
    first, last = given_name(rng).lower(), surname(rng).lower()
    shape = rng.randrange(3)
    local = (f"{first}.{last}", f"{first}{digits(rng, 4, '12')}", f"{first}_{last}{digits(rng, 2)}")[shape]
    return f"{local}@{pick(rng, ('abdm', 'abdm', 'abdm', 'sbx'))}"
