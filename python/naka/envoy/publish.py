"""Puts a route file where Envoy watches for it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from naka.envoy.model import Json

__all__ = ["ROUTE_FILE", "publish_routes"]

ROUTE_FILE: Final = "routes.json"
"""Name of the file in `Gateway.route_dir`."""


def publish_routes(route_dir: Path, content: Json) -> Path:
    """Write `content` beside the route file and rename it into place: Envoy never sees half a file.

    Envoy's `watched_directory` acts on the rename. Raises OSError when the folder cannot be written.
    """
    target = route_dir / ROUTE_FILE
    handle, name = tempfile.mkstemp(prefix=".routes-", dir=route_dir)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
