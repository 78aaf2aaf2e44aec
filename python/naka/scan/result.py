"""What a scan of one file says: findings with their place, what could not be read, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from naka._core import TIER_FLOORS

__all__ = ["BINARY", "TIERS", "FileResult", "Located"]

TIERS = tuple(TIER_FLOORS)
"""From weak to strong: possible, likely, certain."""

BINARY = "binary"
"""The reason for files that are not text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One finding in a file."""

    entity: str
    tier: str
    confidence: float
    evidence: Sequence[str]
    rule: str
    line: int
    """1-based."""
    column: int
    """1-based, in characters; a byte that is not UTF-8 counts as one."""
    byte_start: int
    """In the file, half-open with `byte_end`."""
    byte_end: int
    where: str = ""
    """JSON path or CSV column, when the file has such."""
    action: str = ""
    """What the pack would do, when one was given."""

    def at_least(self, tier: str) -> bool:
        """True when this finding's tier is `tier` or stronger."""
        return TIERS.index(self.tier) >= TIERS.index(tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """One file: its findings in file order and every part that was not read as it should be."""

    name: str
    size: int
    """Bytes read."""
    findings: Sequence[Located] = ()
    unscannable: Sequence[str] = ()
    """What was not read as its kind says: `binary` (nothing was), `line 12: invalid_json` (scanned as plain text)."""
    notes: Sequence[str] = ()
    """What a reader of the offsets has to know."""

    @property
    def is_binary(self) -> bool:
        """True when nothing of it was read, so that no copy of it can be clean."""
        return BINARY in self.unscannable

    def reported(self, threshold: str, *, with_actions: bool) -> FileResult:
        """Only findings from tier `threshold` on; without their actions where no pack was asked."""
        kept = [found for found in self.findings if found.at_least(threshold)]
        return replace(self, findings=kept if with_actions else [replace(found, action="") for found in kept])
