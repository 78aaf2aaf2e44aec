"""A data plane in this process, and a peer connected to it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from naka._core import Sidecar
from sidecar.ext_proc_peer import Envoy


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a UNIX socket's may have 108 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="naka-") as name:
        yield Path(name)


@pytest.fixture
def plane(folder: Path) -> Iterator[Sidecar]:
    """A data plane without a policy."""
    settings = {
        "ext_proc": f"unix:{folder}/e.sock",
        "detection": f"unix:{folder}/d.sock",
        "audit": f"{folder}/audit.jsonl",
        "drain_s": 2,
    }
    sidecar = Sidecar(json.dumps(settings))
    yield sidecar
    sidecar.stop()


@pytest.fixture
def envoy(plane: Sidecar) -> Iterator[Envoy]:
    """Connected to `plane`."""
    peer = Envoy(plane.addresses()["ext_proc"])
    yield peer
    peer.channel.close()
