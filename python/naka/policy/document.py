"""YAML text in, plain data out, with the line of every field.

Reads what Kubernetes reads, and less: no Python objects, no merge keys, no duplicate keys, bounded
aliases, depth, nodes and size. A file's documents are built from parse events without recursion, so no
input can exhaust the stack. Problems are collected, not raised; only a syntax error ends a file early.
No files or clocks here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from naka.errors import Problem
from naka.policy.fieldpath import Path, render

__all__ = ["MAX_DEPTH", "MAX_DOCUMENTS", "MAX_FILE_BYTES", "MAX_NODES", "Document", "read_documents"]

MAX_FILE_BYTES: Final = 1024 * 1024
"""Bytes of one file. A pack may hold 200 KiB of keywords; Kubernetes refuses objects over about 1.5 MiB."""
MAX_DOCUMENTS: Final = 200
"""Documents in one file."""
MAX_DEPTH: Final = 24
"""Nesting of one document; a PolicyPack needs 9."""
MAX_NODES: Final = 100_000
"""Values of one file after aliases are followed, which bounds an alias bomb."""

# libyaml when PyYAML was built with it: ten times faster, and the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Final[Any] = yaml.resolver.Resolver()
_TAG: Final = "tag:yaml.org,2002:"
_DECIMAL: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]{1,3})?\Z")
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what YAML 1.1 counts as the end of a line
_BANG: Final = re.compile(r"[\[{,:-]\s*!")
_TRUE: Final = frozenset({"true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data and where each field of it stands."""

    file: str
    """Name of the file, as the user gave it."""
    data: object = field(repr=False)
    """Dicts with text keys, lists, text, numbers, booleans and None. Dates stay text."""
    lines: Mapping[Path, int] = field(repr=False)
    """1-based line of every field's key and of every list entry."""

    def line_of(self, path: Path) -> int:
        """Line of the field at `path`, or of the nearest field around it that exists."""
        for end in range(len(path), -1, -1):
            if (line := self.lines.get(path[:end])) is not None:
                return line
        return 0

    def problem(self, code: str, message: str, path: Path = ()) -> Problem:
        """A problem at `path` of this document."""
        return Problem(code=code, message=message, path=render(path), file=self.file, line=self.line_of(path))


@dataclass(slots=True)
class _Node:
    kind: str  # "scalar", "list" or "map"
    line: int
    tag: str | None = None
    text: str = ""
    plain: bool = False
    children: list[_Node] = field(default_factory=list)  # a map holds key, value, key, value, …


class _StopError(Exception):
    """Ends the reading of a file; carries the problem that ended it."""

    def __init__(self, code: str, message: str, line: int) -> None:
        super().__init__(code)
        self.code, self.message, self.line = code, message, line


def read_documents(file: str, content: bytes) -> tuple[list[Document], list[Problem]]:
    """All documents of one file, and everything that is wrong with its YAML. Never raises for any content.

    A document that has a problem of its own (a duplicate key, an unknown tag) is still returned, so that
    its other faults can be found in the same go. Empty documents are left out.
    """
    if len(content) > MAX_FILE_BYTES:
        message = f"is {len(content)} bytes; a policy file may have {MAX_FILE_BYTES}: split it"
        return [], [Problem(code="policy_file_too_large", message=message, file=file)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text: save the file as UTF-8"
        return [], [Problem(code="policy_file_encoding", message=message, file=file, line=line)]

    documents: list[Document] = []
    problems: list[Problem] = []
    converter = _Converter(file, problems)
    try:
        for count, node in enumerate(_roots(text)):
            if count >= MAX_DOCUMENTS:
                message = f"has more than {MAX_DOCUMENTS} documents: split the file"
                raise _StopError("policy_file_too_large", message, node.line)
            document = converter.document(node)
            if document.data is not None:
                documents.append(document)
    except _StopError as stop:
        problems.append(Problem(code=stop.code, message=stop.message, file=file, line=stop.line))
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(file, text, error))
    return documents, problems


def _roots(text: str) -> Iterator[_Node]:
    """The root node of each document, built from parse events with a stack of our own."""
    stack: list[tuple[_Node, str | None]] = []
    anchors: dict[str, _Node] = {}
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark is not None else 0
        match event:
            case yaml.DocumentStartEvent():
                anchors = {}
                continue
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(stack) >= MAX_DEPTH:
                    raise _StopError("policy_too_deep", f"is nested deeper than {MAX_DEPTH} levels", line)
                kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
                stack.append((_Node(kind, line, tag=event.tag), event.anchor))
                continue
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                node, anchor = stack.pop()
            case yaml.ScalarEvent():
                node = _Node("scalar", line, tag=event.tag, text=event.value, plain=event.implicit[0])
                anchor = event.anchor
            case yaml.AliasEvent():
                # An anchor is known only once its value is complete, so a value can never hold itself.
                known = anchors.get(event.anchor or "")
                if known is None:
                    message = "an alias (*) has no anchor (&) above it, or stands inside its own value"
                    raise _StopError("policy_yaml_syntax", message, line)
                node, anchor = known, None
            case _:
                continue
        if anchor is not None:
            anchors[anchor] = node
        if stack:
            stack[-1][0].children.append(node)
        else:
            yield node


