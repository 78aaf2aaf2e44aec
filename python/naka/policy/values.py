"""The words and limits of a policy file: enumerations, name forms, and the base of every model.

Every form has a sentence in `FORMS`, so that a fault says what to write instead of quoting a pattern.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

__all__ = [
    "FORMS",
    "Action",
    "BlockStyle",
    "ClauseText",
    "Confidence",
    "Direction",
    "Durability",
    "EntityName",
    "EntityRef",
    "Failure",
    "FineTuningAction",
    "Flag",
    "Form",
    "Glob",
    "Host",
    "IsoDate",
    "ItemId",
    "Mark",
    "Mode",
    "ObjectName",
    "OnUnread",
    "PackRef",
    "Part",
    "PathPrefix",
    "Region",
    "RegionMatch",
    "Sha256",
    "Shown",
    "Surface",
    "UpstreamKind",
    "WholeNumber",
    "Within",
    "Word",
    "WordMatch",
]


class Part(BaseModel):
    """Base of every model: camelCase in YAML, no unknown fields, immutable."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        regex_engine="rust-regex",
        hide_input_in_errors=True,
    )


class Mode(StrEnum):
    """Whether a rule acts."""

    SHADOW = "Shadow"
    ENFORCE = "Enforce"
    GATED = "Gated"


class Action(StrEnum):
    """What happens to a finding, from the weakest to the strongest but for Mask and Tokenize, which stand
    side by side.
    """

    ALLOW = "Allow"
    AUDIT = "Audit"
    MASK = "Mask"
    TOKENIZE = "Tokenize"
    REDACT = "Redact"
    BLOCK = "Block"


class Surface(StrEnum):
    """The kind of API call that carries the text."""

    CHAT = "Chat"
    RESPONSES = "Responses"
    COMPLETIONS = "Completions"
    EMBEDDINGS = "Embeddings"
    MODERATIONS = "Moderations"
    RERANK = "Rerank"
    FILES = "Files"
    BATCHES = "Batches"
    FINE_TUNING = "FineTuning"
    IMAGES = "Images"
    AUDIO = "Audio"
    VECTOR_STORES = "VectorStores"
    ASSISTANTS = "Assistants"
    MCP = "Mcp"
    REALTIME = "Realtime"
    MODELS = "Models"
    UNKNOWN = "Unknown"


class Direction(StrEnum):
    """Which way the text goes."""

    REQUEST = "Request"
    RESPONSE = "Response"


class Within(StrEnum):
    """How near findings must be to count as together."""

    FIELD = "Field"
    RECORD = "Record"
    REQUEST = "Request"


class OnUnread(StrEnum):
    """What happens to what cannot be read or is not known."""

    ALLOW = "Allow"
    AUDIT = "Audit"
    BLOCK = "Block"


class Failure(StrEnum):
    """What happens to traffic when the sidecar is gone."""

    CLOSED = "Closed"
    OPEN = "Open"


class BlockStyle(StrEnum):
    """How a blocked call is answered."""

    ERROR = "error"
    REFUSAL = "refusal"


class FineTuningAction(StrEnum):
    """What happens to a training file with findings."""

    AUDIT = "Audit"
    REDACT = "Redact"
    BLOCK = "Block"


class Durability(StrEnum):
    """How safely an audit event is stored before the answer leaves."""

    ASYNC = "async"
    FSYNC = "fsync"
    ACKED = "acked"


class UpstreamKind(StrEnum):
    """Where an upstream runs."""

    PUBLIC = "public"
    LOCAL = "local"


class Mark(StrEnum):
    """How well the source of a clause is known."""

    PROVISION = "P"
    REPORTED = "L"
    VENDOR = "V"
    MEMORY = "M"


class Form(NamedTuple):
    """A form of text, for people."""

    name: str
    """In a table: `country`."""
    words: str
    """In a fault: `must be a country in two capital letters, such as IN`."""


FORMS: Final[dict[str, Form]] = {}
"""Pattern -> its form."""


def _form(name: str, pattern: str, words: str) -> str:
    FORMS[pattern] = Form(name, words)
    return pattern


