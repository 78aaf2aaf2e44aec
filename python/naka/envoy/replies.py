"""Envoy's own answers (sidecar gone, body too large, provider unreachable, ...) in OpenAI's error shape.

They are told apart by the constant that Envoy gives as response code details; the sidecar's own answers have
details that start with `naka_` and are left alone. Details measured on Envoy 1.40; `tests/wire` provokes
each. Source of the shape: OpenAI API reference, "Error codes"; of `x-should-retry`: openai-python
`_base_client.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from naka.envoy.model import Json, type_url

__all__ = ["OUTAGE", "REPLIES", "Reply", "error_body", "local_reply_config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One kind of answer that Envoy makes by itself."""

    details: tuple[str, ...]
    """Response code details start with one of these."""
    status: int | None = None
    """Sent instead of Envoy's own; None keeps that."""
    code: str
    kind: str
    """`error.type`."""
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
    kind="server_error",
    message="The check of this call is not available, so it was not let through. Try again.",
    retry=True,
)
REPLIES: tuple[Reply, ...] = (
    OUTAGE,
    Reply(
        details=("request_payload_too_large",),
        status=413,
        code="naka_too_large",
        kind="invalid_request_error",
        message="The body is larger than what the gateway holds.",
        retry=False,
    ),
    Reply(
        details=("response_payload_too_large",),
        status=502,
        code="naka_answer_too_large",
        kind="server_error",
        message="The answer of the provider is larger than what the gateway holds.",
        retry=False,
    ),
    Reply(
        details=("path_normalization_failed",),
        status=400,
        code="naka_bad_path",
        kind="invalid_request_error",
        message="The path is not in normal form.",
        retry=False,
    ),
    Reply(
        details=("upgrade_failed",),
        status=403,
        code="naka_upgrade_refused",
        kind="invalid_request_error",
        message="WebSocket and other upgrades cannot be checked, so they are not let through.",
        retry=False,
    ),
    Reply(
        details=("route_not_found",),
        status=404,
        code="naka_no_route",
        kind="invalid_request_error",
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
        kind="invalid_request_error",
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
        code="naka_upstream_unavailable",
        kind="server_error",
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
        code="naka_timeout",
        kind="server_error",
        message="The call moved no byte for too long.",
        retry=False,
    ),
)


def _matches(reply: Reply) -> Json:
    # Constants of this file only: nothing to escape.
    terms = [f"response.code_details.startsWith('{prefix}')" for prefix in reply.details]
    return {
        "extension_filter": {
            "name": "details",
            "typed_config": {
                "@type": type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"),
                "expression": " || ".join(terms),
            },
        }
    }


def error_body(reply: Reply) -> Json:
    """OpenAI's error body."""
    return {"error": {"message": reply.message, "type": reply.kind, "param": None, "code": reply.code}}


def _mapper(reply: Reply) -> Json:
    mapper: Json = {
        "filter": _matches(reply),
        "body_format_override": {"json_format": error_body(reply), "content_type": "application/json"},
    }
    if reply.status is not None:
        mapper["status_code"] = reply.status
    if not reply.retry:
        mapper["headers_to_add"] = [{"header": {"key": "x-should-retry", "value": "false"}}]
    return mapper


def local_reply_config() -> Json:
    """`local_reply_config` of the HTTP connection manager."""
    return {"mappers": [_mapper(reply) for reply in REPLIES]}
