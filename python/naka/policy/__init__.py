"""Packs: what is done about findings, where, and under which clause. YAML in, compiled bundle out.

>>> from naka.policy import compile_folder, load_folder
>>> bundle = compile_folder(load_folder("policies"))  # doctest: +SKIP
>>> bundle.revision  # doctest: +SKIP
'02666d0bf243716ff5ffe12bf51631a33085f3e24a1c30eba8860d3bfed13238'
"""

from __future__ import annotations

from naka.policy.compile import Bundle, compile_folder, compile_packs
from naka.policy.folder import Loaded, PolicyFolder, load_files, load_folder
from naka.policy.model import ClusterPolicyPack, ClusterUpstream, PolicyPack
from naka.policy.values import Action, Mode

__all__ = [
    "Action",
    "Bundle",
    "ClusterPolicyPack",
    "ClusterUpstream",
    "Loaded",
    "Mode",
    "PolicyFolder",
    "PolicyPack",
    "compile_folder",
    "compile_packs",
    "load_files",
    "load_folder",
]
