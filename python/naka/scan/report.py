"""Scan results as text, JSON, JSON lines or SARIF 2.1.0. No format shows a matched value.

SARIF: OASIS Static Analysis Results Interchange Format 2.1.0, for code-scanning pages and editors.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from naka.scan.result import BINARY, FileResult, Located

__all__ = ["FORMATS", "json_lines", "json_report", "sarif_report", "summary", "text_lines"]

FORMATS = ("text", "json", "jsonl", "sarif")

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SARIF_LEVEL = {"certain": "error", "likely": "warning", "possible": "note"}


def text_lines(result: FileResult) -> Iterator[str]:
    """`file:line:column entity tier evidence`, one line a finding, then what could not be read."""
    for found in result.findings:
        parts = [f"{result.name}:{found.line}:{found.column}", found.entity, found.tier, f"{found.confidence:.2f}"]
        if found.where:
            parts.append(found.where)
        parts.append(" ".join(found.evidence))
        if found.action:
            parts.append(f"-> {found.action}")
        yield "  ".join(parts)
    for sentence in (*_unread(result), *result.notes):
        yield f"{result.name}: {sentence}"


def summary(results: Sequence[FileResult]) -> str:
    """One line for people: files, findings by entity, what could not be read."""
    counts = Counter(found.entity for result in results for found in result.findings)
    total = sum(counts.values())
    by_entity = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    binary = sum(result.is_binary for result in results)
    partly = sum(bool(result.unscannable) for result in results) - binary
    text = f"{len(results)} file{'s' * (len(results) != 1)}, {total} finding{'s' * (total != 1)}"
    text += f" ({by_entity})" if by_entity else ""
    text += f", {binary} not scanned" if binary else ""
    return text + (f", {partly} not fully read" if partly else "")


def _unread(result: FileResult) -> Iterator[str]:
    """Sentences on what was not read as its kind says."""
    for reason in result.unscannable:
        yield f"not scanned: {reason}" if reason == BINARY else f"not fully read: {reason}"


def _finding(found: Located) -> dict[str, Any]:
    row: dict[str, Any] = {
        "entity": found.entity,
        "tier": found.tier,
        "confidence": found.confidence,
        "evidence": list(found.evidence),
        "rule": found.rule,
        "line": found.line,
        "column": found.column,
        "byteStart": found.byte_start,
        "byteEnd": found.byte_end,
    }
    if found.where:
        row["where"] = found.where
    if found.action:
        row["action"] = found.action
    return row


def json_report(results: Iterable[FileResult]) -> dict[str, Any]:
    """One document: files with findings and unscannable parts."""
    return {
        "files": [
            {
                "file": result.name,
                "bytes": result.size,
                "findings": [_finding(found) for found in result.findings],
                "unscannable": list(result.unscannable),
                "notes": list(result.notes),
            }
            for result in results
        ]
    }


def json_lines(result: FileResult) -> Iterator[str]:
    """One JSON object a finding or unscannable part, for pipes."""
    for found in result.findings:
        yield json.dumps({"file": result.name, **_finding(found)}, ensure_ascii=False)
    for reason in result.unscannable:
        yield json.dumps({"file": result.name, "unscannable": reason}, ensure_ascii=False)


def sarif_report(results: Iterable[FileResult], *, version: str, descriptions: dict[str, str]) -> dict[str, Any]:
    """A SARIF log with one run. `descriptions` gives each entity id its sentence."""
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    used: set[str] = set()
    for result in results:
        artifact = {"uri": quote(PurePath(result.name).as_posix())}
        for found in result.findings:
            used.add(found.entity)
            where = f" at {found.where}" if found.where else ""
            rows.append(
                {
                    "ruleId": found.entity,
                    "level": _SARIF_LEVEL[found.tier],
                    "message": {"text": f"{descriptions.get(found.entity, found.entity)}{where} ({found.tier})"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": artifact,
                                "region": {
                                    "startLine": found.line,
                                    "startColumn": found.column,
                                    "byteOffset": found.byte_start,
                                    "byteLength": found.byte_end - found.byte_start,
                                },
                            }
                        }
                    ],
                    "properties": {"confidence": found.confidence, "evidence": list(found.evidence)},
                }
            )
        notes += [
            {
                "level": "warning",
                "message": {"text": sentence},
                "locations": [{"physicalLocation": {"artifactLocation": artifact}}],
            }
            for sentence in _unread(result)
        ]
    rules = [{"id": entity, "shortDescription": {"text": descriptions.get(entity, entity)}} for entity in sorted(used)]
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "naka", "version": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
                "results": rows,
            }
        ],
    }
