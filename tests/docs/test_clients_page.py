"""The page about official clients names the versions that the tests run with."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "use-official-clients.md"


def test_each_client_is_tested_in_the_version_that_the_page_names() -> None:
    rows = re.findall(r"^\| `([^`]+)`([^|]*)\|.*\| ([0-9.]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 10
    node = json.loads((ROOT / "tests" / "wire" / "node" / "package.json").read_text())["dependencies"]
    for name, kind, stated in rows:
        assert stated == (node[name] if "Node" in kind else version(name))
