"""The stub LLM as an ASGI application.

Chat and what stands beside it in the shapes of OpenAI, Anthropic, Gemini, Cohere, Bedrock, Ollama and MCP
(`routes.py`), OpenAI's chat also streamed; `/v1/files`, `/v1/models`; any other path answers 200 with what it was
asked. `GET /_received` lists what came, `DELETE /_received` clears; `PUT /_answer` says what is answered instead
(`scripted.py`). None of these is recorded.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from naka.local.stub import answers, routes
from naka.local.stub.record import Record, Recorder
from naka.local.stub.scripted import Script

__all__ = ["create_app"]

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def _receive(request: Request, recorder: Recorder) -> Record:
    """Read and record the whole request; raises ClientDisconnect, after recording it, when it is cut off."""
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    record = Record(
        method=request.method,
        path=(raw_path + (b"?" + query if query else b"")).decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
    )
    try:
        async for chunk in request.stream():
            record.feed(chunk, recorder.max_body_bytes)
        record.complete = True
    finally:
        recorder.add(record)
    return record


def _parse(body: bytes) -> Mapping[str, Any] | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


async def _stream(request: Mapping[str, Any]) -> AsyncIterator[bytes]:
    for event in answers.chat_stream(request):
        yield event


def _answer(record: Record, path: str) -> Response:
    if record.method == "POST":
        parsed = _parse(bytes(record.body))
        if parsed is not None and parsed.get("stream") is True and path.endswith("/chat/completions"):
            return StreamingResponse(_stream(parsed), media_type="text/event-stream")
        made = routes.answer(path, parsed)
        if made is not None:
            headers = dict(made.headers) if made.headers else None
            return JSONResponse(dict(made.body), status_code=made.status, headers=headers)
    if record.method == "POST" and path == "/v1/files":
        return JSONResponse(answers.file_object(bytes(record.body), record.size))
    if record.method == "GET" and path == "/v1/models":
        return JSONResponse(answers.models())
    return JSONResponse({"stub": True, "method": record.method, "path": record.path, "body_bytes": record.size})


def create_app(recorder: Recorder | None = None) -> Starlette:
    """The application; `recorder` may be given so that a test can look without HTTP."""
    kept = recorder if recorder is not None else Recorder()
    script: list[Script] = []

    async def received(request: Request) -> Response:
        if request.method == "DELETE":
            kept.clear()
            return Response(status_code=204)
        headers = {"x-stub-dropped": str(kept.dropped)}
        return JSONResponse(kept.as_json(), headers=headers)

    async def scripted(request: Request) -> Response:
        script.clear()
        if request.method == "PUT":
            try:
                script.append(Script.read(_parse(await request.body()) or {}))
            except ValueError as error:
                return Response(str(error), status_code=400)
        return Response(status_code=204)

    async def anything(request: Request) -> Response:
        try:
            record = await _receive(request, kept)
        except ClientDisconnect:
            return Response(status_code=400)
        if script and record.method == "POST":
            return script[0].response()
        return _answer(record, request.url.path)

    return Starlette(
        routes=[
            Route("/_received", received, methods=["GET", "DELETE"]),
            Route("/_answer", scripted, methods=["PUT", "DELETE"]),
            Route("/{path:path}", anything, methods=_METHODS),
        ]
    )
