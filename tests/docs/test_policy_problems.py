"""Every problem of a policy is documented, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "policy-problems.md"
CODE = re.compile(r'"(policy_[a-z0-9_]+)"')


def codes_in(*globs: str) -> set[str]:
    texts = (path.read_text("utf-8") for glob in globs for path in sorted(ROOT.glob(glob)))
    return {code for text in texts for code in CODE.findall(text)}


def test_every_problem_that_python_or_rust_can_tell_is_on_the_page_and_no_other():
    told = codes_in("python/naka/policy/*.py", "rust/naka-policy/src/**/*.rs")
    listed = re.findall(r"`(policy_[a-z0-9_]+)`", PAGE.read_text("utf-8"))
    assert len(listed) == len(set(listed))
    assert sorted(listed) == sorted(told)