class _Converter:
    """Turns nodes into plain data and notes lines; counts nodes over the whole file."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.nodes = 0
        self.lines: dict[Path, int] = {}

    def document(self, root: _Node) -> Document:
        self.lines = {(): root.line}
        return Document(self.file, self.value(root, ()), self.lines)

    def value(self, node: _Node, path: Path) -> object:
        # Recursion is bounded: aliases may nest complete values, each at most MAX_DEPTH deep.
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = f"holds more than {MAX_NODES} values once aliases are followed: split it, or drop the aliases"
            raise _StopError("policy_file_too_large", message, node.line)
        if len(path) > MAX_DEPTH:
            raise _StopError("policy_too_deep", f"is nested deeper than {MAX_DEPTH} levels", node.line)
        if node.kind == "scalar":
            return self.scalar(node, path)
        if node.tag is not None and node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            self.fault("policy_yaml_tag", "YAML tags (!…) are not read here: remove the tag", node.line, path)
        if node.kind == "list":
            items = []
            for position, child in enumerate(node.children):
                self.lines[(*path, position)] = child.line
                items.append(self.value(child, (*path, position)))
            return items
        return self.mapping(node, path)

    def mapping(self, node: _Node, path: Path) -> dict[str, object]:
        data: dict[str, object] = {}
        pairs = iter(node.children)
        for key, child in zip(pairs, pairs, strict=True):
            if key.kind != "scalar":
                self.fault("policy_yaml_key", "a field name must be text", key.line, path)
                continue
            name = key.text
            if name in data:
                first = self.lines[(*path, name)]
                message = f"is written twice (first on line {first}): keep one"
                self.fault("policy_duplicate_key", message, key.line, (*path, name))
                continue
            self.lines[(*path, name)] = key.line
            if name == "<<" and key.plain:
                self.fault("policy_yaml_merge", "merge keys are not read here: write the fields out", key.line, path)
                continue
            data[name] = self.value(child, (*path, name))
        return data

    def scalar(self, node: _Node, path: Path) -> object:
        text, tag = node.text, node.tag
        if tag is None:
            if not node.plain:
                return text
            tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
        elif tag == "!":
            return text
        match tag.removeprefix(_TAG):
            case "str" | "timestamp" | "value" | "merge":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() in _TRUE
            case "int" if _DECIMAL.match(text) and len(text) <= 18:
                return int(text)
            case "float" if _FLOAT.match(text):
                return float(text)
            case "int" | "float":
                # 010, 0x1F, 1_000, 12:30 and .inf: YAML readers disagree about them, so no guess is made.
                message = "this number can be read in several ways: put it in quotes if it is text"
                self.fault("policy_yaml_number", message, node.line, path)
            case _:
                message = "YAML tags (!…) are not read here: put a text that begins with ! in quotes"
                self.fault("policy_yaml_tag", message, node.line, path)
        return text

    def fault(self, code: str, message: str, line: int, path: Path) -> None:
        self.problems.append(Problem(code=code, message=message, path=render(path), file=self.file, line=line))


def _syntax_problem(file: str, text: str, error: yaml.YAMLError) -> Problem:
    """A syntax error in our words. Only the fixed part of the parser's text is used: the rest quotes."""
    line = 0
    why = "is not YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        # the end of the text counts as a line of its own there
        line = min(mark.line + 1, len(_BREAK.findall(text)) + 1) if mark is not None else 0
        why = f"is not YAML: {error.problem or error.context or 'syntax error'}"
        start = error.context_mark.line if error.context_mark is not None else line - 1
        if any(_BANG.search(part) for part in text.splitlines()[start:line]):
            why += '; a text that begins with ! needs quotes: "!IN"'
    elif isinstance(error, yaml.reader.ReaderError):
        # `position` counts characters, or bytes, by parser: good enough for a line in both.
        line = text.count("\n", 0, max(error.position, 0)) + 1
        why = "is not YAML: it holds a control character"
    return Problem(code="policy_yaml_syntax", message=why, file=file, line=line)
