"""Hard negatives: references, counters, codes and amounts that look like personal numbers and are not.

Each is bare, without its label. Beside a personal label ("aadhaar no") some would rightly be found, so a test
puts them in a text that says what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from naka.testing._draw import alnum, date, digits, letters, pick
from naka.testing.contact import mobile

__all__ = ["HARD_NEGATIVES", "hard_negative"]

_HEX = "0123456789abcdef"
_MIXED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _length(rng: Random, lengths: tuple[int, ...]) -> int:
    """One of `lengths`."""
    return lengths[rng.randrange(len(lengths))]


def _epoch_seconds(rng: Random) -> int:
    return 1_600_000_000 + rng.randrange(190_000_000)


def _uuid(rng: Random) -> str:
    body = letters(rng, 32, _HEX)
    return f"{body[:8]}-{body[8:12]}-4{body[13:16]}-{pick(rng, '89ab')}{body[17:20]}-{body[20:]}"


def _timestamp(rng: Random) -> str:
    year, month, day = date(rng, 2019, 2026)
    clock = f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    shape = rng.randrange(4)
    return (
        f"{year}-{month:02d}-{day:02d}T{clock}Z",
        f"{year}-{month:02d}-{day:02d}T{clock}.{digits(rng, 3)}+05:30",
        f"{day:02d}/{month:02d}/{year} {clock}",
        f"{year}{month:02d}{day:02d}{clock.replace(':', '')}",
    )[shape]


def indian_grouping(number: int) -> str:
    """1234567 -> 12,34,567."""
    text = str(number)
    head, tail = text[:-3], text[-3:]
    while head:
        tail = f"{head[-2:]},{tail}"
        head = head[:-2]
    return tail


def _amount(rng: Random) -> str:
    rupees = rng.randrange(50, 9_900_000)
    paise = f".{rng.randrange(100):02d}" if rng.randrange(2) else ""
    shape = rng.randrange(6)
    return (
        f"₹{indian_grouping(rupees)}{paise}",
        f"Rs. {indian_grouping(rupees)}{paise}",
        f"Rs {rupees}",
        f"INR {indian_grouping(rupees)}{paise}",
        f"₹ {rupees}{paise}",
        f"Rs.{rupees}/-",
    )[shape]


def _order_id(rng: Random) -> str:
    shape = rng.randrange(5)
    return (
        f"ORD{digits(rng, 10)}",
        f"{digits(rng, 3)}-{digits(rng, 7)}-{digits(rng, 7)}",
        f"OD{digits(rng, 18)}",
        f"#{digits(rng, 7, '123456789')}",
        digits(rng, 12, "23456789"),
    )[shape]


def _invoice(rng: Random) -> str:
    shape = rng.randrange(4)
    year = rng.randrange(22, 27)
    return (
        f"INV-20{year}-{digits(rng, 5)}",
        f"GST/{year}-{year + 1}/{digits(rng, 4)}",
        f"INV{digits(rng, 7)}",
        f"SI/{letters(rng, 3)}/{digits(rng, 6)}",
    )[shape]


def _tracking(rng: Random) -> str:
    shape = rng.randrange(4)
    return (
        f"{letters(rng, 1, 'ER')}{letters(rng, 1)}{digits(rng, 9)}IN",
        digits(rng, 12, "23456789"),
        f"BD{digits(rng, 11)}",
        digits(rng, 14, "123456789"),
    )[shape]


def _version(rng: Random) -> str:
    shape = rng.randrange(3)
    return (
        f"{rng.randrange(1, 30)}.{rng.randrange(40)}.{rng.randrange(400)}",
        f"v{rng.randrange(1, 9)}.{rng.randrange(20)}.{rng.randrange(20)}-rc{rng.randrange(1, 5)}",
        f"{rng.randrange(1, 9)}.{rng.randrange(20)}.{rng.randrange(20)}.{rng.randrange(300, 9000)}",
    )[shape]


def _sku(rng: Random) -> str:
    shape = rng.randrange(3)
    return (
        f"{letters(rng, 3)}-{digits(rng, 4)}-{letters(rng, 2)}",
        f"SKU{digits(rng, 8)}",
        f"{letters(rng, 2)}{digits(rng, 6)}{letters(rng, 1)}",
    )[shape]


def _order_with_product_letters(rng: Random) -> str:
    return f"{pick(rng, ('INV', 'ORD', 'REF', 'TKT', 'SRQ'))}{digits(rng, 7)}"


HARD_NEGATIVES: dict[str, Callable[[Random], str]] = {
    "order_id": _order_id,
    "reference": _order_with_product_letters,
    "rrn": lambda rng: digits(rng, 12, "34567"),
    "pnr": lambda rng: digits(rng, 10, "2468"),
    "airline_pnr": lambda rng: letters(rng, 6, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
    "ticket": lambda rng: f"{pick(rng, ('INC', 'SR', 'CASE-', 'TKT-'))}{digits(rng, 8)}",
    "transaction": lambda rng: f"TXN{digits(rng, 12)}",
    "timestamp": _timestamp,
    "epoch_s": lambda rng: str(_epoch_seconds(rng)),
    "epoch_ms": lambda rng: f"{_epoch_seconds(rng)}{digits(rng, 3)}",
    "uuid": _uuid,
    "hex": lambda rng: letters(rng, _length(rng, (8, 16, 24, 32, 40, 64)), _HEX),
    "base64": lambda rng: letters(rng, 24, _MIXED),
    "version": _version,
    "invoice": _invoice,
    "amount": _amount,
    "sku": _sku,
    "tracking": _tracking,
    "consumer_number": lambda rng: digits(rng, _length(rng, (9, 10, 11, 12, 13)), "123456789"),
    "mobile_with_91": lambda rng: "91" + mobile(rng),
    "isbn": lambda rng: "978" + digits(rng, 10),
    "barcode": lambda rng: "890" + digits(rng, 10),
    "hsn": lambda rng: digits(rng, 8, "123456789"),
    "measure": lambda rng: f"{rng.randrange(1, 99)}.{digits(rng, 6)}",
    "toll_free": lambda rng: f"1800 {digits(rng, 3)} {digits(rng, 4)}",
    "tracing": lambda rng: f"{letters(rng, 32, _HEX)}-{letters(rng, 16, _HEX)}",
    "batch": lambda rng: f"{letters(rng, 2)}{digits(rng, 7)}",
    "isin": lambda rng: f"INE{digits(rng, 3)}{letters(rng, 1)}{digits(rng, 5)}",
    "masked_aadhaar": lambda rng: f"XXXX XXXX {digits(rng, 4)}",
    "masked_card": lambda rng: f"{digits(rng, 4, '45')}********{digits(rng, 4)}",
    "masked_account": lambda rng: f"XXXXXX{digits(rng, 4)}",
    "masked_pan": lambda rng: f"{letters(rng, 2)}XXXXXX{digits(rng, 1)}{letters(rng, 1)}",
    "masked_phone": lambda rng: f"******{digits(rng, 4)}",
    "long_digits": lambda rng: digits(rng, rng.randrange(20, 31), "123456789"),
    "gateway_payment": lambda rng: "pay_" + letters(rng, 14, _MIXED),
    "alnum_token": lambda rng: alnum(rng, 20),
}
"""Kind -> generator. `mobile_with_91` is a phone number, but never an Aadhaar number although one in ten
passes its check digit."""


def hard_negative(kind: str, rng: Random) -> str:
    """A value of `kind`, a key of `HARD_NEGATIVES`."""
    return HARD_NEGATIVES[kind](rng)
