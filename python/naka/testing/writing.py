"""The ways in which people and programs write one number.

A form takes the canonical writing and gives back a `Written`: the text, and where the value stands in it
(code points, half-open), since a glued label such as `panQWEPK4821M` is not part of the value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

__all__ = ["DIGIT_ZEROS", "FORMS", "Written", "group", "to_script", "write"]

DIGIT_ZEROS: dict[str, int] = {
    "devanagari": 0x0966,
    "bengali": 0x09E6,
    "gurmukhi": 0x0A66,
    "gujarati": 0x0AE6,
    "odia": 0x0B66,
    "tamil": 0x0BE6,
    "telugu": 0x0C66,
    "kannada": 0x0CE6,
    "malayalam": 0x0D66,
    "arabic_indic": 0x0660,
    "urdu": 0x06F0,
    "ol_chiki": 0x1C50,
    "meetei_mayek": 0xABF0,
    "fullwidth": 0xFF10,
}
"""Code point of the digit zero of each script; the other nine follow it (Unicode Nd)."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it is written. `text[start:end]` is the value without a label; code points."""

    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """The value as written."""
        return self.text[self.start : self.end]


def to_script(text: str, script: str) -> str:
    """Replaces ASCII digits by those of `script` (a key of `DIGIT_ZEROS`)."""
    zero = DIGIT_ZEROS[script]
    return "".join(chr(zero + ord(c) - 48) if "0" <= c <= "9" else c for c in text)


def group(text: str, sizes: tuple[int, ...], separator: str) -> str:
    """Cuts `text` into pieces of `sizes`; the rest is the last piece."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    pieces.append(text[at:])
    return separator.join(piece for piece in pieces if piece)


def _compact(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _sizes(entity: str, text: str) -> tuple[int, ...]:
    """How an entity's number is cut when it is printed in groups."""
    fixed = {
        "IN_PAN": (5, 4),
        "IN_VOTER": (3,),
        "IN_PASSPORT": (1,),
        "IN_DRIVING_LICENSE": (4, 4),
        "IN_ABHA_NUMBER": (2, 4, 4),
        "PHONE_NUMBER": (5,),
        "IN_GSTIN": (2, 5, 4),
        "IN_PINCODE": (3,),
        "IN_IFSC": (4,),
        "IN_TAN": (4, 5),
        "IN_DEMAT_ACCOUNT": (8,),
    }
    if entity in fixed:
        return fixed[entity]
    if entity == "CREDIT_CARD" and len(text) == 15:
        return (4, 6)
    if entity == "IN_VEHICLE_REGISTRATION":
        return (2, 2, 4) if text[2:4] == "BH" else _plate_sizes(text)
    return (4,) * ((len(text) - 1) // 4)


def _plate_sizes(text: str) -> tuple[int, ...]:
    letters = len(text) - 8  # state 2, RTO 2, number 4
    return (2, 2, letters) if letters else (2, 2)


def _whole(text: str) -> Written:
    return Written(text, 0, len(text))


def _plain(_: str, text: str, __: Random) -> Written:
    return _whole(text)


def _joined(_: str, text: str, __: Random) -> Written:
    return _whole(_compact(text))


def _grouped_by(separator: str) -> Callable[[str, str, Random], Written]:
    def form(entity: str, text: str, _: Random) -> Written:
        compact = _compact(text)
        return _whole(group(compact, _sizes(entity, compact), separator))

    return form


def _script(name: str) -> Callable[[str, str, Random], Written]:
    def form(_: str, text: str, __: Random) -> Written:
        return _whole(to_script(text, name))

    return form


def _mixed_digits(_: str, text: str, rng: Random) -> Written:
    return _whole("".join(to_script(c, "devanagari") if rng.randrange(2) else c for c in text))


def _grouped_devanagari(entity: str, text: str, _: Random) -> Written:
    compact = _compact(text)
    return _whole(to_script(group(compact, _sizes(entity, compact), " "), "devanagari"))


def _zero_width(_: str, text: str, rng: Random) -> Written:
    at = 1 + rng.randrange(len(text) - 1)
    return _whole(f"{text[:at]}\u200b{text[at:]}")


def _lower(_: str, text: str, __: Random) -> Written:
    return _whole(text.lower())


def _mixed_case(_: str, text: str, rng: Random) -> Written:
    return _whole("".join(c.lower() if rng.randrange(2) else c for c in text))


def _glued(entity: str, text: str, rng: Random) -> Written:
    label = entity.removeprefix("IN_").replace("_", "").lower()
    label = label.upper() if rng.randrange(2) else label
    return Written(label + text, len(label), len(label) + len(text))


def _country_code(prefix: str) -> Callable[[str, str, Random], Written]:
    def form(_: str, text: str, __: Random) -> Written:
        return _whole(prefix + text)

    return form


FORMS: dict[str, Callable[[str, str, Random], Written]] = {
    "plain": _plain,
    "joined": _joined,
    "grouped": _grouped_by(" "),
    "dashed": _grouped_by("-"),
    "dotted": _grouped_by("."),
    "double_spaced": _grouped_by("  "),
    "nbsp": _grouped_by("\u00a0"),
    "en_dash": _grouped_by("\u2013"),
    **{script: _script(script) for script in DIGIT_ZEROS},
    "mixed_digits": _mixed_digits,
    "grouped_devanagari": _grouped_devanagari,
    "zero_width": _zero_width,
    "lower": _lower,
    "mixed_case": _mixed_case,
    "glued_label": _glued,
    "plus91": _country_code("+91"),
    "plus91_spaced": _country_code("+91 "),
    "plus91_dashed": _country_code("+91-"),
    "zero_prefix": _country_code("0"),
    "double_zero_91": _country_code("0091"),
}
"""Form name -> how to write a canonical value in it. The phone forms fit mobile numbers only."""


def write(entity: str, text: str, form: str, rng: Random) -> Written:
    """Writes the canonical `text` of `entity` in `form`, a key of `FORMS`."""
    return FORMS[form](entity, text, rng)
