"""A peer that speaks ext_proc as Envoy does, with Envoy's own messages, and policies for it."""

from __future__ import annotations

import json
from typing import Any

import grpc
from envoy.config.core.v3 import base_pb2
from envoy.service.ext_proc.v3 import external_processor_pb2 as pb
from envoy.service.ext_proc.v3 import external_processor_pb2_grpc as stubs

from naka._core import compile_bundle

AADHAAR = "5109 8027 4087"
AUTHORITY = (("grpc.default_authority", "sidecar"),)
"""grpcio's own for a UNIX socket is its escaped path, which HTTP/2 servers that check it refuse."""


def bundle(mode: str = "Enforce", action: str = "Mask", **settings: Any) -> bytes:
    """One pack with one rule for Aadhaar."""
    rule = {"id": "r", "entities": ["IN_AADHAAR"], "action": action, "mode": mode}
    pack = {"kind": "PolicyPack", "name": "p", "namespace": "", "mode": mode, "rules": [rule], **settings}
    return compile_bundle(json.dumps({"packs": [pack], "upstreams": []}))[0]


class Envoy:
    """Speaks ext_proc over a UNIX socket, with Envoy's own messages."""

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address, options=AUTHORITY)
        self._stub = stubs.ExternalProcessorStub(self.channel)

    def exchange(self, *messages: pb.ProcessingRequest) -> list[pb.ProcessingResponse]:
        """All answers to one stream of messages."""
        return list(self._stub.Process(iter(messages), timeout=20, metadata=(("x-naka-upstream", "default"),)))

    def chat(self, text: str) -> list[pb.ProcessingResponse]:
        """A chat call with one buffered body."""
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}, ensure_ascii=False).encode()
        return self.exchange(post(len(body)), request_body(body))


def post(length: int | None, path: str = "/v1/chat/completions") -> pb.ProcessingRequest:
    """Request headers."""
    pairs = {":method": "POST", ":path": path, ":authority": "naka.test", "content-type": "application/json"}
    if length is not None:
        pairs["content-length"] = str(length)
    headers = [base_pb2.HeaderValue(key=key, raw_value=value.encode()) for key, value in pairs.items()]
    return pb.ProcessingRequest(request_headers=pb.HttpHeaders(headers=base_pb2.HeaderMap(headers=headers)))


def request_body(data: bytes, *, end: bool = True) -> pb.ProcessingRequest:
    """A piece of the request's body."""
    return pb.ProcessingRequest(request_body=pb.HttpBody(body=data, end_of_stream=end))
