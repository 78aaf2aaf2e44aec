"""Python to Python: one 1 KiB chat message through Naka and through Presidio's pattern recognisers, in one process.

Presidio runs without an NLP model (its no-op engine) and with its Indian pattern recognisers, which is its fastest
configuration. Prints one JSON object: p50 and p99 in microseconds and the ratio of the p50s.
Run by `make bench`; by hand: `PYTHONPATH=python .venv-bench/bin/python tests/bench/presidio_peer.py`.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections.abc import Callable

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    InAadhaarRecognizer,
    InGstinRecognizer,
    InPanRecognizer,
    InPassportRecognizer,
    InVehicleRegistrationRecognizer,
    InVoterRecognizer,
    PhoneRecognizer,
)

from naka.detect import Detector
from naka.testing import make

WORDS = (
    "the customer wants to update address details and asks whether the loan account can be moved to another "
    "branch before month end please check status and call back once the request is done thanks"
).split()


def chat(rng: random.Random, size: int = 1024) -> str:
    """A chat message of about `size` characters with three identifiers in it."""
    entities = ["IN_AADHAAR", "PHONE_NUMBER", "IN_PAN"]
    words: list[str] = []
    while sum(len(word) + 1 for word in words) < size:
        words.append(rng.choice(WORDS))
        if entities and rng.random() < 0.02:
            words.append(make(entities.pop(), rng))
    return " ".join(words)[:size]


def quantiles_us(call: Callable[[str], object], texts: list[str], rounds: int) -> tuple[float, float]:
    """p50 and p99 of one call in microseconds, each text `rounds` times after one warm-up pass."""
    for text in texts:
        call(text)
    took: list[int] = []
    for _ in range(rounds):
        for text in texts:
            start = time.perf_counter_ns()
            call(text)
            took.append(time.perf_counter_ns() - start)
    took.sort()
    return took[len(took) // 2] / 1e3, took[int(len(took) * 0.99)] / 1e3


def presidio() -> Callable[[str], object]:
    """Presidio with the recognisers that need no model, for the entities it has of India."""
    registry = RecognizerRegistry(
        recognizers=[
            CreditCardRecognizer(),
            EmailRecognizer(),
            InAadhaarRecognizer(),
            InGstinRecognizer(),
            InPanRecognizer(),
            InPassportRecognizer(),
            InVehicleRegistrationRecognizer(),
            InVoterRecognizer(),
            PhoneRecognizer(supported_regions=("IN",)),
        ],
        supported_languages=["en"],
    )
    nlp = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "noop"}])
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])
    return lambda text: engine.analyze(text, language="en")


def main() -> None:
    logging.disable(logging.WARNING)
    rng = random.Random(7)
    texts = [chat(rng) for _ in range(40)]
    naka_p50, naka_p99 = quantiles_us(Detector().scan, texts, rounds=100)
    peer_p50, peer_p99 = quantiles_us(presidio(), texts, rounds=5)
    json.dump(
        {
            "bench": "python_1kib_chat",
            "naka_us": {"p50": round(naka_p50, 2), "p99": round(naka_p99, 2)},
            "presidio_us": {"p50": round(peer_p50, 1), "p99": round(peer_p99, 1)},
            "ratio_p50": round(peer_p50 / naka_p50, 1),
        },
        sys.stdout,
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
