"""`naka up`: all of Naka on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from naka.local.up import Started

__all__ = ["register"]

_TRY = """\
[bold green]Naka is up.[/]  Ctrl-C stops all of it.

  gateway   {gateway}/v1      point an OpenAI client here
  {upstream}
  policies  {policy}      edit a file: in force within a second
  audit     {audit}

[bold]Try[/]
  curl -s {gateway}/v1/chat/completions -H 'content-type: application/json' \\
    -d '{{"model":"stub","messages":[{{"role":"user","content":"mera aadhaar 5109 8027 4087 hai"}}]}}'
{received}
[bold]From Python[/]
  from openai import OpenAI
  client = OpenAI(base_url="{gateway}/v1", api_key="{key}")
  client.chat.completions.create(model="stub", messages=[{{"role": "user", "content": "my PAN is ABCPK1234L"}}])
"""


def register(app: typer.Typer) -> None:
    """Add `naka up`."""
    app.command("up")(command)


def command(
    gateway_port: Annotated[int, typer.Option(min=1, max=65535, help="Where clients call.")] = 8080,
    stub_port: Annotated[int, typer.Option(min=1, max=65535, help="Where the stub LLM listens.")] = 8081,
    policy: Annotated[
        Path | None,
        typer.Option(help="Folder of policy packs, watched. Default: ./naka-policies, made with samples if missing."),
    ] = None,
    upstream: Annotated[
        str | None, typer.Option(help="URL of a real provider, such as https://api.openai.com; no stub then.")
    ] = None,
    upstream_ca: Annotated[
        Path | None, typer.Option(help="PEM bundle to verify --upstream against. Default: the machine's.")
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Written, as JSON, when all of it serves.")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve the sidecar's metrics and health on this port.")
    ] = None,
) -> None:
    """Run Envoy, the sidecar and a stub LLM on 127.0.0.1, with the policies of a folder. Ctrl-C stops all."""
    from rich.console import Console
    from rich.markup import escape

    from naka.local.up import Settings, up

    settings = Settings(
        gateway_port=gateway_port,
        stub_port=stub_port,
        policy=policy,
        upstream=upstream,
        upstream_ca=upstream_ca,
        ready_file=ready_file,
        metrics_port=metrics_port,
    )
    console = Console(highlight=False, soft_wrap=True)
    up(
        settings,
        say=lambda line: console.print(escape(line)),
        on_started=lambda started: console.print(_text(started)),
    )
    sys.stdout.write("naka up: stopped\n")


def _text(started: Started) -> str:
    from rich.markup import escape

    if started.stub is not None:
        upstream = f"stub LLM  {started.stub}      echoes what it was asked"
        received = f"  curl -s {started.stub}/_received      what it received (DELETE clears)\n"
    else:
        upstream, received = f"upstream  {escape(started.upstream or '')}", ""
    return _TRY.format(
        gateway=started.gateway,
        upstream=upstream,
        received=received,
        policy=escape(str(started.policy)),
        audit=escape(str(started.audit)),
        key="any" if started.stub is not None else "your key",
    )
