"""Where `naka up` keeps its files.

`.naka/<gateway port>/` in the current folder: logs and the audit file, which stay. A folder of mode 0700 for sockets
and generated configuration, under the user's runtime folder, which goes with the run: a UNIX socket's path may have
108 bytes at most, which a deep project folder exceeds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from naka.errors import ConfigError

__all__ = ["RunDir", "run_dir"]

_MODE = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDir:
    """Paths of one run. All parents exist."""

    run: Path
    """Sockets and generated files; removed at the end."""
    state: Path
    """Logs and audit; stays."""

    @property
    def route_dir(self) -> Path:
        """Watched by Envoy."""
        return self.run / "routes"

    @property
    def sidecar_socket(self) -> Path:
        """ext_proc."""
        return self.run / "sidecar.sock"

    @property
    def sidecar_ready(self) -> Path:
        """Written by the sidecar when it serves."""
        return self.run / "sidecar.ready"

    @property
    def admin_socket(self) -> Path:
        """Envoy's admin interface."""
        return self.run / "admin.sock"

    @property
    def http_socket(self) -> Path:
        """The sidecar's metrics and health."""
        return self.run / "http.sock"

    @property
    def envoy_config(self) -> Path:
        """Envoy's bootstrap."""
        return self.run / "envoy.json"

    @property
    def audit_file(self) -> Path:
        """One JSON line per decision."""
        return self.state / "audit.jsonl"

    @property
    def key_file(self) -> Path:
        """Master key of this gateway's tokens; stays, so that tokens stay the same."""
        return self.state / "key"

    def log_file(self, name: str) -> Path:
        """Output of a child process."""
        return self.state / f"{name}.log"


def _base() -> Path:
    """The user's runtime folder when there is a usable one, else the folder for temporary files."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and os.access(given, os.W_OK | os.X_OK) and len(given) < 60:
        return Path(given)
    return Path(tempfile.gettempdir())


@contextlib.contextmanager
def run_dir(gateway_port: int, *, root: Path | None = None) -> Iterator[RunDir]:
    """Make the folders, and remove the sockets' one at the end. `root` is the current folder when not given.

    Raises ConfigError when they cannot be made.
    """
    state = ((root or Path.cwd()) / ".naka" / str(gateway_port)).absolute()
    try:
        state.mkdir(parents=True, exist_ok=True, mode=_MODE)
        state.chmod(_MODE)
        run = Path(tempfile.mkdtemp(prefix="naka-", dir=_base()))  # mkdtemp: mode 0700, a name nobody can guess
    except OSError as error:
        raise ConfigError(f"cannot make {error.filename}: {error.strerror}", code="run_dir_unusable") from error
    try:
        files = RunDir(run=run, state=state)
        files.route_dir.mkdir(mode=_MODE)
        yield files
    finally:
        shutil.rmtree(run, ignore_errors=True)
