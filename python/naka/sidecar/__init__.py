"""The sidecar: the Rust data plane beside one Envoy, and the process that keeps its policy up to date."""

from __future__ import annotations

from naka.sidecar.run import run
from naka.sidecar.settings import Settings

__all__ = ["Settings", "run"]
