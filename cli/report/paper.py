"""The printed sheet of a month (月次報告書): the rows of the monthly figures, in words, as HTML or PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import typer

from cli.agency import era
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.report import browser
from cli.report.asking import Answer, Row
from cli.report.definitions import MONTHLY
from cli.report.words import FUNCTIONS, word
from deploy.local import enrolled
from deploy.local.layout import CannotRun
from deploy.local.town import Agency
from kernel.settings import Settings
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.printed import ACTUAL, TOTAL, Figure, Heading, Part, sheet
from services.reporting.projections.metrics import BY_CODE, METRICS

TITLE = "月次報告書"
SUFFIXES = (".html", ".pdf")
EVERYTHING = "全体"
"""Heading of the figures of more than one function."""
_BASES = (("（実）", ACTUAL), ("（延べ）", TOTAL))


def page(answer: Answer, kept: str, agencies: Mapping[str, Agency]) -> str:
    """The sheet as HTML; ``kept``: what is said of figures that are kept back."""
    provenance = replace(answer.provenance, report="sheet", title=TITLE)
    year, month = map(int, provenance.period.split("-"))
    heading = Heading(
        title=TITLE, period=f"{year}年{month}月（{era.month(year, month)}）", town=f"市町村コード {provenance.municipality}",
        maker=next((each.name_ja for each in agencies.values() if each.kind == "MUNICIPALITY" and each.ours and each.ended is None), ""),
        kept_back=f"{kept}：値を示さないもの" if kept else "",
    )
    with Canonical(answer.rows, MONTHLY.headings) as rows:
        return sheet(heading, figures(rows.rows(), {each.id: each.name_ja for each in agencies.values()}), provenance.over(rows))


def figures(rows: Iterable[Row], agencies: Mapping[str, str]) -> list[Figure]:
    """Rows of one metric and division as one figure, the functions in the order of the programme."""
    found = [_figure(list(each), agencies) for _, each in groupby(rows, lambda row: (row["metric"], row["divided_ja"]))]
    order = [*FUNCTIONS.values(), EVERYTHING]
    return sorted(found, key=lambda figure: order.index(figure.group))


def _figure(rows: list[Row], agencies: Mapping[str, str]) -> Figure:
    """A metric that was never counted has one row without a part, even if it is divided."""
    first = rows[0]
    title, basis = first["title_ja"], TOTAL
    for mark, named in _BASES:
        if mark in title:
            title, basis = title.replace(mark, ""), named
    parts = [Part(_code(row), word(first["divided_ja"], row["dimension"], agencies), row["value"]) for row in rows]
    return Figure(
        code=first["metric"], title=title, group=_group(first["metric"]), basis=basis, unit=first["unit_ja"],
        divided="" if [""] == [part.code for part in parts] else first["divided_ja"], parts=parts,
        overlapping=BY_CODE[first["metric"]].overlaps(first.get("divided", "")),
    )


def _code(row: Row) -> str:
    """A part under its division: two divisions of one metric may have the same codes."""
    return f"{row['divided']}:{row['dimension']}" if row.get("divided") else row["dimension"]


def _group(code: str) -> str:
    logs = {log for metric in METRICS if metric.code == code for log, _ in metric.sources}
    return FUNCTIONS.get(logs.pop(), EVERYTHING) if len(logs) == 1 else EVERYTHING


def agencies(settings: Settings) -> Mapping[str, Agency]:
    """Who is registered, by id; nobody, and a word on stderr, where the registry cannot be read: ids then stand in place of names."""
    try:
        return enrolled.known(settings)
    except CannotRun as problem:
        typer.echo(f"tsunagu: agencies stand under their ids: {problem}", err=True)
        return {}


def as_file(page: str, to: Path, named: str | None) -> bytes:
    """The bytes of the file; leaves where a PDF is wanted and no browser can give one."""
    if to.suffix.lower() == ".html":
        return page.encode()
    try:
        return browser.pdf(page, browser.found(named))
    except browser.NoBrowser as problem:
        leave(f"{problem}; install Chromium, name a browser in TSUNAGU_BROWSER, or write --to {to.with_suffix('.html')} and print that", UNREACHABLE)
    except browser.BrowserFailed as problem:
        leave(problem, PROBLEMS)
