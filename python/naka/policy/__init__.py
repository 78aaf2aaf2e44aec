"""Packs: what is done about findings, where, and under which clause. YAML in, compiled bundle out."""

from __future__ import annotations

from naka.policy.folder import Loaded, PolicyFolder, load_files, load_folder
from naka.policy.model import ClusterPolicyPack, ClusterUpstream, PolicyPack
from naka.policy.values import Action, Mode

__all__ = [
    "Action",
    "ClusterPolicyPack",
    "ClusterUpstream",
    "Loaded",
    "Mode",
    "PolicyFolder",
    "PolicyPack",
    "load_files",
    "load_folder",
]
