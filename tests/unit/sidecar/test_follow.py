"""Policy edits: applied once, refused with file, line and field, told to Envoy."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from naka.envoy import ROUTE_FILE, Failure, Gateway, Upstream, discovery_response, publish_routes, route_configuration
from naka.errors import ConfigError, PolicyError, Problem
from naka.sidecar.follow import Follower
from naka.sidecar.source import PolicySource

if TYPE_CHECKING:
    from naka._core import Applied

PACK = """\
apiVersion: naka.dev/v1alpha1
kind: PolicyPack
metadata: {name: p}
spec:
  mode: MODE
  rules:
  - {id: r, entities: [IN_AADHAAR], action: ACTION}
"""


def pack(mode: str = "Enforce", action: str = "Mask") -> str:
    return PACK.replace("MODE", mode).replace("ACTION", action)


class FakePlane:
    """Remembers what it was given; refuses when told to."""

    def __init__(self) -> None:
        self.applied: list[bytes] = []
        self.refusals = 0
        self.refuse = False

    def apply(self, bundle: bytes) -> Applied:
        if self.refuse:
            raise PolicyError("no", problems=[Problem(code="x", message="not here")])
        self.applied.append(bundle)
        return {"revision": f"{len(self.applied):064d}", "enforces": True, "failure_open": b"Open" in bundle}

    def refused(self) -> None:
        self.refusals += 1


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "a.yaml").write_text(pack())
    return folder


def test_only_a_change_of_contents_is_applied(policy: Path) -> None:
    plane = FakePlane()
    follower = Follower(plane, PolicySource(policy), None)
    follower.start()
    for _ in range(3):
        follower.step()
    (policy / "a.yaml").touch()
    follower.step()
    assert len(plane.applied) == 1
    (policy / "a.yaml").write_text(pack(action="Block"))
    follower.step()
    assert len(plane.applied) == 2
    (policy / "b.yaml").write_text(pack().replace("name: p", "name: q"))
    follower.step()
    assert len(plane.applied) == 3
    (policy / "b.yaml").unlink()
    follower.step()
    assert len(plane.applied) == 4
    assert plane.applied[3] == plane.applied[1]


def test_a_mounted_config_map_is_followed_through_its_link(tmp_path: Path) -> None:
    for name, action in (("one", "Mask"), ("two", "Block")):
        (tmp_path / f"..{name}").mkdir()
        (tmp_path / f"..{name}" / "a.yaml").write_text(pack(action=action))
    (tmp_path / "..data").symlink_to("..one")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    plane = FakePlane()
    follower = Follower(plane, PolicySource(tmp_path), None)
    follower.start()
    (tmp_path / "..data_tmp").symlink_to("..two")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    follower.step()
    assert len(plane.applied) == 2
    assert plane.applied[0] != plane.applied[1]


def test_a_broken_edit_is_refused_by_file_line_and_field(policy: Path, caplog: pytest.LogCaptureFixture) -> None:
    plane = FakePlane()
    follower = Follower(plane, PolicySource(policy), None)
    follower.start()
    good = follower.revision
    (policy / "a.yaml").write_text(pack(action="Vanish"))
    with caplog.at_level(logging.ERROR):
        follower.step()
        follower.step()
    assert plane.refusals == 1
    assert len(plane.applied) == 1
    assert follower.revision == good
    assert f"{policy}/a.yaml:7: spec.rules[0].action:" in caplog.text
    assert caplog.text.count("policy refused") == 1
    (policy / "a.yaml").write_text(pack(action="Redact"))
    follower.step()
    assert len(plane.applied) == 2


def test_what_the_data_plane_refuses_does_not_end_the_watch(policy: Path, caplog: pytest.LogCaptureFixture) -> None:
    plane = FakePlane()
    follower = Follower(plane, PolicySource(policy), None)
    follower.start()
    plane.refuse = True
    (policy / "a.yaml").write_text(pack(action="Block"))
    follower.step()
    assert "not here" in caplog.text
    plane.refuse = False
    (policy / "a.yaml").write_text(pack(action="Redact"))
    follower.step()
    assert len(plane.applied) == 2


def test_an_emptied_folder_is_refused(policy: Path) -> None:
    plane = FakePlane()
    follower = Follower(plane, PolicySource(policy), None)
    follower.start()
    (policy / "a.yaml").unlink()
    follower.step()
    assert plane.refusals == 1


def test_a_wrong_first_policy_raises(policy: Path) -> None:
    (policy / "a.yaml").write_text("x: [")
    with pytest.raises(PolicyError):
        Follower(FakePlane(), PolicySource(policy), None).start()


def test_a_bundle_file_is_applied_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bundle.pb"
    path.write_bytes(b"one")
    plane = FakePlane()
    follower = Follower(plane, PolicySource(path), None)
    follower.start()
    path.write_bytes(b"another")
    follower.step()
    path.unlink()
    follower.step()
    assert plane.applied == [b"one", b"another"]
    assert plane.refusals == 1


def _routes(folder: Path) -> None:
    folder.mkdir()
    stub = Upstream(name="default", host="127.0.0.1", port=1, tls=False)
    gateway = Gateway(port=2, upstreams=(stub,), route_dir=folder, sidecar_socket=Path("/s"))
    publish_routes(folder, discovery_response(route_configuration(gateway, Failure.CLOSED)))


def _allowed(folder: Path) -> set[bool]:
    """Every `failure_mode_allow` in the route file."""
    found: set[bool] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "failure_mode_allow" in value:
                found.add(value["failure_mode_allow"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads((folder / ROUTE_FILE).read_text()))
    return found


class OpenPlane(FakePlane):
    """Says that traffic passes while the sidecar is gone, or not."""

    is_open = True

    def apply(self, bundle: bytes) -> Applied:
        applied = super().apply(bundle)
        applied["failure_open"] = self.is_open
        return applied


def test_envoy_is_told_of_the_enforced_failure_and_only_when_it_changes(policy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "routes"
    _routes(folder)
    plane = OpenPlane()
    follower = Follower(plane, PolicySource(policy), folder)
    follower.start()
    assert _allowed(folder) == {True}
    inode = (folder / ROUTE_FILE).stat().st_ino
    (policy / "a.yaml").write_text(pack(action="Block"))
    follower.step()
    assert (folder / ROUTE_FILE).stat().st_ino == inode
    plane.is_open = False
    (policy / "a.yaml").write_text(pack(action="Redact"))
    follower.step()
    assert _allowed(folder) == {False}


def test_a_route_file_that_is_away_for_a_moment_is_told_later(policy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "routes"
    _routes(folder)
    plane = OpenPlane()
    follower = Follower(plane, PolicySource(policy), folder)
    follower.start()
    plane.is_open = False
    (folder / ROUTE_FILE).rename(tmp_path / "away")
    (policy / "a.yaml").write_text(pack(action="Block"))
    follower.step()
    (tmp_path / "away").rename(folder / ROUTE_FILE)
    follower.step()
    assert _allowed(folder) == {False}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"resources": 1}', '{"resources": [{"virtual_hosts": [1]}]}'])
def test_what_is_no_route_file_is_a_config_error(policy: Path, tmp_path: Path, content: str) -> None:
    folder = tmp_path / "routes"
    folder.mkdir()
    with pytest.raises(ConfigError):
        Follower(FakePlane(), PolicySource(policy), folder).start()
    (folder / ROUTE_FILE).write_text(content)
    with pytest.raises(ConfigError, match="route file"):
        Follower(FakePlane(), PolicySource(policy), folder).start()
