"""Every error that Naka raises, as one tree.

NakaError
  RuleError        a rule file or custom recogniser is wrong -> whoever edits rules
  PolicyError      a pack is wrong                           -> whoever edits packs
  ConfigError      a setting is wrong                        -> whoever runs it
  BodyError        a body cannot be read                     -> the policy's onUnscannable decides
  ProcessError     a process that Naka runs ended            -> whoever runs it; its log says why

Each error has a `code` that never changes (for machines: logs, metrics, tests) and a message for people
that says what to change. No message carries matched data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["BodyError", "ConfigError", "NakaError", "PolicyError", "Problem", "ProcessError", "RuleError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where, and what to change."""

    code: str
    """Stable snake-case name, such as `policy_unknown_entity`."""
    message: str
    """For people; says what to change."""
    path: str = ""
    """Field path inside the document, such as `spec.rules[2].action`."""
    file: str = ""
    """File that holds the document, empty when it came from elsewhere."""
    line: int = 0
    """1-based line in `file`; 0 when unknown."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (where and f"{where}:", self.path and f"{self.path}:", self.message) if part)


class NakaError(Exception):
    """Base of every error that Naka raises.

    `code` is stable; `problems` lists all that was found wrong in one go, in document order.
    """

    code: str = "naka_error"

    def __init__(self, message: str, *, code: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.problems: tuple[Problem, ...] = tuple(problems)


class RuleError(NakaError):
    """A rule file or custom recogniser is wrong; the message names the rule and says what to change."""

    code = "rule_invalid"


class PolicyError(NakaError):
    """A pack is wrong; `problems` has every fault by file, line and field path."""

    code = "policy_invalid"


class ConfigError(NakaError):
    """A setting is wrong; the message names it and says what to change."""

    code = "config_invalid"


class BodyError(NakaError):
    """A body cannot be read; the policy's `onUnscannable` decides what happens to it."""

    code = "body_unreadable"


class ProcessError(NakaError):
    """A process that Naka runs ended, or did not get ready; the message has its last lines and its log."""

    code = "process_failed"
