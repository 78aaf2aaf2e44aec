"""Children start in order, come back when they may, and never outlive the command."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from naka.errors import ProcessError
from naka.local.process import Child
from naka.local.supervisor import Backoff, Service, Supervisor

SLEEP = "import time; print('up', flush=True); time.sleep(600)"


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", code)


def alive(pid: int) -> bool:
    """False for a zombie too: it runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool], what: str, limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} not within {limit_s} s"
        time.sleep(0.01)


def service(tmp_path: Path, name: str, code: str, *, restart: bool = False, grace_s: float = 5) -> Service:
    """Ready once it has made the file `<name>.up`."""
    mark = tmp_path / f"{name}.up"

    async def ready(_pid: int) -> bool:
        return mark.exists()

    made = f"open({str(mark)!r}, 'w').close(); {code}"
    return Service(
        name=name,
        command=python(made),
        log_file=tmp_path / f"{name}.log",
        ready=ready,
        ready_s=20,
        restart=restart,
        grace_s=grace_s,
    )


@pytest.mark.anyio
async def test_output_is_kept_in_the_log_and_its_end_in_the_tail(tmp_path: Path) -> None:
    code = "print('first'); print('x' * 200_000); [print(i) for i in range(50)]"
    child = await Child.start("talker", python(code), log_file=tmp_path / "talker.log")
    assert await child.exited == 0
    assert list(child.tail) == [str(number) for number in range(30, 50)]
    log = (tmp_path / "talker.log").read_text()
    assert "first" in log
    assert len(log) < 100_000  # the line without an end was cut


@pytest.mark.anyio
async def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    child = await Child.start("deaf", python(code), log_file=tmp_path / "deaf.log")
    while "up" not in child.tail:
        await asyncio.sleep(0.01)
    assert await child.stop(0.1) == -signal.SIGKILL


@pytest.mark.anyio
async def test_a_frozen_child_ends_on_stop(tmp_path: Path) -> None:
    child = await Child.start("frozen", python(SLEEP), log_file=tmp_path / "frozen.log")
    while "up" not in child.tail:
        await asyncio.sleep(0.01)
    os.kill(child.pid, signal.SIGSTOP)
    assert await child.stop(10) == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib, sys
from naka.local.process import Child
async def main():
    child = await Child.start("c", {python(SLEEP)!r}, log_file=pathlib.Path({str(tmp_path / "c.log")!r}))
    print(child.pid, flush=True)
    await child.exited
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
        parent.wait()
    wait_until(lambda: not alive(pid), "the child's end")


async def run_until_ready(supervisor: Supervisor, ready: asyncio.Event) -> asyncio.Task[None]:
    task = asyncio.create_task(supervisor.run(ready.set))
    waiter = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    waiter.cancel()
    return task


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.anyio
async def test_one_signal_ends_all(tmp_path: Path, number: signal.Signals) -> None:
    names = ("one", "two")
    supervisor = Supervisor(tuple(service(tmp_path, name, SLEEP) for name in names), print)
    task = await run_until_ready(supervisor, asyncio.Event())
    pids = supervisor.pids()
    assert set(pids) == set(names)
    os.kill(os.getpid(), number)
    await asyncio.wait_for(task, 10)
    assert not any(alive(pid) for pid in pids.values())


@pytest.mark.anyio
async def test_a_second_signal_does_not_wait_for_grace(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    supervisor = Supervisor((service(tmp_path, "deaf", deaf, grace_s=600),), print)
    task = await run_until_ready(supervisor, asyncio.Event())
    (pid,) = supervisor.pids().values()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(task, 10)
    assert not alive(pid)


@pytest.mark.anyio
async def test_a_service_that_may_restart_comes_back_and_is_reported(tmp_path: Path) -> None:
    said: list[str] = []
    ready_again = asyncio.Event()
    supervisor = Supervisor((service(tmp_path, "comeback", SLEEP, restart=True),), said.append)
    task = await run_until_ready(supervisor, ready_again)
    (pid,) = supervisor.pids().values()
    ready_again.clear()
    os.kill(pid, signal.SIGKILL)
    await asyncio.wait_for(ready_again.wait(), 20)
    (new,) = supervisor.pids().values()
    assert new != pid
    assert said == ["comeback ended (signal SIGKILL); starting it again in 0.25 s", "comeback is back"]
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 10)


@pytest.mark.anyio
async def test_the_end_of_a_service_that_may_not_restart_ends_all_with_its_last_words(tmp_path: Path) -> None:
    services = (
        service(tmp_path, "rock", SLEEP),
        service(tmp_path, "glass", "print('last words'); raise SystemExit(3)"),
    )
    supervisor = Supervisor(services, print)
    with pytest.raises(ProcessError, match=r"(?s)glass ended .*exit code 3.*last words"):
        await asyncio.wait_for(supervisor.run(lambda: None), 30)
    assert supervisor.pids() == {}


@pytest.mark.anyio
async def test_a_service_that_never_gets_ready_is_an_error(tmp_path: Path) -> None:
    async def never(_pid: int) -> bool:
        return False

    late = Service(name="late", command=python(SLEEP), log_file=tmp_path / "late.log", ready=never, ready_s=0.2)
    supervisor = Supervisor((late,), print)
    with pytest.raises(ProcessError) as caught:
        await asyncio.wait_for(supervisor.run(lambda: None), 30)
    assert caught.value.code == "process_not_ready"
    assert supervisor.pids() == {}


def test_restarts_wait_longer_until_the_process_has_lived_a_while() -> None:
    backoff = Backoff(first_s=1, most_s=5, calm_s=30)
    assert [backoff.pause(0) for _ in range(5)] == [1, 2, 4, 5, 5]
    assert backoff.pause(31) == 1
    assert backoff.pause(0) == 2
