"""Verbs of the reports that are no more than their question: made from the table, each with its parameters and the options of every report."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from cli.report.asking import ask
from cli.report.definitions import Report
from cli.report.delivering import EncodingOption, ShapeOption, ToOption, Way, deliver
from services.reporting.exports.characters import Encoding

_WAY: tuple[tuple[str, Any, Any], ...] = (("output", ShapeOption, None), ("encoding", EncodingOption, Encoding.UTF_8), ("to", ToOption, None))


def add(app: typer.Typer, report: Report) -> None:
    """Make the report a verb of ``app``."""
    app.command(**described(report))(_verb(report))


def described(report: Report) -> dict[str, str]:
    """How a verb is told of in the help."""
    return {"name": report.name, "help": report.help, "epilog": f"Example: tsunagu report {report.example}"}


def _verb(report: Report) -> Callable[..., None]:
    """A function with the signature that typer reads the options from."""
    def verb(**given: Any) -> None:
        way = Way(*(given.pop(name) for name, _, _ in _WAY))
        deliver(report, ask(report, **given), way)

    own = [(each.name, each.annotation, inspect.Parameter.empty if each.required else each.default) for each in report.parameters]
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind) for name, kind, default in (*own, *_WAY)]
    verb.__name__ = report.name
    verb.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    verb.__annotations__ = {each.name: each.annotation for each in parameters}
    return verb
