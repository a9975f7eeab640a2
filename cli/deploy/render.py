"""``tsunagu deploy render``: what of a cluster follows from our tables is written as manifests; nothing of it is ever typed by hand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from cli.deploy import render_boards, render_rules
from cli.deploy.render_input import Broken
from cli.leaving import PROBLEMS, TOLD, USAGE, leave
from kernel import settings as settings_module
from kernel.settings import FILE_NAME, SettingsMissing

app = typer.Typer(invoke_without_command=True, help="Manifests for Kubernetes from the settings, the agencies, the alerts and the boards.")
Id = Annotated[str, typer.Argument(help="Id of the agency, in topic and account names: a-z, 0-9 and hyphens, at most 32.", metavar="ID")]
Town = Annotated[Path | None, typer.Option(help=f"The town's folder, with {FILE_NAME} and town.yaml; the sample town's unless given.", metavar="FOLDER")]
Rendered = Annotated[Path | None, typer.Option(
    help=f"The town's folder, with {FILE_NAME} and town.yaml: nothing outside of it is written. Unless given, the sample town's, and the checkout's alerts and boards.",
    metavar="FOLDER")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD", metavar="DATE")]


@app.callback(epilog=f"Example: tsunagu deploy render --out deploy/k8s/overlays/my-town/town --agencies my-town.yaml\n\n{TOLD}")
def render(
    context: typer.Context,
    out: Rendered = None,
    agencies: Annotated[Path | None, typer.Option(
        help="File of the agencies, put into the folder as town.yaml first; unless given, the one that is there.", metavar="FILE")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 where something would change.")] = False,
) -> None:
    """Topics, accounts and rights of a town, the names of its secrets, and alerts and boards for the cluster. Safe to repeat."""
    if context.invoked_subcommand:
        return
    from deploy.k8s import town

    shared = _shared()
    files = _town(out or town.SAMPLE, agencies)
    if out is None:
        files |= shared
    elif stale := _changed(shared):
        leave(f"{next(iter(stale))} is not what the rules and boards of this checkout give: `tsunagu deploy render` without --out writes it", USAGE)
    changed = _changed(files)
    if not check:
        _write(changed)
    for path in changed:
        typer.echo(path)
    typer.echo(f"tsunagu: {len(changed)} of {len(files)} files {'would change' if check else 'written'}", err=True)
    if check and changed:
        raise typer.Exit(PROBLEMS)


@app.command(epilog=f"Example: tsunagu deploy render agency hinata --kind ELDER --name 地域包括支援センターひなた | kubectl apply -f -\n\n{TOLD}")
def agency(
    agency: Id,
    kind: Annotated[str, typer.Option("--kind", "-k", help="Its kind (AgencyKind), as ELDER or MUNICIPALITY.")],
    name: Annotated[str, typer.Option("--name", "-n", help="Its Japanese name.")],
    contract_from: Day = None,
    contract_until: Day = None,
    password: Annotated[bool, typer.Option(
        "--password", help="Its Secret too, with a fresh password: one that was there opens nothing any more. Never into a file: pipe it on. Refused where a vault makes it.")] = False,
    out: Town = None,
    overlay: Annotated[Path, typer.Option(
        help="The overlay that is applied to the cluster, which includes the town's folder.", metavar="FOLDER")] = Path("deploy/k8s/overlays/production"),
) -> None:
    """One more agency: a line in the town's file, and for `kubectl apply -f -` its topics, every account that has to do with it, and the job that registers it."""
    from contracts.shared import AgencyKind
    from deploy.k8s import joining, town
    from deploy.local.town import Agency, municipality, place

    folder = out or town.SAMPLE
    file = folder / town.TOWN_FILE
    try:
        found = Agency(
            id=agency, kind=AgencyKind(kind).value, name_ja=name, contract_from=_day(contract_from), contract_until=_day(contract_until),
            **place(kind, municipality(file)),
        )
        joining.rendered(overlay)  # before anything is written
        joining.add(found, file)
        _write(_changed(_town(folder)))
        made = joining.of_agency(found, joining.rendered(overlay), password)
    except (joining.CannotRender, OSError, ValueError) as problem:
        leave(problem, USAGE)
    _print(made)


@app.command(epilog=f"Example: tsunagu deploy render secrets ~/town-secrets | kubectl create -n tsunagu -f -\n\n{TOLD}")
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where the values lie, one file each; those that are not there are made.", metavar="FOLDER")],
    out: Town = None,
    missing: Annotated[bool, typer.Option(
        "--missing", help="Only those that the cluster lacks: on standard input, what `kubectl get secrets -o name` tells. Never another kek.")] = False,
) -> None:
    """Every Secret of a town with its value, for `kubectl create` (which leaves alone what is there) or `kubeseal`. Never into a file of a repository."""
    from deploy.k8s import town
    from deploy.k8s.secrets import KEK, filled, needed
    from deploy.local.town import agencies

    there = {line.strip().removeprefix("secret/") for line in sys.stdin} if missing else set()
    if missing and KEK.name not in there:
        leave(f"{KEK.name} is not among them: another namespace, or it has to come back from the safe; a new one would open nothing that is sealed", USAGE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = out or town.SAMPLE
    wanted = needed(agencies(site / town.TOWN_FILE), settings_module.load(site).towns)
    _print([filled(each, folder) for each in wanted if each.name not in there])


def _shared() -> dict[Path, str]:
    """What all towns of a checkout share: alerts and boards. Leaves where one of their sources is broken or missing."""
    from deploy.k8s import monitoring
    from deploy.local.layout import REPOSITORY

    try:
        render_rules.check(REPOSITORY)
        render_boards.check(REPOSITORY)
    except Broken as problem:
        leave(problem, USAGE)
    return {REPOSITORY / name: text for name, text in monitoring.files().items()}


def _town(folder: Path, agencies: Path | None = None) -> dict[Path, str]:
    """What is made of a town's folder, with ``agencies`` as its file of agencies where given. Leaves where it cannot be."""
    from yaml import YAMLError

    from deploy.k8s import town
    from deploy.k8s.strimzi import NoSuchName

    file = agencies or folder / town.TOWN_FILE
    try:
        if agencies is None:
            return {folder / name: text for name, text in town.files(folder).items()}
        settings_module.load(folder)  # so that what is wrong is told of this folder
        with TemporaryDirectory() as work:  # --check writes nothing, nor does a file of agencies that is none take the place of one
            Path(work, FILE_NAME).write_bytes((folder / FILE_NAME).read_bytes())
            Path(work, town.TOWN_FILE).write_bytes(agencies.read_bytes())
            own = {town.TOWN_FILE: agencies.read_text("utf-8")} | town.files(Path(work))
        return {folder / name: text for name, text in own.items()}
    except (SettingsMissing, NoSuchName, OSError, ValueError) as problem:
        leave(problem, USAGE)
    except (YAMLError, AttributeError, KeyError, TypeError) as problem:
        leave(f"{file} is no file of agencies: {' '.join(str(problem).split())}", USAGE)


def _changed(files: Mapping[Path, str]) -> dict[Path, str]:
    return {path: text for path, text in files.items() if not path.exists() or path.read_bytes() != text.encode()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _print(manifests: list[dict[str, Any]]) -> None:
    from deploy.k8s.town import documents

    sys.stdout.write(documents(manifests))
