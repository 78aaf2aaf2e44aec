"""The Rust core, as Python sees it."""

from typing import TypedDict, final

from naka.errors import Problem

__version__: str

@final
class Finding:
    """One piece of personal data in a text: what and where, never the value itself."""

    @property
    def entity(self) -> str:
        """Entity id, such as `IN_AADHAAR`."""
    @property
    def start(self) -> int:
        """First code point (byte, where the text was given as bytes)."""
    @property
    def end(self) -> int:
        """One past the last."""
    @property
    def byte_start(self) -> int:
        """First byte in the text's UTF-8 form."""
    @property
    def byte_end(self) -> int:
        """One past the last byte."""
    def utf16(self) -> tuple[int, int]:
        """(start, end) in UTF-16 units, as JavaScript and Java count."""
    @property
    def confidence(self) -> float:
        """0..1."""
    @property
    def tier(self) -> str:
        """`certain`, `likely` or `possible`."""
    @property
    def likelihood(self) -> str:
        """The tier in the five-step names other detectors use: `VERY_LIKELY`, `LIKELY`, `POSSIBLE`."""
    @property
    def evidence(self) -> list[str]:
        """What spoke for and against it, such as `['format', 'checksum', 'context(+aadhaar)']`."""
    @property
    def rule(self) -> str:
        """The rule that found it, such as `in_aadhaar.grouped`."""
    @property
    def nested(self) -> bool:
        """True when it lies inside a larger true finding (a PAN in a GSTIN)."""
    @property
    def flags(self) -> list[str]:
        """`nested heuristic minor natural_person business custom`, as many as hold."""

class EntityRow(TypedDict):
    """One entity that the detector knows."""

    id: str
    description: str
    groups: list[str]
    aliases: list[str]

@final
class Detector:
    """Finds Indian personal data in text. Immutable; may be shared by threads."""

    def __init__(self) -> None: ...
    def scan(self, text: str | bytes, label: str | None = None) -> list[Finding]:
        """Findings in `text`, sorted by start; `label` is the key or column header whose value the text is."""
    def entities(self) -> list[EntityRow]:
        """Every entity it knows."""

def compile_bundle(source: str) -> tuple[bytes, str, list[Problem]]:
    """Flat source JSON -> canonical bundle, its revision (sha256, lower-case hex), and the compiler's doubts.

    Raises `naka.errors.PolicyError` with every fault by its path in the source.
    """
