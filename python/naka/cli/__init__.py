"""The `naka` command: one module per verb, registered in `main`."""

from __future__ import annotations

from naka.cli.main import main

__all__ = ["main"]
