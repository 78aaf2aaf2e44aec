"""From pydantic's errors to problems in clear words: what is wrong, where, and what to write instead.

A message quotes what the author wrote only when it is a short word without digits in a row, so that a
value pasted into the wrong place is never repeated in an error.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import EnumType
from functools import cache
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from naka.errors import Problem
from naka.policy.document import Document
from naka.policy.fieldpath import Path
from naka.policy.model import KINDS
from naka.policy.values import FORMS

__all__ = ["nearest", "problems_of", "said"]

_QUOTABLE: Final = re.compile(r"(?!.*[0-9]{4})[A-Za-z!][A-Za-z0-9_.:@*/-]{0,39}\Z")
_CHOICE: Final = re.compile(r"'([^']+)'")
_SHAPES: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping (name: value)",
    "model_type": "a mapping (name: value)",
    "model_attributes_type": "a mapping (name: value)",
}


def said(value: object) -> str:
    """`'Maks'` when the value is a harmless short word, else `this value`."""
    return f"'{value}'" if isinstance(value, str) and _QUOTABLE.match(value) else "this value"


def nearest(word: str, choices: Iterable[str]) -> str:
    """`; did you mean 'Mask'?`, or nothing when no choice is near. Upper and lower case count as alike."""
    by_fold = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f"; did you mean '{by_fold[close[0]]}'?" if close else ""


def problems_of(document: Document, model: type[BaseModel], error: ValidationError) -> list[Problem]:
    """All faults of one document, in document order."""
    details = error.errors(include_url=False)
    places = {detail["loc"] for detail in details}
    found = []
    for detail in details:
        loc = detail["loc"]
        if detail["type"] == "too_short" and any(len(p) > len(loc) and p[: len(loc)] == loc for p in places):
            continue  # pydantic counts only the valid entries; the invalid ones are reported themselves
        found.append(_problem(document, model, detail))
    return sorted(found, key=lambda problem: problem.line)


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    kind, path, value = detail["type"], tuple(detail["loc"]), detail["input"]
    context = detail.get("ctx", {})
    if kind.startswith("policy_"):
        field = context.get("field")
        return document.problem(kind, detail["msg"], (*path, field) if field else path)
    if kind == "missing":
        return document.problem("policy_missing_field", f"is required{_choices(model, path)}", path)
    if kind == "extra_forbidden":
        return document.problem("policy_unknown_field", _unknown_field(model, path), path)
    if kind in ("enum", "literal_error"):
        choices = _CHOICE.findall(context["expected"])
        hint = nearest(value, choices) if isinstance(value, str) else _yaml_hint(value)
        names = f"must be {choices[0]}" if len(choices) == 1 else f"must be one of {', '.join(choices)}"
        return document.problem("policy_bad_value", f"{names}, not {said(value)}{hint}", path)
    if kind in _SHAPES:
        hint = _yaml_hint(value) if kind == "string_type" else ""
        message = f"must be {_SHAPES[kind]}, not {_shape(value)}{hint}"
        return document.problem("policy_wrong_type", message, path)
    return document.problem(*_limit(kind, context, value), path)


def _limit(kind: str, context: dict[str, Any], value: object) -> tuple[str, str]:
    """Code and message for a broken limit or form."""
    match kind:
        case "string_pattern_mismatch":
            pattern = context["pattern"]
            form = FORMS.get(pattern)
            words = form.words if form else f"must be one of {pattern.strip('^$()').replace('|', ', ')}"
            return "policy_bad_form", f"{words}; {said(value)} is not"
        case "string_too_long":
            return "policy_too_long", f"may have {context['max_length']} characters"
        case "string_too_short":
            return "policy_bad_value", "must not be empty"
        case "too_long":
            return (
                "policy_too_many",
                f"may have {context['max_length']} entries, has {_count(context, value)}",
            )
        case "too_short":
            return "policy_too_few", f"needs at least {context['min_length']} entry"
        case "greater_than_equal":
            return "policy_bad_value", f"must be {context['ge']} or more"
        case "less_than_equal":
            return "policy_bad_value", f"must be {context['le']} or less"
        case "finite_number" | "int_parsing_size":
            return "policy_bad_value", "must be an ordinary number"
        case "string_unicode":
            return "policy_bad_value", "holds half of a surrogate pair: write the character itself"
        case _ if kind.startswith("date"):
            return "policy_bad_date", "must be a date that exists, such as 2027-05-13"
        case _:
            return "policy_bad_value", "is not a value that this field can have"


def _count(context: dict[str, Any], value: object) -> object:
    return len(value) if isinstance(value, Sequence | dict) else context.get("actual_length", "more")


def _shape(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _yaml_hint(value: object) -> str:
    """YAML 1.1 turns some bare words into other things; say so."""
    if isinstance(value, bool):
        return " (YAML reads a bare yes, no, on, off as true or false): put it in quotes"
    if isinstance(value, int | float):
        return ": put it in quotes"
    return ""


def _choices(model: type[BaseModel], path: Path) -> str:
    """`: one of Shadow, Enforce, Gated` when the missing field is an enumeration."""
    for name, annotation in _fields(_model_at(model, path[:-1])):
        if name == path[-1] and isinstance(annotation, EnumType):
            members: list[Any] = list(annotation.__members__.values())
            return f": one of {', '.join(member.value for member in members)}"
    return ""


def _unknown_field(model: type[BaseModel], path: Path) -> str:
    """Says what the field may be a slip for, or where a field of this name belongs."""
    name = str(path[-1])
    here = [field for field, _ in _fields(_model_at(model, path[:-1]))]
    if hint := nearest(name, here):
        return f"is not a field here{hint}"
    homes = sorted(home for home in _homes() if home.rpartition(".")[2] == name)
    if homes:
        return f"is not a field here; it belongs to {homes[0]}"
    return f"is not a field here: remove it, or use one of {', '.join(here)}" if here else "is not a field here"


def _fields(model: type[BaseModel] | None) -> Iterator[tuple[str, Any]]:
    """YAML name and annotation of each field."""
    for name, info in (model.model_fields if model else {}).items():
        yield info.alias or name, info.annotation


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that stands at `path`, or None when something else does."""
    here: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            continue  # a list's entries have the model of the list's field
        here = next((_inner(annotation) for name, annotation in _fields(here) if name == step), None)
    return here


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Model`, `Model | None` or `tuple[Model, ...]`."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    return next((model for part in get_args(annotation) if (model := _inner(part)) is not None), None)


@cache
def _homes() -> frozenset[str]:
    """Paths of all fields, with `[]` for list entries: `spec.rules[].mask`."""
    found: set[str] = set()

    def walk(model: type[BaseModel], prefix: str) -> None:
        for name, annotation in _fields(model):
            path = f"{prefix}.{name}" if prefix else name
            found.add(path)
            if (inner := _inner(annotation)) is not None:
                walk(inner, f"{path}[]" if "tuple" in str(annotation) else path)

    for kind in ("PolicyPack", "ClusterPolicyPack"):
        walk(KINDS[kind], "")
    return frozenset(found)
