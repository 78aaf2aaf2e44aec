"""The Rust core, as Python sees it."""

from typing import TypedDict, final

from naka.errors import Problem

__version__: str

TIER_FLOORS: dict[str, float]
"""The lowest confidence of each tier, from weak to strong."""

class ApiRow(TypedDict):
    """One API of the tables in `rust/naka-body/apis`."""

    id: str
    provider: str | None
    surface: str
    source: str
    checked_on: str
    routes: list[str]
    """`METHOD|METHOD /path/{any}`."""
    errors: str
    """Id of the shape of its errors."""
    has_paths: bool
    """False where only its routes are known."""

class ErrorShapeRow(TypedDict):
    """How clients of an API expect errors."""

    id: str
    source: str
    checked_on: str
    body: str
    """JSON with strings like `"$message"` for what is put in."""
    kinds: dict[int, str]
    """Status to what stands for `$kind`; 400 for the rest."""
    headers: dict[str, str]

def api_tables() -> list[ApiRow]:
    """Every API, in the order of the tables."""

def error_shapes() -> list[ErrorShapeRow]:
    """Every shape of errors."""

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

EntityRow = TypedDict(
    "EntityRow",
    {"id": str, "description": str, "groups": list[str], "aliases": list[str], "class": str},
)
"""One entity that the detector knows; `class` is what a finding of it rests on."""

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

class Applied(TypedDict):
    """What came into force."""

    revision: str
    """sha256 of the bundle."""
    enforces: bool
    """Something is enforced."""
    failure_open: bool
    """Envoy shall let traffic pass while the sidecar is gone."""

class Addresses(TypedDict):
    """Where a sidecar listens: `unix:/PATH` or `IP:PORT`."""

    ext_proc: str
    http: str | None
    detection: str | None

class Stats(TypedDict):
    """A few numbers of a sidecar."""

    revision: str
    enforces: bool
    exchanges: int
    in_flight: int
    bytes_in_flight: int
    audit_lost: int

@final
class Sidecar:
    """The data plane: Envoy's ext_proc, `naka.v1.Detection`, metrics and audit, on threads of its own."""

    def __init__(
        self,
        config: str,
        *,
        key: bytes | None = None,
        tenant: str = "default",
        epoch: int = 1,
        namespace: str | None = None,
        labels: dict[str, str] | None = None,
        namespace_labels: dict[str, str] | None = None,
    ) -> None:
        """Starts threads and listeners; it is ready after the first `apply`.

        `config` is JSON (`naka.sidecar.Settings.plane`). `key` is the tenant's master secret for tokens; without it
        Tokenize acts as Redact. Raises `naka.errors.ConfigError`; nothing runs then.
        """
    def apply(self, bundle: bytes) -> Applied:
        """Puts a bundle in force. Raises `naka.errors.PolicyError`, and the policy in force stays."""
    def refused(self) -> None:
        """Counts a policy that was refused before it came to be a bundle."""
    def addresses(self) -> Addresses:
        """Where it listens: a port 0 has become a number."""
    def stats(self) -> Stats:
        """A few numbers."""
    def metrics(self) -> str:
        """The text of `/metrics`."""
    def reopen_audit(self) -> None:
        """Opens the audit file anew, after a rotation from outside."""
    def is_running(self) -> bool:
        """False once the data plane has ended, by itself or stopped."""
    def wait(self, timeout_s: float) -> bool:
        """Waits for the data plane to end; True when it has."""
    def stop(self) -> None:
        """Lets running exchanges end, then stops. Returns when all has stopped; a second call does nothing."""

def explain(bundle: bytes, request: str) -> str:
    """What a bundle decides about texts, and why. JSON in, JSON out; docs/concepts/policy.md shows both.

    Raises `naka.errors.PolicyError` for a bundle or request that is wrong.
    """

def ruleset_info(bundle: bytes) -> str:
    """What is in a bundle, as JSON: revision, packs, upstreams, whether anything is enforced, and what
    streams judge at their end (`lateInStreams`).

    Raises `naka.errors.PolicyError` for a bundle that does not load.
    """

def exemption_hash(entity: str, value: str) -> str:
    """What an exemption's `sha256s` hold for a value of an entity, however the value is written.

    Raises `naka.errors.PolicyError` for an unknown entity.
    """

@final
class FileRules:
    """Rules that files are scanned with; shared by all scanners."""

    def __init__(self, bundle: bytes, namespace: str) -> None:
        """Load a compiled bundle; its packs of `namespace` count."""

@final
class FileScanner:
    """Scans one file block by block."""

    def __init__(self, rules: FileRules, kind: str, today: str, clean: bool) -> None:
        """`kind`: text, json, jsonl, or the byte between the cells of CSV. `today`: ISO date.

        `clean`: make the cleaned copy too.
        """
    def feed(
        self, block: bytes, start: int, last: bool
    ) -> tuple[
        list[tuple[str, str, float, list[str], str, int, int, str, str]],
        list[tuple[int, str]],
        int,
        int,
        bytes,
    ]:
        """Take the next block; bytes before `start` are context.

        Returns findings (entity, tier, confidence, evidence, rule, start, end, place, action), unread parts
        (offset, reason), how far the block is done, where the next block begins, cleaned bytes.
        """
