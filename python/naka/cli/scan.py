"""`naka scan`: personal data in files and folders, as a report or as a cleaned copy."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from naka._core import FileRules
    from naka.scan import FileResult, Source, Unreadable

__all__ = ["register"]


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"


class Tier(StrEnum):
    """From which tier on a finding counts."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"


class FileKind(StrEnum):
    """How bytes become texts."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"


def register(root: typer.Typer) -> None:
    """Adds `naka scan` to the command line."""
    root.command("scan", rich_help_panel=None)(scan)


def scan(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files or folders; - is standard input.", show_default=False)
    ] = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="Form of the report.")] = Format.TEXT,
    packs: Annotated[
        list[str] | None,
        typer.Option("--pack", help="What would this pack do: a built-in name, folder or file. Repeatable."),
    ] = None,
    threshold: Annotated[Tier, typer.Option(help="Report and count findings from this tier on.")] = Tier.LIKELY,
    kind: Annotated[
        FileKind | None, typer.Option(help="Read every file as this; else the suffix tells.", show_default=False)
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Write a cleaned copy; the report goes to stderr.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="With --redact: folder for the copies.", show_default=False)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Files at once; else one a CPU.", show_default=False)
    ] = None,
) -> None:
    """Find personal data in text, JSON, JSON lines and CSV. Never prints a value.

    Exit code 0: nothing found; 1: findings; 2: the call is wrong or a file could not be read.
    A file .nakaignore (like .gitignore) names what folders leave out.

    \b
    Examples:
      naka scan exports/ --format sarif > naka.sarif
      cat chat.txt | naka scan - --redact > clean.txt
      naka scan train.jsonl --pack dpdp --redact -o cleaned/
    """
    from naka.scan import find_sources
    from naka.scan.files import Unreadable
    from naka.scan.rules import file_rules
    from naka.scan.sources import Kind

    given = paths or ["-"]
    broken: list[Unreadable] = []
    sources = list(
        find_sources(
            given,
            kind=Kind(kind.value) if kind else None,
            on_unreadable=lambda name, error: broken.append(Unreadable(name=name, why=str(error.strerror))),
        )
    )
    targets = _targets(given, sources, redact=redact, output=output)
    rules = file_rules(packs or (), threshold=threshold.value)
    results: list[FileResult] = []
    for result in _scan_all(sources, targets, rules, jobs):
        if isinstance(result, Unreadable):
            broken.append(result)
        else:
            results.append(result.reported(threshold.value, with_actions=bool(packs)))
    _report(results, format_, to=sys.stderr if redact and output is None else sys.stdout)
    for line in broken:
        sys.stderr.write(f"naka: {line}\n")
    if broken:
        raise typer.Exit(2)
    if any(result.findings for result in results):
        raise typer.Exit(1)


def _targets(
    given: list[str], sources: list[Source], *, redact: bool, output: Path | None
) -> dict[Source, Path | None] | None:
    """Where each source's cleaned copy goes; None when no copies are made, and for standard output."""
    from naka.errors import ConfigError

    if not redact:
        if output is not None:
            raise ConfigError("--output needs --redact", code="config_output_without_redact")
        return None
    if output is None:
        if len(sources) != 1:
            raise ConfigError("--redact of several files needs --output FOLDER", code="config_redact_needs_output")
        return {sources[0]: None}
    targets: dict[Source, Path | None] = {}
    taken: set[Path] = set()
    roots = [Path(path) for path in given if path != "-" and Path(path).is_dir()]
    for source in sources:
        if source.path is None:
            targets[source] = output / "stdin.txt"
            continue
        root = next((root for root in roots if source.path.is_relative_to(root)), source.path.parent)
        target = output / source.path.relative_to(root)
        if target.resolve() == source.path.resolve() or target in taken:
            raise ConfigError(
                f"the copy of {source.name} would overwrite {target}; choose another --output",
                code="config_output_overwrites",
            )
        taken.add(target)
        targets[source] = target
    return targets


def _scan_all(
    sources: list[Source], targets: dict[Source, Path | None] | None, rules: FileRules, jobs: int | None
) -> Iterator[FileResult | Unreadable]:
    from datetime import UTC, datetime

    from naka.cli.progress import byte_progress
    from naka.scan import scan_files

    with byte_progress("scanning", sum(_size(source) for source in sources)) as advance:
        today = datetime.now(UTC).date()
        yield from scan_files(sources, rules=rules, today=today, targets=targets, jobs=jobs, on_bytes=advance)


def _size(source: Source) -> int:
    """Bytes, as far as they are known: 0 for a pipe, and for a file that is gone."""
    try:
        return source.path.stat().st_size if source.path and source.path.is_file() else 0
    except OSError:
        return 0


def _report(results: list[FileResult], format_: Format, *, to: Any) -> None:
    import json

    import naka
    from naka.scan import report

    match format_:
        case Format.TEXT:
            for result in results:
                for line in report.text_lines(result):
                    to.write(line + "\n")
            sys.stderr.write(report.summary(results) + "\n")
        case Format.JSON:
            to.write(json.dumps(report.json_report(results), ensure_ascii=False, indent=2) + "\n")
        case Format.JSONL:
            for result in results:
                for line in report.json_lines(result):
                    to.write(line + "\n")
        case Format.SARIF:
            descriptions = {row["id"]: row["description"] for row in naka.Detector().entities()}
            sarif = report.sarif_report(results, version=naka.__version__, descriptions=descriptions)
            to.write(json.dumps(sarif, ensure_ascii=False, indent=2) + "\n")
