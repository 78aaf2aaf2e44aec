"""`naka scan` as a shell sees it: exit codes, streams, forms, copies, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

PAN = "QWEPK4821M"


def naka(*args: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "naka.cli", "scan", *args]
    return subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text(f"pan {PAN}\n")
    (tmp_path / "in" / "clean.txt").write_text("nothing to see\n")
    (tmp_path / "in" / "sub" / "b.csv").write_text(f"name,pan\nAsha,{PAN}\n")
    return tmp_path


def test_findings_are_exit_code_1_and_none_is_0(folder: Path) -> None:
    found = naka("in", cwd=folder)
    assert (found.returncode, found.stdout.decode().splitlines()[0].split("  ")[:2]) == (1, ["in/a.txt:1:5", "IN_PAN"])
    assert found.stderr.decode().startswith("3 files, ")
    clean = naka("in/clean.txt", cwd=folder)
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, b"", b"1 file, 0 findings\n")


def test_findings_below_the_threshold_do_not_count(folder: Path) -> None:
    possible = naka("-", "--threshold", "possible", "--format", "jsonl", stdin=b"9812345670")
    tiers = {json.loads(line)["tier"] for line in possible.stdout.splitlines()}
    assert (possible.returncode, tiers) == (1, {"possible"})
    assert naka("-", "--threshold", "certain", stdin=b"9812345670").returncode == 0


def test_a_wrong_call_is_exit_code_2(folder: Path) -> None:
    for args, code in [
        (("gone",), "config_no_such_path"),
        (("in", "--output", "out"), "config_output_without_redact"),
        (("in", "--redact"), "config_redact_needs_output"),
        (("in", "--redact", "--output", "in"), "config_output_overwrites"),
        (("in", "--pack", "gdpr"), "config_unknown_pack"),
    ]:
        wrong = naka(*args, cwd=folder)
        assert (wrong.returncode, wrong.stdout) == (2, b""), args
        assert f"[{code}]" in wrong.stderr.decode(), args
    assert naka("in", "--format", "xml", cwd=folder).returncode == 2


def test_a_file_that_cannot_be_read_is_exit_code_2_and_the_rest_is_reported(folder: Path) -> None:
    os.mkfifo(folder / "in" / "pipe")  # not a file: left out of folders
    (folder / "in" / "0.txt").symlink_to(folder / "in" / "0.txt")  # a link to itself
    run = naka("in", "in/a.txt", cwd=folder)
    assert run.returncode == 1  # a folder's broken link is no file
    (folder / "locked").mkdir()
    named = naka("in/a.txt", "/proc/self/mem", cwd=folder)
    assert named.returncode == 2
    assert named.stdout.startswith(b"in/a.txt:1:5")
    assert b"naka: /proc/self/mem: " in named.stderr


def test_nothing_but_the_report_is_written_where_nobody_looks(folder: Path) -> None:
    run = naka("in", "--format", "json", cwd=folder)
    assert (run.returncode, run.stderr) == (1, b"")
    assert [row["file"] for row in json.loads(run.stdout)["files"]] == ["in/a.txt", "in/clean.txt", "in/sub/b.csv"]


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "sarif"])
def test_no_form_shows_a_value_and_each_is_the_same_every_time(folder: Path, form: str) -> None:
    for number in range(30):
        (folder / "in" / f"n{number}.txt").write_text(f"pan {PAN}\n" * (number % 7))
    runs = [naka("in", "--format", form, "--jobs", jobs, cwd=folder) for jobs in ("1", "4")]
    assert runs[0].stdout == runs[1].stdout
    assert b"IN_PAN" in runs[0].stdout
    assert PAN.encode() not in runs[0].stdout + runs[0].stderr


def test_standard_input_is_scanned_and_its_copy_written(folder: Path) -> None:
    run = naka("--redact", stdin=f"a {PAN} b\r\nकखग".encode())
    assert (run.returncode, run.stdout.decode()) == (1, "a [IN_PAN] b\r\nकखग")
    assert run.stderr.decode().startswith("-:1:3  IN_PAN")
    rows = naka("-", "--kind", "csv", "--redact", stdin=f'pan;x\n"{PAN}";"a;b"\n'.encode())
    assert rows.stdout == b'pan;x\n"[IN_PAN]";"a;b"\n'


def test_copies_of_a_folder_keep_its_shape(folder: Path) -> None:
    run = naka("in", "--redact", "--output", "out", cwd=folder)
    assert run.returncode == 1
    copies = {path.relative_to(folder / "out").as_posix(): path.read_text() for path in (folder / "out").rglob("*.*")}
    assert copies == {
        "a.txt": "pan [IN_PAN]\n",
        "clean.txt": "nothing to see\n",
        "sub/b.csv": "name,pan\n[PERSON],[IN_PAN]\n",
    }
    assert naka("out", cwd=folder).returncode == 0


def test_a_pack_says_what_it_would_do(folder: Path) -> None:
    run = naka("in/a.txt", "--pack", "dpdp", "--format", "json", cwd=folder)
    assert json.loads(run.stdout)["files"][0]["findings"][0]["action"] in ("Mask", "Tokenize", "Redact", "Block")


# The peak of the process itself: the kernel's rusage of a child counts its parent's memory too.
MEASURED = r"""
import atexit, re, sys
from pathlib import Path
from naka.cli import main
peak = sys.argv.pop(1)
status = Path("/proc/self/status")
atexit.register(lambda: Path(peak).write_text(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]))
main()
"""

PART = b"word " * 2000 + f"pan {PAN} ".encode()


@pytest.mark.parametrize(
    ("kind", "head", "tail", "limit"),
    [("text", b"", b"", 160), ("jsonl", b'{"text": "', b'"}', 512), ("csv", b'a,b\n1,"', b'"', 512)],
)
def test_a_line_of_100_mb_is_scanned_in_bounded_memory(
    kind: str, head: bytes, tail: bytes, limit: int, tmp_path: Path
) -> None:
    """`limit`: MiB of the process at its peak. Up to 64 MiB of a record are held, a few times, before it is text."""
    count = 100_000_000 // len(PART)
    copy = tmp_path / "copy"
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "peak"), "scan", "-", "--kind", kind, "--redact"]
    with copy.open("wb") as out, (tmp_path / "report").open("wb") as report:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=report)
        assert process.stdin

        def feed() -> None:
            with process.stdin as pipe:
                pipe.write(head)
                for _ in range(count):
                    pipe.write(PART)
                pipe.write(tail)

        feeder = Thread(target=feed)
        feeder.start()
        assert process.wait(60) == 1
        feeder.join()
    size = len(head) + len(tail) + count * (len(PART) - len(PAN) + len("[IN_PAN]"))
    assert copy.stat().st_size == size
    assert (tmp_path / "report").read_text().count("IN_PAN  ") == count
    assert int((tmp_path / "peak").read_text()) / 1024 < limit
