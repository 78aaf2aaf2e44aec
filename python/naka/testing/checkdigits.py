"""Check digits, written a second time in plain Python.

The Rust core has its own; these are kept apart from it on purpose, so that a wrong table there cannot make
its own test data look right. `tests/unit/testing` compares them with python-stdnum.

Every function takes ASCII characters without separators and raises ValueError for anything else.
Sources: J. Verhoeff, Error Detecting Decimal Codes, 1969; ISO/IEC 7812-1 annex B (Luhn); GSTN (mod 36);
ICAO Doc 9303 part 3 (weights 7-3-1).
"""

from __future__ import annotations

__all__ = [
    "icao_digit",
    "luhn_digit",
    "luhn_ok",
    "mod36_char",
    "mod36_ok",
    "verhoeff_digit",
    "verhoeff_ok",
]

# Multiplication in the dihedral group D5, row times column.
_D = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
# The permutation for each place, counted from the right.
_P = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_INVERSE = "0432156789"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _only_digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("expected ASCII digits only")
    return text


def _verhoeff_state(digits: str, first_place: int) -> int:
    state = 0
    for place, digit in enumerate(reversed(_only_digits(digits)), start=first_place):
        state = int(_D[state][int(_P[place % 8][int(digit)])])
    return state


def verhoeff_digit(payload: str) -> str:
    """The digit that makes `payload` + digit valid (Aadhaar, virtual id)."""
    return _INVERSE[_verhoeff_state(payload, 1)]


def verhoeff_ok(number: str) -> bool:
    """True if the last digit is the Verhoeff check digit of the rest."""
    return _verhoeff_state(number, 0) == 0


def _luhn_sum(digits: str, double_first: bool) -> int:
    total = 0
    for place, digit in enumerate(reversed(_only_digits(digits))):
        value = int(digit)
        if (place % 2 == 0) == double_first:
            value = value * 2 - 9 * (value > 4)
        total += value
    return total


def luhn_digit(payload: str) -> str:
    """The digit that makes `payload` + digit valid (cards, IMEI, ABHA number, voter card serial)."""
    return str(-_luhn_sum(payload, True) % 10)


def luhn_ok(number: str) -> bool:
    """True if the last digit is the Luhn check digit of the rest."""
    return _luhn_sum(number, False) % 10 == 0


def mod36_char(payload: str) -> str:
    """The 15th character of a GSTIN from its first 14."""
    if len(payload) != 14:
        raise ValueError("a GSTIN has 14 characters before its check character")
    total = 0
    for place, character in enumerate(payload):
        product = _ALPHABET.index(character) * (1 + place % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


def mod36_ok(number: str) -> bool:
    """True if the 15th character is the GSTIN check character of the rest."""
    return mod36_char(number[:14]) == number[14:]


def icao_digit(field: str) -> str:
    """Check digit of a field of a machine-readable zone; `<` counts as zero."""
    total = 0
    for place, character in enumerate(field):
        value = 0 if character == "<" else _ALPHABET.index(character)
        total += value * (7, 3, 1)[place % 3]
    return str(total % 10)
