"""The policy folder of `naka up`: the user's own, or a copy of the samples that the user can edit."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from pathlib import Path

from naka.errors import ConfigError

__all__ = ["DEFAULT_FOLDER", "policy_folder"]

DEFAULT_FOLDER = Path("naka-policies")


def policy_folder(given: Path | None, say: Callable[[str], None]) -> Path:
    """The folder to watch, absolute.

    Without one given it is `./naka-policies`; when that is not there, the samples are copied into it. One that is
    there is never touched. Raises ConfigError when the folder given is none.
    """
    if given is not None:
        if not given.is_dir():
            raise ConfigError(f"--policy {given}: no such folder", code="policy_folder_missing")
        return given.absolute()
    folder = DEFAULT_FOLDER.absolute()
    if not folder.exists():
        _copy_samples(folder)
        say(f"wrote sample policies to {folder}: edit them while this runs")
    elif not folder.is_dir():
        raise ConfigError(f"{folder} is not a folder; give one with --policy", code="policy_folder_missing")
    return folder


def _copy_samples(folder: Path) -> None:
    samples = importlib.resources.files("naka.local") / "quickstart"
    try:
        folder.mkdir()
        for sample in samples.iterdir():
            if sample.name.endswith((".yaml", ".md")):
                (folder / sample.name).write_bytes(sample.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename}: {error.strerror}", code="policy_folder_missing") from error
