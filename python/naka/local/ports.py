"""TCP ports on 127.0.0.1: are they free, and does somebody answer."""

from __future__ import annotations

import asyncio
import errno
import socket

from naka.errors import ConfigError

__all__ = ["HOST", "accepts", "check_free"]

HOST = "127.0.0.1"


def check_free(port: int, option: str) -> None:
    """Raise ConfigError when `port` cannot be listened on; the message names the port and the option to change."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise ConfigError(
                f"port {port} on {HOST} {why}: choose another one with {option}, or stop what holds it",
                code="port_in_use",
            ) from error


async def accepts(port: int) -> bool:
    """True when somebody accepts a connection."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
