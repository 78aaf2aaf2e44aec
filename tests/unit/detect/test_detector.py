"""`Detector` in Python: offsets in three units, evidence, errors, threads, and no value in any text about a finding."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naka import Detector
from naka.testing import ENTITIES, make

DETECTOR = Detector()
AADHAAR = "5109 8027 4087"
NUMBERS = [AADHAAR, "५१०९ ८०२७ ४०८७", "５１０９-８０２７-４０８७", "5109\u200b8027\u200b4087"]


def check_offsets(text: str) -> int:
    """Every finding's offsets name the same piece of `text` in code points, bytes and UTF-16 units."""
    data, units = text.encode(), text.encode("utf-16-le")
    found = DETECTOR.scan(text)
    for finding in found:
        piece = text[finding.start : finding.end]
        assert piece
        assert data[finding.byte_start : finding.byte_end].decode() == piece
        start, end = finding.utf16()
        assert units[2 * start : 2 * end].decode("utf-16-le") == piece
    return len(found)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "mera aadhaar ",
        "मेरा आधार ",
        "😀😀 aadhaar ",
        "👨‍👩‍👧 é aadhaar ",
        "\u200b\u200c\u200daadhaar ",
        "ａａｄｈａａｒ: ",
        "𝟙𝟚 𝒶 aadhaar ",
        "\ufeffaadhaar ",
    ],
)
@pytest.mark.parametrize("number", NUMBERS)
def test_offsets_are_code_points_with_bytes_and_utf16_beside_them(before: str, number: str) -> None:
    text = f"{before}{number} 😀"
    (finding,) = [one for one in DETECTOR.scan(text) if one.entity == "IN_AADHAAR"]
    assert text[finding.start : finding.end] == number
    assert check_offsets(text) >= 1


PIECES = st.sampled_from(
    [
        *(make(entity, Random(seed)) for entity in ENTITIES for seed in range(3)),
        "आधार",
        "pan",
        "😀",
        "\u200b",
        "call",
        "é",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12))
def test_offsets_hold_in_any_text(pieces: list[str]) -> None:
    check_offsets(" ".join(pieces).encode("utf-8", "ignore").decode())


def test_bytes_are_scanned_with_byte_offsets() -> None:
    data = f"आधार {AADHAAR}".encode()
    (finding,) = DETECTOR.scan(data)
    assert (finding.start, finding.end) == (finding.byte_start, finding.byte_end) == (13, 27)
    (broken,) = DETECTOR.scan(b"\xff\xfe\x80 aadhaar " + AADHAAR.encode() + b"\xe0")
    assert broken.entity == "IN_AADHAAR"


def test_a_finding_says_what_spoke_for_and_against_it() -> None:
    (sure,) = DETECTOR.scan(f"mera aadhaar {AADHAAR} hai")
    assert (sure.entity, sure.tier, sure.likelihood) == ("IN_AADHAAR", "certain", "VERY_LIKELY")
    assert sure.evidence == ["format", "checksum", "context(+aadhaar)"]
    assert sure.rule.startswith("in_aadhaar.")
    assert 0.9 <= sure.confidence <= 1
    (bare,) = DETECTOR.scan(AADHAAR)
    assert (bare.tier, bare.likelihood, bare.evidence) == ("likely", "LIKELY", ["format", "checksum"])
    assert 0.6 <= bare.confidence < 0.9
    (weak,) = DETECTOR.scan("9812345670")
    assert (weak.tier, weak.likelihood) == ("possible", "POSSIBLE")


def test_the_label_of_a_value_counts_as_context() -> None:
    (finding,) = DETECTOR.scan("9812345670", label="mobile")
    assert (finding.entity, finding.tier) == ("PHONE_NUMBER", "certain")
    assert "context(+mobile)" in finding.evidence


def test_a_number_inside_another_is_kept_and_marked() -> None:
    found = {finding.entity: finding for finding in DETECTOR.scan("gstin 27QWEPK4821M1ZU")}
    assert found["IN_PAN"].nested
    assert "nested" in found["IN_PAN"].flags
    assert not found["IN_GSTIN"].nested


def test_findings_are_sorted_by_start_and_compare() -> None:
    text = f"pan QWEPK4821M, aadhaar {AADHAAR}, gstin 27QWEPK4821M1ZU"
    found = DETECTOR.scan(text)
    starts = [finding.start for finding in found]
    assert starts == sorted(starts)
    again = Detector().scan(text)
    assert found == again
    assert set(found) == set(again)
    assert found[0] != found[1]
    assert found[0] != "IN_PAN"


@pytest.mark.parametrize("text", [None, 5, bytearray(b"x"), memoryview(b"x"), ["x"]])
def test_only_str_and_bytes_are_texts(text: object) -> None:
    with pytest.raises(TypeError, match="text must be str or bytes"):
        DETECTOR.scan(text)  # type: ignore[arg-type]


def test_half_a_surrogate_pair_is_refused_without_showing_the_text() -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        DETECTOR.scan(f"aadhaar {AADHAAR} \ud83d")
    assert AADHAAR not in str(caught.value)


def test_a_wrong_label_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        DETECTOR.scan("x", label=3)  # type: ignore[arg-type]


def test_no_text_about_a_finding_holds_its_value() -> None:
    (finding,) = DETECTOR.scan(f"aadhaar {AADHAAR}")
    assert repr(finding) == str(finding) == "Finding(IN_AADHAAR, 8:22, 0.99)"
    with pytest.raises(TypeError):
        pickle.dumps(finding)
    with pytest.raises(AttributeError):
        finding.entity = "X"  # type: ignore[misc]


def test_a_finding_outlives_its_detector_and_text() -> None:
    def scan() -> object:
        return Detector().scan("".join(["aadhaar ", AADHAAR]))[0]

    assert scan().entity == "IN_AADHAAR"  # type: ignore[attr-defined]


def test_threads_share_a_detector() -> None:
    texts = [f"row {n}: aadhaar {make('IN_AADHAAR', Random(n))} " * (1 + n % 50) for n in range(200)]
    alone = [DETECTOR.scan(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(DETECTOR.scan, texts)) == alone


def test_a_long_scan_lets_other_threads_run() -> None:
    text = f"some words and a number 4417, aadhaar {AADHAAR}. " * 300_000
    begun, done = threading.Event(), threading.Event()

    def scan() -> None:
        begun.set()
        DETECTOR.scan(text)
        done.set()

    thread = threading.Thread(target=scan)
    thread.start()
    begun.wait(10)
    turns = 0
    while not done.wait(0.001):
        turns += 1
    thread.join()
    # a scan that kept the GIL would leave none, or the one in which it began
    assert turns > 10


def test_entities_are_described() -> None:
    rows = DETECTOR.entities()
    assert {row["class"] for row in rows} <= {"checksum", "registry", "structure", "label", "heuristic", "masked"}
    aadhaar = next(row for row in rows if row["id"] == "IN_AADHAAR")
    assert aadhaar["groups"] == ["identity"]
    assert all(row["description"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows) > 50
