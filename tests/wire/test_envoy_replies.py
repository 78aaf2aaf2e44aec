"""Envoy with our configuration and a processor that misbehaves: what a client gets, and what goes upstream.

The same cases with the real sidecar are in `test_outage.py`; these are the ones that it must never cause.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from naka.envoy import Failure, Gateway, Upstream
from naka.envoy.replies import OUTAGE
from wire.doubles import Double, Mode, double
from wire.harness import HOST, Answer, Raw, Stub, bare_envoy, call, chat, free_port, stub_llm, wait_until

BODY = chat("raw words")
TIMEOUT_S = 0.6


@dataclass(frozen=True)
class Stand:
    """Envoy, the double and the stub."""

    gateway: Gateway
    double: Double
    stub: Stub

    def call(self, fault: str, path: str = "/v1/chat/completions", body: bytes = BODY) -> tuple[Answer, float]:
        """One call under a fault: the answer, and the seconds it took."""
        self.stub.clear()
        self.double.seen.clear()
        self.double.fault = fault
        begun = time.monotonic()
        try:
            return call(self.gateway.port, body, path), time.monotonic() - begun
        finally:
            self.double.fault = Double.POLITE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wire")


@pytest.fixture(scope="module")
def parts(folder: Path) -> Iterator[tuple[Gateway, Double, Stub]]:
    with stub_llm(folder / "stub.log") as stub, double(folder / "ep.sock") as behaviour:
        gateway = Gateway(
            port=free_port(),
            upstreams=(
                Upstream(name="default", host=HOST, port=stub.port, tls=False),
                Upstream(name="other", host=HOST, port=stub.port, tls=False, path_prefix="/deep"),
                Upstream(name="dead", host=HOST, port=free_port(), tls=False),
            ),
            route_dir=folder / "routes",
            sidecar_socket=folder / "ep.sock",
            admin_socket=folder / "admin.sock",
            message_timeout_s=TIMEOUT_S,
            buffer_bytes=256 << 10,
            stream_idle_timeout_s=2,
        )
        yield gateway, behaviour, stub


@pytest.fixture(scope="module")
def closed(parts: tuple[Gateway, Double, Stub], folder: Path) -> Iterator[Stand]:
    with bare_envoy(parts[0], Failure.CLOSED, folder / "closed.log"):
        yield Stand(*parts)


@pytest.fixture(scope="module")
def opened(parts: tuple[Gateway, Double, Stub], folder: Path) -> Iterator[Stand]:
    gateway = replace(parts[0], port=free_port(), route_dir=folder / "open", admin_socket=folder / "open-admin.sock")
    with bare_envoy(gateway, Failure.OPEN, folder / "open.log"):
        yield Stand(gateway, *parts[1:])


@pytest.fixture(autouse=True)
def polite(parts: tuple[Gateway, Double, Stub]) -> Iterator[None]:
    yield
    parts[1].request_mode = Mode.BUFFERED


def test_a_polite_processor_lets_calls_pass_unchanged(closed: Stand) -> None:
    answer, _ = closed.call(Double.POLITE)
    assert answer.status == 200
    assert closed.double.seen == ["request_headers", "request_body", "response_headers", "response_body"]
    (record,) = closed.stub.received()
    assert record["body"].encode() == BODY
    assert record["headers"]["content-length"] == str(len(BODY))


@pytest.mark.parametrize("message", ["request_headers", "request_body", "response_headers", "response_body"])
def test_the_processors_own_answer_reaches_the_client_as_it_is(closed: Stand, message: str) -> None:
    answer, _ = closed.call(f"refuse@{message}")
    assert (answer.status, answer.body) == (403, b"refused")
    assert (closed.stub.received() == []) is message.startswith("request")


OPEN_FAULTS = [
    "close@request_headers",
    "close@request_body",
    "error@request_headers",
    "error@request_body",
    "hang@request_headers",
    "hang@request_body",
    "error@response_headers",
    "error@response_body",
]
REQUEST_FAULTS = [
    "close@request_headers",  # with status OK: ext_proc itself would let the raw body pass
    "close@request_body",
    "unmarked@request_body",
    "error@request_headers",
    "error@request_body",
    "spurious@request_headers",
    "spurious@request_body",
    "wrong_length@request_body",
]


@pytest.mark.parametrize("fault", REQUEST_FAULTS)
def test_closed_a_request_fault_is_503_in_the_providers_shape_and_nothing_goes_upstream(
    closed: Stand, fault: str
) -> None:
    answer, _ = closed.call(fault)
    assert answer.status == 503
    assert answer.error()["code"] == "naka_unavailable"
    assert closed.stub.received() == []


@pytest.mark.parametrize("fault", ["hang@request_headers", "hang@request_body"])
def test_closed_a_hung_processor_is_503_within_the_message_timeout(closed: Stand, fault: str) -> None:
    answer, seconds = closed.call(fault)
    assert answer.status == 503
    assert answer.error()["code"] == "naka_unavailable"
    assert TIMEOUT_S * 0.9 < seconds < TIMEOUT_S + 0.5
    assert closed.stub.received() == []


ANSWER_FAULTS = [
    "close@response_headers",  # with status OK: ext_proc itself would let the answer pass unread
    "close@response_body",
    "unmarked@response_body",
    "error@response_headers",
    "error@response_body",
    "hang@response_headers",
]


@pytest.mark.parametrize("fault", ANSWER_FAULTS)
def test_closed_a_fault_at_the_answer_is_503_and_the_answer_stays_back(closed: Stand, fault: str) -> None:
    answer, _ = closed.call(fault)
    assert answer.status == 503
    assert answer.error()["code"] == "naka_unavailable"
    assert b"raw words" not in answer.body


@pytest.mark.parametrize("fault", OPEN_FAULTS)
def test_open_traffic_passes_as_it_is(opened: Stand, fault: str) -> None:
    answer, _ = opened.call(fault)
    assert answer.status == 200
    assert b"raw words" in answer.body
    (record,) = opened.stub.received()
    assert record["body"].encode() == BODY
    assert record["headers"]["content-length"] == str(len(BODY))


@pytest.mark.parametrize("fault", ["error@request_body", "hang@request_body"])
def test_closed_a_full_duplex_body_never_passes_unread(closed: Stand, fault: str) -> None:
    """The headers are gone by then; the body must not follow.

    Not so when the processor ends its stream with OK in the middle of the body: Envoy 1.40 then passes what is left
    (docs/concepts/outage.md). The sidecar never ends a stream so: it answers, or ends with an error.
    """
    closed.double.request_mode = Mode.FULL_DUPLEX_STREAMED
    body = chat("raw " * 100_000)
    with contextlib.suppress(ConnectionError, TimeoutError):
        closed.call(fault, body=body)
    assert [record["body"] for record in closed.stub.received()] in ([], [""])


SHAPED = {
    "/v1/chat/completions": {
        "error": {"message": OUTAGE.message, "type": "server_error", "param": None, "code": "naka_unavailable"}
    },
    "/gw/v1/messages?beta=true": {
        "type": "error",
        "error": {"type": "overloaded_error", "message": OUTAGE.message},
        "request_id": "ID",
    },
    "/v1beta/models/gemini-2.5-pro:generateContent?key=k": {
        "error": {
            "code": 503,
            "message": OUTAGE.message,
            "status": "UNAVAILABLE",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "naka_unavailable",
                    "domain": "naka.dev",
                    "metadata": {"decision": "ID"},
                }
            ],
        }
    },
    "/v2/chat": {"id": "ID", "message": OUTAGE.message},
    "/model/anthropic.claude-v1%3A0/converse": {"message": OUTAGE.message},
    "/api/chat": {"error": OUTAGE.message},
    "/v1/ocr": {
        "object": "error",
        "message": OUTAGE.message,
        "type": "server_error",
        "param": None,
        "code": "naka_unavailable",
    },
    "/v1/messages/of/something/else": {
        "error": {"message": OUTAGE.message, "type": "server_error", "param": None, "code": "naka_unavailable"}
    },
}


@pytest.mark.parametrize("fault", ["error@request_headers", "close@request_body", "close@response_body"])
@pytest.mark.parametrize("path", SHAPED)
def test_an_outage_is_told_in_the_shape_of_the_api_that_was_called(closed: Stand, path: str, fault: str) -> None:
    answer, _ = closed.call(fault, path)
    assert answer.status == 503
    assert answer.header("content-type") == "application/json"
    body = re.sub(r'"[0-9a-f]{8}-[0-9a-f-]{27}"', '"ID"', answer.body.decode())
    assert json.loads(body) == SHAPED[path]
    assert answer.header("x-should-retry") is None
    wanted = {"/model/": ("x-amzn-errortype", "ServiceUnavailableException")}
    for start, (name, value) in wanted.items():
        assert answer.header(name) == (value if path.startswith(start) else None)


def test_a_body_over_the_buffer_is_413_once(closed: Stand) -> None:
    """The backstop: the sidecar asks for no body whole that Envoy cannot hold."""
    closed.stub.clear()
    closed.double.seen.clear()
    body = chat("x" * (300 << 10))
    with Raw(closed.gateway.port) as raw:
        raw.request("POST", "/v1/chat/completions", headers=[("content-length", str(len(body)))])
        wait_until(lambda: closed.double.seen == ["request_headers"], "the processor's answer to the headers")
        raw.send(body)
        answer = raw.answer()
    assert answer.status == 413
    assert answer.error()["code"] == "naka_too_large"
    assert answer.header("x-should-retry") == "false"
    assert closed.stub.received() == []


def test_an_answer_over_the_buffer_is_413_or_ends_with_the_idle_timeout(closed: Stand) -> None:
    """Envoy 1.40 stops reading an answer that overtakes the processor; then only the timeout ends it."""
    # Ten thousand words of one letter get ten thousand vectors.
    body = json.dumps({"model": "stub", "input": ["a"] * 10_000}).encode()
    answer, _ = closed.call(Double.POLITE, "/v1/embeddings", body)
    assert (answer.status, answer.error()["code"]) in ((413, "naka_answer_too_large"), (400, "naka_timeout"))
    assert answer.header("x-should-retry") == "false"


def test_a_dead_provider_is_503_and_may_be_tried_again(closed: Stand) -> None:
    answer, _ = closed.call(Double.POLITE, "/dead/v1/chat/completions")
    assert answer.status == 503
    assert answer.error()["code"] == "naka_upstream_unavailable"
    assert answer.header("x-should-retry") is None


def test_a_named_upstream_gets_the_path_without_its_name_and_tells_the_processor(closed: Stand) -> None:
    closed.double.upstreams.clear()
    answer, _ = closed.call(Double.POLITE, "/other/v1/models")
    assert answer.status == 200
    (record,) = closed.stub.received()
    assert record["path"] == "/deep/v1/models"
    assert closed.double.upstreams == ["other"]


def test_credentials_never_reach_the_processor(closed: Stand) -> None:
    headers = [("authorization", "Bearer secret"), ("api-key", "secret"), ("cookie", "secret")]
    closed.stub.clear()
    assert call(closed.gateway.port, BODY, headers=headers).status == 200
    (record,) = closed.stub.received()
    assert record["headers"]["authorization"] == "Bearer secret"


@pytest.mark.parametrize("path", ["/v1%2fmodels", "/v1/..%2fmodels", "/v1/%5cmodels", "/v1/models%00"])
def test_a_path_with_a_hidden_slash_is_400(closed: Stand, path: str) -> None:
    answer, _ = closed.call(Double.POLITE, path)
    assert answer.status == 400
    assert answer.error()["code"] == "naka_bad_path"
    assert closed.stub.received() == []


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/v1/../v1/models", "/v1/models"),
        ("/v1/%2e%2e/v1/models", "/v1/models"),
        ("//v1///models", "/v1/models"),
        ("/v1/./models", "/v1/models"),
        ("/v1/mod%65ls", "/v1/models"),
        ("/../../etc/passwd", "/etc/passwd"),
    ],
)
def test_every_other_spelling_goes_upstream_in_normal_form(closed: Stand, path: str, normal: str) -> None:
    answer, _ = closed.call(Double.POLITE, path)
    assert answer.status == 200
    (record,) = closed.stub.received()
    assert record["path"] == normal


@pytest.mark.parametrize("path", ["/v1/realtime", "/v1/realtime?model=x", "/other/v1/realtime", "/v1/x/../realtime"])
def test_realtime_is_closed_in_words(closed: Stand, path: str) -> None:
    for headers in ([], [("connection", "upgrade"), ("upgrade", "websocket")]):
        closed.stub.clear()
        with Raw(closed.gateway.port) as raw:
            raw.request("GET", path, headers=headers)
            answer = raw.answer()
        assert answer.status == 403
        assert answer.error()["code"] in ("naka_realtime_refused", "naka_upgrade_refused")
        assert answer.header("x-should-retry") == "false"
        assert closed.stub.received() == []


@pytest.mark.parametrize(
    "message",
    [
        b"NONSENSE\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\nhello",
        b"GET /v1/x HTTP/1.1\r\nhost: a\r\nx-bad: a\x00b\r\n\r\n",
        b"GET /v1/x HTTP/1.1\r\n\r\n",
        b"POST /v1/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_400(closed: Stand, message: bytes) -> None:
    closed.stub.clear()
    with Raw(closed.gateway.port) as raw:
        raw.send(message)
        answer = raw.answer()
    assert answer.status == 400
    assert answer.error()["code"] == "naka_bad_request"
    assert closed.stub.received() == []


def test_a_provider_that_says_nothing_ends_in_an_error(parts: tuple[Gateway, Double, Stub], folder: Path) -> None:
    with socket.create_server((HOST, 0)) as silent:
        upstream = Upstream(name="silent", host=HOST, port=silent.getsockname()[1], tls=False)
        gateway = replace(
            parts[0],
            port=free_port(),
            upstreams=(upstream,),
            stream_idle_timeout_s=0.5,
            admin_socket=folder / "silent.sock",
            route_dir=folder / "silent",
        )
        with bare_envoy(gateway, Failure.CLOSED, folder / "silent.log"):
            answer = call(gateway.port, BODY)
    assert answer.status == 400  # no client sends it again
    assert answer.error()["code"] == "naka_timeout"
