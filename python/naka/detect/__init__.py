"""Finds Indian personal data in text.

>>> from naka import Detector
>>> [(f.entity, f.start, f.end, f.tier) for f in Detector().scan("mera aadhaar 5109 8027 4087 hai")]
[('IN_AADHAAR', 13, 27, 'certain')]

A finding says what and where, never the value itself: printing or logging findings leaks nothing.
"""

from __future__ import annotations

from naka._core import Detector, Finding

__all__ = ["Detector", "Finding"]
