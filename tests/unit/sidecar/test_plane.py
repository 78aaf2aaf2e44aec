"""The data plane as Envoy's own messages see it, and as Python runs it."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import pytest
from envoy.extensions.filters.http.ext_proc.v3.processing_mode_pb2 import ProcessingMode

from naka._core import Sidecar
from naka.errors import ConfigError, PolicyError
from sidecar.ext_proc_peer import AADHAAR, Envoy, bundle, post, request_body


def test_a_request_is_masked_and_its_new_length_set(plane: Sidecar, envoy: Envoy) -> None:
    plane.apply(bundle())
    head, answer = envoy.chat(f"mera aadhaar {AADHAAR} hai")
    assert head.mode_override.request_body_mode == ProcessingMode.BUFFERED
    common = answer.request_body.response
    assert json.loads(common.body_mutation.body)["messages"][0]["content"] == "mera aadhaar XXXX XXXX XXXX hai"
    headers = {option.header.key: option.header.raw_value for option in common.header_mutation.set_headers}
    assert headers == {"content-length": str(len(common.body_mutation.body)).encode()}
    assert answer.dynamic_metadata["naka"]["checked"] is True


def test_a_body_in_one_byte_chunks_comes_out_as_one(plane: Sidecar, envoy: Envoy) -> None:
    plane.apply(bundle())
    body = json.dumps({"messages": [{"role": "user", "content": AADHAAR}]}).encode()
    pieces = [request_body(body[at : at + 1], end=at + 1 == len(body)) for at in range(len(body))]
    head, *answers = envoy.exchange(post(None), *pieces)
    assert list(head.request_headers.response.header_mutation.remove_headers) == ["content-length"]
    streamed = [answer.request_body.response.body_mutation.streamed_response for answer in answers]
    assert [piece.end_of_stream for piece in streamed] == [True]
    assert streamed[0].body == body.replace(AADHAAR.encode(), b"XXXX XXXX XXXX")


def test_block_is_an_immediate_answer_in_openai_shape(plane: Sidecar, envoy: Envoy) -> None:
    plane.apply(bundle(action="Block"))
    _head, answer = envoy.chat(AADHAAR)
    refused = answer.immediate_response
    assert refused.status.code == 403
    headers = {option.header.key: option.header.raw_value for option in refused.headers.set_headers}
    assert headers["x-should-retry"] == b"false"
    error = json.loads(refused.body)["error"]
    assert (error["code"], error["param"]) == ("naka_blocked", "messages[0].content")
    assert headers["x-naka-decision"].decode() in error["message"]
    assert "5109" not in refused.body.decode()


def test_shadow_answers_every_piece_with_nothing(plane: Sidecar, envoy: Envoy) -> None:
    plane.apply(bundle(mode="Shadow", action="Block"))
    head, *answers = envoy.exchange(post(None), request_body(b'{"a":', end=False), request_body(b"1}"))
    assert head.mode_override.request_body_mode == ProcessingMode.STREAMED
    assert not head.request_headers.HasField("response")
    assert len(answers) == 2
    assert not any(answer.request_body.HasField("response") for answer in answers)


def test_without_a_policy_the_stream_ends_in_an_error(envoy: Envoy) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        envoy.chat("hello")
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_observability_mode_is_refused_in_words(plane: Sidecar, envoy: Envoy) -> None:
    plane.apply(bundle())
    message = post(2)
    message.observability_mode = True
    with pytest.raises(grpc.RpcError, match="observability_mode"):
        envoy.exchange(message)


def test_a_wrong_bundle_raises_and_the_policy_in_force_stays(plane: Sidecar) -> None:
    applied = plane.apply(bundle())
    assert applied["enforces"] is True
    assert applied["failure_open"] is False
    with pytest.raises(PolicyError) as caught:
        plane.apply(b"no bundle")
    assert caught.value.problems
    assert plane.stats()["revision"] == applied["revision"]
    assert "naka_policy_rejected_total 1" in plane.metrics()


@pytest.mark.parametrize(
    ("mode", "failure", "is_open"),
    [("Enforce", "Closed", False), ("Enforce", "Open", True), ("Shadow", "Closed", True)],
)
def test_failure_counts_only_where_something_is_enforced(
    plane: Sidecar, mode: str, failure: str, *, is_open: bool
) -> None:
    assert plane.apply(bundle(mode=mode, failure=failure))["failure_open"] is is_open


def test_an_address_in_use_is_a_config_error(plane: Sidecar) -> None:
    with pytest.raises(ConfigError, match="ext_proc: cannot listen on") as caught:
        Sidecar(json.dumps({"ext_proc": plane.addresses()["ext_proc"]}))
    assert caught.value.code == "config_address"


def test_a_setting_that_does_not_exist_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="no_such"):
        Sidecar(json.dumps({"no_such": 1}))


def test_stopping_twice_is_stopping_once(plane: Sidecar, folder: Path) -> None:
    assert plane.is_running()
    plane.stop()
    plane.stop()
    assert not plane.is_running()
    assert not (folder / "e.sock").exists()
    with pytest.raises(RuntimeError, match="stopped"):
        plane.stats()


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ConfigError, match="too short"):
        Sidecar("{}", key=b"short")
