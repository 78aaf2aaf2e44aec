"""One `naka up` for all wire tests that can share it; each says which policy it needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wire.gateway import Gateway, five, naka_up
from wire.harness import free_port


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    port = str(free_port())
    with naka_up(tmp_path_factory.mktemp("up"), five("Mask"), "--metrics-port", port) as gateway:
        yield gateway
