"""The official OpenAI client through the real Envoy: what reaches the provider, and what the client sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI

from naka.testing import make
from wire.gateway import FIVE, Gateway, five, pack

RANDOM = Random(20261124)
VALUES = {
    "IN_AADHAAR": make("IN_AADHAAR", RANDOM, form="grouped"),
    "IN_PAN": make("IN_PAN", RANDOM),
    "IN_UPI_ID": make("IN_UPI_ID", RANDOM),
    "PHONE_NUMBER": "+91 98765 43210",
    "CREDIT_CARD": make("CREDIT_CARD", RANDOM),
}
TEXT = (
    f"mera aadhaar {VALUES['IN_AADHAAR']} hai, PAN {VALUES['IN_PAN']}, UPI id {VALUES['IN_UPI_ID']}, "
    f"mobile {VALUES['PHONE_NUMBER']} and card number {VALUES['CREDIT_CARD']}."
)


class Client:
    """An official client that counts what it sends."""

    def __init__(self, gateway: Gateway) -> None:
        self.sent = 0
        http = httpx.Client(event_hooks={"request": [self._count]})
        self.openai = OpenAI(base_url=f"{gateway.url}/v1", api_key="sk-test", http_client=http, timeout=30)

    def _count(self, _request: httpx.Request) -> None:
        self.sent += 1


@pytest.fixture
def client(shared: Gateway) -> Iterator[Client]:
    made = Client(shared)
    with made.openai:
        yield made


def messages(text: str) -> list[Any]:
    """`text` as user, system, tool-argument and tool-result text, and as a part of a list."""
    arguments = json.dumps({"note": text, "deep": {"list": [text]}}, ensure_ascii=False)
    return [
        {"role": "system", "content": f"About the customer: {text}"},
        {"role": "user", "content": [{"type": "text", "text": text}, {"type": "text", "text": "and then?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": arguments}}
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"result": text}, ensure_ascii=False)},
        {"role": "user", "content": text},
    ]


def leaked(seen: str) -> list[str]:
    """Entities whose value is in `seen`, as written or bare of separators."""
    bare = "".join(char for char in seen if char.isalnum())
    return [
        entity
        for entity, value in VALUES.items()
        if value in seen or "".join(char for char in value if char.isalnum()) in bare
    ]


def test_the_check_itself_finds_a_leak() -> None:
    assert leaked(json.dumps(TEXT)) == list(VALUES)


@pytest.mark.parametrize("action", ["Mask", "Redact", "Tokenize"])
def test_no_value_reaches_the_provider_and_the_client_gets_a_normal_answer(
    shared: Gateway, client: Client, action: str
) -> None:
    shared.use(five(action))
    done = client.openai.chat.completions.create(model="stub", messages=messages(TEXT), temperature=0.5)
    assert done.choices[0].finish_reason == "stop"
    assert (done.choices[0].message.content or "").startswith("You said: mera aadhaar ")
    assert client.sent == 1
    (record,) = shared.stub.received()
    assert leaked(json.dumps(record, ensure_ascii=False)) == []
    body = json.loads(record["body"])
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool", "user"]
    assert json.loads(body["messages"][2]["tool_calls"][0]["function"]["arguments"]).keys() == {"note", "deep"}
    assert json.loads(body["messages"][3]["content"]).keys() == {"result"}
    assert body["temperature"] == 0.5
    assert record["headers"]["content-length"] == str(record["body_bytes"])


def test_a_mask_keeps_shape_and_last_digits(shared: Gateway, client: Client) -> None:
    shared.use(pack("- {id: a, entities: [IN_AADHAAR], action: Mask, mask: {keepLast: 4}}"))
    client.openai.chat.completions.create(
        model="stub", messages=[{"role": "user", "content": "mera aadhaar 5109 8027 4087 hai"}]
    )
    (record,) = shared.stub.received()
    assert json.loads(record["body"])["messages"][0]["content"] == "mera aadhaar XXXX XXXX 4087 hai"


def test_the_same_value_gets_the_same_token_in_every_turn(shared: Gateway, client: Client) -> None:
    shared.use(five("Tokenize"))
    for spelling in ("5109 8027 4087", "510980274087", "५१०९ ८०२७ ४०८७"):
        client.openai.chat.completions.create(
            model="stub", messages=[{"role": "user", "content": f"aadhaar {spelling}"}]
        )
    texts = {json.loads(record["body"])["messages"][0]["content"] for record in shared.stub.received()}
    (text,) = texts
    assert text.startswith("aadhaar <IN_AADHAAR:")


def test_block_raises_once_and_names_no_value(shared: Gateway, client: Client) -> None:
    shared.use(five("Block"))
    with pytest.raises((openai.BadRequestError, openai.PermissionDeniedError)) as caught:
        client.openai.chat.completions.create(model="stub", messages=messages(TEXT))
    assert client.sent == 1  # not retried
    assert shared.stub.received() == []
    error = caught.value
    assert error.response.headers["x-should-retry"] == "false"
    assert "IN_AADHAAR" in error.message
    assert "messages[" in error.message
    assert leaked(error.response.text) == []
    assert error.response.json()["error"].keys() == {"message", "type", "param", "code"}


def test_a_streamed_chat_is_guarded_and_streamed(shared: Gateway, client: Client) -> None:
    shared.use(five("Mask"))
    stream = client.openai.chat.completions.create(
        model="stub", messages=messages(TEXT), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert said.startswith("You said: mera aadhaar ")
    assert chunks[-1].usage is not None
    assert leaked(shared.stub.text()) == []


def test_an_answer_that_holds_a_value_is_masked(shared: Gateway, client: Client) -> None:
    """Only the answers' rule enforces, so the value goes up and the echo brings it back."""
    shared.use(pack(f"- {{id: back, entities: {FIVE}, action: Mask, traffic: {{directions: [Response]}}}}"))
    done = client.openai.chat.completions.create(model="stub", messages=[{"role": "user", "content": TEXT}])
    assert leaked(shared.stub.text()) == list(VALUES)
    assert leaked(done.model_dump_json()) == []
    assert "mera aadhaar XXXX XXXX" in (done.choices[0].message.content or "")


def test_a_body_of_an_unknown_route_is_scanned_too(shared: Gateway, client: Client) -> None:
    shared.use(five("Mask"))
    answer = httpx.post(f"{shared.url}/v1/some/new/api", json={"anything": {"x": [TEXT]}}, timeout=30)
    assert answer.status_code == 200
    assert leaked(shared.stub.text()) == []


def test_embeddings_and_models_work(shared: Gateway, client: Client) -> None:
    shared.use(five("Mask"))
    assert client.openai.models.list().data[0].id == "stub"
    made = client.openai.embeddings.create(model="stub", input=["hello", TEXT])
    assert len(made.data) == 2
    assert leaked(shared.stub.text()) == []


def test_an_upload_passes_or_is_blocked_as_the_packs_say(shared: Gateway, client: Client) -> None:
    """Multipart bodies are not read yet: unscannable."""
    line = json.dumps({"messages": [{"role": "user", "content": TEXT}]}).encode()
    shared.use(five("Mask", spec="onUnscannable: Audit\ntraffic: {surfaces: [Chat]}"))
    made = client.openai.files.create(file=("t.jsonl", line), purpose="fine-tune")
    assert made.filename == "t.jsonl"
    shared.use(five("Block"))
    with pytest.raises(openai.PermissionDeniedError):
        client.openai.files.create(file=("t.jsonl", line), purpose="fine-tune")
    assert shared.stub.received() == []
