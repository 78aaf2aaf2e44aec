"""Folders of a run are private, sockets fit, and ports are checked before anything starts."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from pathlib import Path

import pytest

from naka.errors import ConfigError
from naka.local.envoy import envoy_binary, is_live
from naka.local.ports import HOST, accepts, check_free
from naka.local.rundir import run_dir
from naka.local.up import _names_pid, _write_atomically


def test_the_run_folder_is_private_short_and_goes_with_the_run(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with run_dir(8080, root=deep) as files:
        assert stat.S_IMODE(files.run.stat().st_mode) == 0o700
        assert stat.S_IMODE(files.state.stat().st_mode) == 0o700
        assert files.state == deep / ".naka" / "8080"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(files.sidecar_socket))  # at most 108 bytes
        (files.state / "audit.jsonl").write_text("kept")
    assert not files.run.exists()
    assert (files.state / "audit.jsonl").read_text() == "kept"


def test_a_folder_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    (tmp_path / ".naka" / "8080").mkdir(parents=True, mode=0o755)
    with run_dir(8080, root=tmp_path) as files:
        assert stat.S_IMODE(files.state.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / ".naka").write_text("a file")
    with pytest.raises(ConfigError) as caught, run_dir(8080, root=tmp_path):
        pass
    assert caught.value.code == "run_dir_unusable"


def test_a_free_port_passes_and_a_taken_one_names_itself_and_its_option() -> None:
    with socket.create_server((HOST, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} on 127.0.0.1 is in use.*--gateway-port"):
            check_free(port, "--gateway-port")
        assert asyncio.run(accepts(port))
    check_free(port, "--gateway-port")
    assert not asyncio.run(accepts(port))


def test_a_port_that_several_may_share_is_in_use_too() -> None:
    """An Envoy with reuse_port would otherwise let a second one take half of the connections."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((HOST, 0))
        holder.listen(1)
        with pytest.raises(ConfigError):
            check_free(holder.getsockname()[1], "--gateway-port")


def test_envoy_comes_from_the_wheel_or_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NAKA_ENVOY", raising=False)
    assert os.access(envoy_binary(), os.X_OK)
    monkeypatch.setenv("NAKA_ENVOY", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="NAKA_ENVOY"):
        envoy_binary()


def test_an_envoy_that_is_not_there_is_not_live(tmp_path: Path) -> None:
    assert asyncio.run(is_live(tmp_path / "none.sock")) is False


@pytest.mark.parametrize(
    ("text", "found"), [('{"pid": 7}', True), ('{"pid": 8}', False), ("{", False), ("[]", False), ("", False)]
)
def test_a_ready_file_counts_only_for_the_process_that_wrote_it(tmp_path: Path, text: str, found: bool) -> None:
    ready = tmp_path / "ready"
    assert _names_pid(ready, 7) is False
    ready.write_text(text)
    assert _names_pid(ready, 7) is found


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "ready"
    _write_atomically(target, json.dumps({"a": 1}))
    assert json.loads(target.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [target]
