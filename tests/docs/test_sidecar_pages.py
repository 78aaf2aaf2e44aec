"""Every metric, reason, field, code and option of the sidecar is on its page, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from typer.main import get_command

from naka.cli import sidecar

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _rows(page: str, heading: str = "") -> set[str]:
    """Names in backticks in the first cell of each table row, from `heading` on."""
    text = (DOCS / page).read_text()
    text = text[text.index(heading) :]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def _sources(crate: str) -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / "rust" / crate / "src").rglob("*.rs")))


def test_every_metric_is_documented() -> None:
    made = set(re.findall(r'"((?:naka|process)_[a-z_]+)"', _sources("naka-sidecar")))
    assert made == _rows("reference/metrics.md")


def test_every_reason_and_field_of_an_event_is_documented() -> None:
    listed = _rows("reference/audit-event.md")
    outcome = (ROOT / "rust/naka-exchange/src/outcome.rs").read_text()
    reasons = set(re.findall(r'^    \w+ = "([a-z_]+)",$', outcome, re.MULTILINE))
    assert len(reasons) > 10
    record = (ROOT / "rust/naka-sidecar/src/record.rs").read_text()
    line = record[record.index("impl Record") : record.index("fn entity")]
    fields = set(re.findall(r'line\.\w+\("(\w+)"', line))
    assert len(fields) > 20
    fate = (ROOT / "rust/naka-policy/src/restore/fate.rs").read_text()
    fates = set(re.findall(r'^    \w+ = "([a-z_]+)",$', fate, re.MULTILINE))
    assert {"restored", "url"} < fates
    assert listed == reasons | fields | fates


def test_every_code_of_our_own_answers_is_documented() -> None:
    made = set(re.findall(r'"(naka_[a-z_]+)"', _sources("naka-exchange")))
    page = (DOCS / "concepts/exchange.md").read_text()
    assert made == set(re.findall(r"`(naka_[a-z_]+)`", page))


def test_every_option_is_documented() -> None:
    app = typer.Typer()
    sidecar.register(app)
    options = {name for parameter in get_command(app).params for name in parameter.opts if name.startswith("--")}
    options -= {"--help", "--install-completion", "--show-completion"}
    assert options == {row.split(" ")[0] for row in _rows("how-to/run-the-sidecar.md") if row.startswith("--")}
