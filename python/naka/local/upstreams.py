"""Which upstreams `naka up` offers: the one that it was asked for, and the public ones of the policy folder.

The ClusterUpstream of a host gives its name, by which the sidecar finds provider and region in the policy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from naka.envoy import Upstream, parse_upstream, system_ca_file
from naka.errors import ConfigError
from naka.local.ports import HOST
from naka.policy import ClusterUpstream
from naka.policy.values import UpstreamKind

__all__ = ["offered"]

HTTPS_PORT = 443


def offered(
    url: str | None,
    stub_port: int,
    known: tuple[ClusterUpstream, ...],
    *,
    ca_file: Path | None = None,
    say: Callable[[str], None],
    find_ca: Callable[[], Path] = system_ca_file,
) -> tuple[Upstream, ...]:
    """The upstreams, the default one first: `url`, or the stub without one.

    Each public ClusterUpstream with a plain host name follows, over https, under `/<name>/`; where the machine has no
    certificate authorities they are left out, and `say` tells. Raises ConfigError when `url` is wrong.
    """
    first = url or f"http://{HOST}:{stub_port}"
    default = parse_upstream(first, ca_file=ca_file, find_ca=find_ca)
    name = next((item.metadata.name for item in known if default.host in item.spec.hosts), "default")
    default = parse_upstream(first, name=name, ca_file=ca_file, find_ca=find_ca)
    public = [item for item in known if item.spec.kind is UpstreamKind.PUBLIC and item.metadata.name != name]
    plain = [item for item in public if "*" not in item.spec.hosts[0]]
    if not plain:
        return (default,)
    try:
        authorities = find_ca()
    except ConfigError as error:
        names = ", ".join(item.metadata.name for item in plain)
        say(f"not offered: {names}: {error}")
        return (default,)
    others = (
        Upstream(
            name=item.metadata.name,
            host=item.spec.hosts[0],
            port=HTTPS_PORT,
            tls=True,
            ca_file=authorities,
            offered_under=item.spec.path_prefix or "",
        )
        for item in plain
    )
    return (default, *others)
