"""Identity and tax numbers (entities.md section 2). Each function returns the canonical writing."""

from __future__ import annotations

from random import Random

from naka.testing._draw import CONSONANTS, alnum, date, digits, letters, nonzero_digits, pick
from naka.testing.checkdigits import icao_digit, luhn_digit, mod36_char, verhoeff_digit
from naka.testing.tables import CIN_CLASSES, GST_STATES, TAN_AREAS, VEHICLE_STATES

__all__ = [
    "aadhaar",
    "aadhaar_eid",
    "aadhaar_vid",
    "apaar",
    "cin",
    "din",
    "driving_licence",
    "eshram",
    "gstin",
    "jan_aadhaar",
    "llpin",
    "mrz",
    "nrega",
    "pan",
    "parivar_pehchan_patra",
    "passport",
    "ration_card",
    "samagra",
    "tan",
    "udyam",
    "vehicle",
    "voter",
]


def aadhaar(rng: Random) -> str:
    """12 digits, first 2 to 9, Verhoeff; never a palindrome (python-stdnum refuses those)."""
    while True:
        payload = digits(rng, 11, "23456789")
        number = payload + verhoeff_digit(payload)
        if number != number[::-1]:
            return number


def aadhaar_vid(rng: Random) -> str:
    """16 digits, first 2 to 9, Verhoeff."""
    while True:
        payload = digits(rng, 15, "23456789")
        number = payload + verhoeff_digit(payload)
        if number != number[::-1]:
            return number


def aadhaar_eid(rng: Random) -> str:
    """Enrolment number as on the slip: NNNN/NNNNN/NNNNN."""
    return f"{digits(rng, 4, '12')}/{digits(rng, 5)}/{digits(rng, 5)}"


def pan(rng: Random, holder: str = "P", initial: str | None = None) -> str:
    """`holder` is the 4th character, `initial` the 5th (first letter of surname or entity name)."""
    return f"{letters(rng, 3)}{holder}{initial or letters(rng, 1)}{nonzero_digits(rng, 4)}{letters(rng, 1)}"


def gstin(rng: Random, holder: str | None = None) -> str:
    """State code + PAN + entity character + Z + mod 36 check character."""
    chosen = holder or pick(rng, "PPPPHCCF")
    body = pick(rng, GST_STATES) + pan(rng, chosen) + pick(rng, "1111122345") + "Z"
    return body + mod36_char(body)


def tan(rng: Random) -> str:
    """Area code, initial of the deductor, 5 digits, letter."""
    return f"{pick(rng, TAN_AREAS)}{letters(rng, 1)}{digits(rng, 5)}{letters(rng, 1)}"


def cin(rng: Random) -> str:
    """21 characters: listing, industry, state, year, class, registration number."""
    state = pick(rng, ("MH", "KA", "DL", "TN", "GJ", "WB", "TG", "HR", "UP", "KL"))
    year = rng.randrange(1956, 2025)
    head = pick(rng, "LUU") + digits(rng, 5, "123456789")
    return f"{head}{state}{year}{pick(rng, CIN_CLASSES)}{digits(rng, 6)}"


def llpin(rng: Random) -> str:
    """Three letters, hyphen, four digits."""
    return f"A{letters(rng, 2)}-{nonzero_digits(rng, 4)}"


def din(rng: Random) -> str:
    """Director identification number: 8 digits, leading zero usual."""
    return digits(rng, 8, "00001")


def udyam(rng: Random) -> str:
    """UDYAM-SS-DD-NNNNNNN."""
    return f"UDYAM-{pick(rng, VEHICLE_STATES)}-{rng.randrange(1, 60):02d}-{digits(rng, 7, '0')}"


def voter(rng: Random) -> str:
    """EPIC: 3 letters, 6 digits, Luhn digit over the 7 digits."""
    serial = digits(rng, 6)
    return letters(rng, 3) + serial + luhn_digit(serial)


def passport(rng: Random) -> str:
    """One letter and seven digits, first digit 1 to 9."""
    return pick(rng, "ABCDEFGHJKLMNPRSTUVWY") + digits(rng, 7, "123456789")


def mrz(rng: Random, surname: str = "MEHTA", given: str = "ROHAN") -> str:
    """Both lines of an Indian passport's machine-readable zone (ICAO 9303 TD3), check digits valid."""
    number = passport(rng).ljust(9, "<")
    born, until = _yymmdd(date(rng, 1950, 2004)), _yymmdd(date(rng, 2027, 2035))
    optional = "<" * 14
    first = f"P<IND{surname}<<{given}".ljust(44, "<")
    fields = number + icao_digit(number), born + icao_digit(born), until + icao_digit(until), optional + "<"
    whole = icao_digit("".join(fields))
    return f"{first}\n{fields[0]}IND{fields[1]}{pick(rng, 'MF')}{fields[2]}{fields[3]}{whole}"


def _yymmdd(day: tuple[int, int, int]) -> str:
    return f"{day[0] % 100:02d}{day[1]:02d}{day[2]:02d}"


def driving_licence(rng: Random) -> str:
    """15 characters: state, RTO, year, serial."""
    office = f"{pick(rng, VEHICLE_STATES)}{rng.randrange(1, 60):02d}"
    return f"{office}{rng.randrange(1988, 2025)}{nonzero_digits(rng, 7)}"


def vehicle(rng: Random) -> str:
    """State, RTO, series, number; one in twelve in the BH series."""
    if rng.randrange(12) == 0:
        series = letters(rng, rng.randrange(1, 3), CONSONANTS)
        return f"{rng.randrange(21, 26)}BH{nonzero_digits(rng, 4)}{series}"
    series = letters(rng, rng.randrange(1, 3), CONSONANTS)
    return f"{pick(rng, VEHICLE_STATES)}{rng.randrange(1, 60):02d}{series}{nonzero_digits(rng, 4)}"


def ration_card(rng: Random) -> str:
    """A state's ration card number: 10 to 15 characters, several shapes."""
    shape = rng.randrange(3)
    if shape == 0:
        return digits(rng, 12, "123456789")
    if shape == 1:
        return f"{pick(rng, VEHICLE_STATES)}{digits(rng, 10, '123456789')}"
    return digits(rng, 10, "123456789")


def nrega(rng: Random) -> str:
    """Job card: SS-DD-BBB-PPP-VVV/NNNNN."""
    state = pick(rng, ("RJ", "BR", "UP", "MP", "WB", "OR", "JH", "TN", "AP"))
    return (
        f"{state}-{rng.randrange(1, 40):02d}-{rng.randrange(1, 40):03d}-{rng.randrange(1, 200):03d}"
        f"-{rng.randrange(1, 30):03d}/{rng.randrange(1, 2000)}"
    )


def samagra(rng: Random) -> str:
    """Madhya Pradesh person id: 9 digits."""
    return digits(rng, 9, "123")


def jan_aadhaar(rng: Random) -> str:
    """Rajasthan family id: 10 digits."""
    return digits(rng, 10, "45")


def parivar_pehchan_patra(rng: Random) -> str:
    """Haryana family id: a digit and seven letters or digits, at least one of them a letter."""
    return digits(rng, 1, "123456789") + letters(rng, 2) + alnum(rng, 2) + letters(rng, 1) + digits(rng, 2)


def apaar(rng: Random) -> str:
    """Student's academic account id: 12 digits."""
    return digits(rng, 12, "123456789")


def eshram(rng: Random) -> str:
    """Unorganised worker's universal account number: 12 digits."""
    return digits(rng, 12, "123456789")
