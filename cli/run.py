"""``tsunagu run``: the whole system on this machine; up, down, and a look at what runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli.leaving import OK, PROBLEMS, leave
from cli.output import Output, OutputOption, show
from cli.running import COLUMNS, STOPPED, status_rows
from kernel import settings as settings_module

if TYPE_CHECKING:
    from deploy.local.lifecycle import Installation
    from deploy.local.progress import Progress
    from services.consent.domain.pack import PackInvalid

app = typer.Typer(no_args_is_help=True, help="The whole system on this machine: Kafka, PostgreSQL, every service; its files are in TSUNAGU_HOME (see: tsunagu --help).")
GATE = "consent"


def _names() -> list[str]:
    from deploy.local.processes import NAMES

    return [*NAMES, "supervisor"]


Name = Annotated[str, typer.Argument(help="Name of a process, as `tsunagu run status` shows it.", autocompletion=_names)]


def installation() -> Installation:
    """The installation in ``TSUNAGU_HOME``."""
    from deploy.local.layout import Layout
    from deploy.local.lifecycle import Installation

    return Installation(Layout(settings_module.home()))


def bring_up(installation: Installation, progress: Progress) -> None:
    """Stores, the registry's facts, services. Raises CannotRun, SettingsMissing, DidNotStart; PackInvalid when all runs, but by the pack before."""
    refused: list[PackInvalid] = []
    installation.up(progress, between=lambda: refused.extend(_register(installation, progress)))
    if refused:
        raise refused[0]


def _register(installation: Installation, progress: Progress) -> Iterator[PackInvalid]:
    """Tell what the registry has to say; why the pack that the settings name is not put in force, if it is not."""
    from confluent_kafka import KafkaException

    from cli import registry
    from cli.agency.client import NotAccepted
    from deploy.local.layout import CannotRun
    from services.consent.domain.pack import PackInvalid

    try:
        with progress.step("publishing the registry"):
            registry.publish(installation.settings, learn=lambda: _let_learn(installation))
    except PackInvalid as error:
        yield error
    except (KafkaException, NotAccepted) as error:
        raise CannotRun(f"the registry cannot be published ({error}); see: tsunagu run logs kafka") from error


def _let_learn(installation: Installation) -> None:
    """A gate reads its packs when it starts: one that runs ends here, and is started with the other services."""
    if any(row["name"] == GATE and row["state"] != "stopped" for row in installation.status()):
        installation.stop(GATE)


@app.command(epilog="Example: tsunagu run up --day")
def up(
    day: Annotated[bool, typer.Option("--day", help="Then let the agencies of the sample town publish a working day.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Start everything that does not run yet, provision, and leave it up."""
    from cli import needed, steps
    from services.consent.domain.pack import PackInvalid

    found = installation()
    try:
        bring_up(found, steps.shown())
    except PackInvalid as problem:
        leave(f"policy pack not put in force: {problem}; all else is up, and the pack before it goes on", PROBLEMS)
    if day:
        from cli import day as sample_day

        sample_day.play(found.settings, output)
    show(status_rows(found), COLUMNS, output if not day else Output.TABLE)
    needed.tell(found.settings)
    typer.echo("The system stays up. Stop it: make stop (or: tsunagu run down)", err=True)


@app.command(epilog="Example: tsunagu run down")
def down() -> None:
    """Stop what `run up` started, and only that."""
    from cli import steps

    stopped = installation().down(steps.shown())
    typer.echo("tsunagu: stopped" if stopped else "tsunagu: nothing was running", err=True)


@app.command(epilog="Example: tsunagu run status --output json\n\nExample: tsunagu run status --watch")
def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, with lag and the gate's last decision, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option("--every", min=0.2, help="With --watch: seconds between two looks.")] = 2.0,
    rounds: Annotated[int, typer.Option("--rounds", min=0, help="With --watch: so many looks; 0: without end.")] = 0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Every process: state (unready: it lives, and waits for something), pid, port, restarts, memory. Exit code 1 unless all are ready."""
    from cli import needed, watching

    found = installation()
    if watch:
        _watch(found, every, rounds, output)
    rows = status_rows(found)
    show(watching.signed(rows) if output is Output.TABLE else rows, COLUMNS, output)
    if all(row["state"] == STOPPED for row in rows):
        leave(f"nothing runs in {found.layout.home}; start it: tsunagu run up", PROBLEMS)
    needed.tell(found.settings)
    if any(row["state"] != "ready" for row in rows):
        raise typer.Exit(PROBLEMS)


def _watch(found: Installation, every: float, rounds: int, output: Output) -> NoReturn:
    from cli import watching

    if output is not Output.TABLE:
        raise typer.BadParameter("a table that is watched is a table; for a program: tsunagu run status --output jsonl, again and again", param_hint="--output")
    rows = watching.watch(watching.Watch(lambda: status_rows(found)).look, every, rounds)
    raise typer.Exit(PROBLEMS if not rows or any(row["state"] != "ready" for row in rows) else OK)


@app.command(epilog="Example: tsunagu run logs kafka -f")
def logs(name: Name, follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as the log grows.")] = False) -> None:
    """The last lines of one process's log, or `supervisor`."""
    path = installation().layout.log(_known(name, "supervisor"))
    if not path.exists():
        leave(f"{name} has written no log yet: {path}", PROBLEMS)
    arguments = ["tail", "-n", "200", *(["-F"] if follow else []), str(path)]
    os.execvp(arguments[0], arguments)


@app.command(epilog="Example: tsunagu run kill consent")
def kill(name: Name) -> None:
    """kill -9 one process; the supervisor starts it again. For trying what happens then."""
    if not installation().signal(_known(name), signal.SIGKILL):
        leave(f"{name} does not run", PROBLEMS)


@app.command(epilog="Example: tsunagu run rotate consent")
def rotate(
    name: Annotated[str, typer.Argument(help="Account of a service, of the desk's own commands or of a town's mirror, as in secrets/NAME.password; of agencies: tsunagu agency rotate.")],
    over: Annotated[bool, typer.Option("--end", help="Of a mirror alone: the town has the new password in place, so the old one opens its account no more.")] = False,
) -> None:
    """Another password for an account of ours: its process starts again with it, then the old one is closed. Nothing is lost, nobody refused.

    A town's mirror is somebody else's program: both passwords open its account until --end. For the administrator the broker starts again: everybody waits for some seconds.
    """
    from cli import rotating, steps
    from deploy.local.lifecycle import START_OR_STOP
    from deploy.local.turns import turn

    found, progress = installation(), steps.shown()
    kind = rotating.kind_of(name, settings_module.load(found.layout.home), over)  # where nothing is installed, nothing is made
    with turn(found.layout, START_OR_STOP, progress):
        rotating.rotate(found, name, kind, over, progress)


def _known(name: str, *more: str) -> str:
    from deploy.local.processes import NAMES

    if name not in (*NAMES, *more):
        raise typer.BadParameter(f"nothing is named {name!r}; there are {', '.join((*NAMES, *more))}")
    return name
