"""``tsunagu policy``: checks a draft of a policy pack (規則集), and compares two of them, with nothing running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.leaving import PROBLEMS, leave
from cli.output import Output, OutputOption, show
from services.consent import packs
from services.consent.domain.pack import PackInvalid, PolicyPack

app = typer.Typer(no_args_is_help=True, help="Policy packs (規則集): check a draft, compare two; the format is in docs/policies.md.")
CHECKED = ("place", "problem")
CHANGED = ("place", "words")
Pack = Annotated[Path, typer.Argument(help="A policy pack: a YAML file, national or a municipal overlay.", exists=True, dir_okay=False)]


@app.command(epilog="Example: tsunagu policy check policies/national.yaml")
def check(file: Pack, output: OutputOption = Output.TABLE) -> None:
    """Every problem of a pack, with its place; exit code 1 where there is one."""
    try:
        found = packs.of(file)
    except PackInvalid as invalid:
        _tell(invalid, file, output)
    if output is not Output.TABLE:
        show([], CHECKED, output)
    layer = "a municipal overlay" if found.base else "a national pack"
    typer.echo(f"tsunagu: {file} is sound: {layer}, {found.name} {found.version}, from {found.effective_from}, known by {found.hash}", err=True)


@app.command(epilog="Example: tsunagu policy diff policies/national.yaml draft.yaml --output json")
def diff(old: Pack, new: Pack, output: OutputOption = Output.TABLE) -> None:
    """What changes from one pack to another, in words: bases, types, ceilings, deadlines, purposes."""
    from cli.pack_changes import changes

    rows = changes(_sound(old, output), _sound(new, output))
    if rows or output is not Output.TABLE:
        show(rows, CHANGED, output, f"{old} → {new}")
    else:
        typer.echo("tsunagu: both say the same", err=True)


def _sound(file: Path, output: Output) -> PolicyPack:
    try:
        return packs.of(file)
    except PackInvalid as invalid:
        _tell(invalid, file, output)


def _tell(invalid: PackInvalid, file: Path, output: Output) -> NoReturn:
    rows = [{"place": place, "problem": says} for place, says in invalid.problems]
    show(rows, CHECKED, output, str(file))
    leave(f"{file}: {len(rows)} problem{'s' if len(rows) > 1 else ''}; such a pack is not put in force", PROBLEMS)
