"""Second thoughts about a policy that is right in form: what is allowed, but rarely meant.

Nothing here refuses a pack. Pure: the day is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from naka.errors import Problem
from naka.policy.document import Document
from naka.policy.fieldpath import Path
from naka.policy.flatten import Flat, FlatRule
from naka.policy.folder import Loaded
from naka.policy.model import Pack
from naka.policy.rules import Exemption, Rule
from naka.policy.values import Action, Direction, Failure, Mode

__all__ = ["review"]

# Mask and Tokenize stand side by side: replacing one by the other is a choice, not a weakening.
_STRENGTH = {
    Action.ALLOW: 0,
    Action.AUDIT: 1,
    Action.MASK: 2,
    Action.TOKENIZE: 2,
    Action.REDACT: 3,
    Action.BLOCK: 4,
}
_MOST_SHOWN = 4  # last characters of an identifier that display rules let one show
_CERTAIN = 0.9

Group = Callable[[str], bool]


def _none(_name: str) -> bool:
    return False


def review(flat: Flat, *, today: date, sensitive: Group, late: Group = _none) -> list[Problem]:
    """Doubts about the packs, in the order of files and lines.

    `sensitive` says of an entity name, alias or `group:NAME` whether it holds identity, bank, card or credential
    values, `late` of an entity name or alias whether it is not judged while an answer streams; the caller asks the
    detector, which knows.
    """
    found: list[Problem] = []
    for number, loaded in enumerate(flat.packs):
        own = [flat_rule for flat_rule in flat.rules[number] if flat_rule.builtin is None]
        for flat_rule in own:
            found += _rule(loaded.source, flat_rule, today, sensitive)
            found += _late(loaded.source, flat_rule, late)
            found += _weaker(flat, number, flat_rule)
        for position, exemption in enumerate(loaded.model.spec.exemptions):
            found += _exemption(loaded.source, exemption, ("spec", "exemptions", position), today, sensitive)
        found += _pack(loaded, flat.rules[number])
        found += _tokens(loaded, flat.rules[number], signs=_signs(flat, loaded.model))
    return sorted(found, key=lambda problem: (problem.file, problem.line))


def _rule(source: Document, flat: FlatRule, today: date, sensitive: Group) -> Iterator[Problem]:
    rule, place = flat.rule, flat.place
    named = [name for name in rule.entities if sensitive(name)]
    if rule.action is Action.ALLOW and named:
        message = (
            f"lets {', '.join(named)} pass unchanged unless another rule objects: the provider receives these values"
        )
        yield source.problem("policy_allows_identity", message, (*place, "action"))
    if rule.mask is not None and rule.mask.keep_last > _MOST_SHOWN:
        message = f"leaves {rule.mask.keep_last} characters readable; {_MOST_SHOWN} is what display rules know"
        yield source.problem("policy_mask_shows_much", message, (*place, "mask", "keepLast"))
    if rule.min_confidence > _CERTAIN:
        message = "leaves out findings that are certain (from 0.9): use 0.9 or less"
        yield source.problem("policy_confidence_high", message, (*place, "minConfidence"))
    if rule.effective_from is not None and rule.effective_from > today and flat.mode is not Mode.SHADOW:
        message = (
            f"keeps this rule in Shadow until {rule.effective_from}; to enforce now and show the law's date, "
            "write it as legal.inForceFrom"
        )
        yield source.problem("policy_not_yet_effective", message, (*place, "effectiveFrom"))


def _late(source: Document, flat: FlatRule, late: Group) -> Iterator[Problem]:
    """What a rule would do to answers and cannot do to those that stream."""
    rule = flat.rule
    directions = rule.traffic.directions if rule.traffic is not None else ()
    named = [name for name in rule.entities if late(name)]
    answers = not directions or Direction.RESPONSE in directions
    if named and answers and flat.mode is Mode.ENFORCE and _STRENGTH[rule.action] > _STRENGTH[Action.AUDIT]:
        message = (
            f"only records {', '.join(named)} in answers that stream: they need more text than may wait, so the text "
            "has left when they are found"
        )
        yield source.problem("policy_late_in_streams", message, (*flat.place, "entities"))


def _weaker(flat: Flat, number: int, replacing: FlatRule) -> Iterator[Problem]:
    """A rule that replaces one of an extended pack by a weaker action."""
    loaded = flat.packs[number]
    for base in flat.bases[number]:
        for rule in base.pack.spec.rules:
            if rule.id == replacing.rule.id and _is_weaker(replacing.rule, rule):
                message = f"replaces {rule.action.value} of {base.pin} by {replacing.rule.action.value} in this pack"
                yield loaded.source.problem("policy_weaker_than_base", message, (*replacing.place, "action"))


def _is_weaker(new: Rule, old: Rule) -> bool:
    return _STRENGTH[new.action] < _STRENGTH[old.action]


def _exemption(source: Document, exemption: Exemption, place: Path, today: date, sensitive: Group) -> Iterator[Problem]:
    if exemption.expires < today:
        message = f"ended on {exemption.expires}: remove it, or set a new day"
        yield source.problem("policy_exemption_over", message, (*place, "expires"))
    elif (exemption.expires - today).days > 2 * 366:
        message = "lasts more than two years: set a nearer day and renew it"
        yield source.problem("policy_exemption_long", message, (*place, "expires"))
    named = [name for name in exemption.entities if sensitive(name)]
    if exemption.matches is not None and named:
        message = f"exempts a whole pattern of {', '.join(named)}: list single values by `naka policy hash` instead"
        yield source.problem("policy_exempts_identity", message, (*place, "matches"))


_SIGNING = ("aws", "bedrock")
"""Providers whose clients sign what they send."""


def _signs(flat: Flat, pack: Pack) -> bool:
    """Whether this pack names, or the folder has, a provider to which requests are signed."""
    named = pack.spec.traffic.providers if pack.spec.traffic is not None else ()
    upstreams = (upstream["provider"] for upstream in flat.source["upstreams"])
    return any(str(name).lower() in _SIGNING for name in (*named, *upstreams))


def _tokens(loaded: Loaded[Pack], rules: tuple[FlatRule, ...], *, signs: bool) -> Iterator[Problem]:
    """What becomes of values that are swapped, and of bodies that cannot be changed."""
    spec, source = loaded.model.spec, loaded.source
    acting = {rule.rule.action for rule in rules if rule.mode is Mode.ENFORCE}
    if signs and acting & {Action.MASK, Action.TOKENIZE, Action.REDACT}:
        message = (
            "masks, redacts or tokenises, which a request that its client has signed (AWS SigV4) does not survive: "
            "there such values are audited, or refused with onUnscannable: Block"
        )
        yield source.problem("policy_signed_requests", message, ("spec",))
    if Action.TOKENIZE in acting and spec.restore is not None and spec.restore.urls:
        message = "swaps tokens back inside every URL: a model can be made to send values anywhere; name allowHosts"
        yield source.problem("policy_restores_into_urls", message, ("spec", "restore", "urls"))


def _pack(loaded: Loaded[Pack], rules: tuple[FlatRule, ...]) -> Iterator[Problem]:
    spec, source = loaded.model.spec, loaded.source
    enforced = any(rule.mode is Mode.ENFORCE for rule in rules) or spec.mode is Mode.ENFORCE
    if enforced and spec.failure is Failure.OPEN:
        message = "lets calls pass unchecked when the sidecar is gone, though the pack enforces"
        yield source.problem("policy_fails_open", message, ("spec", "failure"))
    if not rules:
        message = "has no rules and extends no pack: it only sets what happens to what cannot be read"
        yield source.problem("policy_no_rules", message, ("spec",))
