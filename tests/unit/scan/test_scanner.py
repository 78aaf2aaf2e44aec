"""One file of each kind and encoding: what is found, where, and what the cleaned copy says."""

from __future__ import annotations

import csv
import io
import json
from random import Random

import pytest

from naka.scan import Kind
from naka.testing import make


def entities(result) -> list[str]:
    return [found.entity for found in result.findings]


def places(result) -> list[tuple[str, int, int, str]]:
    return [(found.entity, found.line, found.column, found.where) for found in result.findings]


def test_text_is_found_by_line_and_character(scan) -> None:
    text = "hello\nमेरा आधार 5109 8027 4087 है\n😀 PAN QWEPK4821M\n"
    result, cleaned = scan(text.encode())
    assert places(result) == [("IN_AADHAAR", 2, 11, ""), ("IN_PAN", 3, 7, "")]
    first = result.findings[0]
    assert text.encode()[first.byte_start : first.byte_end] == b"5109 8027 4087"
    assert cleaned.decode() == "hello\nमेरा आधार [IN_AADHAAR] है\n😀 PAN [IN_PAN]\n"


def test_a_json_key_is_the_label_of_its_value_and_the_report_names_only_known_ones(scan) -> None:
    data = json.dumps({"user": {"mobile": 9812345670, "notes": ["ok", "pan QWEPK4821M"]}}, indent=1).encode()
    result, cleaned = scan(data, Kind.JSON)
    assert places(result) == [("PHONE_NUMBER", 3, 13, "user.*"), ("IN_PAN", 6, 9, "user.*[1]")]
    clean = json.loads(cleaned)
    assert clean == {"user": {"mobile": "[PHONE_NUMBER]", "notes": ["ok", "pan [IN_PAN]"]}}


def test_a_json_text_in_escapes_is_found(scan) -> None:
    result, cleaned = scan(rb'{"text": "aadhaar \u0035109 8027 4087 \u0939\u0948"}', Kind.JSON)
    assert entities(result) == ["IN_AADHAAR"]
    assert json.loads(cleaned) == {"text": "aadhaar [IN_AADHAAR] है"}


