"""Bad input through the real Envoy and the real sidecar: the answer that it must get, and what reached the provider."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import zlib
from collections.abc import Iterator

import pytest

from wire.gateway import Gateway, five
from wire.harness import Answer, Raw, call, chat, wait_until

JSON = [("content-type", "application/json")]
CHAT = "/v1/chat/completions"
AADHAAR = "5109 8027 4087"
AUDIT = five("Mask", spec="onUnscannable: Audit")
BLOCK = five("Mask", spec="onUnscannable: Block")
MIB = 1 << 20


@pytest.fixture
def masking(shared: Gateway) -> Gateway:
    """Mask; what cannot be read passes, and is recorded."""
    shared.use(AUDIT)
    return shared


@pytest.fixture
def strict(shared: Gateway) -> Gateway:
    """Mask; what cannot be read is refused."""
    shared.use(BLOCK)
    return shared


@pytest.fixture(autouse=True)
def still_serves(shared: Gateway) -> Iterator[None]:
    """Whatever a test did, the next call is judged, by the same sidecar."""
    pid = shared.pid("sidecar")
    yield
    shared.stub.clear()
    assert call(shared.port, chat(f"aadhaar {AADHAAR}")).status == 200
    assert "5109" not in shared.stub.text()
    assert shared.pid("sidecar") == pid


def refused(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status, answer
    assert answer.error()["code"] == code
    assert answer.header("x-should-retry") == "false"


MALFORMED = {
    "truncated": chat(f"aadhaar {AADHAAR}")[:-3],
    "a comma too many": b'{"messages": [{"role": "user", "content": "hi"},]}',
    "two documents": chat("one") + chat(f"aadhaar {AADHAAR}"),
    "no document": b"not json at all " + AADHAAR.encode(),
    "a NUL byte": b'{"messages": [{"role": "user", "content": "a\x00b 5109 8027 4087"}]}',
    "a NUL byte behind it": chat("hi") + b"\x00",
    "single quotes": b"{'messages': []}",
    "a lone surrogate half written": b'{"messages": [{"role": "user", "content": "\\ud8"}]}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_json_is_400_and_goes_nowhere(masking: Gateway, name: str) -> None:
    refused(call(masking.port, MALFORMED[name]), 400, "naka_malformed")
    assert masking.stub.received() == []


def test_invalid_utf8_hides_nothing(masking: Gateway) -> None:
    """It goes on as it came, as some providers take it, and the value beside it is masked."""
    body = b'{"messages": [{"role": "user", "content": "\xff\xfe aadhaar 5109 8027 4087"}]}'
    # judged and passed on: the stub, too, takes JSON in UTF-8 only
    assert call(masking.port, body).error()["message"] == "The body is not a JSON object."
    (record,) = masking.stub.received()
    assert record["body_encoding"] == "base64"
    assert base64.b64decode(record["body"]) == body.replace(b"5109 8027 4087", b"XXXX XXXX XXXX")


def test_a_duplicate_of_a_key_that_decides_is_400(masking: Gateway) -> None:
    body = b'{"model": "a", "model": "b", "messages": [{"role": "user", "content": "hi"}]}'
    refused(call(masking.port, body), 400, "naka_duplicate_key")
    assert masking.stub.received() == []


def test_every_duplicate_of_any_other_key_is_scanned(masking: Gateway) -> None:
    body = (
        b'{"messages": [{"role": "user", "content": "aadhaar 5109 8027 4087", "content": "PAN ABCPK1234L",'
        b' "note": "5109 8027 4087", "note": "aadhaar 5109 8027 4087"}]}'
    )
    assert call(masking.port, body).status == 200
    (record,) = masking.stub.received()
    assert record["body"].count("XXXX XXXX XXXX") == 3
    assert "5109" not in record["body"]
    assert "ABCPK1234L" not in record["body"]


def nested(depth: int) -> bytes:
    return b'{"messages": ' + b"[" * depth + b'"aadhaar 5109 8027 4087"' + b"]" * depth + b"}"


def test_deep_nesting_within_the_limit_is_masked(masking: Gateway) -> None:
    assert call(masking.port, nested(50)).status == 200
    (record,) = masking.stub.received()
    assert "5109" not in record["body"]


@pytest.mark.parametrize("depth", [1_000, 200_000])
def test_deeper_nesting_is_refused_where_the_policy_refuses_what_cannot_be_read(strict: Gateway, depth: int) -> None:
    refused(call(strict.port, nested(depth)), 403, "naka_unscannable")
    assert strict.stub.received() == []


def test_64_mib_is_refused_where_the_policy_refuses_what_cannot_be_read(strict: Gateway) -> None:
    body = chat("x" * (64 * MIB))
    with Raw(strict.port, timeout_s=60) as raw:
        with contextlib.suppress(OSError):  # refused while it was being sent
            raw.request("POST", CHAT, body, JSON)
        answer = raw.answer()
    refused(answer, 413, "naka_too_large")
    assert strict.stub.received() == []


def test_64_mib_passes_whole_and_is_recorded_where_the_policy_says_audit(masking: Gateway) -> None:
    body = chat("x" * (64 * MIB))
    with Raw(masking.port, timeout_s=100) as raw:
        raw.request("POST", CHAT, body, JSON)
        raw.answer()
    (record,) = masking.stub.received()
    assert record["body_bytes"] == len(body)
    wait_until(lambda: "too_large" in json.dumps(masking.events()), "the audit event")


def test_twelve_mib_with_a_value_at_its_end_is_masked(masking: Gateway) -> None:
    body = chat("word " * (12 * MIB // 5) + f"aadhaar {AADHAAR}")
    with Raw(masking.port, timeout_s=100) as raw:
        raw.request("POST", CHAT, body, JSON)
        raw.answer()
    (record,) = masking.stub.received()
    assert record["complete"]
    assert record["body"].endswith('aadhaar XXXX XXXX XXXX"}]}')


def test_a_gzip_body_is_read_and_masked(masking: Gateway) -> None:
    packed = gzip.compress(chat(f"aadhaar {AADHAAR}"))
    assert call(masking.port, packed, headers=[("content-encoding", "gzip")]).status == 200
    (record,) = masking.stub.received()
    raw = record["body"].encode() if record["body_encoding"] == "utf-8" else b""
    assert b"XXXX XXXX XXXX" in raw
    assert "content-encoding" not in record["headers"]


BOMB = gzip.compress(zlib.compress(b"") + b" " * (64 * MIB), compresslevel=9)


def test_a_gzip_bomb_is_refused_where_the_policy_refuses_what_cannot_be_read(strict: Gateway) -> None:
    assert len(BOMB) < 100_000
    refused(call(strict.port, BOMB, headers=[("content-encoding", "gzip")]), 403, "naka_unscannable")
    assert strict.stub.received() == []


@pytest.mark.parametrize("encoding", ["lzma", "gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip", "br"])
def test_an_encoding_that_does_not_fit_is_refused_there_too(strict: Gateway, encoding: str) -> None:
    answer = call(strict.port, b"\x07nonsense", headers=[("content-encoding", encoding)])
    refused(answer, 403, "naka_unscannable")
    assert strict.stub.received() == []


def test_a_body_shorter_than_its_content_length_goes_nowhere(masking: Gateway) -> None:
    with Raw(masking.port) as raw:
        body = chat(f"aadhaar {AADHAAR}")
        raw.request("POST", CHAT, body, [*JSON, ("content-length", str(len(body) + 10))], length=False)
        raw.socket.shutdown(1)  # that was all
        # Or the connection is closed without an answer: there is no complete request to answer.
        with contextlib.suppress(OSError):
            assert raw.answer().status in (400, 408)
    assert masking.stub.received() == []


def test_a_body_longer_than_its_content_length_is_cut_there(masking: Gateway) -> None:
    body = chat(f"aadhaar {AADHAAR}")
    with Raw(masking.port) as raw:
        raw.request(
            "POST", CHAT, body + b"EXTRA BYTES\r\n\r\n", [*JSON, ("content-length", str(len(body)))], length=False
        )
        assert raw.answer().status == 200
        refused(raw.answer(), 400, "naka_bad_request")
    (record,) = masking.stub.received()
    assert "5109" not in record["body"]
    assert "EXTRA" not in record["body"]


def test_a_body_in_chunks_of_one_byte_is_masked(masking: Gateway) -> None:
    body = chat(f"aadhaar {AADHAAR} and PAN ABCPK1234L")
    with Raw(masking.port) as raw:
        raw.request("POST", CHAT, headers=[*JSON, ("transfer-encoding", "chunked")])
        for byte in body:
            raw.send(b"1\r\n%c\r\n" % byte)
        raw.send(b"0\r\n\r\n")
        assert raw.answer().status == 200
    (record,) = masking.stub.received()
    assert json.loads(record["body"])["messages"][0]["content"].startswith("aadhaar XXXX XXXX XXXX and PAN ")
    assert "ABCPK1234L" not in record["body"]


def test_a_client_that_asks_before_it_sends_the_body_may_send_it(masking: Gateway) -> None:
    body = chat(f"aadhaar {AADHAAR}")
    with Raw(masking.port) as raw:
        raw.request("POST", CHAT, headers=[*JSON, ("content-length", str(len(body))), ("expect", "100-continue")])
        assert raw.answer(head=True).status == 100
        raw.send(body)
        assert raw.answer().status == 200
    (record,) = masking.stub.received()
    assert "aadhaar XXXX XXXX XXXX" in record["body"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_hangs_up_mid_body_sends_nothing_upstream(masking: Gateway, chunked: bool) -> None:
    body = chat(f"aadhaar {AADHAAR} " + "word " * 100_000)
    for _ in range(20):
        with Raw(masking.port) as raw:
            framing = ("transfer-encoding", "chunked") if chunked else ("content-length", str(len(body)))
            raw.request("POST", CHAT, headers=[*JSON, framing])
            half = body[: len(body) // 2]
            raw.send(b"%x\r\n%b\r\n" % (len(half), half) if chunked else half)
    wait_until(lambda: call(masking.port, chat("ping")).status == 200, "an answer")
    records = [record for record in masking.stub.received() if record["complete"]]
    assert len(records) == 1
    assert "5109" not in masking.stub.text()


def test_a_client_that_does_not_wait_for_the_answer_harms_nobody(masking: Gateway) -> None:
    for _ in range(20):
        with Raw(masking.port) as raw:
            raw.request("POST", CHAT, chat(f"aadhaar {AADHAAR}"), JSON)
    wait_until(lambda: call(masking.port, chat("ping")).status == 200, "an answer")
    assert "5109" not in masking.stub.text()


@pytest.mark.parametrize(
    "path", [f"/v1/x?aadhaar={AADHAAR.replace(' ', '')}", f"/v1/aadhaar%20{AADHAAR.replace(' ', '%20')}"]
)
def test_a_value_in_the_path_or_query_is_refused(masking: Gateway, path: str) -> None:
    """It cannot be masked without asking for something else."""
    answer = call(masking.port, chat("hi"), path)
    assert answer.status == 403
    assert "5109" not in answer.body.decode()
    assert masking.stub.received() == []


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"0", b'""', b'{"messages": null}', b'{"messages": [null]}']
)
def test_json_of_another_shape_passes(masking: Gateway, body: bytes) -> None:
    call(masking.port, body)
    (record,) = masking.stub.received()
    assert record["body"].encode() == body
