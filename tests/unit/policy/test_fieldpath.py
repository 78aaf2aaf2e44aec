"""Field paths are written and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naka.policy.fieldpath import parse, render


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("spec", "rules", 2, "action"), "spec.rules[2].action"),
        (("metadata", "labels", "naka.dev/tenant"), 'metadata.labels["naka.dev/tenant"]'),
        (("packs", 0), "packs[0]"),
        ((0, "a"), "[0].a"),
    ],
)
def test_a_path_is_written_as_people_write_it(path, text):
    assert render(path) == text
    assert parse(text) == path


@given(st.lists(st.one_of(st.integers(0, 999_999_999), st.text(st.characters(codec="utf-8"))), max_size=8))
def test_parse_is_the_inverse_of_render(path):
    assert parse(render(path)) == tuple(path)


@given(st.text())
def test_parse_accepts_any_text(text):
    parse(text)
