"""Every option of `naka up` and `naka envoy config` is on its page."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from naka.cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"


def options(*names: str) -> list[str]:
    command = typer.main.get_command(app)
    for name in names:
        command = command.commands[name]
    return [option for parameter in command.params for option in parameter.opts if option != "--help"]


@pytest.mark.parametrize(
    ("names", "page"), [(("up",), "how-to/try-it.md"), (("envoy", "config"), "how-to/use-your-own-envoy.md")]
)
def test_every_option_is_in_the_table_of_its_page(names: tuple[str, ...], page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `--")]
    missing = [option for option in options(*names) if not any(f"`{option}" in line for line in table)]
    assert missing == []
