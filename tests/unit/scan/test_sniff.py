"""What the head of a file tells about it."""

from __future__ import annotations

import pytest

from naka.scan.sniff import delimiter_of, encoding_of, is_binary


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        (b"name,mobile\n1;2;3;4;5\n", ","),
        (b"name;mobile;city\n", ";"),
        (b"name|mobile|city", "|"),
        (b"name\tmobile, home\tcity\tpin", "\t"),
        (b'"a;b;c;d",mobile\n', ","),
        (b'"said ""a;b;c""";x;y,z', ";"),
        (b"\xef\xbb\xbf\r\n\r\nname;mobile\n", ";"),
        (b"name\n1,2,3\n", ","),
        (b"", ","),
        (b"\xff\xfe\xff;\xff", ";"),
    ],
)
def test_the_delimiter_parts_the_first_line_most_often(head: bytes, delimiter: str) -> None:
    assert delimiter_of(head) == delimiter


def test_a_byte_order_mark_names_the_encoding() -> None:
    assert encoding_of("x".encode("utf-16")) == "utf-16"
    assert encoding_of("x".encode("utf-32")) == "utf-32"
    assert encoding_of("\ufeffx".encode("utf-16-be")) == "utf-16"
    assert encoding_of(b"\xef\xbb\xbfx") is None
    assert encoding_of(b"\xff") is None


def test_a_nul_byte_tells_a_binary() -> None:
    assert is_binary(b"MZ\x90\0")
    assert not is_binary("आधार".encode() + bytes(range(1, 256)))
