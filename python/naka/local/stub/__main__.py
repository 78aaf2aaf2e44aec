"""`python -m naka.local.stub --port 8081`: serve the stub on 127.0.0.1 until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse

import uvicorn

from naka.local.stub.app import create_app

IDLE_SECONDS = 3600
"""Keep-alive: longer than any pause between a gateway's requests, so that none is closed in use."""


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m naka.local.stub", description="A stub LLM that echoes.")
    parser.add_argument("--port", type=int, default=8081, help="on 127.0.0.1")
    arguments = parser.parse_args()
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=arguments.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
