"""The key file: made once, for its owner alone, and never in a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from naka.errors import ConfigError
from naka.sidecar.keys import read_key


def test_a_missing_key_is_made_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = read_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == key
    assert read_key(tmp_path / "other") != key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    read_key(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        read_key(path)
    assert caught.value.code == "key_file_unusable"


@pytest.mark.parametrize("content", ["", "00ff", "z" * 64, "12" * 31])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="holds no key") as caught:
        read_key(path)
    assert not content or content not in str(caught.value)


def test_a_link_and_a_folder_are_no_key(tmp_path: Path) -> None:
    read_key(tmp_path / "key")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("link", "folder", "missing/key"):
        with pytest.raises(ConfigError):
            read_key(tmp_path / name)
