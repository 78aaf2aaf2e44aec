"""Entry point of `naka`: registers the verbs and turns errors into exit codes.

Exit codes: 0 done, 1 the answer is no (findings over the threshold, a pack is wrong), 2 the call or a setting is wrong.
"""

from __future__ import annotations

import sys

import typer

import naka
from naka.cli import envoy, policy, scan, sidecar, up
from naka.errors import ConfigError, NakaError

app = typer.Typer(
    name="naka",
    help="A check-post for personal data in AI traffic.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """A check-post for personal data in AI traffic."""


# Each module keeps its own imports inside its commands, so that `naka --help` stays quick.
for verb in (up, sidecar, scan, envoy, policy):
    verb.register(app)


@app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(f"naka {naka.__version__}\n")


def main() -> None:
    """Run the command line; every `NakaError` becomes one clear text on stderr and an exit code."""
    try:
        app()
    except NakaError as error:
        sys.stderr.write(f"naka: {error} [{error.code}]\n")
        for problem in error.problems:
            sys.stderr.write(f"  {problem}\n")
        sys.exit(2 if isinstance(error, ConfigError) else 1)
