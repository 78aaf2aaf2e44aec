"""Follows the policy: what changed is compiled beside the rules in force, applied, and told to Envoy.

On an error the last good policy stays, and what is wrong is said by file, line and field.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from naka.envoy import Failure
from naka.errors import ConfigError, PolicyError, Problem
from naka.sidecar.routes import keep_failure
from naka.sidecar.source import PolicySource

if TYPE_CHECKING:
    from naka._core import Applied  # a type of the stub file only

__all__ = ["Follower", "Plane"]

log = logging.getLogger("naka.sidecar")


class Plane(Protocol):
    """What is needed of `naka._core.Sidecar`."""

    def apply(self, bundle: bytes) -> Applied:
        """Puts a bundle in force."""

    def refused(self) -> None:
        """Counts a policy that did not come to be a bundle."""


class Follower:
    """Keeps a data plane and Envoy's route file in step with a policy source."""

    def __init__(self, plane: Plane, source: PolicySource, envoy_routes: Path | None) -> None:
        self._plane = plane
        self._source = source
        self._routes = envoy_routes
        self._seen: bytes | None = None
        self._stamp: object = None
        self._still = False
        self._failure: Failure | None = None
        self._routes_told = False
        self.revision = ""
        """Of the policy in force; empty before the first."""

    def start(self) -> None:
        """Puts the first policy in force. Raises PolicyError when it is wrong, ConfigError when Envoy cannot be
        told."""
        contents = self._source.read()
        self._seen = contents.digest()
        compiled = self._source.compile(contents)
        self._apply(compiled.bytes, compiled.warnings, compiled.packs)
        self._tell_envoy(first=True)

    def step(self) -> None:
        """Looks once, and acts when the contents are others than the last time. Never raises for a bad policy."""
        stamp = self._source.stamp()
        # Read once more after the stamp has stood still for a step: two writes may share a tick of the clock.
        if stamp != self._stamp or not self._still:
            self._still = stamp == self._stamp
            self._stamp = stamp
            self._look()
        self._tell_envoy(first=False)

    def _look(self) -> None:
        contents = self._source.read()
        digest = contents.digest()
        if digest == self._seen:
            return
        self._seen = digest
        try:
            compiled = self._source.compile(contents)
        except PolicyError as error:
            self._plane.refused()
            self._refuse(error)
            return
        try:
            self._apply(compiled.bytes, compiled.warnings, compiled.packs)
        except PolicyError as error:
            self._refuse(error)

    def _apply(self, bundle: bytes, warnings: Iterable[Problem], packs: int | None) -> None:
        applied = self._plane.apply(bundle)
        self.revision = applied["revision"]
        self._failure = Failure.OPEN if applied["failure_open"] else Failure.CLOSED
        self._routes_told = False
        for warning in warnings:
            log.warning("policy: %s", warning)
        log.info(
            "policy %.12s is in force: %s%s, without the sidecar traffic %s",
            self.revision,
            "" if packs is None else f"{packs} pack{'' if packs == 1 else 's'}, ",
            "enforcing" if applied["enforces"] else "shadow only",
            "passes" if applied["failure_open"] else "stops",
        )

    def _refuse(self, error: PolicyError) -> None:
        log.error("policy refused (%s), %.12s stays in force", error, self.revision)
        for problem in error.problems:
            log.error("  %s", problem)

    def _tell_envoy(self, *, first: bool) -> None:
        """Retried at every step until it works: the route file may be away for a moment."""
        if self._routes is None or self._failure is None or self._routes_told:
            return
        try:
            keep_failure(self._routes, self._failure)
        except ConfigError as error:
            if first:
                raise
            log.error("envoy is not told: %s", error)
            return
        self._routes_told = True
