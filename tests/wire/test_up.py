"""`naka up` as a user meets it: ports, the ready file, one Ctrl-C, a part that ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wire.gateway import Gateway, five, naka_up
from wire.harness import HOST, call, chat, free_port, wait_until


def run_up(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "naka.cli", "up", *options], capture_output=True, text=True, timeout=60, cwd=folder
    )


def gone(pids: list[int]) -> bool:
    """True when none of them runs."""

    def state(pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "gone"

    return all(state(pid) in ("gone", "Z") for pid in pids)


@pytest.mark.parametrize("option", ["--gateway-port", "--stub-port", "--metrics-port"])
def test_a_port_in_use_is_a_clear_error(tmp_path: Path, option: str) -> None:
    ports = {name: free_port() for name in ("--gateway-port", "--stub-port", "--metrics-port")}
    with socket.create_server((HOST, 0)) as holder:
        ports[option] = holder.getsockname()[1]
        done = run_up(tmp_path, *(text for name, port in ports.items() for text in (name, str(port))))
    assert done.returncode == 2
    assert f"port {ports[option]} on 127.0.0.1 is in use" in done.stderr
    assert option in done.stderr
    assert "Traceback" not in done.stderr


def test_the_port_of_another_naka_up_is_in_use(shared: Gateway, tmp_path: Path) -> None:
    done = run_up(tmp_path, "--gateway-port", str(shared.port), "--stub-port", str(free_port()))
    assert done.returncode == 2
    assert "is in use" in done.stderr


def test_a_wrong_policy_at_the_start_is_told_by_file_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "pack.yaml").write_text(five("Maks"))
    options = ("--gateway-port", str(free_port()), "--stub-port", str(free_port()))
    done = run_up(tmp_path, "--policy", str(tmp_path / "policies"), *options)
    assert done.returncode == 1
    assert "pack.yaml:" in done.stderr
    assert "spec.rules[0].action" in done.stderr
    assert "Traceback" not in done.stderr


def test_everything_listens_on_loopback_or_in_a_private_folder(shared: Gateway) -> None:
    pids = set(shared.ready()["pids"].values())
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(link.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    listening = "0A"
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and fields[9] in inodes:
                assert fields[1].split(":")[0] == loopback, line
    run = Path(shared.ready()["routes"]).parents[1]
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(shared.ready()["audit"]).parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_all_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with naka_up(tmp_path, five("Mask")) as gateway:
        pids = list(gateway.ready()["pids"].values())
        run = Path(gateway.ready()["routes"]).parents[1]
        assert len(pids) == 3
        gateway.process.send_signal(number)
        assert gateway.process.wait(20) == 0
        assert gone(pids)
        assert not gateway.ready_file.exists()
        assert not run.exists()
        assert "Traceback" not in gateway.printed()


def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with naka_up(tmp_path, five("Mask")) as gateway:
        pids = list(gateway.ready()["pids"].values())
        gateway.process.kill()
        gateway.process.wait()
        wait_until(lambda: gone(pids), "the children's end")


def test_the_end_of_envoy_ends_all_with_a_clear_text(tmp_path: Path) -> None:
    with naka_up(tmp_path, five("Mask")) as gateway:
        pids = list(gateway.ready()["pids"].values())
        os.kill(gateway.pid("envoy"), signal.SIGKILL)
        assert gateway.process.wait(20) == 1
        assert gone(pids)
        assert "envoy ended (signal SIGKILL)" in gateway.printed()
        assert "Traceback" not in gateway.printed()


def test_without_options_a_first_user_gets_samples_and_something_to_try(tmp_path: Path) -> None:
    port, stub_port, ready = free_port(), free_port(), tmp_path / "ready"
    command = [sys.executable, "-m", "naka.cli", "up", "--ready-file", str(ready)]
    command += ["--gateway-port", str(port), "--stub-port", str(stub_port)]
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: ready.exists() or process.poll() is not None, "naka up", 100)
        printed = log.read_text()
        assert f"http://127.0.0.1:{port}/v1" in printed
        assert "naka-policies" in printed
        # The command that it prints, as a shell runs it.
        lines = printed.splitlines()
        start = next(number for number, line in enumerate(lines) if line.strip().startswith("curl "))
        shell = "\n".join(lines[start : start + 2])
        done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=30)
        assert "You said: mera aadhaar XXXX XXXX 4087 hai" in done.stdout
        assert call(port, chat("PAN ABCPK1234L")).status == 200
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
