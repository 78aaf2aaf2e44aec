"""Synthetic Indian identifiers for tests: valid check digits, nobody's data.

    >>> from random import Random
    >>> make("IN_AADHAAR", Random(7), form="grouped")  # doctest: +SKIP
    '4398 2211 0467'

`make` gives a value of an entity, `near_miss` one that fails the entity's check by one step, `hard_negative`
something that only looks like one. The same seed gives the same value on every Python release supported.
Numbers are random: with a valid check digit one may equal a number that was issued to somebody, and no test
should be read as data about that person.
"""

from __future__ import annotations

from naka.testing.catalog import ENTITIES, forms, make, make_written
from naka.testing.near_miss import NEAR_MISSES, near_miss
from naka.testing.negatives import HARD_NEGATIVES, hard_negative
from naka.testing.people import address, full_name
from naka.testing.writing import Written

__all__ = [
    "ENTITIES",
    "HARD_NEGATIVES",
    "NEAR_MISSES",
    "Written",
    "address",
    "forms",
    "full_name",
    "hard_negative",
    "make",
    "make_written",
    "near_miss",
]
