"""Models of what a pack is made of: traffic, rules, recognisers, exemptions and settings.

Shapes and limits only: what an entity name means, whether a regex fits its limits and how rules join is
decided in Rust (`naka-policy`). No optional field of a rule makes it stricter than its absence.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from naka.policy.values import (
    Action,
    ClauseText,
    Confidence,
    Direction,
    Durability,
    EntityName,
    EntityRef,
    FineTuningAction,
    Flag,
    Glob,
    IsoDate,
    ItemId,
    Mark,
    Mode,
    Part,
    RegionMatch,
    Sha256,
    Shown,
    Surface,
    WholeNumber,
    Within,
    WordMatch,
)

__all__ = [
    "Context",
    "Exemption",
    "FineTuning",
    "LabelRequirement",
    "LabelSelector",
    "Ledger",
    "Legal",
    "Mask",
    "Pattern",
    "Recognizer",
    "Restore",
    "Rule",
    "Traffic",
    "When",
]


def _fault(code: str, message: str, field: str) -> PydanticCustomError:
    """A fault that belongs to `field` of the model that raises it."""
    return PydanticCustomError(code, message, {"field": field})


class LabelRequirement(Part):
    """One condition on a label, as in Kubernetes."""

    key: Annotated[str, Field(min_length=1, max_length=317, description="Label key.")]
    operator: Annotated[
        str,
        Field(pattern="^(In|NotIn|Exists|DoesNotExist)$", description="In, NotIn, Exists or DoesNotExist."),
    ]
    values: Annotated[
        tuple[Annotated[str, Field(max_length=63)], ...],
        Field(max_length=100, description="Values for In and NotIn; empty for the others."),
    ] = ()


class LabelSelector(Part):
    """Selects by labels, as in Kubernetes. Empty selects all."""

    match_labels: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=317)], Annotated[str, Field(max_length=63)]],
        Field(
            default_factory=dict,
            max_length=50,
            description="Labels that must all be there with these values.",
        ),
    ]
    match_expressions: Annotated[
        tuple[LabelRequirement, ...], Field(max_length=50, description="Conditions that must all hold.")
    ] = ()


class Traffic(Part):
    """Which calls. An absent or empty list means any; a fact that cannot be determined counts as matching.

    In a list, a word with `!` in front takes away; upper and lower case are alike, `*` stands for any characters.
    """

    providers: Annotated[
        tuple[WordMatch, ...],
        Field(max_length=100, description="Providers of the upstream, such as openai."),
    ] = ()
    models: Annotated[
        tuple[WordMatch, ...],
        Field(max_length=200, description='Models that the call names, such as `gpt-*` or `"!gpt-4*"`.'),
    ] = ()
    surfaces: Annotated[tuple[Surface, ...], Field(max_length=32, description="Kinds of call.")] = ()
    directions: Annotated[
        tuple[Direction, ...],
        Field(max_length=2, description="Request (to the model) or Response (from it)."),
    ] = ()
    regions: Annotated[
        tuple[RegionMatch, ...],
        Field(max_length=100, description='Country of the upstream: `IN`, or `"!IN"` for all but India.'),
    ] = ()
    purposes: Annotated[
        tuple[WordMatch, ...],
        Field(
            max_length=100,
            description="Purposes from the route's or workload's configuration, never from a client.",
        ),
    ] = ()


class Mask(Part):
    """How Mask hides a value."""

    keep_last: Annotated[
        WholeNumber, Field(ge=0, le=64, description="Characters left readable at the end. 0 hides all.")
    ] = 0


class When(Part):
    """Conditions on what else was found. All given ones must hold."""

    with_: Annotated[
        tuple[EntityRef, ...],
        Field(alias="with", max_length=200, description="Acts only beside a finding of one of these."),
    ] = ()
    within: Annotated[
        Within,
        Field(description="How near: the same text field, the same message or line, or the same request."),
    ] = Within.REQUEST
    min_count: Annotated[
        WholeNumber,
        Field(ge=1, le=1_000_000, description="Acts only from this many findings of the rule's entities."),
    ] = 1
    minor: Annotated[Flag, Field(description="Acts only where the text speaks of a person under 18.")] = False


class Legal(Part):
    """What is known about the clause. For people and reports: it changes no decision."""

    source: Annotated[Shown, Field(description="Document that the clause stands in.")]
    mark: Annotated[
        Mark,
        Field(
            description="How it was checked: P the provision itself was read, L law-firm, press or "
            "regulator FAQ text, "
            "V one vendor, M from memory."
        ),
    ]
    in_force_from: Annotated[
        IsoDate | None,
        Field(
            description="Date from which the clause binds; absent when it binds already. Shown as `in "
            "force` or "
            "`upcoming`. The rule acts by its mode, also before this date."
        ),
    ] = None

    def status(self, today: date) -> str:
        """`in force`, or `upcoming (170 days)`: before that date nobody is in breach of the clause."""
        days = (self.in_force_from - today).days if self.in_force_from is not None else 0
        if days <= 0:
            return "in force"
        return f"upcoming ({days} day{'s' if days > 1 else ''})"


class Rule(Part):
    """What happens to findings of some entities in some traffic. All matching rules join: the strongest
    action wins.
    """

    id: Annotated[
        ItemId,
        Field(description="Name within the pack. The id of an extended pack's rule replaces that rule in this pack."),
    ]
    entities: Annotated[
        tuple[EntityRef, ...],
        Field(
            min_length=1,
            max_length=200,
            description="Entity ids, other vendors' names for them, or `group:NAME`.",
        ),
    ]
    min_confidence: Annotated[
        Confidence,
        Field(description="Findings below it are left to other rules. Certain is from 0.9, likely 0.6, possible 0.3."),
    ] = 0.0
    action: Annotated[
        Action,
        Field(
            description="Allow (no objection), Audit (note it), Mask, Tokenize (a token in its place), "
            "Redact (the "
            "entity's name in its place), Block (refuse the call)."
        ),
    ]
    mask: Annotated[Mask | None, Field(description="Only with action Mask.")] = None
    mode: Annotated[Mode | None, Field(description="Overrides the pack's mode for this rule.")] = None
    traffic: Annotated[Traffic | None, Field(description="Narrows the pack's traffic for this rule.")] = None
    when: Annotated[When | None, Field(description="Conditions on what else was found.")] = None
    clause: Annotated[
        ClauseText | None, Field(description="Clause that the rule serves, such as `DPDP-R-2025:6(1)(a)`.")
    ] = None
    legal: Annotated[Legal | None, Field(description="What is known about the clause.")] = None
    effective_from: Annotated[
        IsoDate | None,
        Field(
            description="Before this date the rule counts as Shadow, whatever its mode. For a law's date "
            "use `legal.inForceFrom`."
        ),
    ] = None

    @model_validator(mode="after")
    def _mask_only_with_mask(self) -> Self:
        if self.mask is not None and self.action is not Action.MASK:
            raise _fault("policy_mask_without_mask", "belongs to action Mask: remove it, or set action: Mask", "mask")
        return self


class Pattern(Part):
    """One regular expression of a recogniser."""

    regex: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2_000,
            description="Regular expression; no look-around, no back-references.",
        ),
    ]
    confidence: Annotated[Confidence, Field(description="Confidence of a match without context.")]


class Context(Part):
    """Words near a match that make it more likely."""

    words: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        Field(min_length=1, max_length=200, description="Words before or after the match, or its field's name."),
    ]
    boost: Annotated[Confidence, Field(description="Added to the confidence when a word is near.")] = 0.3


class Recognizer(Part):
    """An entity of your own. It adds findings and never removes, shortens or lowers others."""

    entity: Annotated[EntityName, Field(description="Id of the entity; not one that Naka knows already.")]
    patterns: Annotated[tuple[Pattern, ...], Field(max_length=200, description="Regular expressions.")] = ()
    keywords: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
        Field(
            max_length=5_000,
            description="Whole words or phrases; upper and lower case alike. 5,000 and 200 KiB a pack.",
        ),
    ] = ()
    context: Annotated[Context | None, Field(description="Words that make a match more likely.")] = None
    checksum: Annotated[
        ItemId | None,
        Field(description="Name of a check-digit method that a match must pass, such as verhoeff or luhn."),
    ] = None
    match: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1_000)], ...],
        Field(
            max_length=100,
            description="Texts that must be found, or the pack is refused. Made-up values only.",
        ),
    ] = ()
    no_match: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1_000)], ...],
        Field(max_length=100, description="Texts that must not be found, or the pack is refused."),
    ] = ()

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        if not self.patterns and not self.keywords:
            raise _fault(
                "policy_recognizer_empty",
                "is required, or keywords: a recogniser needs one of them",
                "patterns",
            )
        return self


class Exemption(Part):
    """Values that this pack does not act on. Counts inside its own pack only."""

    id: Annotated[ItemId, Field(description="Name within the pack; events carry it.")]
    entities: Annotated[
        tuple[EntityRef, ...], Field(min_length=1, max_length=200, description="Entities that it applies to.")
    ]
    matches: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=1_000,
            description="Regular expression for the whole normalised value. Not for identity, bank or card values.",
        ),
    ] = None
    sha256s: Annotated[
        tuple[Sha256, ...],
        # the generator of aliases would make sha256S of it
        Field(alias="sha256s", max_length=10_000, description="Hashes of exact values, made by `naka policy hash`."),
    ] = ()
    reason: Annotated[Shown, Field(description="Why these values are harmless; shown to auditors.")]
    expires: Annotated[IsoDate, Field(description="Last day on which it counts.")]

    @model_validator(mode="after")
    def _names_values(self) -> Self:
        if self.matches is None and not self.sha256s:
            raise _fault(
                "policy_exemption_empty",
                "is required, or sha256s: an exemption must say which values",
                "matches",
            )
        return self


class FineTuning(Part):
    """Training files and jobs (surfaces Files and FineTuning)."""

    on_finding: Annotated[FineTuningAction, Field(description="Audit, Redact (forward the cleaned file) or Block.")] = (
        FineTuningAction.BLOCK
    )
    require_verdict: Annotated[
        Flag, Field(description="A job may start only when every file it names was scanned and accepted.")
    ] = True


class Restore(Part):
    """Where tokens are swapped back in answers."""

    text: Annotated[Flag, Field(description="In the answer's text.")] = True
    tool_arguments: Annotated[Flag, Field(description="In arguments of tool calls.")] = True
    tools: Annotated[tuple[Glob, ...], Field(max_length=200, description="Tools whose arguments may be restored.")] = (
        "*",
    )
    urls: Annotated[Flag, Field(description="Inside URLs, links, e-mail addresses and HTML attributes.")] = False
    allow_hosts: Annotated[
        tuple[Glob, ...], Field(max_length=200, description="Hosts in whose URLs tokens may be restored.")
    ] = ()


class Ledger(Part):
    """How events of this pack's traffic are stored."""

    durability: Annotated[
        Durability,
        Field(description="async (never waits), fsync (waits for the local disk) or acked (waits for the collector)."),
    ] = Durability.ASYNC
    full: Annotated[Flag, Field(description="One event for each call, also without findings.")] = False
