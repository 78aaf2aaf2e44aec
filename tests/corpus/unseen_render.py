"""Turns a template into a labelled document.

Template files (`unseen/*.txt`) are plain text. `@@ LANGUAGE LAYOUT [key=value ...]` starts a template; what
follows up to the next `@@` line is its text. Keys: `label` (the text is the value of this JSON key), `id`.
Inside the text:

    ⟦a|b|c⟧               one of the alternatives; may be nested and may be empty
    «IN_PAN»              a value of the entity, labelled; the way of writing it is drawn
    «IN_PAN.lower»        the same in one way of writing (see `unseen_values.py`)
    «IN_PAN#a»            the same value again wherever `#a` stands in this document
    «?IN_PAN»             labelled as ambiguous: counts neither way
    «-IN_PAN»             the value without any label (a documentation sample, for example)
    «~IN_PAN»             a near miss, no label
    «!order_id»           a hard negative, no label
    «=UPSI_CONTEXT=text»  this literal text, labelled
    «@city»               a word or number that nobody would label (see `unseen_values.WORDS`)
    «&greet»              one of the snippets `greet` of the template's language (`unseen/snippets.txt`)

A document is a list of `Piece`s until the end, so that spans survive escaping and spacing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from unseen_values import Values

FOLDER = Path(__file__).parent / "unseen"


@dataclass(frozen=True)
class Inner:
    """A label inside a piece: offsets into the piece's text."""

    start: int
    end: int
    entity: str
    ambiguous: bool = False


@dataclass(frozen=True)
class Piece:
    """A run of text with the labels in it. `fixed` text is a value: spacing does not touch it."""

    text: str
    labels: tuple[Inner, ...] = ()
    fixed: bool = False


@dataclass(frozen=True)
class Template:
    """One template of a file. `id` is file stem and running number."""

    id: str
    language: str
    layout: str
    text: str
    keys: dict[str, str] = field(default_factory=dict)


