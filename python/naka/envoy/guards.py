"""Two guards around ext_proc: nothing passes a Closed route that the sidecar did not let pass.

ext_proc itself fails open, whatever its configuration says, when the sidecar ends its stream with OK before it has
answered (measured on Envoy 1.40; docs/design/0003). The sidecar therefore marks, in dynamic metadata, the answer by
which it lets a request go, and the one by which it lets the provider's answer go. A client cannot forge metadata.
"""

from __future__ import annotations

from naka.envoy.model import Json, type_url
from naka.envoy.names import ANSWERED_KEY, CHECKED_KEY, CUSTOM_RESPONSE, METADATA_NAMESPACE, RBAC
from naka.envoy.replies import OUTAGE, error_body

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
    unread = {"and_matcher": {"predicate": [_mark(CHECKED_KEY, present=True), _mark(ANSWERED_KEY, present=False)]}}
    refusal = {
        "@type": type_url("envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy"),
        "status_code": OUTAGE.status,
        "body_format": {"json_format": error_body(OUTAGE)},
        "response_headers_to_add": [
            {
                "header": {"key": "content-type", "value": "application/json"},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ],
    }
    refuse = {"predicate": unread, "on_match": {"action": {"name": "refuse", "typed_config": refusal}}}
    return {
        "name": CUSTOM_RESPONSE,
        "typed_config": {
            "@type": type_url("envoy.extensions.filters.http.custom_response.v3.CustomResponse"),
            "custom_response_matcher": {"matcher_list": {"matchers": [refuse]}},
        },
    }


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
