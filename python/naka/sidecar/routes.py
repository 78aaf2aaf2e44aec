"""Keeps Envoy's route file in step with the enforced `failure`.

The file is Envoy's, made by `naka envoy config` or by hand; only what says whether traffic passes while the
sidecar is gone is changed in it: `failure_mode_allow` of ext_proc, and the guard behind it.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

from naka.envoy import ROUTE_FILE, Failure, Json, discovery_response, publish_routes
from naka.envoy.model import type_url
from naka.envoy.names import EXT_PROC, RBAC
from naka.errors import ConfigError

__all__ = ["keep_failure", "with_failure"]

_FILTERS = "typed_per_filter_config"


def keep_failure(folder: Path, failure: Failure) -> bool:
    """Make the route file in `folder` say `failure`. True when that changed it.

    Raises ConfigError when there is no readable route file, or it cannot be replaced.
    """
    path = folder / ROUTE_FILE
    try:
        content = json.loads(path.read_bytes())
        wanted = with_failure(content, failure)
        if wanted == content:
            return False
        publish_routes(folder, wanted)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", code="routes_unusable") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ConfigError(
            f"{path}: is no route file as `naka envoy config` writes it", code="routes_unusable"
        ) from None
    return True


def with_failure(content: Json, failure: Failure) -> Json:
    """A copy of a route file's content in which every route that asks the sidecar has `failure`.

    Routes that switch the sidecar off, or do not go through it, stay as they are.
    """
    changed = copy.deepcopy(content)
    for resource in changed["resources"]:
        for host in resource["virtual_hosts"]:
            for route in host["routes"]:
                _set(route, failure)
    if changed == content:
        return content
    routes = {key: value for key, value in changed["resources"][0].items() if key != "@type"}
    return discovery_response(routes)


def _set(route: Json, failure: Failure) -> None:
    filters: Json = route.get(_FILTERS, {})
    overrides: Json | None = filters.get(EXT_PROC, {}).get("overrides")
    if overrides is None:
        return
    overrides["failure_mode_allow"] = failure is Failure.OPEN
    if failure is Failure.OPEN:
        # An empty RBACPerRoute switches the guard off.
        filters[RBAC] = {"@type": type_url("envoy.extensions.filters.http.rbac.v3.RBACPerRoute")}
    else:
        filters.pop(RBAC, None)
