"""The stub LLM answers in OpenAI's shapes and tells exactly what reached it."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from naka.local.stub import Record, Recorder, create_app
from naka.local.stub.answers import chat, chat_stream, embeddings, last_user_text


def client(recorder: Recorder) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(recorder))
    return httpx.AsyncClient(transport=transport, base_url="http://stub")


@pytest.mark.anyio
async def test_received_lists_method_path_headers_and_body_and_delete_clears() -> None:
    async with client(Recorder()) as http:
        await http.put("/some/where?x=1", content=b'{"a": 1.0}', headers={"x-tag": "t"})
        (record,) = (await http.get("/_received")).json()
        assert (record["method"], record["path"]) == ("PUT", "/some/where?x=1")
        assert record["headers"]["x-tag"] == "t"
        assert record["body"] == '{"a": 1.0}'
        assert record["complete"] is True
        assert (await http.delete("/_received")).status_code == 204
        assert (await http.get("/_received")).json() == []


@pytest.mark.anyio
async def test_a_binary_body_is_recorded_as_base64() -> None:
    async with client(Recorder()) as http:
        await http.post("/v1/files", content=b"\xff\x00\xfe")
        (record,) = (await http.get("/_received")).json()
        assert record["body_encoding"] == "base64"
        assert base64.b64decode(record["body"]) == b"\xff\x00\xfe"


@pytest.mark.anyio
async def test_a_body_that_is_no_object_gets_an_openai_error() -> None:
    async with client(Recorder()) as http:
        for body in (b"{", b"[]", b"", b"\xff", b"[" * 100_000):
            answer = await http.post("/v1/chat/completions", content=body)
            assert answer.status_code == 400
            assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.anyio
async def test_models_and_unknown_paths_answer_200() -> None:
    async with client(Recorder()) as http:
        assert (await http.get("/v1/models")).json()["data"][0]["id"] == "stub"
        assert (await http.post("/v9/other", content=b"x")).json()["body_bytes"] == 1


def test_the_record_drops_the_oldest_over_its_limits() -> None:
    recorder = Recorder(max_records=3, max_body_bytes=10, max_total_bytes=25)
    for number in range(5):
        record = Record(method="POST", path=f"/{number}", headers=[])
        record.feed(b"x" * 12, recorder.max_body_bytes)
        recorder.add(record)
    kept = recorder.as_json()
    assert [record["path"] for record in kept] == ["/3", "/4"]
    assert kept[0]["truncated"] is True
    assert kept[0]["body_bytes"] == 12
    assert recorder.dropped == 3


def test_chat_echoes_the_last_text_of_the_user() -> None:
    request = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "first"},
            {"role": "user", "content": [{"type": "text", "text": "नमस्ते"}, {"type": "image_url"}]},
            {"role": "tool", "content": "ignored"},
        ],
    }
    assert last_user_text(request) == "नमस्ते"
    assert chat(request)["choices"][0]["message"]["content"] == "You said: नमस्ते"
    assert chat(request) == chat(json.loads(json.dumps(request)))


def test_a_named_tool_is_called_with_the_text() -> None:
    request = {
        "messages": [{"role": "user", "content": "go"}],
        "tool_choice": {"type": "function", "function": {"name": "lookup"}},
    }
    (choice,) = chat(request)["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"text": "go"}


def test_a_stream_says_the_same_as_the_plain_answer_and_ends_with_done() -> None:
    request = {
        "messages": [{"role": "user", "content": "one  two three"}],
        "stream_options": {"include_usage": True},
    }
    events = b"".join(chat_stream(request)).split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    chunks = [json.loads(event.removeprefix(b"data: ")) for event in events[:-2]]
    said = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    assert said == chat(request)["choices"][0]["message"]["content"]
    assert chunks[-1]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(("given", "count"), [("a", 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2), (None, 1)])
def test_every_input_gets_one_embedding(given: object, count: int) -> None:
    assert len(embeddings({"input": given})["data"]) == count
