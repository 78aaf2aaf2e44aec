"""Bank, card, payment, provident-fund and insurance numbers (entities.md section 3)."""

from __future__ import annotations

from random import Random

from naka.testing._draw import digits, letters, pick
from naka.testing.checkdigits import luhn_digit
from naka.testing.people import given_name, surname
from naka.testing.tables import BANKS, CARD_PREFIXES, MOBILE_STARTS, UPI_HANDLES

__all__ = [
    "bank_account",
    "card",
    "card_cvv",
    "card_expiry",
    "ckyc",
    "customer_id",
    "epf_member_id",
    "esic",
    "ifsc",
    "loan_account",
    "lpg_id",
    "micr",
    "policy_no",
    "pran",
    "uan",
    "upi_id",
    "utr",
]


def upi_id(rng: Random) -> str:
    """A virtual payment address: name-like or mobile-like local part, known handle."""
    handle = pick(rng, UPI_HANDLES)
    if rng.randrange(4) == 0:
        return f"{pick(rng, MOBILE_STARTS)}{digits(rng, 8)}@{handle}"
    first, last = given_name(rng).lower(), surname(rng).lower()
    shape = rng.randrange(5)
    local = (
        f"{first}.{last}",
        f"{first}{digits(rng, 2)}",
        f"{first[0]}.{last}{digits(rng, 2, '123456789')}",
        f"{last}-{first}",
        f"{first}_{last}{digits(rng, 1)}",
    )[shape]
    return f"{local}@{handle}"


def ifsc(rng: Random, bank: str | None = None) -> str:
    """Bank code, zero, six characters of the branch (digits in most banks)."""
    code = bank or pick(rng, list(BANKS))
    branch = digits(rng, 6, "0") if rng.randrange(6) else f"{letters(rng, 3)}{digits(rng, 3)}"
    return f"{code}0{branch}"


def bank_account(rng: Random, bank: str | None = None) -> str:
    """Account number of the length usual at the bank (10 to 16 digits)."""
    code = bank or pick(rng, list(BANKS))
    return digits(rng, BANKS[code][1], "123456789" if code != "ICIC" else "0123456789")


def card(rng: Random, network: str | None = None) -> str:
    """Luhn-valid card number of a network of `CARD_PREFIXES`; Visa, Mastercard and RuPay most often."""
    chosen = network or pick(rng, ("visa", "visa", "visa", "mastercard", "mastercard", "rupay", "rupay", "amex"))
    prefixes, length = CARD_PREFIXES[chosen]
    prefix = pick(rng, prefixes)
    payload = prefix + digits(rng, length - 1 - len(prefix))
    return payload + luhn_digit(payload)


def card_cvv(rng: Random) -> str:
    """Three digits."""
    return digits(rng, 3)


def card_expiry(rng: Random) -> str:
    """MM/YY."""
    return f"{rng.randrange(1, 13):02d}/{rng.randrange(26, 34)}"


def micr(rng: Random) -> str:
    """City, bank and branch, three digits each."""
    city = pick(rng, ("110", "400", "560", "600", "700", "500", "380"))
    return f"{city}{digits(rng, 3, '0')}{digits(rng, 3, '0')}"


def ckyc(rng: Random) -> str:
    """Central KYC identifier: 14 digits."""
    return digits(rng, 14, "123456789")


def uan(rng: Random) -> str:
    """Universal account number of the provident fund: 12 digits, starts 10."""
    return "10" + digits(rng, 10)


def epf_member_id(rng: Random) -> str:
    """22 characters: region, office, establishment, extension, member."""
    region = pick(rng, ("MHBAN", "DLCPM", "PYBOM", "TNMAS", "GNGGN", "APHYD", "WBCAL", "KDMAL"))
    return f"{region}{digits(rng, 7, '0')}000{digits(rng, 7, '0')}"


def esic(rng: Random) -> str:
    """Insured person's number: 10 digits."""
    return digits(rng, 10, "123456")


def pran(rng: Random) -> str:
    """Permanent retirement account number: 12 digits, starts 11 or 50."""
    return pick(rng, ("11", "11", "50")) + digits(rng, 10)


def lpg_id(rng: Random) -> str:
    """17 digits, first 1, 3 or 7 by oil company."""
    return digits(rng, 17, "137")


def policy_no(rng: Random) -> str:
    """Insurance policy number: 9 digits (life) or 11 to 16 (general)."""
    return digits(rng, (9, 9, 11, 16)[rng.randrange(4)], "123456789")


def loan_account(rng: Random) -> str:
    """Loan account number: product letters and digits, or digits alone."""
    if rng.randrange(2):
        return f"{pick(rng, ('LNHL', 'PLAH', 'HLMU', 'TWBL', 'LAP'))}{digits(rng, 10)}"
    return digits(rng, 12, "123456789")


def customer_id(rng: Random) -> str:
    """Customer or CIF number: 8 to 11 digits."""
    return digits(rng, rng.randrange(8, 12), "123456789")


def utr(rng: Random) -> str:
    """Payment reference: 16 characters (NEFT), 22 (RTGS) or 12 digits (IMPS, UPI)."""
    shape = rng.randrange(3)
    bank = pick(rng, list(BANKS))
    if shape == 0:
        return f"{bank}{pick(rng, 'NHP')}{digits(rng, 11)}"
    if shape == 1:
        return f"{bank}R{rng.randrange(1, 6)}20{rng.randrange(24, 27)}{digits(rng, 12, '0')}"
    return digits(rng, 12, "3456")
