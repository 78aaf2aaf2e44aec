"""Phone, mail, dates, devices and secrets (entities.md section 6)."""

from __future__ import annotations

from random import Random

from naka.testing._draw import alnum, date, digits, letters, pick
from naka.testing.checkdigits import luhn_digit
from naka.testing.people import given_name, surname
from naka.testing.tables import MOBILE_STARTS, PIN_STARTS, STD_CODES

__all__ = [
    "age",
    "card_pin",
    "date_of_birth",
    "email",
    "eway_bill",
    "gender",
    "gst_arn",
    "imei",
    "ip_address",
    "ip_address_v6",
    "irn",
    "landline",
    "mac_address",
    "mobile",
    "otp",
    "password",
    "pin_code",
]

_MAIL_HOSTS = (
    "gmail.com",
    "yahoo.co.in",
    "rediffmail.com",
    "outlook.com",
    "hotmail.com",
    "protonmail.com",
    "vidyutcoop.in",
    "nilgiritech.example",
    "mail.sharadahospital.org",
)


def mobile(rng: Random) -> str:
    """Ten digits, first 6 to 9."""
    return pick(rng, MOBILE_STARTS) + digits(rng, 8)


def landline(rng: Random) -> str:
    """0, STD code, hyphen, subscriber; ten digits after the zero."""
    code = pick(rng, STD_CODES)
    return f"0{code}-{digits(rng, 10 - len(code), '23456')}"


def pin_code(rng: Random) -> str:
    """Six digits in a range that India Post uses."""
    return pick(rng, PIN_STARTS) + digits(rng, 4)


def email(rng: Random) -> str:
    """A plain address; hosts are webmail or invented."""
    first, last = given_name(rng).lower(), surname(rng).lower()
    shape = rng.randrange(5)
    local = (
        f"{first}.{last}",
        f"{first}{last[0]}{digits(rng, 2)}",
        f"{first[0]}{last}",
        f"{last}.{first}{rng.randrange(1970, 2006)}",
        f"{first}_{last}",
    )[shape]
    return f"{local}@{pick(rng, _MAIL_HOSTS)}"


def date_of_birth(rng: Random) -> str:
    """DD/MM/YYYY."""
    year, month, day = date(rng, 1948, 2012)
    return f"{day:02d}/{month:02d}/{year}"


def age(rng: Random) -> str:
    """Years, 5 to 89."""
    return str(rng.randrange(5, 90))


def gender(rng: Random) -> str:
    """As forms write it."""
    return pick(rng, ("Male", "Female", "M", "F", "male", "female", "Transgender"))


def ip_address(rng: Random) -> str:
    """IPv4, first octet 1 to 223 except 127."""
    while True:
        first = rng.randrange(1, 224)
        if first != 127:
            return f"{first}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def ip_address_v6(rng: Random) -> str:
    """Full-length IPv6 in Indian carriers' style."""
    parts = ["2401", "4900", *(f"{rng.randrange(1, 65536):x}" for _ in range(6))]
    return ":".join(parts)


def mac_address(rng: Random) -> str:
    """Six octets with colons."""
    return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))


def imei(rng: Random) -> str:
    """15 digits, Luhn."""
    payload = pick(rng, ("35", "86", "01")) + digits(rng, 12)
    return payload + luhn_digit(payload)


def otp(rng: Random) -> str:
    """Six digits, now and then four."""
    return digits(rng, 6 if rng.randrange(5) else 4)


def card_pin(rng: Random) -> str:
    """Four or six digits."""
    return digits(rng, 4 if rng.randrange(4) else 6)


def password(rng: Random) -> str:
    """At least eight characters with a capital, a digit and a mark."""
    return f"{given_name(rng)}{pick(rng, '@#$!_')}{digits(rng, rng.randrange(3, 6))}{pick(rng, 'xyzkq')}"


def gst_arn(rng: Random) -> str:
    """GST application reference: AA, state, MMYY, six digits, check character (15 characters)."""
    month = f"{rng.randrange(1, 13):02d}{rng.randrange(18, 27)}"
    return f"AA{rng.randrange(1, 38):02d}{month}{digits(rng, 6)}{alnum(rng, 1)}"


def eway_bill(rng: Random) -> str:
    """12 digits."""
    return digits(rng, 12, "123456789")


def irn(rng: Random) -> str:
    """Invoice reference number: 64 hex digits."""
    return letters(rng, 64, "0123456789abcdef")
