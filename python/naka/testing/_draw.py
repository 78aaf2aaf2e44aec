"""Small draws shared by the generators. `rng` is always an argument, so a seed gives the same text again.

Only `randrange`, `choice` and `random` are used: their streams have not changed between Python releases,
which the frozen corpus (`tests/corpus/unseen.jsonl`) rests on; `test_unseen_corpus_is_frozen` holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

__all__ = ["CONSONANTS", "LETTERS", "alnum", "date", "digits", "letters", "nonzero_digits", "pick", "words"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONSONANTS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters without I and O, as on number plates."""


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is kept as one readable string."""
    return tuple(text.split())


def pick(rng: Random, options: Sequence[str]) -> str:
    """One of `options`."""
    return options[rng.randrange(len(options))]


def digits(rng: Random, count: int, first: str = "0123456789") -> str:
    """`count` digits, the first one out of `first`."""
    if count <= 0:
        return ""
    return pick(rng, first) + "".join(pick(rng, "0123456789") for _ in range(count - 1))


def nonzero_digits(rng: Random, count: int) -> str:
    """`count` digits that are not all zero (serial numbers)."""
    while True:
        drawn = digits(rng, count)
        if drawn.strip("0"):
            return drawn


def letters(rng: Random, count: int, alphabet: str = LETTERS) -> str:
    """`count` capital letters."""
    return "".join(pick(rng, alphabet) for _ in range(count))


def alnum(rng: Random, count: int) -> str:
    """`count` capital letters and digits."""
    return letters(rng, count, LETTERS + "0123456789")


def date(rng: Random, first_year: int, last_year: int) -> tuple[int, int, int]:
    """Year, month, day; days stop at 28, so that every month has them."""
    return rng.randrange(first_year, last_year + 1), rng.randrange(1, 13), rng.randrange(1, 29)
