"""An ext_proc server that misbehaves on request: what the real sidecar must never do, done on purpose."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import grpc
from envoy.extensions.filters.http.ext_proc.v3 import processing_mode_pb2
from envoy.service.ext_proc.v3 import external_processor_pb2 as pb
from envoy.service.ext_proc.v3 import external_processor_pb2_grpc as rpc

Mode = processing_mode_pb2.ProcessingMode


class Double(rpc.ExternalProcessorServicer):
    """Answers each message politely, but for the one that `fault` names.

    `fault` is `<kind>@<message>`, such as `close@request_body`. Kinds: close (end the stream with OK), error, hang,
    unmarked (answer without the mark), spurious (an answer to another message), wrong_length (a shorter body with the
    old content-length), refuse (an answer of its own, 403).
    """

    POLITE: ClassVar[str] = ""

    def __init__(self) -> None:
        self.fault = self.POLITE
        self.request_mode = Mode.BUFFERED
        self.released = threading.Event()
        """Ends what hangs."""
        self.seen: list[str] = []
        self.upstreams: list[str] = []

    def Process(self, messages: Iterator[Any], context: Any) -> Iterator[Any]:  # noqa: N802 - gRPC's name
        metadata = {item.key: item.value for item in context.invocation_metadata()}
        self.upstreams.append(str(metadata.get("x-naka-upstream")))
        for message in messages:
            name = message.WhichOneof("request")
            self.seen.append(name)
            kind, _, where = self.fault.partition("@")
            answer = self._answer(name, message)
            if where == name:
                if kind == "close":
                    return
                if kind == "error":
                    context.abort(grpc.StatusCode.INTERNAL, "on purpose")
                if kind == "hang":
                    self.released.wait(60)
                    return
                if kind == "unmarked":
                    answer.ClearField("dynamic_metadata")
                if kind == "spurious":
                    answer = pb.ProcessingResponse(response_trailers=pb.TrailersResponse())
                if kind == "wrong_length":
                    answer.request_body.response.body_mutation.body = b"{}"
                if kind == "refuse":
                    answer = pb.ProcessingResponse()
                    answer.immediate_response.status.code = 403
                    answer.immediate_response.body = b"refused"
                    answer.immediate_response.details = "naka_test"
                    _mark(answer, "answered")
            yield answer

    def _answer(self, name: str, message: Any) -> Any:
        answer = pb.ProcessingResponse()
        getattr(answer, name).SetInParent()
        if name == "request_headers":
            if message.request_headers.end_of_stream or self.request_mode == Mode.FULL_DUPLEX_STREAMED:
                _mark(answer)
            # As the real one does: with every answer to a request's headers, the response's are asked for.
            answer.mode_override.response_header_mode = Mode.SEND
            if not message.request_headers.end_of_stream:
                answer.mode_override.request_body_mode = self.request_mode
                if self.request_mode == Mode.FULL_DUPLEX_STREAMED:
                    answer.mode_override.request_trailer_mode = Mode.SEND
                    answer.request_headers.response.header_mutation.remove_headers.append("content-length")
        elif name == "request_body":
            _mark(answer)
            if self.request_mode == Mode.FULL_DUPLEX_STREAMED:
                streamed = answer.request_body.response.body_mutation.streamed_response
                streamed.body = message.request_body.body.replace(b"raw", b"XXX")
                streamed.end_of_stream = message.request_body.end_of_stream
        elif name == "response_headers":
            answer.mode_override.response_body_mode = Mode.BUFFERED
            if message.response_headers.end_of_stream:
                _mark(answer, "answered")
        elif name == "response_body":
            _mark(answer, "answered")
        return answer


def _mark(answer: Any, key: str = "checked") -> None:
    answer.dynamic_metadata.update({"naka": {key: True}})


@contextlib.contextmanager
def double(socket: Path) -> Iterator[Double]:
    """The double, served on a UNIX socket."""
    behaviour = Double()
    pool = ThreadPoolExecutor(32)
    server = grpc.server(pool, options=[("grpc.max_receive_message_length", 64 << 20)])
    rpc.add_ExternalProcessorServicer_to_server(behaviour, server)
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    try:
        yield behaviour
    finally:
        behaviour.released.set()
        server.stop(0).wait()
        pool.shutdown()
