"""What the wire tests stand on: free ports, waiting with a deadline, raw HTTP, the stub, a bare Envoy."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from naka.envoy import Failure, Gateway, bootstrap, discovery_response, publish_routes, route_configuration
from naka.local.envoy import envoy_command

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], object], what: str, limit_s: float = 30) -> None:
    """Return as soon as `condition` holds; fail after `limit_s`."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {limit_s} s"
        time.sleep(0.01)


@contextlib.contextmanager
def running(command: Sequence[str], log: Path, **popen: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A child in its own process group, ended with the block."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, **popen
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGCONT)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


@dataclass(frozen=True)
class Stub:
    """The stub LLM that records."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/_received", timeout=30).json()
        return found

    def clear(self) -> None:
        httpx.delete(f"{self.url}/_received", timeout=30).raise_for_status()

    @contextlib.contextmanager
    def answers(self, content_type: str, chunks: Sequence[bytes], gap_ms: float = 0) -> Iterator[None]:
        """Every POST gets these pieces, each sent by itself."""
        encoded = [base64.b64encode(chunk).decode() for chunk in chunks]
        body = {"contentType": content_type, "chunks": encoded, "gapMs": gap_ms}
        httpx.put(f"{self.url}/_answer", json=body, timeout=30).raise_for_status()
        try:
            yield
        finally:
            httpx.delete(f"{self.url}/_answer", timeout=30).raise_for_status()

    def text(self) -> str:
        """Everything that reached it, as one text to search."""
        return json.dumps(self.received(), ensure_ascii=False)


@contextlib.contextmanager
def stub_llm(log: Path) -> Iterator[Stub]:
    port = free_port()
    with running([sys.executable, "-m", "naka.local.stub", "--port", str(port)], log) as process:
        wait_until(lambda: accepts(port, process), "the stub's port")
        yield Stub(port)


def accepts(port: int, process: subprocess.Popen[bytes] | None = None) -> bool:
    assert process is None or process.poll() is None, "the process ended"
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def envoy_ready(admin_socket: Path) -> bool:
    """True when Envoy says LIVE."""
    with socket.socket(socket.AF_UNIX) as admin:
        try:
            admin.connect(str(admin_socket))
            admin.sendall(b"GET /ready HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n")
            return admin.recv(12) == b"HTTP/1.1 200"
        except OSError:
            return False


@contextlib.contextmanager
def bare_envoy(gateway: Gateway, failure: Failure, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An Envoy with our configuration, whatever stands behind its sockets."""
    assert gateway.admin_socket is not None
    gateway.route_dir.mkdir(parents=True, exist_ok=True)
    publish_routes(gateway.route_dir, discovery_response(route_configuration(gateway, failure)))
    config = gateway.admin_socket.with_suffix(".json")
    config.write_text(json.dumps(bootstrap(gateway)))
    with running(envoy_command(config, workers=1), log) as process:
        wait_until(lambda: process.poll() is not None or envoy_ready(gateway.admin_socket), "Envoy")
        assert process.poll() is None, log.read_text()[-2000:]
        yield process


@dataclass(frozen=True)
class Answer:
    """An HTTP/1.1 answer, as bytes came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for found, value in self.headers if found.lower() == name), None)

    def error(self) -> dict[str, Any]:
        """The `error` of OpenAI's error shape, which it must have."""
        assert self.header("content-type") == "application/json", (self.status, self.headers, self.body[:300])
        error: dict[str, Any] = json.loads(self.body)["error"]
        assert set(error) == {"message", "type", "param", "code"}, error
        assert isinstance(error["message"], str)
        assert error["message"]
        return error


class Raw:
    """One TCP connection that says exactly what it is told to."""

    def __init__(self, port: int, timeout_s: float = 30) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = (), *, length: bool = True
    ) -> None:
        lines = [f"{method} {path} HTTP/1.1", "host: naka.test", *(f"{name}: {value}" for name, value in headers)]
        if length and body:
            lines.append(f"content-length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def answer(self, *, head: bool = False) -> Answer:
        """Read one answer; that to HEAD has no body."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        block, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *rest = block.decode("latin-1").split("\r\n")
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in rest)]
        answer = Answer(int(first.split()[1]), headers, b"")
        if head:
            body = b""
        elif answer.header("transfer-encoding") == "chunked":
            body = self._chunked()
        else:
            body = self._exactly(int(answer.header("content-length") or 0))
        return Answer(answer.status, headers, body)

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed by the gateway")
        self._buffer += data

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _chunked(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                self._more()
            size, self._buffer = self._buffer.split(b"\r\n", 1)
            chunk = self._exactly(int(size, 16) + 2)[:-2]
            if not chunk:
                return body
            body += chunk


def call(port: int, body: bytes, path: str = "/v1/chat/completions", headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """POST a JSON body and read the answer."""
    with Raw(port) as raw:
        raw.request("POST", path, body, [("content-type", "application/json"), *headers])
        return raw.answer()


def chat(text: str, **fields: Any) -> bytes:
    """The body of a chat call."""
    return json.dumps(
        {"model": "stub", "messages": [{"role": "user", "content": text}], **fields}, ensure_ascii=False
    ).encode()