def test_json_lines_stay_as_many_and_as_valid_as_they_were(scan) -> None:
    lines = [
        '{"text": "pan QWEPK4821M", "n": 1.50}',
        "",
        '{"broken": "aadhaar 5109 8027 4087"',
        '{"text": "all \\u0041ood"}',
        '["call 9812345670"]',
    ]
    result, cleaned = scan("\n".join(lines).encode(), Kind.JSONL)
    after = cleaned.decode().split("\n")
    assert len(after) == len(lines)
    assert after[0] == '{"text": "pan [IN_PAN]", "n": 1.50}'
    assert after[3] == lines[3]
    assert [json.loads(after[row]) for row in (0, 3, 4)]
    assert "5109" not in after[2]
    assert result.unscannable == ["line 3: invalid_json"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_header_is_the_label_of_its_column_whatever_the_delimiter(scan, delimiter: str) -> None:
    rows = [["name", "mobile", "note"], ["Asha", "9812345670", 'said "call\n9812345671"'], ["Ravi", "17", ""]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    result, cleaned = scan(text.getvalue().encode(), Kind.CSV)
    assert [(one.entity, one.where) for one in result.findings if one.entity == "PHONE_NUMBER"] == [
        ("PHONE_NUMBER", "mobile"),
        ("PHONE_NUMBER", "note"),
    ]
    after = list(csv.reader(io.StringIO(cleaned.decode(), newline=""), delimiter=delimiter))
    assert [len(row) for row in after] == [len(row) for row in rows]
    assert after[1][1:] == ["[PHONE_NUMBER]", 'said "call\n[PHONE_NUMBER]"']
    assert after[2] == ["[PERSON]", "17", ""]


def test_a_csv_without_a_header_is_scanned_from_its_first_row(scan) -> None:
    result, cleaned = scan(b"Asha,QWEPK4821M\nRavi,QWEPK4822N\n", Kind.CSV)
    assert ("IN_PAN", 1, 6, "column 2") in places(result)
    assert cleaned.startswith(b"Asha,[IN_PAN]\n")


def test_a_byte_order_mark_stays_and_hides_nothing(scan) -> None:
    result, cleaned = scan(b'\xef\xbb\xbf"mobile";x\n9812345670;1\n', Kind.CSV)
    assert places(result) == [("PHONE_NUMBER", 2, 1, "mobile")]
    assert cleaned == b'\xef\xbb\xbf"mobile";x\n[PHONE_NUMBER];1\n'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_text_with_a_byte_order_mark_is_read_in_its_encoding(scan, encoding: str) -> None:
    text = "आधार ५१०९ ८०२७ ४०८७\nPAN QWEPK4821M\n" * 500  # longer than what is sniffed
    result, cleaned = scan(text.encode(encoding), block=3000)
    assert entities(result) == ["IN_AADHAAR", "IN_PAN"] * 500
    assert result.findings[-1].line == 1000
    assert cleaned.decode("utf-8-sig") == "आधार [IN_AADHAAR]\nPAN [IN_PAN]\n" * 500
    assert bool(result.notes) == (encoding != "utf-8-sig")


def test_csv_in_utf16_finds_its_delimiter_and_header(scan) -> None:
    result, _ = scan("mobile;x\n9812345670;1\n".encode("utf-16"), Kind.CSV)
    assert [(one.entity, one.where) for one in result.findings] == [("PHONE_NUMBER", "mobile")]


def test_bytes_of_no_encoding_are_scanned_as_they_are_and_kept(scan) -> None:
    data = b"caf\xe9 \xff\xfe pan QWEPK4821M \x80\n" + "नाम ".encode()[:-2]
    result, cleaned = scan(data)
    assert places(result) == [("IN_PAN", 1, 13, "")]
    assert cleaned == data.replace(b"QWEPK4821M", b"[IN_PAN]")


def test_a_file_with_nul_bytes_is_binary_and_not_copied(scan) -> None:
    result, cleaned = scan(b"PK\x03\x04\0\0 pan QWEPK4821M")
    assert result.is_binary
    assert (list(result.findings), cleaned) == ([], b"")


def test_a_nul_byte_far_into_a_text_does_not_end_the_scan(scan) -> None:
    data = b"x " * 4000 + b"\0 pan QWEPK4821M"
    result, cleaned = scan(data)
    assert entities(result) == ["IN_PAN"]
    assert cleaned == data.replace(b"QWEPK4821M", b"[IN_PAN]")


def test_an_empty_file_has_nothing(scan) -> None:
    for kind in Kind:
        result, cleaned = scan(b"", kind)
        assert (list(result.findings), result.size, cleaned) == ([], 0, b"")
        assert len(result.unscannable) <= 1


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.CSV, Kind.JSONL])
def test_what_lies_on_the_border_of_two_blocks_is_found_once(scan, kind: Kind) -> None:
    numbers = [make("IN_AADHAAR", Random(seed)) for seed in range(300)]
    line = {
        Kind.TEXT: "aadhaar {}\n",
        Kind.CSV: "x,aadhaar {}\n",
        Kind.JSONL: '{{"aadhaar": "{}"}}\n',
    }[kind]
    data = "".join(line.format(number) for number in numbers).encode()
    whole = scan(data, kind)
    assert entities(whole[0]) == ["IN_AADHAAR"] * 300
    for block in (2500, 4099, 5000):
        assert scan(data, kind, block=block) == whole


def test_no_finding_shows_its_value(scan) -> None:
    pan = make("IN_PAN", Random(7))
    result, _ = scan(f"pan {pan}".encode())
    assert entities(result) == ["IN_PAN"]
    assert pan not in repr(result)
