"""The printed sheet: valid HTML that needs nothing else, every figure once, nothing from outside as markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from services.reporting.exports.print_style import page_title
from services.reporting.exports.printed import ACTUAL, BAR_WIDTH, TOTAL, Figure, Heading, Part, sheet
from tests.services.reporting.test_exports import PROVENANCE

VOID = {"meta", "br"}
HEADING = Heading(title="月次報告書", period="2026年5月（令和8年5月）", town="市町村コード 990019", maker="福祉課")
CASES = Figure(code="new", title="新規相談", group="包括的相談支援", basis=ACTUAL, unit="事例", divided="", parts=[Part("", "", 1240)])
FIELDS = Figure(
    code="consultations", title="相談受付", group="包括的相談支援", basis=TOTAL, unit="件", divided="分野",
    parts=[Part("ELDER", "高齢", 40), Part("CHILD", "子ども", 10), Part("POVERTY", "生活困窮", 0)],
)
PERSONS = replace(FIELDS, code="active", title="動きのあった事例", basis=ACTUAL)
HIDDEN = replace(FIELDS, code="emergencies", title="緊急対応", parts=[Part("VIOLENCE", "暴力", None), Part("MISSING", "行方不明", 7)])


class Page(HTMLParser):
    """What stands in a page, and whether each element is closed where it has to be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if (code := dict(attrs).get("data-figure")) is not None:
            self.figures.append((code, ""))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop(), tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if self.figures and not self.figures[-1][1]:
            self.figures[-1] = (self.figures[-1][0], data)

    def bars(self) -> list[int]:
        """The widths of the bars that are drawn."""
        return [int(each["width"] or 0) for tag, each in self.elements if tag == "rect" and each.get("class") == "drawn"]


def page(*figures: Figure, heading: Heading = HEADING, missing: int = 0) -> Page:
    """The sheet of these figures, read."""
    return Page(sheet(heading, figures, replace(PROVENANCE, missing=missing, rows=7, sha256="5a" * 32)))


def test_every_figure_stands_there_once():
    """With its unit and its count basis; thousands are told apart; nought is a figure; a figure that is kept back is said to be."""
    found = page(CASES, FIELDS, HIDDEN)

    assert [
        ("new", "1,240"), ("consultations/ELDER", "40"), ("consultations/CHILD", "10"), ("consultations/POVERTY", "0"),
        ("emergencies/VIOLENCE", "秘匿"), ("emergencies/MISSING", "7"),
    ] == found.figures
    for text in ("2026年5月（令和8年5月）", "新規相談", "分野別", "子ども", "事例", ACTUAL, TOTAL):
        assert text in found.text


def test_bars_are_to_scale_within_a_figure():
    """A small number is still to be seen, nought and what is kept back have none."""
    assert [BAR_WIDTH, BAR_WIDTH // 4] == page(CASES, FIELDS).bars()
    assert [BAR_WIDTH] == page(HIDDEN).bars()
    assert [BAR_WIDTH, 1] == page(replace(FIELDS, parts=[Part("A", "A", 10_000), Part("B", "B", 1)])).bars()


@pytest.mark.parametrize(("figure", "shown"), [(FIELDS, True), (PERSONS, False), (HIDDEN, False)])
def test_a_sum_is_shown_only_where_parts_may_be_added(figure: Figure, shown: bool):
    """Not of persons, who may stand in two parts; not beside a part that is kept back, which it would give away."""
    assert shown == ("計 50 件" in page(figure).text)
    assert shown == (figure.sum is not None)


def test_figures_of_one_group_stand_under_one_heading():
    """In the order in which they come."""
    found = page(CASES, FIELDS, replace(PERSONS, group="全体"))

    assert 3 == len([tag for tag, _ in found.elements if tag == "h2"])
    assert found.text.index("包括的相談支援") < found.text.index("新規相談") < found.text.index("全体") < found.text.index("出所")


def test_the_page_needs_nothing_and_nobody():
    """No script, no link, no picture or font from anywhere; a rule forbids the reader's program to fetch any."""
    text = sheet(HEADING, [CASES, FIELDS], PROVENANCE)
    found = Page(text)
    policies = [each["content"] for tag, each in found.elements if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"]

    assert text.startswith("<!DOCTYPE html>\n<html lang=\"ja\">") and ["default-src 'none'; style-src 'unsafe-inline'"] == policies
    assert not {tag for tag, _ in found.elements} & {"script", "link", "img", "iframe", "object", "base", "form", "a"}
    assert not {name for _, each in found.elements for name in each} & {"src", "href", "style"}
    assert "url(" not in text and "@import" not in text and "http:" not in text and "https:" not in text


def test_it_is_made_for_a4_and_counts_its_pages():
    """By rules of print alone."""
    text = sheet(HEADING, [CASES], PROVENANCE)

    assert "size: A4" in text and 'counter(page) " / " counter(pages)' in text


def test_what_comes_from_outside_is_never_markup():
    """Names of agencies, codes, titles, the town; in the text, in attributes and in the rule for the foot of the page."""
    evil = '</style><script>alert("1")</script>\'&"\\'
    figures = [
        replace(CASES, code=evil, title=evil, unit=evil, group=evil, parts=[Part(evil, evil, 1)]),
        replace(FIELDS, title=evil, divided=evil, group=evil, parts=[Part(evil, evil, 1)]),
    ]
    heading = Heading(title=evil, period=evil, town=evil, maker=evil, kept_back=evil)
    found = Page(sheet(heading, figures, replace(PROVENANCE, query={evil: evil}, title=evil)))

    assert "script" not in {tag for tag, _ in found.elements}
    assert [(f"{evil}/{evil}", "1"), (f"consultations/{evil}", "1")] == found.figures
    assert found.text.count(evil) >= 10
    assert 1 == sheet(heading, figures, PROVENANCE).count("</style>")


def test_the_foot_of_a_page_is_a_text_of_css():
    """Whatever could end it is written as its code."""
    assert 'content: "月次 2026年5月"' in page_title("月次 2026年5月")
    assert 'content: "a\\000022\\00005c\\00000a\\00003cb"' in page_title('a"\\\n<b')


def test_the_page_says_where_it_comes_from():
    """Every position, the hash, the definition; and at the top when records are missing."""
    found, whole = page(CASES, missing=3), page(CASES)

    for text in ("990019.consent.log", "0:12 1:7", "5a" * 32, "d" * 64, "2026-06-01 09:30:00+09:00"):
        assert text in found.text
    assert "読めない記録が 3 件あり、この表は不完全です。" in found.text
    assert "不完全" not in whole.text


def test_a_month_without_figures_is_a_page_too():
    """With its heading and its provenance."""
    assert [] == page().figures
    assert "出所" in page().text


def test_the_same_figures_give_the_same_page():
    """Byte for byte."""
    assert sheet(HEADING, [CASES, FIELDS], PROVENANCE) == sheet(HEADING, iter([CASES, FIELDS]), PROVENANCE)
