"""``tsunagu audit trace``: what ``tsunagu trace`` tells of a case, with the place in the logs of each step (事例の追跡)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Output, OutputOption


def trace(
    case: Annotated[str, typer.Argument(help="Id of a case.")],
    svg: Annotated[Path | None, typer.Option(help="Also draw the chart into this file, to print on A4.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Every step of a case, each with the topic, partition and offset where its record lies; in codes, never a personal text."""
    from cli.trace import tell

    tell(case, svg, output, places=True)
