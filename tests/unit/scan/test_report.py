"""Reports in each form; SARIF as an outside reader understands it."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel
from sarif_pydantic import Level, Sarif

from naka.scan import FileResult, Located
from naka.scan.report import json_lines, json_report, sarif_report, summary, text_lines


def located(entity: str, tier: str, line: int, **more) -> Located:
    return Located(
        entity=entity,
        tier=tier,
        confidence={"certain": 0.99, "likely": 0.7, "possible": 0.4}[tier],
        evidence=["format", "context(+pan)"],
        rule=f"{entity.lower()}.main",
        line=line,
        column=5,
        byte_start=40,
        byte_end=50,
        **more,
    )


RESULTS = [
    FileResult(
        name="dir/a b.jsonl",
        size=100,
        findings=[
            located("IN_PAN", "certain", 1, where="text", action="Redact"),
            located("IN_PAN", "likely", 2),
            located("PERSON", "possible", 3),
        ],
        unscannable=["line 4: invalid_json"],
    ),
    FileResult(name="pic.png", size=100, unscannable=["binary"]),
    FileResult(name="old.txt", size=100, notes=["utf-16: offsets are those of its UTF-8 form"]),
]


def test_text_has_a_line_for_each_finding_and_each_doubt() -> None:
    assert [line for result in RESULTS for line in text_lines(result)] == [
        "dir/a b.jsonl:1:5  IN_PAN  certain  0.99  text  format context(+pan)  -> Redact",
        "dir/a b.jsonl:2:5  IN_PAN  likely  0.70  format context(+pan)",
        "dir/a b.jsonl:3:5  PERSON  possible  0.40  format context(+pan)",
        "dir/a b.jsonl: not fully read: line 4: invalid_json",
        "pic.png: not scanned: binary",
        "old.txt: utf-16: offsets are those of its UTF-8 form",
    ]


def test_the_summary_counts() -> None:
    assert summary(RESULTS) == "3 files, 3 findings (IN_PAN 2, PERSON 1), 1 not scanned, 1 not fully read"
    assert summary(RESULTS[2:]) == "1 file, 0 findings"


def test_json_has_every_file_and_json_lines_every_finding() -> None:
    report = json.loads(json.dumps(json_report(RESULTS)))
    assert [row["file"] for row in report["files"]] == ["dir/a b.jsonl", "pic.png", "old.txt"]
    first = report["files"][0]["findings"][0]
    assert (first["line"], first["column"], first["byteStart"], first["byteEnd"]) == (1, 5, 40, 50)
    assert (first["where"], first["action"], first["rule"]) == ("text", "Redact", "in_pan.main")
    lines = [json.loads(line) for result in RESULTS for line in json_lines(result)]
    assert [line.get("entity", line.get("unscannable")) for line in lines] == [
        "IN_PAN",
        "IN_PAN",
        "PERSON",
        "line 4: invalid_json",
        "binary",
    ]


def unknown_fields(model: object, path: str = "$") -> list[str]:
    """Fields that the reader does not know: it keeps them, so a misspelt one would go unseen."""
    if isinstance(model, list):
        return [found for at, item in enumerate(model) for found in unknown_fields(item, f"{path}[{at}]")]
    if not isinstance(model, BaseModel):
        return []
    own = [f"{path}.{name}" for name in model.model_extra or {}]
    parts = [unknown_fields(getattr(model, name), f"{path}.{name}") for name in type(model).model_fields]
    return own + [found for part in parts for found in part]


def test_sarif_is_read_by_an_outside_reader() -> None:
    written = sarif_report(RESULTS, version="1.2", descriptions={"IN_PAN": "Permanent account number"})
    log = Sarif.model_validate_json(json.dumps(written))
    # in the standard (3.14.17, 3.20.21) and not in this reader's model
    assert unknown_fields(log) == ["$.runs[0].columnKind", "$.runs[0].invocations[0].toolExecutionNotifications"]
    (run,) = log.runs
    assert log.version == "2.1.0"
    assert (run.tool.driver.name, run.tool.driver.version) == ("naka", "1.2")
    assert {rule.id: rule.short_description.text for rule in run.tool.driver.rules} == {
        "IN_PAN": "Permanent account number",
        "PERSON": "PERSON",
    }
    assert [result.level for result in run.results] == [Level.ERROR, Level.WARNING, Level.NOTE]
    known = {rule.id for rule in run.tool.driver.rules}
    for result, found in zip(run.results, RESULTS[0].findings, strict=True):
        assert result.rule_id in known
        place = result.locations[0].physical_location
        assert place.artifact_location.uri == "dir/a%20b.jsonl"
        assert (place.region.start_line, place.region.start_column) == (found.line, found.column)
        assert (place.region.byte_offset, place.region.byte_length) == (40, 10)
    notes = run.invocations[0].model_extra["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == [
        "not fully read: line 4: invalid_json",
        "not scanned: binary",
    ]


@pytest.mark.parametrize("results", [[], RESULTS[1:2]])
def test_sarif_without_findings_is_a_run_all_the_same(results: list[FileResult]) -> None:
    log = Sarif.model_validate(sarif_report(results, version="1", descriptions={}))
    assert (log.runs[0].results, log.runs[0].invocations[0].execution_successful) == ([], True)
