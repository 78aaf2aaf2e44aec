"""What a scan of one file says: findings with their place, what could not be read, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["TIERS", "FileResult", "Located"]

TIERS = ("possible", "likely", "certain")
"""From weak to strong."""


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
    """1-based, in characters (bytes where the line is not UTF-8)."""
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
    unscannable: Sequence[str] = field(default=())
    """Reasons, such as `binary` or `line 12: not JSON, scanned as text`."""
