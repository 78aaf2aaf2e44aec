"""Envoy clusters: the sidecar, and each upstream."""

from __future__ import annotations

import ipaddress

from naka.envoy.model import Gateway, Json, Upstream, type_url
from naka.envoy.names import SIDECAR_CLUSTER

__all__ = ["clusters", "sidecar_cluster"]

_MANY = {"max_connections": 10_000, "max_pending_requests": 10_000, "max_requests": 10_000}
"""Calls to LLMs last long: the default of 1,024 at once is too few for a shared gateway."""


def _protocol(options: Json) -> Json:
    message = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    return {message: {"@type": type_url(message), **options}}


def _assignment(name: str, address: Json) -> Json:
    endpoint = {"endpoint": {"address": address}}
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}


def sidecar_cluster(gateway: Gateway) -> Json:
    """gRPC over the sidecar's UNIX socket."""
    return {
        "name": SIDECAR_CLUSTER,
        "type": "STATIC",
        "connect_timeout": "1s",
        "per_connection_buffer_limit_bytes": gateway.buffer_bytes,
        "circuit_breakers": {"thresholds": [_MANY]},
        "typed_extension_protocol_options": _protocol({"explicit_http_config": {"http2_protocol_options": {}}}),
        "load_assignment": _assignment(SIDECAR_CLUSTER, {"pipe": {"path": str(gateway.sidecar_socket)}}),
    }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _tls(upstream: Upstream) -> Json:
    address = _is_address(upstream.host)
    san = {"san_type": "IP_ADDRESS" if address else "DNS", "matcher": {"exact": upstream.host}}
    context: Json = {
        "@type": type_url("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"),
        "common_tls_context": {
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "validation_context": {
                "trusted_ca": {"filename": str(upstream.ca_file)},
                "match_typed_subject_alt_names": [san],
            },
        },
    }
    if not address:  # RFC 6066 allows no address as SNI
        context["sni"] = upstream.host
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _upstream_cluster(gateway: Gateway, upstream: Upstream) -> Json:
    socket = {"socket_address": {"address": upstream.host, "port_value": upstream.port}}
    cluster: Json = {
        "name": upstream.cluster,
        "type": "STATIC" if _is_address(upstream.host) else "LOGICAL_DNS",
        # Addresses of both families are tried (RFC 8305); the default would take IPv6 alone where a name has it.
        "dns_lookup_family": "ALL",
        "connect_timeout": "5s",
        "per_connection_buffer_limit_bytes": gateway.buffer_bytes,
        "circuit_breakers": {"thresholds": [_MANY]},
        "load_assignment": _assignment(upstream.cluster, socket),
    }
    # A pooled connection is dropped before servers usually drop it (60 s and more), so that none closes under
    # a call.
    common = {"common_http_protocol_options": {"idle_timeout": "45s"}}
    if upstream.tls:
        both: Json = {"http_protocol_options": {}, "http2_protocol_options": {}}
        cluster["typed_extension_protocol_options"] = _protocol(common | {"auto_config": both})
        cluster["transport_socket"] = _tls(upstream)
    else:
        plain: Json = {"explicit_http_config": {"http_protocol_options": {}}}
        cluster["typed_extension_protocol_options"] = _protocol(common | plain)
    return cluster


def clusters(gateway: Gateway) -> list[Json]:
    """All clusters."""
    own = [sidecar_cluster(gateway)] if gateway.sidecar_socket is not None else []
    return own + [_upstream_cluster(gateway, upstream) for upstream in gateway.upstreams]
