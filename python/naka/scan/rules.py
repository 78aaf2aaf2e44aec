"""The rules that files are scanned with: packs as if they were enforced here, or all entities when none is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from naka import _core
from naka._core import FileRules
from naka.errors import ConfigError
from naka.policy import load_files, load_folder
from naka.policy.builtin import builtin_packs, find_builtin
from naka.policy.flatten import flatten

__all__ = ["file_rules"]

_NAMESPACE = "scan"


def file_rules(packs: Sequence[str], *, threshold: str) -> FileRules:
    """Compile `packs` (built-in names, policy folders or files) for scanning files.

    A scan asks what the packs would do, so shadow rules count as enforced, and selectors and dates do not apply.
    Without packs every entity is redacted from `threshold` (a tier's name) on.
    Raises PolicyError for a wrong pack, ConfigError for an unknown name.
    """
    flat: list[dict[str, Any]] = []
    for name in packs:
        loaded = _loaded(name)
        flat += json.loads(flatten(loaded.packs, loaded.upstreams).json())["packs"]
    source = {"packs": [_as_enforced(pack, number) for number, pack in enumerate(flat)] or [_everything(threshold)]}
    bundle, _, _ = _core.compile_bundle(json.dumps(source))
    return FileRules(bundle, _NAMESPACE)


def _loaded(name: str) -> Any:
    if find_builtin(name):
        return load_files({f"{name}.yaml": _EXTENDING.format(name=name).encode()})
    if Path(name).exists():
        return load_folder(name)
    known = ", ".join(sorted(builtin_packs()))
    raise ConfigError(f"no pack, file or folder '{name}'; built-in packs are {known}", code="config_unknown_pack")


_EXTENDING = """\
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {{name: scan, namespace: scan}}
spec: {{extends: ["{name}"], mode: Enforce, rules: []}}
"""


def _as_enforced(pack: dict[str, Any], number: int) -> dict[str, Any]:
    kept = {key: value for key, value in pack.items() if key not in {"namespaceSelector", "workloadSelector"}}
    rules = [{**rule, "mode": "Enforce"} for rule in pack.get("rules", ())]
    for rule in rules:
        rule.pop("effectiveFrom", None)
    return {**kept, "kind": "PolicyPack", "name": f"pack-{number}", "namespace": _NAMESPACE, "rules": rules}


def _everything(threshold: str) -> dict[str, Any]:
    entities = [row["id"] for row in _core.Detector().entities() if row["class"] != "masked"]
    rule = {
        "id": "everything",
        "entities": entities,
        "minConfidence": _core.TIER_FLOORS[threshold],
        "action": "Redact",
        "mode": "Enforce",
    }
    return {"kind": "PolicyPack", "name": "everything", "namespace": _NAMESPACE, "rules": [rule]}
