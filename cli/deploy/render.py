"""``tsunagu deploy render``: what of a cluster follows from our tables is written as manifests; nothing of it is ever typed by hand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.leaving import PROBLEMS, USAGE, leave
from kernel.settings import FILE_NAME, SettingsMissing

app = typer.Typer(invoke_without_command=True, help="Manifests for Kubernetes from the settings, the agencies, the alerts and the boards.")
Id = Annotated[str, typer.Argument(help="Id of the agency, in topic and account names: a-z, 0-9 and hyphens, at most 32.", metavar="ID")]
Overlay = Annotated[Path, typer.Option(help="The overlay that is applied to the cluster: namespace, image, settings.", metavar="FOLDER")]
Agencies = Annotated[Path | None, typer.Option(help="File of the town's agencies; the one of the sample town unless given.", metavar="FILE")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD", metavar="DATE")]


@app.callback(epilog="Example: tsunagu deploy render --out deploy/k8s/overlays/my-town/town --agencies my-town.yaml")
def render(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help=f"The town's folder, with its {FILE_NAME}; the sample town's unless given.", metavar="FOLDER")] = None,
    agencies: Agencies = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 where something would change.")] = False,
) -> None:
    """Topics, accounts and rights of a town, the secrets' names, and alerts and boards for the cluster. Safe to repeat."""
    if context.invoked_subcommand:
        return
    from deploy.k8s import monitoring, town
    from deploy.k8s.strimzi import NoSuchName
    from deploy.local.layout import REPOSITORY
    from deploy.local.town import TOWN

    folder = out or town.SAMPLE
    try:
        files = {folder / name: text for name, text in town.files(folder, agencies or TOWN).items()}
    except (SettingsMissing, NoSuchName, ValueError, KeyError, TypeError) as problem:
        leave(problem, USAGE)
    files |= {REPOSITORY / name: text for name, text in monitoring.files().items()}
    changed = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    if not check:
        _write({path: files[path] for path in changed})
    for path in changed:
        typer.echo(path)
    typer.echo(f"tsunagu: {len(changed)} of {len(files)} files {'would change' if check else 'written'}", err=True)
    if check and changed:
        raise typer.Exit(PROBLEMS)


@app.command(epilog="Example: tsunagu deploy render agency hinata --kind ELDER --name 地域包括支援センターひなた --password | kubectl apply -f -")
def agency(
    agency: Id,
    kind: Annotated[str, typer.Option("--kind", "-k", help="Its kind (AgencyKind), as ELDER or MUNICIPALITY.")],
    name: Annotated[str, typer.Option("--name", "-n", help="Its Japanese name.")],
    contract_from: Day = None,
    contract_until: Day = None,
    password: Annotated[bool, typer.Option(
        "--password", help="Its Secret too, with a fresh password: what was there before opens nothing any more. Never into a file: pipe it on.")] = False,
    overlay: Overlay = Path("deploy/k8s/overlays/production"),
) -> None:
    """One more agency: its topics, its account with its rights, and the job that registers it, for `kubectl apply -f -`."""
    from contracts.shared import AgencyKind
    from deploy.k8s import joining
    from deploy.k8s.strimzi import NoSuchName
    from deploy.local.town import Agency, place

    try:
        manifests = joining.rendered(overlay)
        settings = joining.settings_in(manifests)
        found = Agency(
            id=agency, kind=AgencyKind(kind).value, name_ja=name, contract_from=_day(contract_from), contract_until=_day(contract_until),
            **place(kind, settings.municipality),
        )
        made = joining.of_agency(found, manifests, password)
    except (joining.CannotRender, SettingsMissing, NoSuchName, ValueError) as problem:
        leave(problem, USAGE)
    _print(made)


@app.command(epilog="Example: tsunagu deploy render secrets town-secrets --agencies my-town.yaml | kubectl create -n tsunagu -f -")
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where the values lie, one file each; those that are not there are made.", metavar="FOLDER")],
    agencies: Agencies = None,
) -> None:
    """Every Secret of a town with its value, for `kubectl create` (which leaves alone what is there) or `kubeseal`. Never into a file of a repository."""
    from deploy.k8s.secrets import filled, needed
    from deploy.local.town import TOWN
    from deploy.local.town import agencies as of_file

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _print([filled(each, folder) for each in needed(of_file(agencies or TOWN))])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _print(manifests: list[dict[str, Any]]) -> None:
    from deploy.k8s.town import documents

    sys.stdout.write(documents(manifests))
