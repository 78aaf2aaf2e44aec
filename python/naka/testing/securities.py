"""Numbers of the securities market (entities.md section 5)."""

from __future__ import annotations

from random import Random

from naka.testing._draw import digits, letters, pick

__all__ = ["arn", "demat_account", "euin", "mf_folio", "sebi_registration", "ucc"]


def demat_account(rng: Random) -> str:
    """NSDL (IN + 14 digits) or CDSL (16 digits, first 1)."""
    if rng.randrange(2):
        return f"IN30{digits(rng, 12)}"
    return f"1{pick(rng, ('2', '3', '6'))}0{digits(rng, 13)}"


def sebi_registration(rng: Random) -> str:
    """INZ, INH, INA... and nine digits."""
    return f"IN{pick(rng, 'ZHAPMR')}{digits(rng, 9, '0')}"


def mf_folio(rng: Random) -> str:
    """Mutual fund folio: 7 to 11 digits, at times with a check part after a slash."""
    number = digits(rng, rng.randrange(7, 12), "123456789")
    return f"{number}/{digits(rng, 2)}" if rng.randrange(3) == 0 else number


def arn(rng: Random) -> str:
    """Distributor's AMFI registration number."""
    return f"ARN-{digits(rng, rng.randrange(4, 7), '123456789')}"


def euin(rng: Random) -> str:
    """Distributor's employee: E and six digits."""
    return f"E{digits(rng, 6)}"


def ucc(rng: Random) -> str:
    """Broker's client code: letters and digits."""
    return f"{letters(rng, 2)}{digits(rng, 4)}"
