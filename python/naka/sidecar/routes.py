"""Keeps Envoy's route file in step with the enforced `failure`.

The file is Envoy's, made by `naka envoy config` or by hand; only what says whether traffic passes while the
sidecar is gone is changed in it: `failure_mode_allow` of ext_proc, and the guards around it.
"""

from __future__ import annotations

import json
from pathlib import Path

from naka.envoy import ROUTE_FILE, Failure, publish_routes, with_failure
from naka.errors import ConfigError

__all__ = ["keep_failure"]


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
