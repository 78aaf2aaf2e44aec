"""Envoy itself accepts every configuration that we print."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from naka.cli.main import app
from naka.errors import ConfigError
from naka.local.envoy import envoy_binary


def printed(*options: str) -> str:
    done = CliRunner().invoke(app, ["envoy", "config", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--upstream", "http://127.0.0.1:9000"),
        ("--upstream", "https://a.example/x", "--upstream", "b=https://10.0.0.1:8443"),
        ("--upstream", "https://a.example", "--admin", "admin.sock", "--access-log", "access.log"),
        ("--address", "0.0.0.0", "--message-timeout", "0.5", "--buffer-bytes", "33554432"),
    ],
)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_envoy_accepts_the_configuration(tmp_path: Path, options: tuple[str, ...], form: str) -> None:
    routes = tmp_path / "routes"
    routes.mkdir()
    common = ("--routes", str(routes), "--format", form, *options)
    (routes / "routes.json").write_text(printed(*common[:2], "--part", "routes", "--format", "json", *options))
    config = tmp_path / f"envoy.{form}"
    config.write_text(printed(*common))
    done = subprocess.run(
        [str(envoy_binary()), "--mode", "validate", "--config-path", str(config), "--log-level", "warning"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    # A field that the next Envoy drops is found here first.
    assert "Deprecated" not in done.stderr


@pytest.mark.parametrize("part", ["filters", "cluster", "replies"])
def test_every_part_of_it_is_in_the_whole(part: str) -> None:
    whole = printed("--format", "json")
    piece = json.loads(printed("--part", part, "--format", "json"))
    (key,) = piece
    texts = [json.dumps(item) for item in (piece[key] if isinstance(piece[key], list) else [piece[key]])]
    assert all(text in json.dumps(json.loads(whole)) for text in texts)


def test_a_wrong_upstream_is_a_wrong_setting() -> None:
    done = CliRunner().invoke(app, ["envoy", "config", "--upstream", "nonsense"])
    assert isinstance(done.exception, ConfigError)
    assert done.exception.code == "upstream_invalid"
