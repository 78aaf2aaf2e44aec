"""`naka policy`: check, compile, explain, show and hash. Thin: reads arguments, calls `naka.policy`, shows the answer.

Exit codes: 0 done, 1 the policy is wrong, 2 the call is wrong. What a person reads goes to stdout, so that it can be
piped; progress and errors of the call go to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from naka.errors import ConfigError

if TYPE_CHECKING:
    from naka.policy.rules import Legal

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


@app.command("explain")
def explain(
    policy: Annotated[Path, typer.Option(help="Policy folder or file, or a bundle (.pb).", show_default=False)],
    text: Annotated[
        list[str],
        typer.Option(help="Text to judge; - reads it from stdin. Several are several messages.", show_default=False),
    ],
    field: Annotated[str | None, typer.Option(help="Key or column header whose value the text is.")] = None,
    direction: Annotated[str, typer.Option(help="Request (to the model) or Response (from it).")] = "Request",
    surface: Annotated[str, typer.Option(help="Kind of call: Chat, Embeddings, Files, FineTuning and so on.")] = "Chat",
    host: Annotated[str | None, typer.Option(help="Host of the upstream: gives provider and region.")] = None,
    provider: Annotated[str | None, typer.Option(help="Provider of the upstream, such as openai.")] = None,
    model: Annotated[str | None, typer.Option(help="Model that the call names.")] = None,
    region: Annotated[str | None, typer.Option(help="Country of the upstream, such as IN.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Purpose of the route or workload.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Namespace of the workload.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Label of the workload: KEY=VALUE.")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Decide for another day than today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which rules speak about a text, what is enforced and what would be, and why.

    What is not given counts as matching, as in a real call whose region or model cannot be told. Values are not
    printed: positions and entities only. Use --text - to keep a text out of your shell's history.

    \b
    Examples:
      naka policy explain --policy policies/ --text "mera aadhaar 5109 8027 4087 hai"
      naka policy explain --policy bundle.pb --text - --surface FineTuning --region US < line.txt
    """
    from naka.cli import policy_view as view
    from naka.policy.explain import Question
    from naka.policy.explain import explain as ask
    from naka.policy.values import Direction, Surface

    bundle, notes = _bundle(policy)
    texts = tuple(sys.stdin.read() if one == "-" else one for one in text)
    question = Question(
        texts=texts,
        field=field,
        today=on.date() if on else _today(),
        direction=Direction(_word("--direction", direction, Direction)),
        surface=Surface(_word("--surface", surface, Surface)),
        host=host,
        provider=provider,
        model=model,
        region=region,
        purpose=purpose,
        namespace=namespace,
        labels=_labels(label) if label else None,
    )
    view.explained(ask(bundle, question), notes, question.today, as_json=as_json)


@app.command("hash")
def hash_(
    entity: Annotated[str, typer.Argument(help="What the value is, such as IN_BANK_ACCOUNT.", show_default=False)],
) -> None:
    """Print the sha256 of a value for an exemption's sha256s, without showing the value.

    Asks for the value without echo, or reads it from stdin. Any spelling of it gives the same hash. A number is short
    enough to be guessed from its hash: treat the hash as you treat the number.

    \b
    Examples:
      naka policy hash IN_BANK_ACCOUNT
      vault read -field=account test-desk | naka policy hash IN_BANK_ACCOUNT
    """
    from getpass import getpass

    from naka import _core

    # getpass reads from the terminal itself, and prompts there: stdout carries nothing but the hash
    value = getpass("Value (not shown): ") if sys.stdin.isatty() else sys.stdin.read()
    if not value.strip():
        raise ConfigError("no value was given", code="value_missing")
    sys.stdout.write(f"{_core.exemption_hash(entity, value)}\n")


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


def _bundle(path: Path) -> tuple[bytes, dict[tuple[str, str], Legal]]:
    """A bundle as it is, or compiled from a folder; and what is known about the clauses, which only folders tell."""
    from naka.policy.compile import compile_flat
    from naka.policy.explain import legal_notes
    from naka.policy.flatten import flatten
    from naka.policy.folder import load_folder

    if path.suffix == ".pb":
        try:
            return path.read_bytes(), {}
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    folder = load_folder(path)
    flat = flatten(folder.packs, folder.upstreams)
    return compile_flat(flat).bytes, legal_notes(flat)


def _word(option: str, word: str, choices: Iterable[str]) -> str:
    """The choice that `word` is, whatever its case. Enumerations are not imported before they are needed."""
    known = {str(choice).casefold(): str(choice) for choice in choices}
    if word.casefold() not in known:
        raise ConfigError(f"{option} takes one of {', '.join(known.values())}", code="option_invalid")
    return known[word.casefold()]


def _labels(pairs: list[str]) -> dict[str, str]:
    labels = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ConfigError("--label takes KEY=VALUE")
        labels[key] = value
    return labels


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
