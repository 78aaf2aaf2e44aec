"""Naka: a check-post for personal data in AI traffic."""

from __future__ import annotations

from naka._core import __version__
from naka.detect import Detector, Finding

__all__ = ["Detector", "Finding", "__version__"]
