"""Values for the unseen corpus: what `naka.testing` makes, written the way the language and layout would.

Weights are guesses at real traffic: machines write numbers plainly, people group them, Indic writers use
their own digits at times. `Values` is per document: `#memo` brings the same value back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from unseen_names import BANKS, BUILDINGS, CITIES, FIRMS, HOSPITALS, INDIC_ADDRESSES, LATIN, SCRIPTS, STREETS

from naka.testing import contact, hard_negative, identity, make, money, near_miss
from naka.testing._draw import words
from naka.testing.negatives import indian_grouping
from naka.testing.writing import group, to_script

MACHINE = frozenset({"json", "csv", "logs", "code", "field"})
OWN_DIGITS = {
    # language: digit script, share of numbers written in it (in 100)
    "hi": ("devanagari", 30),
    "mr": ("devanagari", 40),
    "bn": ("bengali", 40),
    "ta": ("tamil", 6),
    "te": ("telugu", 8),
    "gu": ("gujarati", 40),
    "kn": ("kannada", 20),
}
MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
LONG_MONTHS = words("January February March April May June July August September October November December")
HINDI_MONTHS = words("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
MARATHI_MONTHS = words("जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर")
TAMIL_MONTHS = words("ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்")
BENGALI_MONTHS = words("জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর")
INDIC_MONTHS = {"hi": HINDI_MONTHS, "mr": MARATHI_MONTHS, "ta": TAMIL_MONTHS, "bn": BENGALI_MONTHS}

# entity -> ((form, weight), ...) for people; machines and the rest write plainly
HABITS: dict[str, tuple[tuple[str, int], ...]] = {
    "IN_AADHAAR": (
        ("grouped", 50), ("plain", 30), ("dashed", 12), ("nbsp", 2), ("double_spaced", 2), ("dotted", 2),
        ("en_dash", 2),
    ),
    "IN_AADHAAR_VID": (("grouped", 60), ("plain", 40)),
    "IN_PAN": (("plain", 78), ("lower", 8), ("grouped", 7), ("mixed_case", 3), ("dashed", 2), ("glued_label", 2)),
    "IN_GSTIN": (("plain", 95), ("lower", 5)),
    "IN_VOTER": (("plain", 85), ("lower", 5), ("grouped", 10)),
    "IN_PASSPORT": (("plain", 85), ("lower", 5), ("grouped", 10)),
    "IN_DRIVING_LICENSE": (("plain", 35), ("rto_space", 30), ("rto_dash", 15), ("all_dashes", 15), ("lower", 5)),
    "IN_VEHICLE_REGISTRATION": (("grouped", 45), ("plain", 30), ("dashed", 20), ("lower", 5)),
    "IN_IFSC": (("plain", 93), ("lower", 7)),
    "IN_BANK_ACCOUNT": (("plain", 88), ("grouped", 12)),
    "CREDIT_CARD": (("grouped", 55), ("plain", 32), ("dashed", 13)),
    "IN_ABHA_NUMBER": (("plain", 80), ("joined", 12), ("grouped", 8)),
    "IN_UAN": (("plain", 85), ("grouped", 15)),
    "IN_PINCODE": (("plain", 85), ("grouped", 15)),
    "IN_EPF_MEMBER_ID": (("plain", 60), ("slashed", 40)),
    "IN_AADHAAR_EID": (("plain", 50), ("with_time", 50)),
    "PHONE_NUMBER": (
        ("plain", 38), ("grouped", 16), ("plus91", 9), ("plus91_spaced", 10), ("plus91_dashed", 7), ("spaced_334", 6),
        ("spaced_433", 4), ("dashed", 4), ("zero_prefix", 4), ("plus91_grouped", 2),
    ),
    "DATE_OF_BIRTH": (
        ("slashes", 30), ("dashes", 20), ("dots", 10), ("iso", 8), ("month", 16), ("long_month", 10), ("american", 6),
    ),
}  # fmt: skip
MACHINE_HABITS: dict[str, tuple[tuple[str, int], ...]] = {
    "IN_AADHAAR": (("plain", 75), ("grouped", 20), ("dashed", 5)),
    "PHONE_NUMBER": (("plain", 55), ("plus91", 25), ("plus91_spaced", 5), ("plus91_dashed", 10), ("zero_prefix", 5)),
    "CREDIT_CARD": (("plain", 85), ("dashed", 8), ("grouped", 7)),
    "IN_ABHA_NUMBER": (("plain", 75), ("joined", 25)),
    "DATE_OF_BIRTH": (("iso", 55), ("slashes", 20), ("dashes", 25)),
    "IN_VEHICLE_REGISTRATION": (("plain", 85), ("dashed", 15)),
    "IN_DRIVING_LICENSE": (("plain", 80), ("rto_dash", 20)),
    "IN_EPF_MEMBER_ID": (("plain", 100),),
    "IN_AADHAAR_EID": (("plain", 100),),
}

SPOKEN = {
    "spelled": "zero one two three four five six seven eight nine",
    "spelled_hinglish": "zero ek do teen chaar paanch chhe saat aath nau",
    "spelled_hi": "शून्य एक दो तीन चार पाँच छह सात आठ नौ",
}


@dataclass(frozen=True)
class Value:
    """A value as written; `start` and `end` bound it in `text`; `inside` are nested values."""

    text: str
    start: int
    end: int
    inside: tuple[tuple[int, int, str], ...] = ()


def _weighted(options: tuple[tuple[str, int], ...], rng: Random) -> str:
    draw = rng.randrange(sum(weight for _, weight in options))
    for name, weight in options:
        draw -= weight
        if draw < 0:
            return name
    raise AssertionError("weights ran out")


class Values:
    """All that one document needs."""

    def __init__(self, language: str, layout: str, rng: Random) -> None:
        self.language, self.layout, self.rng = language, layout, rng
        self._memo: dict[tuple[str, str, str], Value] = {}
        script, share = OWN_DIGITS.get(language, ("", 0))
        # one writer keeps to one kind of digits
        self._script = script if script and layout not in MACHINE and rng.randrange(100) < share else ""

    def entity(self, entity: str, form: str, memo: str) -> Value:
        """A value of `entity`; `form` "" draws one."""
        key = (entity, form, memo)
        if memo and key in self._memo:
            return self._memo[key]
        maker = getattr(self, "_" + entity.lower(), None)
        value = maker(form) if maker else self._generic(entity, form)
        if memo:
            self._memo[key] = value
        return value

    def _form(self, entity: str) -> str:
        if self.layout in MACHINE:
            return _weighted(MACHINE_HABITS.get(entity, (("plain", 1),)), self.rng)
        return _weighted(HABITS.get(entity, (("plain", 1),)), self.rng)

    def _digits(self, text: str) -> str:
        return to_script(text, self._script) if self._script else text

    def _generic(self, entity: str, form: str) -> Value:
        chosen = form or self._form(entity)
        if chosen == "glued_label":
            text = make(entity, self.rng)
            label = entity.removeprefix("IN_").lower()
            return Value(label + text, len(label), len(label) + len(text))
        text = make(entity, self.rng, chosen)
        if text.replace(" ", "").replace("-", "").isdigit() and not form:
            text = self._digits(text)
        return Value(text, 0, len(text))

    def _whole(self, text: str) -> Value:
        return Value(text, 0, len(text))

    def _person(self, form: str) -> Value:
        pool = SCRIPTS["en" if form in {"upper", "initials", "latin", "mononym"} else self.language]
        given, surname = pool[self.rng.randrange(len(pool))]
        text = {
            "": f"{given} {surname}",
            "latin": f"{given} {surname}",
            "given": given,
            "mononym": given,
            "surname": surname,
            "upper": f"{given} {surname}".upper(),
            "initials": f"{given[0]}. {surname}",
            "last_first": f"{surname}, {given}",
        }[form]
        return self._whole(text)

    def _in_address(self, form: str) -> Value:
        rng = self.rng
        options = INDIC_ADDRESSES.get(self.language)
        n, m = rng.randrange(1, 700), rng.randrange(2, 30)
        tail = f"{rng.randrange(1, 99):03d}"
        if options and form != "latin":
            text = options[rng.randrange(len(options))].format(n=n, m=m, p=tail)
            code = len(text) - 6
            written = self._digits(text)
            return Value(written, 0, len(written), ((code, len(written), "IN_PINCODE"),))
        city, state, start = CITIES[rng.randrange(len(CITIES))]
        street, building = STREETS[rng.randrange(len(STREETS))], BUILDINGS[rng.randrange(len(BUILDINGS))]
        text = (
            f"{n}, {street}, {city}, {state} {start}{tail}",
            f"Flat {m}0{n % 9 + 1}, {building}, {street}, {city} - {start}{tail}",
            f"#{n}, {m}th Cross, {street}, {city}, {state}-{start}{tail}",
            f"House No {n}/{m}, Ward {m}, Vill. Rampur, P.O. {street}, Dist. {city}, {state} - {start}{tail}",
            f"C-{n}, {building}, opp. Bus Stand, {street}, {city} {start} {tail}",
        )[rng.randrange(5)]
        code = len(text) - (7 if text[-4] == " " else 6)
        return Value(text, 0, len(text), ((code, len(text), "IN_PINCODE"),))

    def _date_of_birth(self, form: str) -> Value:
        rng = self.rng
        year, month, day = rng.randrange(1946, 2013), rng.randrange(1, 13), rng.randrange(1, 29)
        shapes = {
            "slashes": f"{day:02d}/{month:02d}/{year}",
            "dashes": f"{day:02d}-{month:02d}-{year}",
            "dots": f"{day:02d}.{month:02d}.{year}",
            "iso": f"{year}-{month:02d}-{day:02d}",
            "month": f"{day} {MONTHS[month - 1]} {year}",
            "long_month": f"{day} {LONG_MONTHS[month - 1]} {year}",
            "american": f"{LONG_MONTHS[month - 1]} {day}, {year}",
        }
        chosen = form or self._form("DATE_OF_BIRTH")
        if self.language in OWN_DIGITS and chosen in {"month", "long_month", "american"}:
            months = INDIC_MONTHS.get(self.language)
            text = f"{day} {months[month - 1]} {year}" if months else shapes["slashes"]
        else:
            text = shapes[chosen]
        return self._whole(self._digits(text))

    def _phone_number(self, form: str) -> Value:
        rng = self.rng
        chosen = form or self._form("PHONE_NUMBER")
        special: dict[str, Callable[[str], str]] = {
            "spaced_334": lambda n: group(n, (3, 3), " "),
            "spaced_433": lambda n: group(n, (4, 3), " "),
            "plus91_grouped": lambda n: "+91 " + group(n, (5,), " "),
            "braces": lambda n: f"({n[:5]}) {n[5:]}",
            "bare91": lambda n: "91" + n,
        }
        if chosen == "landline":
            return self._whole(contact.landline(rng))
        if chosen == "landline_braces":
            code, number = contact.landline(rng).split("-")
            return self._whole(f"({code}) {number}")
        if chosen in SPOKEN:
            spoken = SPOKEN[chosen].split()
            return self._whole(" ".join(spoken[int(digit)] for digit in contact.mobile(rng)))
        if chosen in special:
            return self._whole(self._digits(special[chosen](contact.mobile(rng))))
        return self._whole(self._digits(make("PHONE_NUMBER", rng, chosen)))

    def _in_driving_license(self, form: str) -> Value:
        text = identity.driving_licence(self.rng)
        chosen = form or self._form("IN_DRIVING_LICENSE")
        shapes = {
            "plain": text,
            "lower": text.lower(),
            "rto_space": f"{text[:4]} {text[4:]}",
            "rto_dash": f"{text[:2]}-{text[2:]}",
            "all_dashes": f"{text[:2]}-{text[2:4]}-{text[4:8]}-{text[8:]}",
        }
        return self._whole(shapes[chosen])

    def _in_pan(self, form: str) -> Value:
        rng = self.rng
        if form == "company":
            return self._whole(identity.pan(rng, holder="C"))
        if not form and rng.randrange(7) == 0:
            return self._whole(identity.pan(rng, holder="CFHTAC"[rng.randrange(6)]))
        if form == "boxed":
            return self._whole(" ".join(identity.pan(rng)))
        return self._generic("IN_PAN", form)

    def _in_aadhaar(self, form: str) -> Value:
        rng = self.rng
        chosen = form or self._form("IN_AADHAAR")
        if chosen == "boxed":
            return self._whole(" ".join(identity.aadhaar(rng)))
        if chosen == "broken_line":
            return self._whole(group(identity.aadhaar(rng), (4, 4), "\n"))
        return self._whole(self._digits(make("IN_AADHAAR", rng, chosen)))

    def _in_voter(self, form: str) -> Value:
        if form == "old" or (not form and self.rng.randrange(9) == 0):
            return self._whole(near_miss("IN_VOTER", self.rng))  # hand-issued cards fail the check digit
        return self._whole(make("IN_VOTER", self.rng, form or self._form("IN_VOTER")))

    def _in_aadhaar_eid(self, form: str) -> Value:
        rng = self.rng
        text = identity.aadhaar_eid(rng)
        if (form or self._form("IN_AADHAAR_EID")) == "with_time":
            day = f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(2011, 2026)}"
            text += f" {day} {rng.randrange(9, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
        return self._whole(text)

    def _in_epf_member_id(self, form: str) -> Value:
        rng = self.rng
        if (form or self._form("IN_EPF_MEMBER_ID")) == "slashed":
            office = ("MH/BAN", "DL/CPM", "TN/MAS", "PY/BOM")[rng.randrange(4)]
            return self._whole(f"{office}/{rng.randrange(10000, 99999)}/000/{rng.randrange(1000, 9999)}")
        return self._whole(money.epf_member_id(rng))

    def _gender(self, form: str) -> Value:
        if form == "letter":
            return self._whole("MF"[self.rng.randrange(2)])
        return self._generic("GENDER", "plain")

    def _ip_address(self, form: str) -> Value:
        if form == "v6" or (not form and self.rng.randrange(7) == 0):
            return self._whole(contact.ip_address_v6(self.rng))
        return self._whole(contact.ip_address(self.rng))

    def _in_passport(self, form: str) -> Value:
        rng = self.rng
        if form == "mrz":
            given, surname = LATIN[rng.randrange(len(LATIN))]
            return self._whole(identity.mrz(rng, surname.upper(), given.upper()))
        return self._generic("IN_PASSPORT", form)

    def _in_upi_id(self, form: str) -> Value:
        rng = self.rng
        given, surname = (part.lower() for part in LATIN[rng.randrange(len(LATIN))])
        handle = make("IN_UPI_ID", rng).split("@")[1]
        if form == "rare_handle":
            handle = ("nbfcpay", "chillar", "gramco", "lenden")[rng.randrange(4)]
        if form == "mobile" or (not form and rng.randrange(4) == 0):
            return self._whole(f"{contact.mobile(rng)}@{handle}")
        if form == "shop":
            firm = FIRMS[rng.randrange(len(FIRMS))].split()[0].lower()
            return self._whole(f"{firm}.store{rng.randrange(10, 99)}@{handle}")
        shapes = (
            f"{given}.{surname}",
            f"{given}{rng.randrange(10, 999)}",
            f"{given}{surname[0]}-{rng.randrange(1, 9)}",
        )
        return self._whole(f"{shapes[rng.randrange(3)]}@{handle}")

    def _email_address(self, form: str) -> Value:
        rng = self.rng
        given, surname = (part.lower() for part in LATIN[rng.randrange(len(LATIN))])
        host = make("EMAIL_ADDRESS", rng).split("@")[1]
        shapes = (
            f"{given}.{surname}",
            f"{given[0]}{surname}{rng.randrange(1, 99)}",
            f"{surname}_{given}",
            f"{given}+kyc",
        )
        return self._whole(
            f"{shapes[rng.randrange(4)]}@{host}" if form != "spoken" else f"{given}.{surname} at gmail dot com"
        )

    def word(self, spec: str) -> str:
        """A number or word without any label. `n:5:90` is a number of that range."""
        rng = self.rng
        name, *args = spec.split(":")
        if name == "n":
            return str(rng.randrange(int(args[0]), int(args[1]) + 1))
        if name == "rs":
            return indian_grouping(rng.randrange(int(args[0]), int(args[1]) + 1))
        return WORDS[name](rng)

    def negative(self, kind: str) -> str:
        """A hard negative."""
        if kind == "amount":
            return _amount(self.rng)
        return hard_negative(kind, self.rng)

    def near_miss(self, entity: str) -> str:
        """A near miss of `entity`."""
        return near_miss(entity, self.rng)


def _date(rng: Random) -> str:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(2023, 2027)
    return (
        f"{day:02d}/{month:02d}/{year}",
        f"{day} {MONTHS[month - 1]} {year}",
        f"{day:02d}-{month:02d}-{year}",
        f"{day} {LONG_MONTHS[month - 1]}",
    )[rng.randrange(4)]


def _amount(rng: Random) -> str:
    """Rupees between a cup of tea and a flat; small sums are the common ones."""
    low, high = ((40, 999), (1_000, 9_999), (1_000, 9_999), (10_000, 99_999), (100_000, 9_900_000))[rng.randrange(5)]
    rupees = rng.randrange(low, high)
    paise = f".{rng.randrange(100):02d}"
    return (
        f"₹{indian_grouping(rupees)}",
        f"₹{indian_grouping(rupees)}{paise}",
        f"Rs. {indian_grouping(rupees)}",
        f"Rs {rupees}",
        f"Rs.{rupees}/-",
        f"INR {indian_grouping(rupees)}{paise}",
        f"{indian_grouping(rupees)} rupees",
        f"₹ {rupees}",
    )[rng.randrange(8)]


def _isodate(rng: Random) -> str:
    return f"{rng.randrange(2023, 2027)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"


def _one(options: tuple[str, ...]) -> Callable[[Random], str]:
    return lambda rng: options[rng.randrange(len(options))]


WORDS: dict[str, Callable[[Random], str]] = {
    "date": _date,
    "isodate": _isodate,
    "stamp": lambda rng: (
        f"{_isodate(rng)}{rng.randrange(24):02d}{rng.randrange(60):02d}{rng.randrange(60):02d}".replace("-", "")
    ),
    "time": lambda rng: f"{rng.randrange(8, 22):02d}:{rng.randrange(60):02d}",
    "clock": lambda rng: (
        f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}.{rng.randrange(1000):03d}"
    ),
    "iso": lambda rng: f"{_isodate(rng)}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}Z",
    "year": lambda rng: str(rng.randrange(2019, 2027)),
    "city": lambda rng: CITIES[rng.randrange(len(CITIES))][0],
    "firm": _one(FIRMS),
    "bank": _one(BANKS),
    "hospital": _one(HOSPITALS),
    "month": _one(tuple(LONG_MONTHS)),
    "weekday": _one(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")),
    "product": _one(
        ("mixer grinder", "running shoes", "pressure cooker", "LED bulb pack", "school bag", "saree", "phone cover")
    ),
    "medicine": _one(("Metformin 500", "Telmisartan 40", "Amoxicillin 250", "Paracetamol 650", "Pantoprazole 40")),
    "scrip": _one(("INFY", "TATASTEEL", "RELIANCE", "SBIN", "HDFCBANK", "ITC", "WIPRO")),
}
