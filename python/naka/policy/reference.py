"""The reference page of policy files, written from the models, so that page and models cannot part.

`naka policy schema --markdown > docs/reference/policypack.md`; tests/unit/policy/test_reference.py compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import EnumType
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from naka.policy.builtin import builtin_packs
from naka.policy.document import MAX_DEPTH, MAX_DOCUMENTS, MAX_FILE_BYTES, MAX_NODES
from naka.policy.folder import MAX_FILES, MAX_FOLDER_BYTES
from naka.policy.model import ClusterPolicyPack, ClusterPolicySpec, ClusterUpstream, PolicyPack
from naka.policy.values import FORMS

__all__ = ["reference_page"]

_HEAD: Final = """\
<!-- Made by `naka policy schema --markdown > docs/reference/policypack.md`. Change python/naka/policy/ instead. -->
# Policy files

A policy folder holds YAML files (`*.yaml`, `*.yml`) with documents of three kinds: `PolicyPack` (one namespace),
`ClusterPolicyPack` (many namespaces, which they cannot weaken) and `ClusterUpstream` (a host that traffic may go to).
[How to write a pack](../how-to/write-a-pack.md) teaches them; this page lists every field.

- A field that is not listed here is refused, with its file, line and the nearest field that exists.
- `status` and what a Kubernetes server adds to `metadata` is accepted and ignored.
- No optional field of a rule makes the rule stricter than leaving the field out, but for `mode`.
- Limits: {files} files and {folder} bytes a folder; {bytes} bytes, {documents} documents and {nodes} values
  a file; {depth} levels.
- YAML: duplicate keys, tags (`!…`), merge keys (`<<`) and numbers that readers disagree about (`010`, `1_000`, `12:30`)
  are refused. Bare `yes`, `no`, `on`, `off` are true and false, as in Kubernetes: put the country `NO` in quotes.
- Built-in packs for `extends`: {packs}.

Words in the column `value`:

| word | it must be |
| --- | --- |
{forms}"""


_ORDER: Final = {"api_version": -2, "kind": -1, "status": 1}


def reference_page() -> str:
    """The whole page, in Markdown."""
    packs = ", ".join(f"`{versions[0].pin}` ({versions[0].title})" for versions in builtin_packs().values())
    head = _HEAD.format(
        files=MAX_FILES,
        folder=f"{MAX_FOLDER_BYTES:,}",
        bytes=f"{MAX_FILE_BYTES:,}",
        documents=MAX_DOCUMENTS,
        nodes=f"{MAX_NODES:,}",
        depth=MAX_DEPTH,
        packs=packs,
        forms="".join(f"| {form.name} | {_cell(form.words.removeprefix('must be '))} |\n" for form in FORMS.values()),
    )
    parts = [head]
    done: set[type[BaseModel]] = set()
    for title, model in (
        ("PolicyPack", PolicyPack),
        ("ClusterPolicyPack", ClusterPolicyPack),
        ("ClusterUpstream", ClusterUpstream),
    ):
        parts.append(f"\n## {title}\n\n{_words(model)}\n")
        parts += _tables(model, "", done)
    return "".join(parts)


def _tables(model: type[BaseModel], path: str, done: set[type[BaseModel]]) -> Iterator[str]:
    """The table of a model, then those of the models inside it; each model once."""
    done.add(model)
    skipped = " It has the fields of a PolicyPack's `spec`, and:" if model is ClusterPolicySpec else ""
    if path:
        yield f"\n### `{path}`\n\n{_words(model)}{skipped}\n"
    yield "\n| field | value | default | meaning |\n| --- | --- | --- | --- |\n"
    inner: list[tuple[type[BaseModel], str]] = []
    own = model.__annotations__ if model is ClusterPolicySpec else model.model_fields
    for name, info in sorted(model.model_fields.items(), key=lambda item: _ORDER.get(item[0], 0)):
        if name not in own:
            continue
        field = info.alias or name
        value, child = _value(info.annotation, info.metadata)
        yield f"| `{field}` | {value} | {_default(info)} | {_cell(info.description or '')} |\n"
        if child is not None and child not in done:
            inner.append((child, f"{path}.{field}" if path else field))
    for child, child_path in inner:
        if child not in done:
            yield from _tables(child, child_path, done)


def _words(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _value(annotation: Any, metadata: list[Any]) -> tuple[str, type[BaseModel] | None]:
    """What the field holds, in words, and the model inside it."""
    if hasattr(annotation, "__metadata__"):
        base, *extra = get_args(annotation)
        return _value(base, [*_constraints(extra), *metadata])
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        [only] = [part for part in get_args(annotation) if part is not NoneType]
        return _value(only, metadata)
    if origin is tuple:
        words, child = _value(get_args(annotation)[0], [])
        return f"list of {words}{_limits(metadata, 'entries')}", child
    if origin is dict or annotation is dict:
        return f"name: value{_limits(metadata, 'entries')}", None
    if origin is Literal:
        return f"`{get_args(annotation)[0]}`", None
    if isinstance(annotation, EnumType):
        members: list[Any] = list(annotation.__members__.values())
        return ", ".join(f"`{member.value}`" for member in members), None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "fields below", annotation
    return _plain(annotation, metadata), None


def _plain(annotation: Any, metadata: list[Any]) -> str:
    pattern = next((found for part in metadata if (found := getattr(part, "pattern", None))), None)
    if pattern is not None:
        form = FORMS.get(pattern)
        return form.name if form else pattern.strip("^$()").replace("|", ", ")
    names = {str: "text", bool: "true or false", int: "whole number", float: "number"}
    if annotation in names:
        return names[annotation] + _limits(metadata, "characters")
    return "date, such as 2027-05-13"


def _constraints(extra: list[Any]) -> list[Any]:
    """Constraints inside `Annotated[…]`, those of nested `Field(…)` taken out."""
    found: list[Any] = []
    for part in extra:
        found += part.metadata if isinstance(part, FieldInfo) else [part]
    return found


def _limits(metadata: list[Any], unit: str) -> str:
    """`, 1 to 200 entries` from the constraints of a field."""
    low: Any = None
    high: Any = None
    for part in metadata:
        if isinstance(part, MinLen):
            low = part.min_length
        elif isinstance(part, MaxLen):
            high = part.max_length
        elif isinstance(part, Ge):
            low, unit = part.ge, ""
        elif isinstance(part, Le):
            high, unit = part.le, ""
    if high is None:
        return ""
    limit = f"{low:,} to {high:,}" if low else f"at most {high:,}"
    if unit == "" and low is not None:
        limit = f"{low:,} to {high:,}"
    return f", {limit} {unit}".rstrip()


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True, validated_data={})
    match value:
        case None | () | {}:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case BaseModel():
            return ""
        case tuple():
            return f'`["{value[0]}"]`'
    return f"`{getattr(value, 'value', value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
