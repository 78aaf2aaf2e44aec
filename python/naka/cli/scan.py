"""`naka scan`: personal data in files and folders, as a report or as a cleaned copy."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

if TYPE_CHECKING:
    from naka.scan import FileResult, Source

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
    from naka.scan.rules import file_rules
    from naka.scan.sources import Kind

    given = paths or ["-"]
    sources = list(find_sources(given, kind=Kind(kind.value) if kind else None))
    targets = _targets(given, sources, redact=redact, output=output)
    rules = file_rules(packs or (), threshold=threshold.value)
    results, broken = _scan_all(sources, targets, rules, threshold.value, with_actions=bool(packs))
    _report(results, format_, to=sys.stderr if redact and output is None else sys.stdout)
    for line in broken:
        sys.stderr.write(f"naka: {line}\n")
    if broken:
        raise typer.Exit(2)
    if any(result.findings for result in results):
        raise typer.Exit(1)


def _targets(
    given: list[str], sources: list[Source], *, redact: bool, output: Path | None
) -> dict[str, Path | None] | None:
    """Where each source's cleaned copy goes; None when no copies are made, and for standard output."""
    from naka.errors import ConfigError

    if not redact:
        if output is not None:
            raise ConfigError("--output needs --redact", code="config_output_without_redact")
        return None
    if output is None:
        if len(sources) != 1:
            raise ConfigError("--redact of several files needs --output FOLDER", code="config_redact_needs_output")
        return {sources[0].name: None}
    targets: dict[str, Path | None] = {}
    for source in sources:
        if source.path is None:
            targets[source.name] = output / "stdin.txt"
            continue
        roots = [Path(path) for path in given if path != "-" and Path(path).is_dir()]
        root = next((root for root in roots if source.path.is_relative_to(root)), source.path.parent)
        target = output / source.path.relative_to(root)
        if target.resolve() == source.path.resolve() or target in targets.values():
            raise ConfigError(
                f"the copy of {source.name} would overwrite {target}; choose another --output",
                code="config_output_overwrites",
            )
        targets[source.name] = target
    return targets


def _scan_all(
    sources: list[Source],
    targets: dict[str, Path | None] | None,
    rules: Any,
    threshold: str,
    *,
    with_actions: bool,
) -> tuple[list[FileResult], list[str]]:
    from naka.cli.progress import byte_progress

    total = sum(source.path.stat().st_size for source in sources if source.path and source.path.is_file())
    results: list[FileResult] = []
    broken: list[str] = []
    with byte_progress("scanning", total) as advance:
        for source in sources:
            try:
                result = _scan_one(source, targets, rules, advance)
            except OSError as error:
                broken.append(f"{source.name}: {error.strerror or type(error).__name__}")
                continue
            results.append(result.reported(threshold, with_actions=with_actions))
    return results, broken


def _scan_one(source: Source, targets: dict[str, Path | None] | None, rules: Any, advance: Any) -> FileResult:
    from contextlib import ExitStack
    from datetime import UTC, datetime

    from naka.scan import scan_stream

    with ExitStack() as stack:
        file: BinaryIO = sys.stdin.buffer if source.path is None else stack.enter_context(source.path.open("rb"))
        target = targets[source.name] if targets is not None else None
        # A copy appears whole or not at all.
        part = target.with_name(f"{target.name}.part") if target else None
        cleaned: BinaryIO | None = sys.stdout.buffer if targets is not None else None
        if part:
            part.parent.mkdir(parents=True, exist_ok=True)
            stack.callback(part.unlink, missing_ok=True)
            cleaned = stack.enter_context(part.open("wb"))
        result = scan_stream(
            file,
            name=source.name,
            kind=source.kind,
            rules=rules,
            today=datetime.now(UTC).date(),
            cleaned=cleaned,
            on_bytes=advance,
        )
        if part and target and cleaned and not result.is_binary:
            cleaned.close()
            part.replace(target)
        return result


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
