"""``tsunagu day --year``: a generated year through the agencies' own accounts, its progress on stderr, its counts on stdout."""

from __future__ import annotations

import typer
from confluent_kafka import KafkaException

from cli import dead_letters, steps
from cli.day.live import open_stage
from cli.leaving import PROBLEMS
from cli.output import Output, show
from cli.year.live import LiveYear, Played
from contracts.catalogue import CATALOGUE
from deploy.local.layout import CannotRun, Layout
from deploy.local.turns import turn
from kernel.settings import Settings

COLUMNS = ("type", "title_ja", "outcome", "count")


def play(settings: Settings, people: int, seed: int, speed: float, output: Output) -> None:
    """Play a year on the running system. Raises CannotRun, typer.Exit(1) when anything was refused, not answered or could not be read."""
    progress = steps.shown()
    try:
        with turn(Layout(settings.home), "day", progress):
            before = len(dead_letters.rows(settings))
            with open_stage(settings) as stage, progress.step(f"a year of {people} people, seed {seed}") as step:
                year = LiveYear(stage, people, seed, speed)
                played = year.play(lambda done: step.advance(done, year.total))
            buried = len(dead_letters.rows(settings)) - before
    except (KafkaException, OSError) as error:
        reason = error.args[0].str() if isinstance(error, KafkaException) else error
        raise CannotRun(f"the year cannot go on: the broker does not answer ({reason}); see: tsunagu run status") from error
    show(_rows(played), COLUMNS, output, f"{played.reports} reports, {played.faults} refused or not answered, {buried} dead letters")
    if played.faults or buried:
        raise typer.Exit(PROBLEMS)


def _rows(played: Played) -> list[dict[str, object]]:
    """Counts by type, in the order of the catalogue, and outcome."""
    places = {name: number for number, name in enumerate(CATALOGUE)}
    found = sorted(played.outcomes.items(), key=lambda each: (places[each[0][0]], each[0][1]))
    return [{"type": kind, "title_ja": CATALOGUE[kind].title_ja, "outcome": outcome, "count": count} for (kind, outcome), count in found]
