"""Reads an upstream from a URL, as given to `naka up --upstream`."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from naka.envoy.model import Upstream
from naka.errors import ConfigError

__all__ = ["parse_named_upstream", "parse_upstream", "system_ca_file"]

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat, Fedora
    "/etc/ssl/cert.pem",  # macOS, BSD
)


def system_ca_file() -> Path:
    """The machine's bundle of certificate authorities: SSL_CERT_FILE, OpenSSL's default, or a usual place.

    Raises ConfigError when there is none.
    """
    default = ssl.get_default_verify_paths().cafile
    for name in (default, *_CA_FILES):
        if name and Path(name).is_file():
            return Path(name).resolve()
    raise ConfigError(
        "no bundle of certificate authorities was found; give one with --upstream-ca, or set SSL_CERT_FILE",
        code="ca_bundle_missing",
    )


def parse_upstream(
    url: str,
    *,
    name: str = "default",
    ca_file: Path | None = None,
    find_ca: Callable[[], Path] = system_ca_file,
) -> Upstream:
    """The upstream of a URL such as `https://api.openai.com` or `https://llm.example.in/openai/v1`.

    A last `/v1` is dropped: clients send it themselves. `ca_file` replaces the machine's authorities.
    Raises ConfigError when the URL is no http(s) URL, or holds a user, a query or a fragment.
    """

    def wrong(why: str) -> ConfigError:
        # The URL is not quoted: one with a password in it must not end in a log.
        return ConfigError(f"--upstream {why}; give a URL such as https://api.openai.com", code="upstream_invalid")

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong("is not a URL") from None
    if parts.scheme not in ("http", "https") or not host or not _HOST.fullmatch(host):
        raise wrong("is not an http or https URL")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise wrong("holds a user, a query or a fragment")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise wrong("has a path that is not in plain form")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"the upstream name {name!r} is not a lower-case DNS label", code="upstream_invalid")
    tls = parts.scheme == "https"
    return Upstream(
        name=name,
        host=host,
        port=port if port is not None else (443 if tls else 80),
        tls=tls,
        path_prefix=parts.path.rstrip("/").removesuffix("/v1"),
        ca_file=(ca_file or find_ca()) if tls else None,
    )


def parse_named_upstream(text: str, *, ca_file: Path | None = None) -> Upstream:
    """The upstream of `NAME=URL`, or of a URL alone, which is named `default`.

    Raises ConfigError as `parse_upstream` does.
    """
    name, found, url = text.partition("=")
    if not found or "/" in name:  # the `=` belongs to the URL
        return parse_upstream(text, ca_file=ca_file)
    return parse_upstream(url, name=name, ca_file=ca_file)
