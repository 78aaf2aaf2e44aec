"""Envoy's own answers (sidecar gone, body too large, provider unreachable, ...) in the error shape of the API called.

They are told apart by the constant that Envoy gives as response code details; the sidecar's own answers have
details that start with `naka_` and are left alone. Details measured on Envoy 1.40; `tests/wire` provokes
each. Which shape a path gets: `naka.envoy.shapes`. Source of `x-should-retry`: openai-python `_base_client.py`;
other clients retry by status alone, so what would be the same again has none that they retry.
"""

from __future__ import annotations

from dataclasses import dataclass

from naka.envoy.model import Json, type_url
from naka.envoy.shapes import Shape, shapes

__all__ = ["OUTAGE", "REPLIES", "Reply", "body_format", "local_reply_config", "reply_headers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One kind of answer that Envoy makes by itself."""

    details: tuple[str, ...]
    """Response code details start with one of these."""
    status: int | None = None
    """Sent instead of Envoy's own; None keeps that."""
    stands_for: int = 400
    """What the error says its status is, where Envoy's own is kept."""
    code: str
    message: str
    retry: bool
    """False tells official clients not to send the same call again."""


OUTAGE = Reply(
    # Dead, in error or over the message timeout; ended with OK before its answer (the guard refuses); an answer that
    # Envoy cannot use.
    details=(
        "ext_proc_error",
        "rbac_access_denied",
        "spurious_message",
        "mismatch_between_content_length",
        "invalid_header_rejected",
    ),
    status=503,
    code="naka_unavailable",
    message="The check of this call is not available, so it was not let through. Try again.",
    retry=True,
)
REPLIES: tuple[Reply, ...] = (
    OUTAGE,
    Reply(
        details=("request_payload_too_large",),
        status=413,
        code="naka_too_large",
        message="The body is larger than what the gateway holds.",
        retry=False,
    ),
    Reply(
        details=("response_payload_too_large",),
        # The provider's doing, but no 5xx: the same call would bring the same answer.
        status=413,
        code="naka_answer_too_large",
        message="The answer of the provider is larger than what the gateway holds.",
        retry=False,
    ),
    Reply(
        details=("path_normalization_failed",),
        status=400,
        code="naka_bad_path",
        message="The path is not in normal form.",
        retry=False,
    ),
    Reply(
        details=("upgrade_failed",),
        status=403,
        code="naka_upgrade_refused",
        message="WebSocket and other upgrades cannot be checked, so they are not let through.",
        retry=False,
    ),
    Reply(
        details=("route_not_found",),
        status=404,
        code="naka_no_route",
        message="No upstream takes this path.",
        retry=False,
    ),
    Reply(
        details=(
            "http1.",
            "http2.",
            "missing_host_header",
            "missing_path",
            "absolute_path",
            "request_headers",
        ),
        code="naka_bad_request",
        message="The call is not valid HTTP.",
        retry=False,
    ),
    Reply(
        details=(
            "upstream_",
            "no_healthy_upstream",
            "cluster_not_found",
            "maintenance_mode",
            "response_timeout",
        ),
        # Whatever Envoy has (502, 503, 504): one that clients send again.
        status=503,
        code="naka_upstream_unavailable",
        message="The provider cannot be reached, or broke off its answer.",
        retry=True,
    ),
    Reply(
        details=(
            "stream_idle_timeout",
            "request_overall_timeout",
            "request_header_timeout",
            "duration_timeout",
        ),
        # Envoy's own are 408 and 504, which clients send again: another quarter of an hour of nothing.
        status=400,
        code="naka_timeout",
        message="The call moved no byte for too long.",
        retry=False,
    ),
)


def _matches(reply: Reply, shape: Shape) -> Json:
    # Constants of this file only: nothing to escape.
    terms = [f"response.code_details.startsWith('{prefix}')" for prefix in reply.details]
    expression = " || ".join(terms)
    if shape.paths:
        expression = f"({expression}) && ({' || '.join(path.cel() for path in shape.paths)})"
    return {
        "extension_filter": {
            "name": "details",
            "typed_config": {
                "@type": type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"),
                "expression": expression,
            },
        }
    }


def body_format(reply: Reply, shape: Shape) -> Json:
    """The body of an answer, as Envoy writes it."""
    body = shape.body(reply.status or reply.stands_for, reply.code, reply.message)
    return {"json_format": body, "content_type": "application/json"}


def reply_headers(reply: Reply, shape: Shape) -> dict[str, str]:
    """The headers of an answer."""
    headers = shape.headers(reply.status or reply.stands_for, reply.code)
    return headers if reply.retry else {**headers, "x-should-retry": "false"}


def _mapper(reply: Reply, shape: Shape) -> Json:
    mapper: Json = {
        "filter": _matches(reply, shape),
        "body_format_override": body_format(reply, shape),
        "headers_to_add": [
            {"header": {"key": key, "value": value}} for key, value in reply_headers(reply, shape).items()
        ],
    }
    if reply.status is not None:
        mapper["status_code"] = reply.status
    return mapper


def local_reply_config() -> Json:
    """`local_reply_config` of the HTTP connection manager: the first mapper that matches counts."""
    return {"mappers": [_mapper(reply, shape) for reply in REPLIES for shape in shapes()]}
