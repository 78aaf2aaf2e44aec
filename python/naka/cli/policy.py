"""`naka policy`: check, compile, explain, show and hash. Thin: reads arguments, calls `naka.policy`, shows the answer.

Exit codes: 0 done, 1 the policy is wrong, 2 the call is wrong. What a person reads goes to stdout, so that it can be
piped; progress and errors of the call go to stderr.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from naka.errors import ConfigError

__all__ = ["register"]

app = typer.Typer(
    name="policy",
    help="Check, compile and explain policies: what is done about which personal data, where, and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(root: typer.Typer) -> None:
    """Adds `naka policy` to the command line."""
    root.add_typer(app)


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="Policy folder, or one file.", show_default=False)],
    as_json: AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are faults too.")] = False,
) -> None:
    """Tell every fault of a policy by file, line and field, and what is allowed but rarely meant.

    Exit code 0 when the policy can be used, 1 when it cannot.

    \b
    Examples:
      naka policy check examples/policies/quickstart
      naka policy check policies/ --strict --json
    """
    from naka.cli import policy_view as view
    from naka.errors import PolicyError
    from naka.policy.check import check_folder
    from naka.policy.folder import load_folder

    try:
        result = check_folder(load_folder(path), today=_today())
    except PolicyError as error:
        view.faults(error.problems, as_json=as_json)
        raise typer.Exit(1) from None
    view.checked(result, as_json=as_json)
    if strict and result.warnings:
        raise typer.Exit(1)


@app.command("compile")
def compile_(
    folder: Annotated[Path, typer.Argument(help="Policy folder, or one file.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bundle to write.", show_default=False)],
) -> None:
    """Compile a policy folder to a bundle, and print its revision.

    The same packs give the same bytes. A sidecar takes the bundle with `naka sidecar --policy bundle.pb`.

    \b
    Example:
      naka policy compile policies/ -o bundle.pb
    """
    from naka.policy.compile import compile_folder
    from naka.policy.folder import load_folder

    bundle = compile_folder(load_folder(folder))
    _write(output, bundle.bytes)
    sys.stdout.write(f"{bundle.revision}\n")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the built-in packs that a pack can extend."""
    from naka.cli import policy_view as view
    from naka.policy.builtin import builtin_packs

    view.packs(builtin_packs(), as_json=as_json)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Built-in pack: dpdp, or dpdp@1.0.", show_default=False)],
    as_json: AsJson = False,
    yaml: Annotated[bool, typer.Option("--yaml", help="Print the pack as it is shipped.")] = False,
) -> None:
    """Show the rules of a built-in pack with their clauses, and whether each clause is in force yet.

    \b
    Examples:
      naka policy show dpdp
      naka policy show rbi --yaml > my-rbi.yaml
    """
    from naka.cli import policy_view as view
    from naka.policy.builtin import builtin_packs, find_builtin

    pack = find_builtin(name)
    if pack is None:
        raise ConfigError(f"{name} is not a built-in pack; there are {', '.join(builtin_packs())}")
    if yaml:
        sys.stdout.write(pack.text)
    else:
        view.pack(pack, _today(), as_json=as_json)


@app.command("schema")
def schema(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference page instead.")] = False,
) -> None:
    """Print the JSON Schema of policy files, for editors.

    \b
    Example (VS Code, in settings.json: "yaml.schemas": {"./naka.schema.json": "policies/*.yaml"}):
      naka policy schema > naka.schema.json
    """
    if markdown:
        from naka.policy.reference import reference_page

        sys.stdout.write(reference_page())
    else:
        from naka.policy.schema import json_schema

        _print_json(json_schema())


def _today() -> date:
    """The day that dates in policies are compared with: the sidecar's, in UTC."""
    return datetime.now(UTC).date()


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _write(path: Path, content: bytes) -> None:
    """Writes beside and renames, so that a reader never sees half a bundle."""
    beside = path.with_name(f".{path.name}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
