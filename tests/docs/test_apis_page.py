"""docs/reference/apis.md lists the APIs whose bodies are known, and how errors are written. `make golden` writes it."""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path

from naka._core import api_tables, error_shapes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "apis.md"

HEAD = """\
# APIs

Made by `make golden` from the tables in `rust/naka-body/apis/`; a test compares. [Bodies](../concepts/bodies.md)
says how they are read.

A call is known by method and path; the query and a gateway's prefix do not matter. Every string, number and key of
a body is scanned in any case: a table says which of them must not be rewritten, which are settings, and what
cannot be read. A route without paths in its table has a surface that packs can name, and its JSON is walked. What
no table has is `Unknown`, walked as well, and decided by `onUnknownRoute`. Servers that speak another's API
(Azure, vLLM, Together, Mistral, Groq, LiteLLM) are under the API that they speak.
"""

ERRORS = """
## Errors

What is blocked, and every error that Envoy makes in an outage, is written as the clients of that API expect it.
`$message` names entities and paths, never values; `$decision` is the id of the exchange (of Envoy's stream, where
the sidecar had no part).
"""


def page() -> str:
    parts = [HEAD]
    apis = sorted((api for api in api_tables() if api["routes"]), key=lambda api: api["provider"] or "")
    for provider, group in groupby(apis, key=lambda api: api["provider"]):
        parts += [
            f"\n## {provider}\n\n",
            "| api | surface | paths known | errors | routes |\n| --- | --- | --- | --- | --- |\n",
        ]
        for api in group:
            routes = "<br>".join(f"`{route}`".replace("|", "\\|") for route in api["routes"])
            known = "yes" if api["has_paths"] else "no"
            parts.append(f"| `{api['id']}` | {api['surface']} | {known} | {api['errors']} | {routes} |\n")
    parts += [ERRORS, "\n| shape | body | headers | source |\n| --- | --- | --- | --- |\n"]
    for shape in error_shapes():
        body = json.dumps(json.loads(shape["body"]))
        headers = "<br>".join(f"`{name}: {value}`" for name, value in shape["headers"].items())
        parts.append(f"| {shape['id']} | `{body}` | {headers} | {shape['source']} ({shape['checked_on']}) |\n")
    parts.append("\nWhat `$kind` is, by status; the one of 400 stands for every other status.\n\n")
    parts.append("| shape | kinds |\n| --- | --- |\n")
    for shape in error_shapes():
        kinds = ", ".join(f"{status} `{kind}`" for status, kind in shape["kinds"].items() if kind)
        parts.append(f"| {shape['id']} | {kinds} |\n")
    return "".join(parts)


def test_the_page_lists_the_tables() -> None:
    if os.environ.get("NAKA_GOLDEN") == "rewrite":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
