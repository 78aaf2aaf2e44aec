"""The policy folder of `naka up`: samples that the user can edit, and never a change to what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

import naka.local
from naka.errors import ConfigError
from naka.local.policies import policy_folder
from naka.policy import load_folder

SAMPLES = Path(naka.local.__file__).with_name("quickstart")
EXAMPLES = Path(__file__).parents[3] / "examples" / "policies" / "quickstart"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.yaml")}


def test_the_samples_in_the_package_are_the_example() -> None:
    assert contents(SAMPLES) == contents(EXAMPLES)


def test_without_a_folder_the_samples_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    folder = policy_folder(None, said.append)
    assert folder == tmp_path / "naka-policies"
    assert contents(folder) == contents(SAMPLES)
    assert load_folder(folder).packs
    (folder / "pack.yaml").write_text("mine")
    assert policy_folder(None, said.append) == folder
    assert (folder / "pack.yaml").read_text() == "mine"
    assert len(said) == 1


def test_a_folder_that_is_none_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError):
        policy_folder(tmp_path / "missing", print)
    (tmp_path / "naka-policies").write_text("")
    with pytest.raises(ConfigError):
        policy_folder(None, print)
