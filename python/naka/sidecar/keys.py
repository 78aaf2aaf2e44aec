"""The master key of a gateway without a control plane: a file for its owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from naka.errors import ConfigError

__all__ = ["read_key"]

_BYTES = 32


def read_key(path: Path) -> bytes:
    """The key in `path` (64 hexadecimal digits); made of 32 random bytes when there is no such file.

    Raises ConfigError when others may read it, or when it holds no key: a token made with a guessed or
    shared key would be no protection. No message holds any of it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return _make(path)
    except OSError as error:
        raise _unusable(path, error.strerror or "cannot be opened") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unusable(path, "is no regular file")
        if status.st_mode & 0o077:
            raise _unusable(path, "may be read by others: chmod 600")
        text = os.read(handle, 1024)
    finally:
        os.close(handle)
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise _unusable(path, "holds no key of 64 hexadecimal digits")
    return key


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return read_key(path)  # another process was faster
    except OSError as error:
        raise _unusable(path, error.strerror or "cannot be made") from None
    with os.fdopen(handle, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(handle)
    return key


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(f"--key-file {path}: {why}", code="key_file_unusable")
