"""``tsunagu policy``: checks a policy pack (規則集), compares two, and signs one, with nothing running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.leaving import PROBLEMS, leave
from cli.output import Output, OutputOption, show
from services.consent import packs, signatures
from services.consent.domain.pack import PackInvalid, PolicyPack
from services.consent.signatures import Keys

app = typer.Typer(no_args_is_help=True, help="Policy packs (規則集): check one, compare two, sign a release; the format is in docs/policies.md.")
CHECKED = ("place", "problem")
CHANGED = ("place", "words")
Pack = Annotated[Path, typer.Argument(help="A policy pack: a YAML file, national or a municipal overlay.", exists=True, dir_okay=False)]


@app.command(epilog="Example: tsunagu policy check policies/national.yaml")
def check(
    file: Pack,
    draft: Annotated[bool, typer.Option("--draft", help="Nobody has to have signed it yet.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Every problem of a pack, with its place, and whether somebody signed it who may (policy_keys in tsunagu.toml); exit code 1 where there is one."""
    try:
        found = packs.of(file)  # what is wrong in it is told before who has not signed it
        found = found if draft else packs.of(file, _trusted())
    except PackInvalid as invalid:
        _tell(invalid, file, output)
    if output is not Output.TABLE:
        show([], CHECKED, output)
    layer = "a municipal overlay" if found.base else "a national pack"
    signed = "a draft" if draft else "signed"
    typer.echo(f"tsunagu: {file} is sound: {layer}, {signed}, {found.name} {found.version}, from {found.effective_from}, known by {found.hash}", err=True)


@app.command(epilog="Example: tsunagu policy diff policies/national.yaml draft.yaml --output json")
def diff(old: Pack, new: Pack, output: OutputOption = Output.TABLE) -> None:
    """What changes from one pack to another, in words: bases, types, ceilings, deadlines, purposes."""
    from cli.pack_changes import changes

    rows = changes(_sound(old, output), _sound(new, output))
    if rows or output is not Output.TABLE:
        show(rows, CHANGED, output, f"{old} → {new}")
    else:
        typer.echo("tsunagu: both say the same", err=True)


@app.command(epilog="Example: tsunagu policy sign policies/national.yaml --key release.key")
def sign(
    file: Pack,
    key: Annotated[Path, typer.Option(help="An Ed25519 private key in PEM, as `tsunagu policy key` makes one.", exists=True, dir_okay=False)],
) -> None:
    """Sign a pack that is sound: the signature goes into a file beside it, in the place of this key's earlier one."""
    _sound(file, Output.TABLE)
    try:
        written = signatures.sign(file, signatures.private_key(key))
    except signatures.KeyUnusable as problem:
        leave(problem, PROBLEMS)
    typer.echo(f"tsunagu: {written} holds the signature; it belongs beside the pack", err=True)


@app.command(epilog="Example: tsunagu policy key release.key")
def key(file: Annotated[Path, typer.Argument(help="Where the private key is to be; nothing may be there yet.", dir_okay=False)]) -> None:
    """Make a key pair for signing packs: the private key here, its public half (for policy_keys in tsunagu.toml) beside it with the ending .pub."""
    try:
        public = signatures.make(file)
    except FileExistsError as problem:
        leave(f"{problem.filename} is there already; no key is overwritten", PROBLEMS)
    typer.echo(f"tsunagu: {file} signs packs: keep it off this machine; {public} goes to the installations", err=True)


def _trusted() -> Keys:
    """The keys of this installation; where there is none, that of the release."""
    from kernel import settings

    try:
        try:
            return packs.trusted(settings.load())
        except settings.SettingsWrong:
            raise
        except settings.SettingsMissing:
            return signatures.public_keys(packs.FOLDER / name for name in settings.RELEASED)
    except signatures.KeyUnusable as problem:
        leave(problem, PROBLEMS)


def _sound(file: Path, output: Output) -> PolicyPack:
    try:
        return packs.of(file)
    except PackInvalid as invalid:
        _tell(invalid, file, output)


def _tell(invalid: PackInvalid, file: Path, output: Output) -> NoReturn:
    rows = [{"place": place, "problem": says} for place, says in invalid.problems]
    show(rows, CHECKED, output, str(file))
    leave(f"{file}: {len(rows)} problem{'s' if len(rows) > 1 else ''}; such a pack is not put in force", PROBLEMS)
