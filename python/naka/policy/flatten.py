"""From packs as written to the flat source that the compiler reads: built-in packs unfolded, modes made
explicit.

Every default is written out here, so that the compiler needs none. Deterministic: packs are sorted by
kind, namespace and name, upstreams by name; rules keep their order, those of extended packs first. What
names mean and how rules join is the compiler's business. Source of the rules of `extends`: design.md
section 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from naka.errors import PolicyError, Problem
from naka.policy.builtin import Builtin, builtin_packs, find_builtin
from naka.policy.document import Document
from naka.policy.faults import nearest
from naka.policy.fieldpath import Path, parse
from naka.policy.folder import Loaded
from naka.policy.model import ClusterPolicyPack, ClusterUpstream, Pack, PolicySpec
from naka.policy.rules import FineTuning, Ledger, Restore, Rule
from naka.policy.values import Action, BlockStyle, Failure, FineTuningAction, Mode, OnUnread

__all__ = ["Flat", "FlatRule", "flatten", "namespace_of"]

Json: TypeAlias = dict[str, Any]

# Weakest first. A pack that extends several takes the strongest of theirs, unless it says something itself.
_ON_UNREAD: Final = (OnUnread.ALLOW, OnUnread.AUDIT, OnUnread.BLOCK)
_FAILURE: Final = (Failure.OPEN, Failure.CLOSED)
_ON_FINDING: Final = (FineTuningAction.AUDIT, FineTuningAction.REDACT, FineTuningAction.BLOCK)


@dataclass(frozen=True, slots=True)
class FlatRule:
    """One rule of a flat pack, and where it was written."""

    rule: Rule
    mode: Mode
    """Effective: the rule's own, else the pack's."""
    place: Path
    """Of the rule in its pack's document, or of the `extends` entry that brought it."""
    builtin: Builtin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """The flat source, and the way back from its paths to the files."""

    source: Json
    packs: tuple[Loaded[Pack], ...]
    """In the order of `source["packs"]`."""
    upstreams: tuple[Loaded[ClusterUpstream], ...]
    """In the order of `source["upstreams"]`."""
    rules: tuple[tuple[FlatRule, ...], ...]
    """Per pack, in the order of its flat rules."""
    bases: tuple[tuple[Builtin, ...], ...]
    """Per pack, the built-in packs that `extends` stands for."""

    @property
    def resolved(self) -> tuple[tuple[str, ...], ...]:
        """Per pack, the versions that `extends` stands for, such as `dpdp@1.0`."""
        return tuple(tuple(base.pin for base in bases) for bases in self.bases)

    def json(self) -> str:
        """The same packs give the same text."""
        return json.dumps(self.source, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def problem(self, code: str, path: str, message: str) -> Problem:
        """A compiler's problem at a flat `path`, told at the file, line and field that caused it."""
        document, place, prefix = self._place(parse(path))
        if document is None:
            return Problem(code=code, message=message, path=path)
        return document.problem(code, f"{prefix}{message}", place)

    def _place(self, path: Path) -> tuple[Document | None, Path, str]:
        match path:
            case ("packs", int(number), "rules", int(position), *rest) if self._has_rule(number, position):
                flat = self.rules[number][position]
                prefix, below = "", tuple(rest)
                if flat.builtin is not None:
                    prefix, below = f"in {flat.builtin.pin}, rule {flat.rule.id}: ", ()
                return self.packs[number].source, (*flat.place, *below), prefix
            case ("packs", int(number), *rest) if number < len(self.packs):
                return self.packs[number].source, _written(rest), ""
            case ("upstreams", int(number), *rest) if number < len(self.upstreams):
                return self.upstreams[number].source, _written(rest), ""
        return None, (), ""

    def _has_rule(self, number: int, position: int) -> bool:
        return number < len(self.rules) and position < len(self.rules[number])


def _written(rest: Sequence[str | int]) -> Path:
    """Where a field of a flat object stands in its document."""
    match rest:
        case ["name" | "namespace" as field, *_]:
            return ("metadata", field)
        case ["resolved", *_]:
            return ("spec", "extends")
        case []:
            return ()
    return ("spec", *rest)


def flatten(packs: Iterable[Loaded[Pack]], upstreams: Iterable[Loaded[ClusterUpstream]] = ()) -> Flat:
    """Unfolds `extends`, replaces rules by id within each pack, and makes modes and defaults explicit.

    Raises PolicyError, with every fault, when a pack extends one that is not built in.
    """
    sorted_packs = tuple(sorted(packs, key=lambda loaded: _pack_key(loaded.model)))
    sorted_upstreams = tuple(sorted(upstreams, key=lambda loaded: loaded.model.metadata.name))
    problems: list[Problem] = []
    flat_packs: list[Json] = []
    rules: list[tuple[FlatRule, ...]] = []
    all_bases: list[tuple[Builtin, ...]] = []
    for loaded in sorted_packs:
        bases = _bases(loaded, problems)
        flat_rules = _rules(loaded.model.spec, bases)
        rules.append(flat_rules)
        all_bases.append(tuple(base for _, base in bases))
        flat_packs.append(_flat_pack(loaded.model, flat_rules, all_bases[-1]))
    if problems:
        raise PolicyError("a pack extends one that is not built in", problems=problems)
    return Flat(
        source={"packs": flat_packs, "upstreams": [_flat_upstream(u.model) for u in sorted_upstreams]},
        packs=sorted_packs,
        upstreams=sorted_upstreams,
        rules=tuple(rules),
        bases=tuple(all_bases),
    )


def _pack_key(pack: Pack) -> tuple[str, str, str]:
    return (pack.kind, namespace_of(pack), pack.metadata.name)


def namespace_of(pack: Pack) -> str:
    """Empty for a ClusterPolicyPack, and for a pack that belongs to whoever loads its file."""
    return "" if isinstance(pack, ClusterPolicyPack) else pack.metadata.namespace or ""


def _bases(loaded: Loaded[Pack], problems: list[Problem]) -> list[tuple[int, Builtin]]:
    """Position in `extends` and pack of each base; what is not built in becomes a problem."""
    found = []
    for position, reference in enumerate(loaded.model.spec.extends):
        if (base := find_builtin(reference)) is not None:
            found.append((position, base))
            continue
        pins = [pack.pin for versions in builtin_packs().values() for pack in versions]
        hint = nearest(reference, [*builtin_packs(), *pins])
        message = f"'{reference}' is not a built-in pack; there are {', '.join(pins)}{hint}"
        problems.append(loaded.source.problem("policy_unknown_pack", message, ("spec", "extends", position)))
    return found


def _rules(spec: PolicySpec, bases: Sequence[tuple[int, Builtin]]) -> tuple[FlatRule, ...]:
    """Rules of the bases that are not replaced by id, then the pack's own."""
    own = {rule.id for rule in spec.rules}
    inherited = [
        FlatRule(rule, rule.mode or spec.mode, ("spec", "extends", position), base)
        for position, base in bases
        for rule in base.pack.spec.rules
        if rule.id not in own
    ]
    written = [
        FlatRule(rule, rule.mode or spec.mode, ("spec", "rules", position)) for position, rule in enumerate(spec.rules)
    ]
    return (*inherited, *written)


def _flat_pack(pack: Pack, rules: Sequence[FlatRule], bases: Sequence[Builtin]) -> Json:
    spec = pack.spec
    flat: Json = {
        "kind": pack.kind,
        "name": pack.metadata.name,
        "mode": spec.mode.value,
        "resolved": [base.pin for base in bases],
        "workloadSelector": _dump(spec.workload_selector),
        "traffic": _dump(spec.traffic),
        "rules": [_flat_rule(rule) for rule in rules],
        "recognizers": [_dump(recognizer) for recognizer in spec.recognizers],
        "exemptions": [_dump(exemption) for exemption in spec.exemptions],
        **_settings(spec, [base.pack.spec for base in bases]),
    }
    if isinstance(pack, ClusterPolicyPack):
        flat["namespaceSelector"] = _dump(pack.spec.namespace_selector)
    else:
        flat["namespace"] = namespace_of(pack)
    return flat


def _flat_rule(flat: FlatRule) -> Json:
    rule = _dump(flat.rule)
    rule.pop("legal", None)  # for people and reports; decides nothing
    rule["mode"] = flat.mode.value
    if flat.rule.action is Action.MASK:
        rule.setdefault("mask", {"keepLast": 0})
    if flat.builtin is not None:
        rule["origin"] = flat.builtin.pin
    return rule


def _flat_upstream(upstream: ClusterUpstream) -> Json:
    flat = {"name": upstream.metadata.name, **_dump(upstream.spec)}
    flat.setdefault("pathPrefix", f"/{upstream.metadata.name}")
    return flat


def _settings(spec: PolicySpec, bases: Sequence[PolicySpec]) -> Json:
    """The pack's own settings, else the strongest of its bases', else the default.

    A pack that is silent has the same settings as one that writes the defaults: were silence weaker, a
    second pack could weaken the first.
    """
    chain = [spec, *bases]
    tuning = spec.fine_tuning or _joined_tuning(bases)
    styles = [base.block_style for base in bases if base.block_style is not None]
    style = spec.block_style or (BlockStyle.ERROR if BlockStyle.ERROR in styles else next(iter(styles), None))
    return {
        # silence is no wish for an error: it lets another pack's word count
        **({} if style is None else {"blockStyle": style.value}),
        "onUnscannable": _own_or_strongest([s.on_unscannable for s in chain], _ON_UNREAD, OnUnread.AUDIT),
        "onUnknownRoute": _own_or_strongest([s.on_unknown_route for s in chain], _ON_UNREAD, OnUnread.AUDIT),
        "failure": _own_or_strongest([s.failure for s in chain], _FAILURE, Failure.CLOSED),
        "fineTuning": _dump(tuning),
        # built-in packs leave these two to the pack that extends them (tests/unit/policy/test_builtin.py)
        "restore": _dump(spec.restore or Restore()),
        "ledger": _dump(spec.ledger or Ledger()),
    }


def _own_or_strongest(said: Sequence[Any], order: Sequence[Any], default: Any) -> str:
    own, *inherited = said
    if own is None:
        own = max((value for value in inherited if value is not None), key=order.index, default=default)
    return str(own.value)


def _joined_tuning(bases: Sequence[PolicySpec]) -> FineTuning:
    found = [base.fine_tuning for base in bases if base.fine_tuning is not None] or [FineTuning()]
    action = max((tuning.on_finding for tuning in found), key=_ON_FINDING.index)
    verdict = any(tuning.require_verdict for tuning in found)
    return FineTuning.model_validate({"onFinding": action, "requireVerdict": verdict})


def _dump(part: Any) -> Json:
    dumped: Json = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped
