"""The listener: HTTP connection manager, ext_proc between its guards, router.

The order is the point. Requests go down the list and answers up: ext_proc asks the sidecar, the guard behind it in
either direction lets go only what the sidecar let go, the router calls the provider.
"""

from __future__ import annotations

from naka.envoy.guards import answer_guard, request_guard
from naka.envoy.model import Gateway, Json, type_url
from naka.envoy.names import EXT_PROC, METADATA_NAMESPACE, ROUTES, SIDECAR_CLUSTER
from naka.envoy.publish import ROUTE_FILE
from naka.envoy.replies import local_reply_config

__all__ = ["http_filters", "listener", "seconds"]

SHOWN_HEADERS = (
    ":method",
    ":path",
    ":authority",
    ":status",
    "content-type",
    "content-encoding",
    "content-length",
    "accept-encoding",
    "upgrade",
    "traceparent",
    "x-amz-date",
)
"""All that the sidecar reads (`naka-sidecar/src/convert.rs`; `test_shown_headers.py` holds them together). It never
sees the others, credentials among them, and none of them is sent and read for nothing."""


def seconds(value: float) -> str:
    """A protobuf duration in JSON."""
    return f"{value:.3f}s"


def _ext_proc(gateway: Gateway) -> Json:
    shown = [{"exact": name} for name in SHOWN_HEADERS]
    return {
        "name": EXT_PROC,
        "typed_config": {
            "@type": type_url("envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"),
            # No deadline for the stream, which lasts as long as the call; each answer has `message_timeout`.
            "grpc_service": {
                "envoy_grpc": {"cluster_name": SIDECAR_CLUSTER, "skip_envoy_headers": True},
                "timeout": "0s",
            },
            "message_timeout": seconds(gateway.message_timeout_s),
            "max_message_timeout": seconds(gateway.message_timeout_s * 5),
            "failure_mode_allow": False,
            # The request's headers always; the sidecar asks for all else in its answer to them, by mode override,
            # which an `allowed_override_modes` list would silently ignore on any mismatch. The response's headers
            # are among that, because Envoy's answer to what is no HTTP would otherwise wait for the sidecar on a
            # connection that is closed at once, and the client would get no answer at all (measured, Envoy 1.40).
            "processing_mode": {
                "request_header_mode": "SEND",
                "response_header_mode": "SKIP",
                "request_body_mode": "NONE",
                "response_body_mode": "NONE",
                "request_trailer_mode": "SKIP",
                "response_trailer_mode": "SKIP",
            },
            "allow_mode_override": True,
            "metadata_options": {"receiving_namespaces": {"untyped": [METADATA_NAMESPACE]}},
            "forward_rules": {"allowed_headers": {"patterns": shown}},
        },
    }


def http_filters(gateway: Gateway) -> list[Json]:
    """ext_proc between its guards, without the router; empty for a gateway without sidecar."""
    return [] if gateway.sidecar_socket is None else [answer_guard(), _ext_proc(gateway), request_guard()]


def _router() -> Json:
    return {
        "name": "envoy.filters.http.router",
        "typed_config": {
            "@type": type_url("envoy.extensions.filters.http.router.v3.Router"),
            "suppress_envoy_headers": True,
        },
    }


def _access_log(gateway: Gateway) -> list[Json]:
    if gateway.access_log is None:
        return []
    line = {
        "time": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "route": "%ROUTE_NAME%",
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "decision": "%RESP(X-NAKA-DECISION)%",
        "request_bytes": "%BYTES_RECEIVED%",
        "response_bytes": "%BYTES_SENT%",
        "duration_ms": "%DURATION%",
    }
    return [
        {
            "name": "file",
            "typed_config": {
                "@type": type_url("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
                "path": str(gateway.access_log),
                # No path: it may hold a value. The route and the decision id lead to the audit event.
                "log_format": {"json_format": line},
            },
        }
    ]


def _connection_manager(gateway: Gateway) -> Json:
    route_file = str(gateway.route_dir / ROUTE_FILE)
    source = {"path": route_file, "watched_directory": {"path": str(gateway.route_dir)}}
    return {
        "@type": type_url("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "naka",
        "codec_type": "AUTO",
        # One spelling of a path for us and for the provider.
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "use_remote_address": True,
        "skip_xff_append": True,
        # The provider's own Server header reaches the client.
        "server_header_transformation": "PASS_THROUGH",
        "request_headers_timeout": "30s",
        "stream_idle_timeout": seconds(gateway.stream_idle_timeout_s),
        "local_reply_config": local_reply_config(),
        "access_log": _access_log(gateway),
        "rds": {
            "route_config_name": ROUTES,
            "config_source": {"path_config_source": source, "resource_api_version": "V3"},
        },
        "http_filters": [*http_filters(gateway), _router()],
    }


def listener(gateway: Gateway) -> Json:
    """The one listener."""
    manager = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": _connection_manager(gateway),
    }
    return {
        "name": "naka",
        "address": {"socket_address": {"address": gateway.address, "port_value": gateway.port}},
        # Else a second Envoy on the same port would silently take half of the connections.
        "enable_reuse_port": False,
        "per_connection_buffer_limit_bytes": gateway.buffer_bytes,
        "filter_chains": [{"filters": [manager]}],
    }
