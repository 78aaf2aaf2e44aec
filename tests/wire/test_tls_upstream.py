"""A provider over https: the certificate is checked, and nothing is sent to one that does not hold the name."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from naka.envoy import Failure, Gateway, parse_upstream
from wire.harness import Stub, accepts, bare_envoy, call, chat, free_port, running, stub_llm, wait_until

SERVE = """
import sys, uvicorn
from naka.local.stub import create_app
uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), ssl_certfile=sys.argv[2], log_level="warning")
"""


@contextlib.contextmanager
def tls_front(stub_name: str, authority: trustme.CA, folder: Path) -> Iterator[int]:
    """The stub, over TLS, with a certificate for `stub_name`; gives its port."""
    bundle = folder / f"{stub_name}.pem"
    authority.issue_cert(stub_name).private_key_and_cert_chain_pem.write_to_path(str(bundle))
    port = free_port()
    with running([sys.executable, "-c", SERVE, str(port), str(bundle)], folder / "tls.log") as process:
        wait_until(lambda: accepts(port, process), "the provider's port")
        yield port


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def answer_through(url: str, ca_file: Path, folder: Path) -> tuple[int, bytes]:
    gateway = Gateway(
        port=free_port(),
        upstreams=(parse_upstream(url, ca_file=ca_file),),
        route_dir=folder / "routes",
        sidecar_socket=None,
        admin_socket=folder / "admin.sock",
    )
    with bare_envoy(gateway, Failure.CLOSED, folder / "envoy.log"):
        answer = call(gateway.port, chat("hello"))
    return answer.status, answer.body


def test_a_provider_with_the_right_name_is_called(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with tls_front("localhost", authority, tmp_path) as port:
        status, body = answer_through(f"https://localhost:{port}/v1", ca_file, tmp_path)
    assert status == 200
    assert json.loads(body)["choices"][0]["message"]["content"] == "You said: hello"


@pytest.mark.parametrize("fault", ["another name", "another authority"])
def test_a_provider_that_cannot_prove_its_name_gets_nothing(authority: trustme.CA, tmp_path: Path, fault: str) -> None:
    ca_file = tmp_path / "ca.pem"
    trusted = trustme.CA() if fault == "another authority" else authority
    trusted.cert_pem.write_to_path(str(ca_file))
    name = "other.example" if fault == "another name" else "localhost"
    with tls_front(name, authority, tmp_path) as port:
        status, body = answer_through(f"https://localhost:{port}", ca_file, tmp_path)
    assert status == 503
    assert json.loads(body)["error"]["code"] == "naka_upstream_unavailable"


def test_a_plain_server_in_its_place_gets_nothing(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with stub_llm(tmp_path / "stub.log") as stub:
        status, _ = answer_through(f"https://localhost:{stub.port}", ca_file, tmp_path)
        assert Stub(stub.port).received() == []
    assert status == 503
