"""``tsunagu dashboards``: the boards of Grafana, looked at without Grafana."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.leaving import UNREACHABLE, USAGE, leave

app = typer.Typer(no_args_is_help=True, help="The boards that Grafana shows, looked at without Grafana.")
SPANS = {"m": 60, "h": 3600, "d": 86400}


@app.callback()
def _together() -> None:
    """With a callback, one verb alone stays a verb."""


@app.command(epilog="Example: tsunagu dashboards preview --prometheus http://127.0.0.1:9090")
def preview(
    prometheus: Annotated[str, typer.Option("--prometheus", help="Where a Prometheus that scrapes the town answers.")] = "http://127.0.0.1:9090",
    png: Annotated[Path | None, typer.Option("--png", help="Write one picture of each board into this folder, and end.")] = None,
    span: Annotated[str, typer.Option("--span", help="How far back to look: 30m, 6h, 2d.")] = "6h",
    until: Annotated[str, typer.Option("--until", help="Up to when, as 2026-04-01T09:30 (time of this machine unless it says +09:00). Default: now.")] = "",
    choose: Annotated[list[str] | None, typer.Option("--choose", help="Value of a variable, as service=consent; may be given more than once.")] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where the page is served; 0 takes a free port.")] = 0,
) -> None:
    """Serve a page on this machine that draws the committed boards (下見: it is not Grafana), until Ctrl-C."""
    from deploy.observability.preview.asking import Prometheus, Unanswered
    from deploy.observability.preview.filling import Look
    from deploy.observability.preview.serving import served

    source, look = Prometheus(prometheus), Look(_seconds(span), _chosen(choose or []), _moment(until))
    try:
        source.scraped_every()
        with served(source, look, port) as address:
            if png is not None:
                _pictures(source, look, address, png)
                return
            typer.echo(f"下見(Grafanaではない): {address}   Ctrl-C ends it", err=True)
            while True:
                time.sleep(3600)
    except Unanswered as problem:
        leave(f"{problem}; start one with the scrape configuration in deploy/observability/prometheus, or name it: --prometheus URL", UNREACHABLE)


def _pictures(source: object, look: object, address: str, folder: Path) -> None:
    from deploy.observability import reading
    from deploy.observability.preview import filling, picturing

    try:
        picturing.browser()
        folder.mkdir(parents=True, exist_ok=True)
        for path in reading.files():
            board, target = reading.board(path), folder / f"{path.stem}.png"
            picturing.picture(f"{address}/?board={board['uid']}&still", filling.height(board, source, look), target)
            typer.echo(target)
    except picturing.NoBrowser as problem:
        leave(problem, UNREACHABLE)


def _seconds(span: str) -> int:
    if not span[:-1].isdigit() or span[-1:] not in SPANS or not int(span[:-1]):
        leave(f"--span is not {span!r}: give a number and m, h or d, as 30m", USAGE)
    return int(span[:-1]) * SPANS[span[-1]]


def _moment(until: str) -> float | None:
    try:
        return datetime.fromisoformat(until).timestamp() if until else None
    except ValueError:
        leave(f"--until is not {until!r}: give a day and a time, as 2026-04-01T09:30", USAGE)


def _chosen(words: list[str]) -> dict[str, str]:
    from deploy.observability.reading import EVERYTHING

    chosen = dict(word.partition("=")[::2] for word in words)
    if unknown := sorted(set(chosen) - set(EVERYTHING)):
        leave(f"there is no variable {unknown[0]!r}; there are {', '.join(EVERYTHING)}", USAGE)
    return chosen