def load(folder: Path = FOLDER) -> list[Template]:
    """All templates, files in name order."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        if path.stem != "snippets":
            found.extend(_read(path))
    return found


def _read(path: Path) -> Iterator[Template]:
    blocks = path.read_text(encoding="utf-8").split("\n@@ ")[1:]
    for number, block in enumerate(blocks, start=1):
        head, _, body = block.partition("\n")
        language, layout, *pairs = head.split()
        keys = dict(pair.split("=", 1) for pair in pairs)
        yield Template(f"{path.stem}-{number:03d}", language, layout, body.strip("\n"), keys)


def load_snippets(folder: Path = FOLDER) -> dict[tuple[str, str], list[str]]:
    """(language, name) -> the lines under `@@ language name`."""
    snippets: dict[tuple[str, str], list[str]] = {}
    for block in (folder / "snippets.txt").read_text(encoding="utf-8").split("\n@@ ")[1:]:
        head, _, body = block.partition("\n")
        language, name = head.split()
        snippets[language, name] = [line for line in body.split("\n") if line]
    return snippets


class Renderer:
    """Renders templates; one `Random` per document makes it repeatable."""

    def __init__(self, snippets: dict[tuple[str, str], list[str]]) -> None:
        self._snippets = snippets

    def render(self, template: Template, rng: Random) -> list[Piece]:
        """The pieces of one document."""
        values = Values(template.language, template.layout, rng)
        return list(self._expand(template.text, template, values, rng))

    def noise(self, template: Template, rng: Random) -> list[Piece]:
        """One more sentence in the template's language, full of numbers that are nobody's; or nothing."""
        if (template.language, "noise") not in self._snippets:
            return []
        values = Values(template.language, template.layout, rng)
        return [Piece(" "), *self._expand("«&noise»", template, values, rng)]

    def _expand(self, text: str, template: Template, values: Values, rng: Random) -> Iterator[Piece]:
        at = 0
        while at < len(text):
            character = text[at]
            if character == "⟦":
                end = _closing(text, at)
                options = _alternatives(text[at + 1 : end])
                yield from self._expand(options[rng.randrange(len(options))], template, values, rng)
                at = end + 1
            elif character == "«":
                end = text.index("»", at)
                yield from self._slot(text[at + 1 : end], template, values, rng)
                at = end + 1
            else:
                stop = min((i for i in (text.find("⟦", at), text.find("«", at)) if i >= 0), default=len(text))
                yield Piece(text[at:stop])
                at = stop

    def _slot(self, slot: str, template: Template, values: Values, rng: Random) -> Iterator[Piece]:
        mark, rest = slot[0], slot[1:]
        if mark == "&":
            lines = self._snippets.get((template.language, rest)) or self._snippets["en", rest]
            yield from self._expand(lines[rng.randrange(len(lines))], template, values, rng)
        elif mark == "=":
            entity, literal = rest.split("=", 1)
            yield Piece(literal, (Inner(0, len(literal), entity),), fixed=True)
        elif mark == "@":
            yield Piece(values.word(rest))
        elif mark == "!":
            yield Piece(values.negative(rest), fixed=True)
        elif mark == "~":
            yield Piece(values.near_miss(rest), fixed=True)
        else:
            plain = slot.lstrip("?-")
            name, _, memo = plain.partition("#")
            entity, _, form = name.partition(".")
            value = values.entity(entity, form, memo)
            if mark == "-":
                yield Piece(value.text, fixed=True)
                return
            labels = [Inner(value.start, value.end, entity, mark == "?")]
            labels.extend(Inner(start, end, inner, True) for start, end, inner in value.inside)
            yield Piece(value.text, tuple(labels), fixed=True)


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"⟦": 1, "⟧": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"unclosed choice: {text[opening : opening + 40]!r}")


def _alternatives(text: str) -> list[str]:
    depth, start, options = 0, 0, []
    for at, character in enumerate(text):
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        if character == "|" and depth == 0:
            options.append(text[start:at])
            start = at + 1
    return [*options, text[start:]]


def lower(pieces: Iterable[Piece]) -> list[Piece]:
    """Everything in small letters, as people type."""
    return [replace(piece, text=piece.text.lower()) for piece in pieces]


def upper(pieces: Iterable[Piece]) -> list[Piece]:
    """Everything but the values in capitals, as forms and scans have it."""
    return [piece if piece.fixed else replace(piece, text=piece.text.upper()) for piece in pieces]


def loosen(pieces: Iterable[Piece], rng: Random) -> list[Piece]:
    """Spacing as an OCR program leaves it: runs of spaces, space before colons, broken lines."""
    return [piece if piece.fixed else replace(piece, text=_loose(piece.text, rng)) for piece in pieces]


def _loose(text: str, rng: Random) -> str:
    out = []
    for character in text:
        draw = rng.randrange(12)
        if character == " " and draw < 4:
            out.append(" " * (2 + rng.randrange(3)))
        elif character == ":" and draw < 6:
            out.append(" :" if draw < 3 else " : ")
        elif character == "\n" and draw < 2:
            out.append("\n\n")
        else:
            out.append(character)
    return "".join(out)


def escape_json(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces as the inside of a JSON string; a piece whose labels would shift is refused."""
    escaped = []
    for piece in pieces:
        text = json.dumps(piece.text, ensure_ascii=False)[1:-1]
        whole = len(piece.labels) == 1 and (piece.labels[0].start, piece.labels[0].end) == (0, len(piece.text))
        if text != piece.text and piece.labels:
            if not whole:
                raise ValueError("a label inside an escaped value would shift")
            escaped.append(Piece(text, (replace(piece.labels[0], end=len(text)),), piece.fixed))
        else:
            escaped.append(replace(piece, text=text))
    return escaped


def flatten(pieces: Iterable[Piece]) -> tuple[str, list[dict[str, object]]]:
    """The text and its labels, sorted by place; offsets are code points, half-open."""
    parts, labels, at = [], [], 0
    for piece in pieces:
        parts.append(piece.text)
        for label in piece.labels:
            entry: dict[str, object] = {
                "entity": label.entity,
                "start": at + label.start,
                "end": at + label.end,
            }
            if label.ambiguous:
                entry["ambiguous"] = True
            labels.append(entry)
        at += len(piece.text)
    labels.sort(key=lambda entry: (entry["start"], -int(str(entry["end"])), entry["entity"]))
    return "".join(parts), labels
