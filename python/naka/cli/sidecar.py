"""`naka sidecar`: the check-post beside one Envoy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `naka sidecar`."""
    app.command("sidecar")(sidecar)


def sidecar(
    policy: Annotated[Path, typer.Option(help="A folder of packs, or a compiled bundle (*.pb).")],
    ext_proc: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where Envoy's ext_proc filter connects: unix:/PATH or IP:PORT.")
    ] = "unix:/run/naka/ext_proc.sock",
    http: Annotated[
        str, typer.Option(metavar="ADDRESS", help="/metrics, /healthz and /readyz; 'none' for no such listener.")
    ] = "127.0.0.1:9464",
    detection: Annotated[
        str, typer.Option(metavar="ADDRESS", help="gRPC service naka.v1.Detection; 'none' for no such listener.")
    ] = "none",
    audit: Annotated[Path, typer.Option(help="Audit events, one JSON line each.")] = Path("audit.jsonl"),
    envoy_routes: Annotated[
        Path | None, typer.Option(help="Folder of Envoy's routes.json, kept in step with the enforced `failure`.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="Master key for tokens, made when missing; without it Tokenize acts as Redact.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(help="Namespace of the workload; without it every pack speaks.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="Label of the workload.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Threads that answer Envoy.")] = 1,
    max_body_bytes: Annotated[int, typer.Option(min=1 << 20, help="Larger bodies are unscannable.")] = 64 << 20,
    max_in_flight_bytes: Annotated[int, typer.Option(min=1 << 20, help="Bodies of all calls together.")] = 256 << 20,
    otlp_endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="OTEL_EXPORTER_OTLP_ENDPOINT",
            help="OpenTelemetry collector for metrics and traces, OTLP over gRPC; without it nothing is sent.",
        ),
    ] = None,
    body_deadline: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds for a body that Envoy does not buffer.")
    ] = 60.0,
    stream_idle: Annotated[
        float,
        typer.Option(min=0.1, max=3600, help="Seconds in which nothing comes before a streamed answer is cut off."),
    ] = 600.0,
    token_history: Annotated[
        float,
        typer.Option(
            min=0,
            max=86_400,
            help="Seconds for which tokens of conversations that providers keep can become values; 0: not at all.",
        ),
    ] = 0.0,
    token_history_bytes: Annotated[int, typer.Option(min=1, help="Bytes of all these values.")] = 16 << 20,
    drain: Annotated[float, typer.Option(min=0, max=3600, help="Seconds for running calls after SIGTERM.")] = 10.0,
    ready_file: Annotated[Path | None, typer.Option(help="Written as JSON when all of it serves.")] = None,
) -> None:
    """Run the check-post beside one Envoy. SIGTERM drains; SIGHUP reopens the audit file."""
    import logging

    from naka.sidecar import Settings, run

    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    run(
        Settings(
            policy=policy,
            ext_proc=ext_proc,
            http=http,
            detection=detection,
            audit=audit,
            envoy_routes=envoy_routes,
            key_file=key_file,
            namespace=namespace,
            labels=_labels(label),
            workers=workers,
            otlp_endpoint=otlp_endpoint or None,
            max_body_bytes=max_body_bytes,
            max_in_flight_bytes=max_in_flight_bytes,
            body_deadline_s=body_deadline,
            stream_idle_s=stream_idle,
            token_history_s=token_history,
            token_history_bytes=token_history_bytes,
            drain_s=drain,
            ready_file=ready_file,
        )
    )


def _labels(given: list[str] | None) -> dict[str, str] | None:
    if given is None:
        return None
    labels: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise typer.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--label")
        labels[key] = value
    return labels
