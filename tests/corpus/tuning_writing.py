"""How values are written in the tuning corpus: one call gives a value of an entity in one of its usual writings.

Deterministic: all choices come from the generator that is passed in.
"""

from __future__ import annotations

from random import Random

from naka.testing import hard_negative
from naka.testing.catalog import forms, make
from naka.testing.contact import landline
from naka.testing.people import address, full_name
from naka.testing.writing import to_script

SCRIPTS = {"hi": "devanagari", "mr": "devanagari", "bn": "bengali", "ta": "tamil"}
"""Languages whose script the generators of names know."""
DIGITS = {**SCRIPTS, "te": "telugu", "gu": "gujarati", "kn": "kannada"}

_NUMBER_WORDS = {
    "en": "zero one two three four five six seven eight nine".split(),
    "hinglish": "zero ek do teen chaar paanch chhe saat aath nau".split(),
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ".split(),
}
_MONTHS = (
    "January February March April May June July August September October November December".split(),
    "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split(),
    "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்".split(),
    "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর".split(),
)


def value(entity: str, rng: Random, language: str = "en", form: str | None = None) -> str:
    """A value of `entity` as people of `language` write it; `form` asks for one writing."""
    if entity == "PHONE_NUMBER":
        return phone(rng, language, form)
    if entity == "DATE_OF_BIRTH":
        return birth(rng, language, form)
    if entity == "PERSON":
        return person(rng, language, form)
    if entity == "IN_ADDRESS":
        return address(rng)
    if entity == "EMAIL_ADDRESS" and form == "at":
        local, host = make("EMAIL_ADDRESS", rng).split("@")
        at, dot = rng.choice(
            [(" [at] ", " [dot] "), ("[at]", "."), (" (at) ", "."), ("(at)", "(dot)"), (" at ", " dot ")]
        )
        return local + at + host.replace(".", dot)
    if form is None and rng.random() < 0.3:
        usual = [name for name in forms(entity) if name in ("grouped", "dashed", "lower")]
        form = rng.choice(usual) if usual else None
    text = make(entity, rng, form or "plain")
    if form is None and language in DIGITS and text.isdigit() and rng.random() < 0.35:
        text = to_script(text, DIGITS[language])
    return text


def phone(rng: Random, language: str = "en", form: str | None = None) -> str:
    """A mobile or landline number."""
    number = make("PHONE_NUMBER", rng)
    if form == "spelled":
        return spelled(number, rng, language)
    if form == "plain":
        return number
    if form == "landline" or (form is None and rng.random() < 0.06):
        line = landline(rng)
        return rng.choice(
            [
                line,
                line,
                line.replace("-", " "),
                "+91 " + line[1:].replace("-", " "),
                f"({line.split('-')[0]}) {line.split('-')[1]}",
            ]
        )
    if form is None and rng.random() < 0.45:
        return to_script(number, DIGITS[language]) if language in DIGITS and rng.random() < 0.3 else number
    a, b = number[:5], number[5:]
    return rng.choice(
        [
            f"{a} {b}",
            f"{a}-{b}",
            f"{number[:4]} {number[4:7]} {number[7:]}",
            f"{number[:3]} {number[3:6]} {number[6:]}",
            f"{number[:3]}-{number[3:6]}-{number[6:]}",
            f"+91 {a} {b}",
            f"+91{number}",
            f"+91-{number}",
            f"+91-{a}-{b}",
            f"+91 {number}",
            f"(+91) {number}",
            f"91{number}",
            f"91-{number}",
            f"91 {a} {b}",
            f"0{number}",
            f"0{a} {b}",
            f"0091 {number}",
            f"+91 {number[:3]} {number[3:6]} {number[6:]}",
            f"{number[:2]} {number[2:6]} {number[6:]}",
            f"{number[:4]}-{number[4:7]}-{number[7:]}",
            f"({a}) {b}",
            f"{a}.{b}",
            f"+91 (0) {number}",
            f"{number[:4]}-{number[4:]}",
            f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:8]} {number[8:]}",
        ]
    )


def spelled(number: str, rng: Random, language: str = "en") -> str:
    """Digit by digit in words; now and then a pair is `double five`."""
    words = _NUMBER_WORDS.get(language, _NUMBER_WORDS["en"])
    out, at = [], 0
    while at < len(number):
        pair = at + 1 < len(number) and number[at] == number[at + 1]
        if pair and language != "hi":
            out.append("double " + words[int(number[at])])
            at += 2
        else:
            out.append(words[int(number[at])])
            at += 1
    return (", " if rng.random() < 0.2 else " ").join(out)


def birth(rng: Random, language: str = "en", form: str | None = None) -> str:
    """A day of birth."""
    day, month, year = (int(part) for part in make("DATE_OF_BIRTH", rng).split("/"))
    names = {"hi": 1, "mr": 1, "ta": 2, "bn": 3}
    if form is None and language in names and rng.random() < 0.3:
        return f"{day} {_MONTHS[names[language]][month - 1]} {year}"
    name = _MONTHS[0][month - 1]
    text = rng.choice(
        [
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}-{month:02d}-{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day} {name} {year}",
            f"{day:02d} {name[:3]} {year}",
            f"{day:02d}-{name[:3]}-{year}",
            f"{name} {day}, {year}",
            f"{day}/{month}/{year}",
            f"{day:02d}/{month:02d}/{year % 100:02d}",
            f"{day}th {name} {year}",
            f"{day:02d}-{name[:3].upper()}-{year}",
            f"{year}/{month:02d}/{day:02d}",
        ]
    )
    return (
        to_script(text, DIGITS[language])
        if language in DIGITS and text.count("/") == 2 and rng.random() < 0.3
        else text
    )


def person(rng: Random, language: str = "en", form: str | None = None) -> str:
    """A full name, in the language's script where the generators have it."""
    script = SCRIPTS.get(language, "latin") if rng.random() < 0.8 else "latin"
    name = full_name(rng, script)
    if form == "lower":
        return full_name(rng).lower()
    if script == "latin" and form is None:
        first, last = name.split()
        return rng.choice(
            [
                name,
                name,
                name,
                name.upper(),
                f"{first[0]}. {last}",
                f"{first} {rng.choice('KMRSV')}. {last}",
                f"{first} Kumar {last}",
            ]
        )
    return name


def negative(kind: str, rng: Random) -> str:
    """A number or code that is nobody's."""
    if kind == "amount":
        return str(rng.randrange(100, 900_000))
    return hard_negative(kind, rng)
