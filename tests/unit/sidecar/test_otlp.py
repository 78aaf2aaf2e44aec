"""`naka sidecar` tells a collector: the option, the standard's variable, and what arrives over OTLP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
POLICY = """\
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {name: any}
spec: {extends: [dpdp], mode: Shadow}
"""


class Collector(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Takes every call and keeps its bytes; an empty message is OTLP's answer to all of them."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.told = threading.Event()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def take(request: bytes, _context: grpc.ServicerContext) -> bytes:
            self.received.append((details.method, request))
            self.told.set()
            return b""

        return grpc.unary_unary_rpc_method_handler(take)


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    """A running one, and its endpoint."""
    handler = Collector()
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        server.add_generic_rpc_handlers((handler,))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield handler, f"http://127.0.0.1:{port}"
        server.stop(0).wait()


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_collector_that_is_named_receives_metrics(by: str, collector: tuple[Collector, str], folder: Path) -> None:
    handler, endpoint = collector
    (folder / "policy").mkdir()
    (folder / "policy" / "pack.yaml").write_text(POLICY)
    command = [sys.executable, "-m", "naka.cli", "sidecar", "--policy", f"{folder}/policy", "--http", "none"]
    command += ["--ext-proc", f"unix:{folder}/e.sock", "--audit", f"{folder}/audit.jsonl"]
    environment = os.environ | {"OTEL_METRIC_EXPORT_INTERVAL": "100", "OTEL_SERVICE_NAME": "check-post"}
    if by == "option":
        command += ["--otlp-endpoint", endpoint]
    else:
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    try:
        assert handler.told.wait(60), "nothing came"
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors.decode()
    # the last export is of the drained sidecar, with its policy
    method, last = handler.received[-1]
    assert method == METRICS
    for name in (b"naka_exchanges", b"naka_policy_applied", b"naka_policy_info", b"check-post"):
        assert name in last
