"""The scorer counts what it says it counts, shown with a small fake detector."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "eval"))

import classes
import evaluate
import report
import scoring


@dataclass(frozen=True)
class Hit:
    entity: str
    start: int
    end: int
    confidence: float = 0.99
    tier: str = "certain"
    nested: bool = False


def document(*labels: tuple, text: str = "x" * 100, language: str = "en", layout: str = "chat"):
    return scoring.Document("d", text, language, layout, None, tuple(scoring.Label(*label) for label in labels))


def scored(doc, *hits: Hit, told: dict[str, str] | None = None, same=lambda entity: entity):
    return scoring.score([doc], lambda text, label: list(hits), told, same)


def figures(count):
    return count.found, count.missed, count.false, count.exact


def test_exact_and_overlapping_spans_are_found():
    score = scored(document(("IN_PAN", 0, 10), ("IN_PAN", 20, 30)), Hit("IN_PAN", 0, 10), Hit("IN_PAN", 18, 29))
    assert figures(score.by_entity["IN_PAN"]) == (2, 0, 0, 1)


def test_another_entity_on_the_same_span_is_a_miss_and_a_false_finding():
    score = scored(document(("IN_PRAN", 0, 12)), Hit("IN_AADHAAR", 0, 12))
    assert figures(score.by_entity["IN_PRAN"]) == (0, 1, 0, 0)
    assert figures(score.by_entity["IN_AADHAAR"]) == (0, 0, 1, 0)
    assert figures(score.headline) == (0, 1, 1, 0)


def test_touching_spans_do_not_overlap():
    score = scored(document(("IN_PAN", 0, 10)), Hit("IN_PAN", 10, 20))
    assert figures(score.by_entity["IN_PAN"]) == (0, 1, 1, 0)


def test_one_finding_answers_for_one_label_only():
    score = scored(document(("IN_PAN", 0, 10), ("IN_PAN", 12, 22)), Hit("IN_PAN", 0, 22))
    assert figures(score.by_entity["IN_PAN"]) == (1, 1, 0, 0)


def test_a_second_piece_of_a_found_label_is_not_false():
    score = scored(document(("IN_ADDRESS", 0, 50)), Hit("IN_ADDRESS", 0, 30), Hit("IN_ADDRESS", 32, 50))
    assert figures(score.by_entity["IN_ADDRESS"]) == (1, 0, 0, 0)


def test_possible_findings_count_neither_way():
    low = {"confidence": 0.59, "tier": "possible"}
    score = scored(document(("IN_UAN", 0, 12)), Hit("IN_UAN", 0, 12, **low), Hit("IN_UAN", 20, 32, **low))
    assert figures(score.by_entity["IN_UAN"]) == (0, 1, 0, 0)
    assert figures(score.by_tier["possible"]) == (1, 0, 1, 0)


def test_ambiguous_labels_count_neither_way():
    doc = document(("PHONE_NUMBER", 0, 10, True), ("PERSON", 20, 30, True))
    score = scored(doc, Hit("PHONE_NUMBER", 0, 10), Hit("IN_BANK_ACCOUNT", 2, 8))
    assert score.by_entity == {}
    assert math.isnan(score.headline.precision)


def test_nested_findings_inside_a_label_are_not_false():
    doc = document(("IN_GSTIN", 0, 15))
    inside = scored(doc, Hit("IN_GSTIN", 0, 15), Hit("IN_PAN", 2, 12, nested=True))
    assert "IN_PAN" not in inside.by_entity
    unflagged = scored(doc, Hit("IN_GSTIN", 0, 15), Hit("IN_PAN", 2, 12))
    assert figures(unflagged.by_entity["IN_PAN"]) == (0, 0, 1, 0)
    outside = scored(doc, Hit("IN_GSTIN", 0, 15), Hit("IN_PAN", 10, 20, nested=True))
    assert figures(outside.by_entity["IN_PAN"]) == (0, 0, 1, 0)


def test_masked_values_are_information():
    score = scored(document(), Hit("IN_AADHAAR_MASKED", 0, 14))
    assert score.by_entity == {}


def test_aliases_are_compared_under_one_id():
    score = scored(
        document(("IN_SAMAGRA", 0, 9)),
        Hit("IN_SAMAGRA_ID", 0, 9),
        same=lambda entity: {"IN_SAMAGRA": "IN_SAMAGRA_ID"}.get(entity, entity),
    )
    assert figures(score.by_entity["IN_SAMAGRA_ID"]) == (1, 0, 0, 1)


def test_headline_leaves_structure_and_heuristics_out_and_the_second_figure_only_heuristics():
    doc = document(("IN_AADHAAR", 0, 12), ("IN_PAN", 20, 30), ("PERSON", 40, 50))
    score = scored(doc)
    assert score.headline.missed == 1
    assert score.without_heuristics.missed == 2
    assert score.by_class["heuristic"].missed == 1
    assert score.by_language["en"].missed == score.by_layout["chat"].missed == 2


def test_the_detectors_own_class_is_used_and_the_difference_shown():
    told = {"IN_PAN": "checksum", "IN_AADHAAR": "checksum", "IN_NEW": "heuristic"}
    assert scored(document(("IN_PAN", 0, 10)), told=told).headline.missed == 1
    assert classes.disagreements(told) == {
        "IN_NEW": ("labelled", "heuristic"),
        "IN_PAN": ("structure", "checksummed"),
    }


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],  # the last from Newcombe, 1998
)
def test_wilson_bounds(part, whole, low, high):
    assert scoring.wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_is_not_a_number():
    assert all(math.isnan(bound) for bound in scoring.wilson(0, 0))


def run_of(score, name: str = "tuning", sha256: str = "0" * 64):
    return report.Run(name, sha256, evaluate.FLOORS[name], score)


def test_examples_of_the_unseen_corpus_are_refused_under_any_name():
    score = scored(document(("IN_PAN", 0, 10)))
    frozen = (evaluate.CORPUS / "unseen.sha256").read_text().split()[0]
    with pytest.raises(evaluate.RefusedError):
        evaluate.examples(run_of(score, "unseen"), 5)
    with pytest.raises(evaluate.RefusedError):
        evaluate.examples(run_of(score, "tuning", frozen), 5)
    assert len(evaluate.examples(run_of(score), 5)) == 1


def test_a_figure_below_its_floor_or_without_labels_fails_the_check():
    said: list[str] = []
    good = scored(document(("IN_AADHAAR", 0, 12)), Hit("IN_AADHAAR", 0, 12))
    assert not evaluate.below([run_of(good)], said.append)
    assert said == []
    assert evaluate.below([run_of(scored(document(("IN_AADHAAR", 0, 12))))], said.append)
    assert evaluate.below([run_of(scored(document()))], said.append)
    only_structure = scored(document(("IN_AADHAAR", 0, 12), ("IN_PAN", 20, 30)), Hit("IN_AADHAAR", 0, 12))
    said.clear()
    assert evaluate.below([run_of(only_structure)], said.append)
    assert len(said) == 1
    assert "all but heuristic: recall" in said[0]


def test_reports_hold_figures_and_no_text():
    secret = "QWEPK4821M"
    doc = document(("IN_PAN", 0, 10), text=secret + " is the pan")
    runs = [run_of(scored(doc, Hit("IN_PAN", 0, 10), Hit("IN_AADHAAR", 4, 9)))]
    page = report.to_markdown(runs, {}, "make eval", "2026-01-01")
    data = json.dumps(report.to_json(runs, {}))
    assert "IN_PAN (structure) | 1 | 1 | 0 | 0 | 1.000" in page
    assert secret not in page + data
    assert json.loads(data)["tuning"]["by_entity"]["IN_AADHAAR"]["false"] == 1
    assert "NaN" not in data


def test_corpus_lines_are_read_with_their_label_and_ambiguity(tmp_path):
    path = tmp_path / "tuning.jsonl"
    row = {
        "id": "a",
        "text": "9812345670",
        "language": "en",
        "layout": "field",
        "label": "mobile",
        "entities": [{"entity": "PHONE_NUMBER", "start": 0, "end": 10, "ambiguous": True}],
    }
    path.write_text(json.dumps(row) + "\n")
    (read,) = scoring.read(path)
    assert read.label == "mobile"
    assert read.labels == (scoring.Label("PHONE_NUMBER", 0, 10, True),)
    given = []
    evaluate.measure("tuning", path, lambda text, label: given.append((text, label)) or [], {}, {})
    assert given == [("9812345670", "mobile")]


def test_what_the_detector_tells_of_its_entities():
    rows = [
        {"id": "IN_PAN", "aliases": ["INDIA_PAN_INDIVIDUAL"], "class": "structure"},
        {"id": "IN_UAN", "aliases": ["IN_PAN"]},
    ]
    assert evaluate.told(rows) == ({"IN_PAN": "structure"}, {"INDIA_PAN_INDIVIDUAL": "IN_PAN"})


def test_asking_for_examples_without_the_tuning_corpus_is_refused_aloud(capsys):
    assert evaluate.main(["--only", "unseen", "--errors", "3"]) == 2
    shown = capsys.readouterr()
    assert "no examples: they are shown for the tuning corpus only" in shown.err
    texts = [document.text for document in scoring.read(evaluate.CORPUS / "unseen.jsonl")]
    assert not any(text in shown.out for text in texts if len(text) > 40)
