"""Two guards around ext_proc: nothing passes a Closed route that the sidecar did not let pass.

ext_proc itself fails open, whatever its configuration says, when the sidecar ends its stream with OK before it has
answered (measured on Envoy 1.40; docs/design/0003). The sidecar therefore marks, in dynamic metadata, the answer by
which it lets a request go, and the one by which it lets the provider's answer go. A client cannot forge metadata.
"""

from __future__ import annotations

from naka.envoy.model import Json, type_url
from naka.envoy.names import ANSWERED_KEY, CHECKED_KEY, CUSTOM_RESPONSE, METADATA_NAMESPACE, RBAC
from naka.envoy.replies import OUTAGE, body_format, reply_headers
from naka.envoy.shapes import Path, Shape, shapes

__all__ = ["answer_guard", "request_guard", "switched_off"]


def request_guard() -> Json:
    """Stands behind ext_proc: refuses a request that is not marked as checked."""
    metadata = {
        "filter": METADATA_NAMESPACE,
        "path": [{"key": CHECKED_KEY}],
        "value": {"bool_match": True},
    }
    checked = {"sourced_metadata": {"metadata_matcher": metadata, "metadata_source": "DYNAMIC"}}
    policy = {"permissions": [{"any": True}], "principals": [checked]}
    return {
        "name": RBAC,
        "typed_config": {
            "@type": type_url("envoy.extensions.filters.http.rbac.v3.RBAC"),
            "rules": {"action": "ALLOW", "policies": {CHECKED_KEY: policy}},
        },
    }


def answer_guard() -> Json:
    """Stands before ext_proc, so behind it for answers: replaces one that is not marked, of a request that is.

    A request that is not marked either got its answer from Envoy, not from the provider.
    """
    return {
        "name": CUSTOM_RESPONSE,
        "typed_config": {
            "@type": type_url("envoy.extensions.filters.http.custom_response.v3.CustomResponse"),
            "custom_response_matcher": {"matcher_list": {"matchers": [_refuse(shape) for shape in shapes()]}},
        },
    }


def _refuse(shape: Shape) -> Json:
    """Refuses an unread answer to a path of this shape."""
    unread = [_mark(CHECKED_KEY, present=True), _mark(ANSWERED_KEY, present=False)]
    if shape.paths:
        unread.append(_any([_path(path) for path in shape.paths]))
    headers = {"content-type": "application/json", **reply_headers(OUTAGE, shape)}
    refusal = {
        "@type": type_url("envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy"),
        "status_code": OUTAGE.status,
        "body_format": body_format(OUTAGE, shape),
        "response_headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }
    action = {"name": "refuse", "typed_config": refusal}
    return {"predicate": {"and_matcher": {"predicate": unread}}, "on_match": {"action": action}}


def _path(path: Path) -> Json:
    """A predicate: the request's path is one of this route."""
    terms = [_path_value({"prefix": path.start})] if path.start else []
    terms += [_path_value({"contains": piece}) for piece in path.holds]
    if path.end:
        terms.append(_any([_path_value({"suffix": path.end}), _path_value({"contains": f"{path.end}?"})]))
    return terms[0] if len(terms) == 1 else {"and_matcher": {"predicate": terms}}


def _path_value(value: Json) -> Json:
    header = type_url("envoy.type.matcher.v3.HttpRequestHeaderMatchInput")
    return {
        "single_predicate": {
            "input": {"name": "path", "typed_config": {"@type": header, "header_name": ":path"}},
            "value_match": value,
        }
    }


def _any(predicates: list[Json]) -> Json:
    return predicates[0] if len(predicates) == 1 else {"or_matcher": {"predicate": predicates}}


def _mark(key: str, *, present: bool) -> Json:
    """A predicate: the sidecar's metadata holds `key`, or does not."""
    held = type_url("envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput")
    matcher = type_url("envoy.extensions.matching.input_matchers.metadata.v3.Metadata")
    return {
        "single_predicate": {
            "input": {
                "name": key,
                "typed_config": {"@type": held, "filter": METADATA_NAMESPACE, "path": [{"key": key}]},
            },
            "custom_match": {
                "name": key,
                "typed_config": {"@type": matcher, "value": {"bool_match": True}, "invert": not present},
            },
        }
    }


def switched_off() -> Json:
    """Per-route settings that switch both guards off."""
    off = {"@type": type_url("envoy.config.route.v3.FilterConfig"), "disabled": True}
    return {RBAC: off, CUSTOM_RESPONSE: dict(off)}
