"""Naka: a check-post for personal data in AI traffic."""

from __future__ import annotations

from naka._core import __version__

__all__ = ["__version__"]
