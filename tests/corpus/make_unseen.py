"""Writes `unseen.jsonl`: the labelled corpus that no rule may be tuned on, and its hash.

    python tests/corpus/make_unseen.py          writes unseen.jsonl and unseen.sha256
    python tests/corpus/make_unseen.py --check  exit code 1 if the files differ from what would be written

Templates, names and habits were written from the entity reference alone, before and apart from the rules.
The corpus is frozen: a change is a commit of its own that gives the score before and after. One line is one
document: {"id", "text", "language", "layout", "label"?, "entities": [{"entity", "start", "end", "ambiguous"?}]},
offsets in code points, half-open. See `unseen_render.py` for templates, `README.md` for what is labelled.

Several documents come from one template, so they are not independent: read confidence bounds as optimistic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from random import Random

from unseen_render import (
    Piece,
    Renderer,
    Template,
    escape_json,
    flatten,
    load,
    load_snippets,
    loosen,
    lower,
    upper,
)

HERE = Path(__file__).parent
SEED = 20261124
WITH_DATA = 5
"""Documents of a template that has labels."""
WITHOUT_DATA = 10
"""Documents of a template without any: about a third of the corpus holds no personal data."""
FIELD = 3
"""Documents of a template that is a single field."""


def documents() -> list[dict[str, object]]:
    """All documents, in template order."""
    renderer = Renderer(load_snippets())
    made: list[dict[str, object]] = []
    for template in load():
        count = FIELD if template.layout == "field" else WITHOUT_DATA if _is_negative(template) else WITH_DATA
        seen: set[str] = set()
        for number in range(count * 3):
            if len(seen) == count:
                break
            rng = Random(f"{SEED}/{template.id}/{number}")
            document = _document(f"{template.id}-{number}", template, renderer, rng)
            if document["text"] not in seen:
                seen.add(str(document["text"]))
                made.append(document)
    return made


def _is_negative(template: Template) -> bool:
    return template.id.startswith("none_")


def _document(name: str, template: Template, renderer: Renderer, rng: Random) -> dict[str, object]:
    pieces = renderer.render(template, rng)
    layout = template.layout
    if layout in {"chat", "prose", "ticket"} and rng.randrange(100) < 18:
        pieces += renderer.noise(template, rng)
    latin = template.language in {"en", "hinglish"}
    draw = rng.randrange(100)
    if layout == "ocr":
        pieces = loosen(pieces, rng)
    elif layout == "form" and draw < 12:
        pieces = upper(pieces)
    elif layout == "chat" and latin and draw < 16:
        pieces = lower(pieces)
    elif layout == "chat" and draw >= 93:
        pieces, layout = _as_message(pieces, rng), "json"
    elif layout == "chat" and draw >= 90:
        pieces, layout = _as_log(pieces, rng), "logs"
    text, labels = flatten(pieces)
    document: dict[str, object] = {
        "id": name,
        "text": text,
        "language": template.language,
        "layout": layout,
    }
    if "label" in template.keys:
        document["label"] = template.keys["label"]
    document["entities"] = labels
    return document


def _as_message(pieces: list[Piece], rng: Random) -> list[Piece]:
    """A chat turn inside a request body."""
    role = ("user", "user", "assistant", "tool")[rng.randrange(4)]
    head = (
        f'{{"role": "{role}", "content": "',
        '{"messages": [{"role": "system", "content": "You are a bank assistant."}, {"role": "user", "content": "',
    )[shape := rng.randrange(2)]
    return [Piece(head), *escape_json(pieces), Piece(('"}', '"}], "stream": false}')[shape])]


def _as_log(pieces: list[Piece], rng: Random) -> list[Piece]:
    """A chat turn that an application wrote to its log."""
    day = f"2026-0{rng.randrange(1, 10)}-1{rng.randrange(10)}"
    head = f'{day} 10:{rng.randrange(10, 60)}:07,{rng.randrange(100, 999)} INFO chat.turn text="'
    return [Piece(head), *escape_json(pieces), Piece(f'" latency_ms={rng.randrange(40, 4000)}')]


def encode(made: list[dict[str, object]]) -> bytes:
    """The file's bytes."""
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in made).encode()


def main(arguments: list[str]) -> int:
    """Writes or checks the two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    options = parser.parse_args(arguments)
    made = documents()
    data = encode(made)
    digest = hashlib.sha256(data).hexdigest()
    corpus, frozen = HERE / "unseen.jsonl", HERE / "unseen.sha256"
    line = f"{digest}  unseen.jsonl\n"
    if options.check:
        same = corpus.read_bytes() == data and frozen.read_text(encoding="utf-8") == line
        sys.stdout.write("same\n" if same else "different\n")
        return 0 if same else 1
    corpus.write_bytes(data)
    frozen.write_text(line, encoding="utf-8")
    bare = sum(1 for document in made if not document["entities"])
    sys.stdout.write(f"{len(made)} documents, {bare} without personal data, sha256 {digest}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
