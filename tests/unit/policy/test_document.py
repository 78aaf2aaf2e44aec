"""YAML reading: plain data, a line for every field, and no input that hurts."""

from __future__ import annotations

import time

import pytest

from naka.policy.document import MAX_FILE_BYTES, read_documents


def codes(content: bytes) -> list[str]:
    return [problem.code for problem in read_documents("f.yaml", content)[1]]


def test_every_field_and_entry_knows_its_line():
    [document], problems = read_documents("f.yaml", b"a: 1\nb:\n- x\n- c:\n    d: [y,\n      z]\n")
    assert not problems
    assert document.data == {"a": 1, "b": ["x", {"c": {"d": ["y", "z"]}}]}
    assert document.line_of(("b",)) == 2
    assert document.line_of(("b", 1, "c", "d")) == 5
    assert document.line_of(("b", 1, "c", "d", 1)) == 6


def test_a_path_that_does_not_exist_has_the_line_of_what_is_around_it():
    [document], _ = read_documents("f.yaml", b"a: 1\nb:\n  c: 2\n")
    assert document.line_of(("b", "missing", 4)) == 2


def test_several_documents_keep_their_lines_and_empty_ones_are_left_out():
    documents, problems = read_documents("f.yaml", b"# note\n---\n---\na: 1\n---\n# only a comment\n---\nb: 2\n")
    assert not problems
    assert [document.data for document in documents] == [{"a": 1}, {"b": 2}]
    assert [document.line_of(()) for document in documents] == [4, 8]


def test_an_empty_file_has_no_documents_and_no_problems():
    assert read_documents("f.yaml", b"") == ([], [])


def test_a_duplicate_key_is_refused_with_both_lines():
    [document], [problem] = read_documents("f.yaml", b"mode: Shadow\nother: 1\nmode: Enforce\n")
    assert (problem.code, problem.line, problem.path) == ("policy_duplicate_key", 3, "mode")
    assert "line 1" in problem.message
    assert document.data == {"mode": "Shadow", "other": 1}


def test_a_syntax_error_gives_the_line_and_keeps_the_documents_before_it():
    documents, [problem] = read_documents("f.yaml", b"a: 1\n---\nb: [1,\nc: 2\n")
    assert len(documents) == 1
    assert (problem.code, problem.file) == ("policy_yaml_syntax", "f.yaml")
    assert problem.line >= 3


@pytest.mark.parametrize(
    "content",
    [
        b"a: !!python/object/apply:os.system [id]",
        b"a: !!python/name:os.system",
        b"a: !!binary aGk=",
        b"a: !IN",
        b"!!set {a, b}",
    ],
)
def test_a_yaml_tag_is_refused_and_nothing_is_built_from_it(content):
    assert codes(content)[0] == "policy_yaml_tag"


def test_a_bare_exclamation_mark_in_a_list_is_explained():
    _, [problem] = read_documents("f.yaml", b"a: 1\nregions: [!IN]\n")
    assert problem.line in (2, 3)
    assert "needs quotes" in problem.message


@pytest.mark.parametrize("number", [b"010", b"0x1F", b"1_000", b"12:30", b".inf", b".nan", b"0b1", b"9" * 5_000])
def test_a_number_that_readers_disagree_about_is_refused(number):
    assert codes(b"a: " + number) == ["policy_yaml_number"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"0.6", 0.6),
        (b"4", 4),
        (b"-1", -1),
        (b"true", True),
        (b"NO", False),
        (b"~", None),
        (b"2027-05-13", "2027-05-13"),
        (b"'4'", "4"),
        (b"=", "="),
        (b"! yes", "yes"),
    ],
)
def test_plain_values_are_read_as_kubernetes_reads_them_and_dates_stay_text(text, value):
    [document], problems = read_documents("f.yaml", b"a: " + text)
    assert not problems
    assert document.data == {"a": value}


def test_an_alias_is_followed():
    [document], problems = read_documents("f.yaml", b"a: &x {b: 1}\nc: *x\n")
    assert not problems
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize("content", [b"a: *nowhere", b"a: &x [*x]", b"a: &x 1\n---\nb: *x"])
def test_an_alias_without_a_complete_anchor_in_its_document_is_refused(content):
    assert codes(content) == ["policy_yaml_syntax"]


def test_an_alias_bomb_is_refused_fast():
    bomb = b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 15))
    started = time.process_time()
    assert codes(bomb) == ["policy_file_too_large"]
    assert time.process_time() - started < 5


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack():
    assert codes(b"[" * 100_000) == ["policy_too_deep"]
    assert codes(b"{a: " * 50_000) == ["policy_too_deep"]


def test_aliases_cannot_nest_deeper_than_the_limit():
    content = b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 60))
    assert codes(content) == ["policy_too_deep"]


def test_a_merge_key_is_refused():
    assert codes(b"a: &x {b: 1}\nc:\n  <<: *x\n") == ["policy_yaml_merge"]


def test_a_field_name_that_is_no_text_is_refused():
    assert codes(b"? [a]\n: 1\n") == ["policy_yaml_key"]


def test_a_file_over_the_limit_is_refused_without_reading_it():
    assert codes(b"#" * (MAX_FILE_BYTES + 1)) == ["policy_file_too_large"]


def test_a_file_with_too_many_documents_is_refused():
    assert codes(b"--- a\n" * 201) == ["policy_file_too_large"]


def test_bytes_that_are_no_utf8_give_the_line():
    _, [problem] = read_documents("f.yaml", b"a: 1\nb: \xff\n")
    assert (problem.code, problem.line) == ("policy_file_encoding", 2)


def test_a_control_character_is_a_syntax_error_with_its_line():
    _, [problem] = read_documents("f.yaml", b"a: 1\nb: \x07\n")
    assert (problem.code, problem.line) == ("policy_yaml_syntax", 2)


def test_a_byte_order_mark_is_ignored():
    [document], problems = read_documents("f.yaml", b"\xef\xbb\xbfa: 1")
    assert not problems
    assert document.data == {"a": 1}