def _iso_date(value: Any) -> Any:
    """Only `YYYY-MM-DD`: pydantic alone would also take numbers as seconds since 1970."""
    if isinstance(value, date) or (
        isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value.isascii()
    ):
        return value
    raise PydanticCustomError("policy_bad_date", "must be a date such as 2027-05-13")


_NAME = _form(
    "name",
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
    "must be lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
)
_ITEM = _form(
    "id",
    r"^[a-z0-9][a-z0-9_.-]{0,62}$",
    "must be lower-case letters, digits, '-', '_' and '.', at most 63, beginning with a letter or digit",
)
_ENTITY_REF = _form(
    "entity or group",
    r"^(group:[a-z][a-z_]{0,31}|[A-Za-z][A-Za-z0-9_]{0,63})$",
    "must be an entity such as IN_AADHAAR or a group such as group:identity",
)
_ENTITY = _form(
    "new entity",
    r"^[A-Z][A-Z0-9_]{1,63}$",
    "must be upper-case letters, digits and '_', such as EMPLOYEE_ID",
)
_PACK = _form(
    "built-in pack",
    r"^[a-z][a-z0-9-]{0,31}(@[0-9]{1,4}(\.[0-9]{1,4}){0,2})?$",
    "must be the name of a built-in pack, with or without a version, such as dpdp or rbi@1.0",
)
_REGION = _form("country", r"^[A-Z]{2}$", "must be a country in two capital letters, such as IN")
_REGION_MATCH = _form(
    "country, `!` for all others",
    r"^!?[A-Z]{2}$",
    'must be a country in two capital letters, such as IN, or all others, such as "!IN" in quotes',
)
_SHA256 = _form(
    "sha256", r"^[0-9a-f]{64}$", "must be 64 lower-case hexadecimal digits: make it with `naka policy hash`"
)
_HOST = _form(
    "host",
    r"^((\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$",
    "must be a host name with or without a port, such as api.openai.com or 127.0.0.1:8081, without https://",
)
_PATH_PREFIX = _form(
    "path",
    r"^/([A-Za-z0-9._~-]{1,64}(/[A-Za-z0-9._~-]{1,64}){0,7})?$",
    "must be a path without a slash at its end, such as /openai",
)
_WORD = _form("word", r"^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,127}$", "must be one word of letters, digits and _ . : / @ -")
_WORD_MATCH = _form(
    "word with `*`, `!` for all others",
    r"^!?[A-Za-z0-9*][A-Za-z0-9_.:/@*-]{0,127}$",
    "must be one word, in which * stands for any characters, such as gpt-*; a ! in front means all others",
)
_GLOB = _form(
    "word with `*`",
    r"^[A-Za-z0-9*][A-Za-z0-9_.:/@*-]{0,127}$",
    "must be one word, in which * stands for any characters, such as gpt-*",
)

ObjectName: TypeAlias = Annotated[str, Field(min_length=1, max_length=253, pattern=_NAME)]
ItemId: TypeAlias = Annotated[str, Field(pattern=_ITEM)]
EntityRef: TypeAlias = Annotated[str, Field(pattern=_ENTITY_REF)]
EntityName: TypeAlias = Annotated[str, Field(pattern=_ENTITY)]
PackRef: TypeAlias = Annotated[str, Field(pattern=_PACK)]
Region: TypeAlias = Annotated[str, Field(pattern=_REGION)]
RegionMatch: TypeAlias = Annotated[str, Field(pattern=_REGION_MATCH)]
Sha256: TypeAlias = Annotated[str, Field(pattern=_SHA256)]
Host: TypeAlias = Annotated[str, Field(pattern=_HOST)]
PathPrefix: TypeAlias = Annotated[str, Field(pattern=_PATH_PREFIX)]
Word: TypeAlias = Annotated[str, Field(pattern=_WORD)]
WordMatch: TypeAlias = Annotated[str, Field(pattern=_WORD_MATCH)]
Glob: TypeAlias = Annotated[str, Field(pattern=_GLOB)]
ClauseText: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Shown: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
"""A sentence for people."""
Confidence: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Flag: TypeAlias = StrictBool
WholeNumber: TypeAlias = StrictInt
IsoDate: TypeAlias = Annotated[date, BeforeValidator(_iso_date)]
