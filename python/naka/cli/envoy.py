"""`naka envoy config`: Envoy's configuration, for an Envoy that the user runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


class Part(StrEnum):
    """What to print."""

    BOOTSTRAP = "bootstrap"
    ROUTES = "routes"
    FILTERS = "filters"
    CLUSTER = "cluster"
    REPLIES = "replies"


class Format(StrEnum):
    """How to print it."""

    YAML = "yaml"
    JSON = "json"


class Failing(StrEnum):
    """What happens to traffic when the sidecar is gone."""

    CLOSED = "closed"
    OPEN = "open"


envoy = typer.Typer(no_args_is_help=True, help="Configuration for an Envoy of your own.")


def register(app: typer.Typer) -> None:
    """Add `naka envoy`."""
    app.add_typer(envoy, name="envoy")


@envoy.callback()
def _group() -> None:
    """Configuration for an Envoy of your own."""


@envoy.command("config")
def config(
    upstream: Annotated[
        list[str] | None,
        typer.Option(help="NAME=URL or URL, repeatable; the first takes every path, others /NAME/..."),
    ] = None,
    part: Annotated[Part, typer.Option(help="All of it, or one piece to put into a configuration of your own.")] = (
        Part.BOOTSTRAP
    ),
    out_format: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.YAML,
    address: Annotated[str, typer.Option(help="Where Envoy listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where Envoy listens.")] = 8080,
    ext_proc: Annotated[Path, typer.Option(help="UNIX socket of `naka sidecar --ext-proc`.")] = Path(
        "/run/naka/ext_proc.sock"
    ),
    routes: Annotated[Path, typer.Option(help="Folder of `naka sidecar --envoy-routes`.")] = Path("/run/naka/routes"),
    admin: Annotated[
        Path | None, typer.Option(help="UNIX socket for Envoy's admin interface; none without it.")
    ] = None,
    failure: Annotated[
        Failing, typer.Option(help="With --part routes: what the file says before the sidecar keeps it.")
    ] = Failing.CLOSED,
    message_timeout: Annotated[
        float, typer.Option(min=0.05, max=60, help="Seconds that one answer of the sidecar may take.")
    ] = 2.0,
    buffer_bytes: Annotated[
        int, typer.Option(min=9 << 20, help="Largest body that Envoy holds; above the policy's maxBufferedBytes.")
    ] = 16 << 20,
    ca_file: Annotated[
        Path | None, typer.Option("--upstream-ca", help="PEM bundle to verify https upstreams against.")
    ] = None,
    access_log: Annotated[
        Path | None, typer.Option(help="File for one JSON line per call, without bodies, headers and paths.")
    ] = None,
) -> None:
    """Print Envoy's configuration. Put `--part routes` into ROUTES/routes.json before Envoy starts."""
    from naka.envoy import (
        Failure,
        Gateway,
        Json,
        bootstrap,
        discovery_response,
        http_filters,
        local_reply_config,
        parse_named_upstream,
        route_configuration,
        sidecar_cluster,
    )

    given = upstream or ["https://api.openai.com"]
    gateway = Gateway(
        address=address,
        port=port,
        upstreams=tuple(parse_named_upstream(text, ca_file=ca_file) for text in given),
        route_dir=routes,
        sidecar_socket=ext_proc,
        admin_socket=admin,
        message_timeout_s=message_timeout,
        buffer_bytes=buffer_bytes,
        access_log=access_log,
    )
    closed = Failure.CLOSED if failure is Failing.CLOSED else Failure.OPEN
    makers: dict[Part, Callable[[], Json]] = {
        Part.BOOTSTRAP: lambda: bootstrap(gateway),
        Part.ROUTES: lambda: discovery_response(route_configuration(gateway, closed)),
        Part.FILTERS: lambda: {"http_filters": http_filters(gateway)},
        Part.CLUSTER: lambda: {"clusters": [sidecar_cluster(gateway)]},
        Part.REPLIES: lambda: {"local_reply_config": local_reply_config()},
    }
    data = makers[part]()
    if out_format is Format.JSON:
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
        return
    import yaml

    sys.stdout.write(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120))
