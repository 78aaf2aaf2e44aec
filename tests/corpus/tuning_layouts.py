"""Layouts of the tuning corpus: forms, JSON, CSV, logs, code, single fields, transcripts and scanned paper.

Each function takes a generator and gives a document; what a field is called comes from `tuning/labels.toml`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tuning_writing import negative, value

LABELS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "tuning" / "labels.toml").read_text(encoding="utf-8")
)
NEGATIVES = LABELS.pop("NEGATIVES")

_TALK = tomllib.loads((Path(__file__).parent / "tuning" / "talk.toml").read_text(encoding="utf-8"))
PROFILES: dict[str, str] = _TALK["profiles"]
_ASK: dict[str, list[str]] = _TALK["ask"]
_ANSWER: dict[str, list[str]] = _TALK["answer"]


@dataclass
class Doc:
    """A document under construction: text, and labels as entity, start, end, ambiguous (code points)."""

    language: str
    layout: str
    label: str | None = None
    text: str = ""
    labels: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str) -> Doc:
        """Text without a label."""
        self.text += text
        return self

    def tell(self, entity: str, text: str, ambiguous: bool = False) -> Doc:
        """A value."""
        item: dict[str, Any] = {"entity": entity, "start": len(self.text), "end": len(self.text) + len(text)}
        if ambiguous or (entity == "GENDER" and len(text) == 1):
            item["ambiguous"] = True
        self.labels.append(item)
        self.text += text
        if entity == "IN_ADDRESS":  # the PIN code inside counts neither way
            self.labels.append(
                {"entity": "IN_PINCODE", "start": item["end"] - 6, "end": item["end"], "ambiguous": True}
            )
        return self


Item = tuple[str, str, str | None]
"""What the field is called, its value, and its entity (None: nobody's)."""


def fields(rng: Random, language: str, count: int, style: str, noise: float = 0.3) -> list[Item]:
    """Some fields of one profile, without repetition, and some that are nobody's."""
    names = PROFILES[rng.choice(list(PROFILES))].split()
    names = [name for name in names if LABELS[name].get(language if style == "text" else "key")]
    rng.shuffle(names)
    items: list[Item] = []
    for entity in names[:count]:
        label = rng.choice(LABELS[entity][language] if style == "text" else LABELS[entity]["key"])
        items.append((label, value(entity, rng, language), entity))
    for _ in range(2):
        if rng.random() < noise:
            kind = rng.choice(list(NEGATIVES))
            key = NEGATIVES[kind][-1] if style == "key" else rng.choice(NEGATIVES[kind][:-1])
            items.insert(rng.randrange(len(items) + 1), (key, negative(kind, rng), None))
    return items


def put(doc: Doc, item: Item) -> None:
    """The value of a field."""
    _, text, entity = item
    doc.tell(entity, text) if entity else doc.say(text)


LANGUAGES = "en en en en en en hinglish hinglish hi hi hi ta bn mr te gu kn".split()


def form(rng: Random) -> Doc:
    """One field a line."""
    language = rng.choice(LANGUAGES)
    doc = Doc(language, "form")
    between = rng.choice([": ", ": ", ": ", " : ", " - ", ":\n", "\n", "\t", " = ", ":    ", " .......... ", ":- "])
    after = "\n\n" if between == "\n" else rng.choice(["\n", "\n", "\n", "\n\n", "; ", " | "])
    if after == "\n\n" and between == "\n":
        between = rng.choice(["\n", "\n  "])
    if rng.random() < 0.4:
        doc.say(rng.choice(["CUSTOMER APPLICATION FORM", "Section B", "Part II", "*** Details ***"]) + "\n\n")
    items = fields(rng, language, rng.randrange(3, 7), "text")
    for number, item in enumerate(items):
        label = item[0].upper() if rng.random() < 0.08 else item[0]
        doc.say(label + between)
        put(doc, item)
        doc.say(after if number + 1 < len(items) else "")
    return doc


def _key(key: str, rng: Random) -> str:
    words = key.split("_")
    return rng.choice([key, key, "".join([words[0], *(w.capitalize() for w in words[1:])]), key.replace("_", "-")])


def json_object(rng: Random) -> Doc:
    """An object, flat or nested, at times inside a list; digits are numbers at times."""
    doc = Doc("en", "json")
    outer = rng.random()
    doc.say("{" if outer < 0.6 else '{"data": {' if outer < 0.8 else '[{"id": 1, "customer": {')
    gap = rng.choice([": ", ":"])
    indent = rng.choice(["", "", "\n  "])
    for number, item in enumerate(fields(rng, "en", rng.randrange(3, 7), "key")):
        doc.say(("," if number else "") + (indent or (" " if number else "")))
        plain = item[1].isascii() and item[1].isdigit() and item[1][0] != "0" and rng.random() < 0.3
        doc.say(f"{json.dumps(_key(item[0], rng))}{gap}" + ("" if plain else '"'))
        put(doc, item)
        doc.say("" if plain else '"')
    doc.say("\n" if indent else "").say("}" if outer < 0.6 else "}}" if outer < 0.8 else "}}]")
    return doc


def csv_table(rng: Random) -> Doc:
    """A header line and rows; at times a sentence before them."""
    doc = Doc("en", "csv")
    mark = rng.choice([",", ",", ",", ";", "\t", "|", " | "])
    heads = fields(rng, "en", rng.randrange(2, 6), rng.choice(["key", "key", "text"]), noise=0.5)
    if mark == ",":
        heads = [head for head in heads if head[2] != "IN_ADDRESS" or rng.random() < 0.5]
    if rng.random() < 0.15:
        doc.say(rng.choice(["Please clean this export:\n", "here is the sheet\n\n", "Data:\n```\n"]))
    lead = "1" if rng.random() < 0.3 else ""
    names = [head[0].replace(mark.strip() or mark, " ") for head in heads]
    doc.say(mark.join((["sr_no"] if lead else []) + names) + "\n")
    if mark == " | " and rng.random() < 0.6:
        doc.say(mark.join("---" for _ in range(len(heads) + bool(lead))) + "\n")
    for row in range(rng.randrange(1, 5)):
        doc.say(f"{row + 1}{mark}" if lead else "")
        for number, (_, text, entity) in enumerate(heads):
            if row:
                kind = next((k for k, names in NEGATIVES.items() if heads[number][0] in names), "order_id")
                text = value(entity, rng) if entity else negative(kind, rng)
            quoted = mark in text
            doc.say((mark if number else "") + ('"' if quoted else ""))
            put(doc, ("", text, entity))
            doc.say('"' if quoted else "")
        doc.say("\n")
    return doc


def log_line(rng: Random) -> Doc:
    """Lines of a service's log."""
    doc = Doc("en", "logs")
    for _ in range(rng.randrange(1, 4)):
        stamp = negative("timestamp", rng)
        level = rng.choice(["INFO", "WARN", "DEBUG", "ERROR"])
        doc.say(f"{stamp} {level} {rng.choice(['kyc', 'pay', 'auth', 'crm'])}-svc ")
        doc.say(rng.choice(["request ", "", f"trace={negative('hex', rng)} ", f"req_id={negative('uuid', rng)} "]))
        style = rng.choice(["{}={} ", "{}={}, ", "{}: {} ", '{}="{}" '])
        head, tail = style.split("{}")[1], style.split("{}")[2]
        for item in fields(rng, "en", rng.randrange(1, 4), "key"):
            if item[2] in ("PERSON", "IN_ADDRESS", "GENDER"):
                continue
            doc.say(item[0] + head)
            put(doc, item)
            doc.say(tail)
        doc.text = doc.text.rstrip() + "\n"
    return doc


def code(rng: Random) -> Doc:
    """SQL, YAML, Python, shell variables, a query string."""
    doc = Doc("en", "code")
    items = fields(rng, "en", rng.randrange(2, 5), "key", noise=0.2)
    kind = rng.randrange(6)
    if kind == 0:
        names = ", ".join(item[0] for item in items)
        doc.say(f"INSERT INTO customers ({names}) VALUES (")
        for number, item in enumerate(items):
            doc.say(", '" if number else "'")
            put(doc, item)
            doc.say("'")
        return doc.say(");")
    if kind == 1:
        doc.say(rng.choice(["SELECT * FROM users WHERE ", "UPDATE users SET status = 'ok' WHERE "]))
        for number, item in enumerate(items[:2]):
            doc.say((" AND " if number else "") + item[0] + rng.choice([" = '", "='"]))
            put(doc, item)
            doc.say("'")
        return doc.say(";")
    begin, middle, end, close = {
        2: ("customer:\n", ": ", "\n", ""),
        3: ("row = Customer(", '="', '", ', ")"),
        4: ("user = {", "': '", "', ", "}"),
        5: ("export ", "=", "\nexport ", "DONE=1"),
    }[kind]
    doc.say(begin)
    for item in items:
        doc.say({2: "  ", 3: "", 4: "'", 5: ""}[kind])
        doc.say(item[0].upper() if kind == 5 else item[0]).say(middle)
        put(doc, item)
        doc.say(end)
    return doc.say(close)


def single(rng: Random) -> Doc:
    """A value alone; its key or header is told beside it."""
    item = fields(rng, "en", 1, rng.choice(["key", "key", "text"]), noise=0.15)[0]
    doc = Doc("en", "field", label=item[0])
    put(doc, item)
    return doc


def transcript(rng: Random) -> Doc:
    """Questions and answers of a call or a chat with a bot."""
    language = rng.choice("en en en en hinglish hinglish hi ta bn".split())
    doc = Doc(language, "transcript")
    ask, answer = rng.choice(
        [
            ("Agent: ", "Customer: "),
            ("AGENT: ", "CALLER: "),
            ("Exec - ", "Cust - "),
            ("Bot: ", "User: "),
            ("Q. ", "A. "),
            ("> ", ""),
            ("Support: ", "Priya: "),
            ("एजेंट: ", "ग्राहक: "),
        ]
    )
    clock = rng.random() < 0.25
    for item in fields(rng, language, rng.randrange(1, 5), "text", noise=0.2):
        if item[2] == "IN_ADDRESS":
            continue
        question = rng.choice(_ASK["en" if item[2] is None else language]).format(item[0])
        before, after = rng.choice(_ANSWER[language]).split("{}")
        at = f"[{rng.randrange(10, 24)}:{rng.randrange(10, 60)}] " if clock else ""
        doc.say(f"{at}{ask}{question}\n{at}{answer}{before}")
        entity = item[2]
        spell = entity == "PHONE_NUMBER" and language in ("en", "hinglish") and rng.random() < 0.2
        put(doc, ("", value("PHONE_NUMBER", rng, language, "spelled"), entity) if spell else item)
        doc.say(after + "\n")
    return doc


def paper(rng: Random) -> Doc:
    """What a scanner makes of a form: odd spaces, capitals, labels and values in columns."""
    language = rng.choice("en en en hi ta bn".split())
    doc = Doc(language, "ocr")
    shout = rng.random() < 0.5
    for label, text, entity in fields(rng, language, rng.randrange(2, 5), "text"):
        if (
            rng.random() < 0.3
            and text.isdigit()
            and len(text) > 8
            and entity in ("IN_AADHAAR", "PHONE_NUMBER", "CREDIT_CARD")
        ):
            size = 5 if entity == "PHONE_NUMBER" else 4
            text = rng.choice([" ", "  "]).join(text[i : i + size] for i in range(0, len(text), size))
        elif entity == "DATE_OF_BIRTH" and text.count("/") == 2 and rng.random() < 0.5:
            text = text.replace("/", " / ")
        label = label.upper() if shout else label
        doc.say(label + rng.choice([" : ", "   ", " .: ", ":", "\n", "  :  "]))
        put(doc, ("", text.upper() if shout and entity not in ("EMAIL_ADDRESS", "PASSWORD") else text, entity))
        doc.say("\n")
    return doc


LAYOUTS: dict[str, tuple[Callable[[Random], Doc], int]] = {
    "form": (form, 620),
    "json": (json_object, 450),
    "csv": (csv_table, 420),
    "logs": (log_line, 200),
    "code": (code, 300),
    "field": (single, 300),
    "transcript": (transcript, 500),
    "ocr": (paper, 220),
}
"""How each layout is made, and how many documents of it."""
