"""Official clients through the real Envoy: what reaches the provider, and what each client makes of the answer.

Every question is asked twice, of the stub itself with the values already replaced, and through Naka with the values in
it. The stub's record and the client's objects must be the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from naka.envoy import Failure, Upstream
from naka.envoy import Gateway as Settings
from naka.envoy.replies import OUTAGE
from wire.gateway import Gateway, five, pack
from wire.harness import HOST, bare_envoy, free_port, wait_until
from wire.sdk import SDKS, Sdk
from wire.test_client import TEXT, VALUES, leaked

REDACTED = TEXT
for _entity, _value in VALUES.items():
    REDACTED = REDACTED.replace(_value, f"[{_entity}]")

CASES = [pytest.param(sdk, name, id=f"{sdk.name}-{name}") for sdk in SDKS for name in sdk.questions]
NAMES = [pytest.param(sdk, id=sdk.name) for sdk in SDKS]


@pytest.fixture(scope="module")
def redacting(shared: Gateway) -> Gateway:
    shared.use(five("Redact"))
    return shared


def bodies(gateway: Gateway) -> list[Any]:
    return [(record["path"], json.loads(record["body"])) for record in gateway.stub.received()]


@pytest.mark.parametrize(("sdk", "name"), CASES)
def test_the_client_sees_what_it_sees_without_naka_and_no_value_goes_up(
    redacting: Gateway, sdk: Sdk, name: str
) -> None:
    question = sdk.questions[name]
    redacting.stub.clear()
    with sdk.open(redacting.stub.url, False) as client:
        wanted = question(client, REDACTED)
    sent = bodies(redacting)
    redacting.stub.clear()
    with sdk.open(redacting.url, False) as client:
        seen = question(client, TEXT)
    assert seen == wanted
    assert bodies(redacting) == sent
    assert leaked(redacting.stub.text()) == []
    assert "[IN_AADHAAR]" in json.dumps(sent)


@pytest.mark.parametrize("sdk", NAMES)
def test_an_error_of_the_provider_reaches_the_client_as_it_is(redacting: Gateway, sdk: Sdk) -> None:
    caught = []
    for url in (redacting.stub.url, redacting.url):
        with sdk.open(url, False) as client, pytest.raises(Exception, match="asked to fail") as error:
            sdk.error(client, "error-400")
        caught.append((type(error.value).__name__, sdk.refused(error.value)))
    assert caught[0] == caught[1]
    assert caught[0][1] == 400


@pytest.fixture(scope="module")
def blocking(shared: Gateway) -> Gateway:
    shared.use(five("Block"))
    return shared


@pytest.mark.parametrize("sdk", NAMES)
def test_a_block_raises_the_clients_own_exception_once(blocking: Gateway, sdk: Sdk) -> None:
    blocking.stub.clear()
    before = len(blocking.events())
    with sdk.open(blocking.url, True) as client:
        with pytest.raises(Exception, match="IN_AADHAAR") as error:
            sdk.questions["plain"](client, TEXT)
        assert sdk.refused(error.value) == 403
        assert leaked(str(error.value)) == []
        assert blocking.stub.received() == []
        # A clean call leaves its record behind those of all calls before it.
        sdk.questions["plain"](client, "hello")
    wait_until(lambda: any("status" not in event for event in blocking.events()[before:]), "the clean call's record")
    assert [event["status"] for event in blocking.events()[before:] if "status" in event] == [403]


# Mistral's client asks by OpenAI's path and gets OpenAI's refusal: it raises nothing, but has no field for the words.
REFUSED = [sdk for sdk in NAMES if sdk.id != "mistralai"]


@pytest.mark.parametrize("sdk", REFUSED)
def test_a_block_may_be_an_answer_that_refuses(shared: Gateway, sdk: Sdk) -> None:
    """The client raises nothing: an agent goes on."""
    shared.use(five("Block", spec="blockStyle: refusal"))
    with sdk.open(shared.url, True) as client:
        told = json.dumps(sdk.questions["plain"](client, TEXT), default=str)
    assert "does not let this request pass" in told
    assert leaked(told) == []
    assert shared.stub.received() == []


@pytest.mark.parametrize("sdk", NAMES)
def test_an_answer_that_is_blocked_raises_the_clients_own_exception(shared: Gateway, sdk: Sdk) -> None:
    rule = "- {id: back, entities: [IN_PAN], action: Block, traffic: {directions: [Response]}}"
    shared.use(pack(rule))
    with sdk.open(shared.url, False) as client:
        with pytest.raises(Exception, match="IN_PAN") as error:
            sdk.questions["plain"](client, f"PAN {VALUES['IN_PAN']}")
        assert sdk.refused(error.value) == 403
    assert leaked(shared.stub.text()) == ["IN_PAN"]


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an Envoy whose sidecar is gone."""
    folder = tmp_path_factory.mktemp("outage")
    gateway = Settings(
        port=free_port(),
        upstreams=(Upstream(name="default", host=HOST, port=free_port(), tls=False),),
        route_dir=folder / "routes",
        sidecar_socket=folder / "nobody.sock",
        admin_socket=folder / "admin.sock",
    )
    with bare_envoy(gateway, Failure.CLOSED, folder / "envoy.log"):
        yield f"http://{HOST}:{gateway.port}"


@pytest.mark.parametrize("sdk", NAMES)
def test_an_outage_raises_the_clients_own_exception(outage: str, sdk: Sdk) -> None:
    with sdk.open(outage, False) as client, pytest.raises(Exception, match=re.escape(OUTAGE.message)) as error:
        sdk.questions["plain"](client, "hello")
    assert sdk.refused(error.value) == 503
