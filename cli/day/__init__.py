"""``tsunagu day``: the agencies of the sample town publish one working day through their own accounts (見本の一日).

``story`` says what happens, ``household``, ``outreach``, ``conference``, ``firewood``, ``protection``, ``bad_input`` and ``recount`` say it
step by step, ``player`` waits for all that must follow, ``rows`` puts what was observed beside what the story says.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output, OutputOption
from kernel import settings as settings_module
from kernel.settings import Settings

if TYPE_CHECKING:
    from cli.day.player import Day

EXAMPLE = "Example: tsunagu day --output json"


def command(
    year: Annotated[bool, typer.Option("--year", help="Instead, a whole generated year of a town, many cases at once.")] = False,
    people: Annotated[int, typer.Option("--people", min=100, help="With --year: inhabitants of the town.")] = 2_500,
    seed: Annotated[int | None, typer.Option("--seed", help="With --year: the same seed, the same year; each only once on one system. Default: any.")] = None,
    speed: Annotated[float, typer.Option("--speed", min=0.0, help="With --year: days of the year in a second; 0 = as fast as answers come.")] = 0.0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let the agencies of the sample town publish a working day, or a year. Exit code 1 when anything does not come out as it must."""
    settings = settings_module.load()
    if not year:
        play(settings, output)
        return
    from cli.year.command import play as play_year

    play_year(settings, people, secrets.randbelow(2**31) if seed is None else seed, speed, output)


def play(settings: Settings, output: Output = Output.TABLE) -> None:
    """Play the day on the running system and write its table. Raises CannotRun, typer.Exit(1) when a row is not as the story says."""
    from confluent_kafka import KafkaException

    from cli import steps
    from cli.day import table
    from deploy.local.layout import CannotRun, Layout
    from deploy.local.turns import turn

    try:
        with turn(Layout(settings.home), "day", steps.shown()):  # a day follows its own figures and what its agencies hear
            played, whole = _played(settings)
    except (KafkaException, OSError) as error:
        reason = error.args[0].str() if isinstance(error, KafkaException) else error
        raise CannotRun(f"the day cannot go on: the broker or the database does not answer ({reason}); see: tsunagu run status") from error
    table.show(played.rows, output)
    household = next((told.subject for told in played.told), "")
    if output is Output.TABLE and household:
        typer.echo(f"what the household of step 1 has gone through: tsunagu trace {household}", err=True)
    if not whole or any(row.fault for row in played.rows):
        raise typer.Exit(1)


def _played(settings: Settings) -> tuple[Day, bool]:
    """The day, and whether it came to its end: an agency cannot speak of what has not reached it."""
    from cli.day import story, table
    from cli.day.live import open_stage
    from cli.day.player import Day

    with open_stage(settings) as stage, table.shown() as shown:
        played = Day(stage, tell=shown.tell)
        try:
            story.play(played, begin=shown.begin)
        except LookupError as gap:
            typer.echo(f"tsunagu: the day ended at step {played.step}: {gap}", err=True)
            return played, False
    return played, True
