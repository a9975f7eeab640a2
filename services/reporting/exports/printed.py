"""Printed sheet (月次報告書): the figures of a month on A4, one page of HTML that needs nothing else: no script, no font, no picture from anywhere.

Every figure stands there once, in an element with ``data-figure``. Bars are drawn to the largest number of the same figure. A figure that is
kept back (秘匿) has no value and no bar, and no sum is shown beside it. Everything that comes from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from services.reporting.exports.print_style import CSS, page_title
from services.reporting.exports.provenance import Provenance

ACTUAL, TOTAL = "実", "延べ"
BAR_WIDTH, BAR_HEIGHT = 120, 9
_ALONE = ("default-src 'none'; style-src 'unsafe-inline'")


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a figure."""

    code: str
    """Of what it is divided by; empty where the figure is not divided."""
    label: str
    value: int | None
    """None: kept back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a month with its parts."""

    code: str
    title: str
    group: str
    """The heading under which it stands."""
    basis: str
    """ACTUAL counts each person or case once, TOTAL counts events."""
    unit: str
    divided: str
    """What it is divided by; empty where it is not."""
    parts: Sequence[Part]
    overlapping: bool = False
    """One event may count in several parts, so that these cannot be added."""

    @property
    def sum(self) -> int | None:
        """Of all parts, where these can be added and none is kept back."""
        values = [part.value for part in self.parts if part.value is not None]
        return sum(values) if self.basis == TOTAL and not self.overlapping and len(values) == len(self.parts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands on top."""

    title: str
    period: str
    town: str
    maker: str
    kept_back: str = ""
    """What is said of figures that are kept back; empty: none are."""


def sheet(heading: Heading, figures: Iterable[Figure], provenance: Provenance) -> str:
    """The page. Figures of one group have to follow each other."""
    body = [_head(heading, provenance), *(_group(name, list(each)) for name, each in groupby(figures, lambda figure: figure.group)), _foot(provenance)]
    return (
        f'<!DOCTYPE html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_ALONE}">\n'
        f"<title>{escape(f'{heading.title} {heading.period}')}</title>\n"
        f"<style>\n{CSS}\n{page_title(f'{heading.title}　{heading.period}　{heading.town}')}\n</style>\n</head>\n<body>\n"
        + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _head(heading: Heading, provenance: Provenance) -> str:
    missing = f'<p class="warning">読めない記録が {provenance.missing} 件あり、この表は不完全です。</p>' if provenance.missing else ""
    kept = f"<p>{escape(heading.kept_back)}</p>" if heading.kept_back else ""
    return (
        f"<header>\n<h1>{escape(heading.title)}</h1>\n<p class=\"period\">{escape(heading.period)}</p>\n"
        f'<p class="maker">{escape(heading.town)}<br>{escape(heading.maker)}</p>\n</header>\n'
        f"{missing}<div class=\"key\"><p><b class=\"basis actual\">{ACTUAL}</b> 人や事例を一度だけ数えたもの　<b class=\"basis\">{TOTAL}</b> 出来事をその都度数えたもの</p>{kept}</div>"
    )


def _group(name: str, figures: Sequence[Figure]) -> str:
    whole = [figure for figure in figures if not figure.divided]
    divided = [figure for figure in figures if figure.divided]
    table = f'<table class="whole">\n<tbody>\n{"".join(map(_whole, whole))}</tbody>\n</table>\n' if whole else ""
    return f'<section>\n<h2>{escape(name)}</h2>\n<div class="figures">\n{table}{"".join(map(_divided, divided))}</div>\n</section>'


def _whole(figure: Figure) -> str:
    """A line for a figure of one number."""
    return "".join(
        f'<tr><th scope="row">{escape(figure.title)}</th><td class="basis">{_basis(figure)}</td>{_number(figure, part)}'
        f'<td class="unit">{escape(figure.unit)}</td></tr>\n' for part in figure.parts
    )


def _divided(figure: Figure) -> str:
    """A table of its own for a figure that is divided, with a bar for each part."""
    largest = max((part.value or 0 for part in figure.parts), default=0)
    total = "" if figure.sum is None else f'<span class="sum">計 {figure.sum:,} {escape(figure.unit)}</span>'
    rows = "".join(
        f'<tr><th scope="row">{escape(part.label or "—")}</th><td class="bar">{_bar(part.value, largest)}</td>{_number(figure, part)}'
        f'<td class="unit">{escape(figure.unit)}</td></tr>\n' for part in figure.parts
    )
    return (
        f'<table class="divided">\n<caption>{escape(figure.title)} {_basis(figure)}<span class="by">{escape(figure.divided)}別</span>{total}</caption>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _basis(figure: Figure) -> str:
    kind = "basis actual" if figure.basis == ACTUAL else "basis"
    return f'<b class="{kind}">{escape(figure.basis)}</b>'


def _number(figure: Figure, part: Part) -> str:
    name = escape(f"{figure.code}/{part.code}" if part.code else figure.code)
    text, kind = ("秘匿", "number kept") if part.value is None else (f"{part.value:,}", "number nought" if part.value == 0 else "number")
    return f'<td class="{kind}" data-figure="{name}">{text}</td>'


def _bar(value: int | None, largest: int) -> str:
    """A bar on its ground, to scale; a number above 0 is never invisible."""
    if value is None:
        return ""
    width = max(1, round(BAR_WIDTH * value / largest)) if value and largest else 0
    drawn = f'<rect class="drawn" width="{width}" height="{BAR_HEIGHT}"></rect>' if width else ""
    return (
        f'<svg width="{BAR_WIDTH}" height="{BAR_HEIGHT}" viewBox="0 0 {BAR_WIDTH} {BAR_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="{BAR_WIDTH}" height="{BAR_HEIGHT}"></rect>{drawn}</svg>'
    )


def _foot(provenance: Provenance) -> str:
    lines = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>\n" for name, value in provenance.as_lines() if value)
    return f'<footer>\n<h2>出所</h2>\n<p>この表は、次の位置までの記録だけから作られ、同じ位置から同じ数を作り直せます。</p>\n<dl>\n{lines}</dl>\n</footer>'
