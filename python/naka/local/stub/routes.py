"""Which path of the stub gets whose answer, also for errors: a model called `error-403` fails with that status."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from naka.local.stub import answers as openai
from naka.local.stub import anthropic, bedrock, cohere, google, mcp, ollama, openai_more
from naka.local.stub.asked import Body, Call

__all__ = ["Answer", "answer"]

_FAILING = re.compile(r"error-(4\d\d|5\d\d)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Route:
    path: re.Pattern[str]
    """Of the end of the path; its group `model`, if it has one, is the model."""
    make: Callable[[Call], Mapping[str, Any]]
    error: Callable[[int, str], Mapping[str, Any]]


def _openai_error(_status: int, message: str) -> Mapping[str, Any]:
    return openai.error(message)


_Made = tuple[str, Callable[[Call], Mapping[str, Any]]]


def _routes(error: Callable[[int, str], Mapping[str, Any]], *made: _Made) -> list[_Route]:
    return [_Route(re.compile(f"{path}$"), make, error) for path, make in made]


_ROUTES = [
    *_routes(
        _openai_error,
        ("/v1/chat/completions", lambda call: openai.chat(call.body)),
        ("/openai/deployments/(?P<model>[^/]+)/chat/completions", lambda call: openai.chat(call.body)),
        ("/openai/deployments/(?P<model>[^/]+)/embeddings", lambda call: openai.embeddings(call.body)),
        ("/v1/embeddings", lambda call: openai.embeddings(call.body)),
        ("/(?:v1|openai)/responses", openai_more.responses),
        ("/v1/completions", openai_more.completions),
        ("/v1/moderations", openai_more.moderations),
        ("/v1/images/generations", openai_more.image),
        ("/v1/vector_stores/[^/]+/search", openai_more.search),
        ("/v1/conversations", openai_more.conversation),
        ("/v1/conversations/[^/]+/items", openai_more.message_list),
        ("/v1/threads/[^/]+/messages", openai_more.thread_message),
    ),
    *_routes(
        anthropic.error,
        ("/v1/messages", anthropic.messages),
        ("/v1/messages/count_tokens", anthropic.count),
        ("/v1/messages/batches", anthropic.batch),
    ),
    *_routes(
        google.error,
        ("/models/(?P<model>[^/:]+):generateContent", google.generate),
        ("/models/(?P<model>[^/:]+):countTokens", google.tokens),
        ("/models/(?P<model>[^/:]+):(?:batchEmbedContents|embedContent)", google.embed),
    ),
    *_routes(cohere.error, ("/v2/chat", cohere.chat), ("/v2/embed", cohere.embed), ("/v2/rerank", cohere.rerank)),
    *_routes(
        bedrock.error,
        ("/model/(?P<model>[^/]+)/converse", bedrock.converse),
        ("/model/(?P<model>[^/]+)/invoke", bedrock.invoke),
    ),
    *_routes(
        ollama.error, ("/api/chat", ollama.chat), ("/api/generate", ollama.generate), ("/api/embed", ollama.embed)
    ),
    *_routes(mcp.error, ("/mcp", mcp.message)),
]
"""POST routes whose body must be a JSON object."""


def answer(path: str, body: Body | None) -> Answer | None:
    """The answer to a POST; None for a path that no route has. `body` is None when it is no JSON object."""
    found = next(((route, match) for route in _ROUTES if (match := route.path.search(path))), None)
    if found is None:
        return None
    route, match = found
    if body is None:
        return Answer(route.error(400, "The body is not a JSON object."), 400)
    model = unquote(match.groupdict().get("model") or str(body.get("model", "stub")))
    failing = _FAILING.search(model)
    if failing is None:
        return Answer(route.make(Call(body, model)))
    status = int(failing.group(1))
    headers = {"x-amzn-errortype": bedrock.ERROR_TYPES[status]} if route.error is bedrock.error else None
    return Answer(route.error(status, "The stub was asked to fail."), status, headers)
