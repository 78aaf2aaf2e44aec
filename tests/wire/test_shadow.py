"""Shadow: bytes as from the same Envoy without the filter, what would be is on record, a dead sidecar drops nothing."""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from naka import envoy
from wire.gateway import Gateway, five
from wire.harness import HOST, Answer, Raw, bare_envoy, chat, free_port, wait_until

INHERENT = {"x-request-id", "date", "via"}
TEXT = "mera aadhaar 5109 8027 4087 hai, card 4111 1111 1111 1111"
JSON = [("content-type", "application/json")]


@pytest.fixture(scope="module")
def plain_port(shared: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The same Envoy without the filter, before the same stub."""
    folder = tmp_path_factory.mktemp("plain")
    settings = envoy.Gateway(
        port=free_port(),
        upstreams=(envoy.Upstream(name="default", host=HOST, port=shared.stub.port, tls=False),),
        route_dir=folder / "routes",
        sidecar_socket=None,
        admin_socket=folder / "admin.sock",
    )
    with bare_envoy(settings, envoy.Failure.OPEN, folder / "envoy.log"):
        yield settings.port


def seen(record: dict[str, Any]) -> dict[str, Any]:
    """What the provider saw, but for what differs between any two calls. The Host header names the port asked."""
    kept = {name: record[name] for name in ("method", "path", "body", "body_encoding", "body_sha256", "complete")}
    headers = [(name, value) for name, value in record["raw_headers"] if name not in INHERENT]
    return kept | {"headers": headers}


def same(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """What the client saw, but for what differs between any two calls."""
    headers = [(name, value) for name, value in answer.headers if name not in INHERENT]
    return answer.status, headers, answer.body


def multipart() -> tuple[list[tuple[str, str]], bytes]:
    body = (
        b'--B\r\ncontent-disposition: form-data; name="file"; filename="t"\r\n\r\n' + TEXT.encode() + b"\r\n--B--\r\n"
    )
    return [("content-type", "multipart/form-data; boundary=B")], body


CASES: dict[str, tuple[str, str, list[tuple[str, str]], bytes]] = {
    "chat": ("POST", "/v1/chat/completions", JSON, chat(TEXT)),
    "chat with odd spacing": ("POST", "/v1/chat/completions", JSON, b' { "messages" : [ ] , "n":1.0e0,"n":2 }\n'),
    "stream": ("POST", "/v1/chat/completions", JSON, chat(TEXT, stream=True)),
    "broken json": ("POST", "/v1/chat/completions", JSON, b'{"messages": [' + TEXT.encode()),
    "no json": ("POST", "/v1/other?q=5109+8027+4087", [("content-type", "text/plain")], TEXT.encode()),
    "gzip": (
        "POST",
        "/v1/chat/completions",
        [*JSON, ("content-encoding", "gzip")],
        gzip.compress(chat(TEXT), mtime=0),
    ),
    "binary": ("POST", "/v1/audio", [("content-type", "application/octet-stream")], bytes(range(256)) * 40),
    "multipart": ("POST", "/v1/files", *multipart()),
    "get": ("GET", "/v1/models", [("accept-encoding", "gzip, br")], b""),
    "head": ("HEAD", "/v1/models", [], b""),
    "delete": ("DELETE", "/v1/files/file-1", [], b""),
    "one megabyte": ("POST", "/v1/chat/completions", JSON, chat(TEXT + " word" * 200_000)),
    "twelve megabytes": ("POST", "/v1/chat/completions", JSON, chat(TEXT + " word" * 2_400_000)),
}


@pytest.mark.parametrize("name", CASES)
def test_request_and_answer_are_byte_identical(shared: Gateway, plain_port: int, name: str) -> None:
    shared.use(five("Block", mode="Shadow"))
    method, path, headers, body = CASES[name]
    answers, records = [], []
    for port in (plain_port, shared.port):
        shared.stub.clear()
        with Raw(port) as raw:
            # One Host for both, since each echoes what it was asked.
            raw.request(method, path, body, headers)
            answers.append(same(raw.answer(head=method == "HEAD")))
        (record,) = shared.stub.received()
        records.append(seen(record))
    assert records[0] == records[1]
    assert answers[0] == answers[1]


def test_a_chunked_upload_stays_chunked(shared: Gateway, plain_port: int) -> None:
    shared.use(five("Block", mode="Shadow"))
    body = chat(TEXT)
    records = []
    for port in (plain_port, shared.port):
        shared.stub.clear()
        with Raw(port) as raw:
            raw.request("POST", "/v1/chat/completions", headers=[*JSON, ("transfer-encoding", "chunked")])
            for start in range(0, len(body), 40):
                piece = body[start : start + 40]
                raw.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            raw.send(b"0\r\n\r\n")
            assert raw.answer().status == 200
        (record,) = shared.stub.received()
        records.append(seen(record))
    assert records[0] == records[1]
    assert records[0]["body"].encode() == body


def test_what_would_be_is_on_record_without_a_value(shared: Gateway) -> None:
    shared.use(five("Block", mode="Shadow"))
    before = len(shared.events())
    with Raw(shared.port) as raw:
        raw.request("POST", "/v1/chat/completions", chat(TEXT), JSON)
        assert raw.answer().status == 200

    def found() -> list[dict[str, Any]]:
        return [event for event in shared.events()[before:] if "IN_AADHAAR" in json.dumps(event)]

    wait_until(found, "the audit event")
    text = json.dumps(found())
    assert "Block" in text
    assert "Allow" in text or "Audit" in text
    assert "5109" not in text
    assert "4087" not in text
    assert "4111" not in text


def test_killing_the_sidecar_drops_no_request(shared: Gateway) -> None:
    shared.use(five("Block", mode="Shadow"))
    stop, statuses, failures = threading.Event(), [], []

    def caller() -> None:
        while not stop.is_set():
            try:
                with Raw(shared.port, timeout_s=10) as raw:
                    raw.request("POST", "/v1/chat/completions", chat(TEXT), JSON)
                    statuses.append(raw.answer().status)
            except (OSError, ConnectionError) as error:
                failures.append(repr(error))
            time.sleep(0.005)

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            pid, count = shared.pid("sidecar"), len(statuses)
            wait_until(lambda count=count: len(statuses) > count + 50, "traffic")
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: shared.pid("sidecar") != pid, "the sidecar's return")
            count = len(statuses)
            wait_until(lambda count=count: len(statuses) > count + 50, "traffic")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(statuses) == {200}
