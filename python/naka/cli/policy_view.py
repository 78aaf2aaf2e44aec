"""How `naka policy` shows its answers: tables and colours on a terminal, plain lines in a pipe, JSON on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from naka.errors import Problem
from naka.policy.builtin import Builtin
from naka.policy.check import Checked
from naka.policy.rules import Legal, Rule, Traffic, When

__all__ = ["checked", "explained", "faults", "pack", "packs", "table"]


_WIDEST = 40  # characters that a plain column is padded to; longer cells are not cut


def checked(result: Checked, *, as_json: bool) -> None:
    """A policy that can be used, with its warnings."""
    bundle = result.bundle
    if as_json:
        _json(
            {
                "ok": True,
                "revision": bundle.revision,
                "packs": [asdict(info) for info in bundle.info.packs],
                "upstreams": bundle.info.upstreams,
                "problems": [_problem("warning", warning) for warning in result.warnings],
            }
        )
        return
    _problems("warning", result.warnings)
    rows = [
        (
            _full_name(info.namespace, info.name),
            info.mode,
            str(info.rules),
            str(info.enforced),
            ", ".join(info.resolved),
        )
        for info in bundle.info.packs
    ]
    table(("PACK", "MODE", "RULES", "ENFORCED", "EXTENDS"), rows)
    count = len(result.warnings)
    warned = f", {count} warning{'s' if count > 1 else ''}" if count else ""
    sys.stdout.write(f"ok{warned}: revision {bundle.revision}\n")


def faults(problems: Sequence[Problem], *, as_json: bool) -> None:
    """A policy that cannot be used: every fault."""
    if as_json:
        _json({"ok": False, "problems": [_problem("error", problem) for problem in problems]})
        return
    _problems("error", problems)
    count = len(problems)
    sys.stdout.write(f"{count} fault{'s' if count != 1 else ''}: the policy is not usable\n")


def packs(found: Mapping[str, Sequence[Builtin]], *, as_json: bool) -> None:
    """The built-in packs."""
    if as_json:
        _json(
            [
                {
                    "name": name,
                    "versions": [_version(version) for version in versions],
                    "title": versions[0].title,
                    "rules": len(versions[0].pack.spec.rules),
                }
                for name, versions in found.items()
            ]
        )
        return
    rows = [
        (name, ", ".join(map(_version, versions)), str(len(versions[0].pack.spec.rules)), versions[0].title)
        for name, versions in found.items()
    ]
    table(("PACK", "VERSIONS", "RULES", "TITLE"), rows)


def pack(builtin: Builtin, today: date, *, as_json: bool) -> None:
    """The rules of a built-in pack."""
    rules = builtin.pack.spec.rules
    if as_json:
        _json(
            {
                "name": builtin.name,
                "version": _version(builtin),
                "title": builtin.title,
                "rules": [{**_dump(rule), "status": _status(rule, today)} for rule in rules],
            }
        )
        return
    sys.stdout.write(f"{builtin.pin}  {builtin.title}\n\n")
    if sys.stdout.isatty():  # six columns are too many for a screen
        narrow = [
            (
                rule.id,
                _action(rule),
                "\n".join(filter(None, (", ".join(rule.entities), _conditions(rule)))),
                f"{rule.clause or ''}\n{_status(rule, today)}",
            )
            for rule in rules
        ]
        table(("RULE", "ACTION", "ENTITIES, WHERE AND WHEN", "CLAUSE"), narrow)
        return
    rows = [
        (rule.id, _action(rule), ", ".join(rule.entities), _conditions(rule), rule.clause or "", _status(rule, today))
        for rule in rules
    ]
    table(("RULE", "ACTION", "ENTITIES", "WHERE AND WHEN", "CLAUSE", "CLAUSE IS"), rows)


def explained(answer: dict[str, Any], notes: Mapping[tuple[str, str], Legal], today: date, *, as_json: bool) -> None:
    """Which rules speak about a text, and what follows."""
    if as_json:
        for finding in _findings(answer):
            for rule in finding["rules"]:
                if (legal := notes.get((rule["pack"], rule["id"]))) is not None:
                    rule["clauseIs"] = legal.status(today)
        _json(answer)
        return
    out = sys.stdout.write
    decision = answer["decision"]
    out(f"enforced: {_named(decision['enforced'])}    would be: {_named(decision['wouldBe'])}\n")
    for pack in answer["packs"]:
        silent = f", silent here: {pack['silentBecause']}" if "silentBecause" in pack else ""
        out(f"pack {pack['name']}: {'enforces' if pack['enforcing'] else 'shadow'}{silent}\n")
    unread = answer["unscannable"]
    out(f"what cannot be read: {unread['enforced']}    would be: {unread['wouldBe']}\n")
    if any(cluster["decision"]["enforced"]["action"] == "Tokenize" for cluster in answer["clusters"]):
        out(f"tokens become values again: {_restored(answer['restore'])}\n")
    if not answer["clusters"]:
        out("nothing was found\n")
    several = len({cluster["field"] for cluster in answer["clusters"]}) > 1
    for cluster in answer["clusters"]:
        where = f"text {cluster['field'] + 1}, " if several else ""
        pair = cluster["decision"]
        out(f"\n{where}characters {cluster['charStart']} to {cluster['charEnd']}: {cluster['entity']}\n")
        out(f"  enforced: {_named(pair['enforced'])}    would be: {_named(pair['wouldBe'])}\n")
        for finding in cluster["findings"]:
            evidence = ", ".join(finding["evidence"])
            out(f"  {finding['entity']} {finding['tier']} ({finding['confidence']:g}): {evidence}\n")
            rows = [_rule_row(rule, notes, today) for rule in finding["rules"]]
            if rows:
                table(("  PART", "RULE", "WANTS", "CLAUSE", "WHY NOT"), rows)
            else:
                out("  no rule names it: Audit\n")


def _restored(permit: dict[str, Any]) -> str:
    """Where, in words. Of several packs each has a list, and all must permit."""

    def every(lists: Sequence[Sequence[str]]) -> str:
        return " and of ".join(", ".join(names) or "none" for names in lists)

    places = ["in text"] if permit["text"] else []
    if permit["toolArguments"]:
        places.append(f"in arguments of tools {every(permit['tools'])}")
    if permit["urls"]:
        places.append("inside URLs, links, addresses and tags")
    elif all(permit["allowHosts"]):
        places.append(f"inside URLs of hosts {every(permit['allowHosts'])}")
    return "; ".join(places) or "nowhere"


def _findings(answer: dict[str, Any]) -> Iterable[dict[str, Any]]:
    return (finding for cluster in answer["clusters"] for finding in cluster["findings"])


def _rule_row(rule: dict[str, Any], notes: Mapping[tuple[str, str], Legal], today: date) -> tuple[str, ...]:
    origin = f" ({rule['origin']})" if rule["origin"] else ""
    legal = notes.get((rule["pack"], rule["id"]))
    clause = f"{rule['clause']}, {legal.status(today)}" if legal is not None else rule["clause"]
    name = f"{rule['pack']} {rule['id']}{origin}"
    return (f"  {rule['part']}", name, _named(rule["wants"]), clause, rule.get("because", ""))


def _named(action: dict[str, Any]) -> str:
    keep = action.get("keepLast", 0)
    return f"{action['action']}({keep})" if keep else str(action["action"])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on a terminal; columns of plain text, nothing cut, in a pipe."""
    if sys.stdout.isatty():
        shown = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for position, name in enumerate(header):
            # names are what people copy: they keep their width, the rest wraps
            shown.add_column(name, overflow="fold", no_wrap=position == 0)
        for row in rows:
            shown.add_row(*(Text(cell) for cell in row))
        Console().print(shown)
        return
    lines = [list(header), *(list(row) for row in rows)]
    widths = [min(max(len(line[column]) for line in lines), _WIDEST) for column in range(len(header))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _problems(severity: str, problems: Iterable[Problem]) -> None:
    """`file:line: error: field: message [code]`, the form that editors and CI annotate."""
    colour = {"error": "bold red", "warning": "bold yellow"}[severity]
    console = Console(highlight=False, soft_wrap=True) if sys.stdout.isatty() else None
    for problem in problems:
        where = f"{problem.file}:{problem.line}" if problem.line else problem.file
        field = f"{problem.path}: " if problem.path else ""
        if console is not None:
            parts = [(f"{where}: ", "bold"), (severity, colour), (": ", ""), (field, "cyan")]
            console.print(Text.assemble(*parts, problem.message, (f" [{problem.code}]", "dim")))
        else:
            sys.stdout.write(f"{where}: {severity}: {field}{problem.message} [{problem.code}]\n")


def _problem(severity: str, problem: Problem) -> dict[str, Any]:
    return {"severity": severity, **asdict(problem)}


def _full_name(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _version(builtin: Builtin) -> str:
    return builtin.pin.partition("@")[2]


def _status(rule: Rule, today: date) -> str:
    return rule.legal.status(today) if rule.legal is not None else ""


def _action(rule: Rule) -> str:
    keep = rule.mask.keep_last if rule.mask is not None else 0
    return f"{rule.action.value}({keep})" if keep else rule.action.value


def _conditions(rule: Rule) -> str:
    """`surfaces Files, FineTuning; with group:identity within Record`."""
    parts = [f"{name} {', '.join(words)}" for name, words in _dump(rule.traffic or Traffic()).items() if words]
    if rule.when is not None:
        parts.append(_when(rule.when))
    return "; ".join(parts)


def _when(when: When) -> str:
    parts = [f"with {', '.join(when.with_)}"] if when.with_ else []
    parts += [f"{when.min_count} or more"] if when.min_count > 1 else []
    parts += ["a minor"] if when.minor else []
    return f"{', '.join(parts)} within {when.within.value}" if parts else ""


def _dump(part: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped


def _json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
