"""The pages on scanning files and on detection in Python: their commands and examples are run."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import typer.main

from naka.cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCAN, DETECT = DOCS / "how-to" / "scan-files.md", DOCS / "how-to" / "detect-in-python.md"
BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_command_of_the_page_answers_what_stands_there(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = 0
    for block in BLOCK.finditer(SCAN.read_text("utf-8")):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
        elif block["kind"] == "console":
            command, _, expected = block["text"].removeprefix("$ ").partition("\n")
            run = subprocess.run(
                ["bash", "-c", command],
                cwd=tmp_path,
                env={**os.environ, "PATH": path},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
            )
            assert run.stdout == expected, command
            ran += 1
    assert ran >= 5


def test_every_option_is_in_the_table_of_the_page() -> None:
    command = typer.main.get_command(app).commands["scan"]
    options = {name for one in command.params for name in one.opts if name.startswith("--") and name != "--help"}
    assert options == set(re.findall(r"^\| `(--[a-z]+)` \|", SCAN.read_text("utf-8"), re.MULTILINE))


def test_every_example_in_python_holds() -> None:
    blocks = [block["text"] for block in BLOCK.finditer(DETECT.read_text("utf-8")) if block["kind"] == "python"]
    assert len(blocks) >= 5
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, DETECT.name, str(DETECT), 0)
    told: list[str] = []
    result = doctest.DocTestRunner().run(test, out=told.append)
    assert result.failed == 0, "".join(told)
