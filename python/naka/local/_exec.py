"""Runs a command that dies with the process that started it: `python -I -S _exec.py PARENT_PID COMMAND...`.

Between fork and exec only a fresh interpreter can safely call `prctl` (a `preexec_fn` may deadlock when the parent has
threads). Linux only; elsewhere the command just runs. Standard library only, and quick: it runs before each child.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Linux, `linux/prctl.h`: the signal that this process gets when its parent ends."""


def main() -> None:
    """Bind this process to its parent, then become the command. SIGKILL, for a stopped child handles nothing else."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call above
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell, and the supervisor's own commands


if __name__ == "__main__":
    main()
