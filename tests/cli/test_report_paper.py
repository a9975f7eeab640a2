"""``tsunagu report sheet``: rows of the monthly figures in words, and a PDF where a browser is there."""

from __future__ import annotations

import re
import time
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.report import app, browser, paper
from cli.report.asking import Answer
from cli.report.words import OF_AGENCIES, WORDS, word
from contracts import shared
from deploy.local.town import Agency
from services.reporting.exports.printed import ACTUAL, TOTAL, Part
from services.reporting.projections.metrics import METRICS
from tests.services.reporting.test_exports import PROVENANCE
from tests.services.reporting.test_exports_printed import Page

TOWN = {
    "welfare": Agency(id="welfare", kind="MUNICIPALITY", name_ja="福祉課"),
    "old": Agency(id="old", kind="MUNICIPALITY", name_ja="旧福祉課", ended=date(2025, 4, 1)),
    "elder": Agency(id="elder", kind="ELDER", name_ja="地域包括支援センター<ひなた>"),
}


def row(metric: str, title: str, dimension: str = "", value: int | None = 0, divided: str = "") -> dict[str, Any]:
    """As ``queries.monthly`` answers."""
    return {"period": "2026-05", "metric": metric, "title_ja": title, "divided_ja": divided, "dimension": dimension, "value": value, "unit_ja": "件"}


ROWS = [
    row("consultations", "相談受付（延べ）", "ELDER", 3, "分野"), row("consultations", "相談受付（延べ）", "UNMAPPED", 1, "分野"),
    row("new_consultation_cases", "新規相談（実）", value=2), row("links", "他機関へのつなぎ", "elder", 1, "つなぎ先"),
    row("links", "他機関へのつなぎ", "nobody", 1, "つなぎ先"), row("verdicts", "提供の判断", divided="結果"),
    row("active_cases", "動きのあった事例（実）", "consultation", 2, "機能"), row("trials", "体験の開始", "elder", 1, "受入先"),
]


def test_rows_become_figures_in_words():
    """Codes and agencies by their names, what is not known as it is; the count basis is read from the title."""
    found = {each.code: each for each in paper.figures(ROWS, {"elder": "ひなた"})}

    assert ("相談受付", TOTAL, "包括的相談支援", "分野") == tuple(
        getattr(found["consultations"], name) for name in ("title", "basis", "group", "divided"))
    assert [Part("ELDER", "高齢", 3), Part("UNMAPPED", "分類できないもの", 1)] == found["consultations"].parts
    assert ("新規相談", ACTUAL) == (found["new_consultation_cases"].title, found["new_consultation_cases"].basis)
    assert [Part("elder", "ひなた", 1), Part("nobody", "nobody", 1)] == found["links"].parts
    assert ("全体", [Part("consultation", "包括的相談支援", 2)]) == (found["active_cases"].group, found["active_cases"].parts)


def test_a_divided_figure_that_was_never_counted_is_one_nought():
    """And no table of nothing."""
    (found,) = paper.figures([row("verdicts", "提供の判断", divided="結果")], {})

    assert ("", [Part("", "", 0)]) == (found.divided, found.parts)


def test_the_functions_stand_in_the_order_of_the_programme():
    """Whatever order the metrics have; what concerns all comes last."""
    groups = [each.group for each in paper.figures(ROWS, {})]

    assert ["包括的相談支援"] * 3 + ["参加支援", "同意と情報の提供", "全体"] == groups


def test_every_metric_that_is_defined_has_its_place():
    """Not one is left out or fails."""
    rows = [row(metric.code, metric.title_ja, "X" if title else "", 1, title) for metric in METRICS for title in ("", *(each.title_ja for each in metric.divisions))]

    assert {metric.code for metric in METRICS} == {each.code for each in paper.figures(rows, {})}
    assert sum(1 + len(metric.divisions) for metric in METRICS) == len(paper.figures(rows, {}))


def test_two_divisions_of_one_metric_are_two_tables_and_parts_that_overlap_have_no_sum():
    """The same code in both is two figures; a place of two programmes is no two places."""
    parts = [{**row("places_opened", "居場所の開設", "UNMAPPED", 1, title), "divided": code} for code, title in (("kind", "種類"), ("programme", "既存事業"))]
    kind, programme = paper.figures(parts, {})

    assert (["kind:UNMAPPED"], ["programme:UNMAPPED"]) == ([each.code for each in kind.parts], [each.code for each in programme.parts])
    assert (1, None) == (kind.sum, programme.sum)


@pytest.mark.parametrize(("divided", "codes"), [
    ("経路", shared.Channel), ("分野", shared.Field), ("結果", shared.ScreeningOutcome), ("結果", shared.Outcome), ("危険の種類", shared.Danger),
    ("理由", shared.ReferralReason), ("種類", shared.PlanKind), ("種類", shared.PlaceKind), ("根拠", shared.Basis), ("根拠", shared.ConferenceBasis),
    ("結果", shared.ContactResult), ("理由", shared.ClosingReason), ("理由", shared.NotAcceptedReason), ("理由", shared.HandBackReason),
    ("理由", shared.PlanEndReason), ("理由", shared.OutreachEndReason), ("理由", shared.MatchEndReason), ("相談内容", shared.ConsultationTopic),
    ("来談者", shared.VisitorRelation), ("達成度", shared.GoalResult), ("参加のしかた", shared.AttendancePattern), ("支援した側", shared.MatchSide),
    ("既存事業", shared.CommunityProgramme), ("方法", shared.ContactMethod), ("ニーズ", shared.NeedKind), ("求めたもの", shared.HandsWanted), ("年代", shared.AgeBand), ("利用目的", shared.Purpose),
])
def test_every_code_of_a_figure_has_a_word(divided: str, codes: Any):
    """On paper nobody reads UNDER_15. Only the reasons of refusals, of which there are many, stand as codes."""
    assert [] == [str(code) for code in codes if word(divided, str(code), {}) == str(code)]


def test_every_division_of_a_metric_is_known():
    """By words or by the names of agencies."""
    assert {each.title_ja for metric in METRICS for each in metric.divisions} <= {*WORDS, *OF_AGENCIES}


def test_the_page_says_for_whom_and_by_whom():
    """The month by its era too; the office that is there now; the hash is that of the rows."""
    text = paper.page(Answer(ROWS, PROVENANCE), "秘匿（5未満等）", TOWN)
    found = Page(text)

    for words in ("2026年5月（令和8年5月）", "福祉課", "市町村コード 990019", "地域包括支援センター<ひなた>", "秘匿（5未満等）：値を示さないもの"):
        assert words in found.text
    assert "旧福祉課" not in found.text
    assert len(ROWS) == len(found.figures) == len({code for code, _ in found.figures})
    assert text == paper.page(Answer(iter(ROWS), PROVENANCE), "秘匿（5未満等）", TOWN)


def test_without_the_registry_ids_stand_for_names():
    """The figures are the same."""
    found = Page(paper.page(Answer(ROWS, PROVENANCE), "", {}))

    assert "elder" in found.text and len(ROWS) == len(found.figures)


@pytest.mark.parametrize("words", [("2026-13", "--to", "x.html"), ("2026-05", "--to", "x.csv"), ("2026-05",)])
def test_a_month_that_is_none_or_a_name_that_says_nothing_is_a_wrong_usage(words: tuple[str, ...]):
    """Exit code 2, before anything is asked."""
    assert 2 == CliRunner().invoke(app, ["sheet", *words]).exit_code


def test_html_needs_no_browser():
    """It is the page itself."""
    assert "<p>月" == paper.as_file("<p>月", Path("x.HTML"), "no-such-browser").decode()


def test_without_a_browser_there_is_a_sentence_that_says_what_to_do(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Exit code 3; what was looked for, and the way without."""
    monkeypatch.setattr(browser, "BROWSERS", ("no-such-browser",))
    for named, missing in ((None, "looked for no-such-browser"), ("my-browser", "no browser named my-browser")):
        with pytest.raises(typer.Exit) as left:
            paper.as_file("<p>", Path("m.pdf"), named)
        told = capsys.readouterr().err
        assert (3, True, True, True) == (left.value.exit_code, missing in told, "TSUNAGU_BROWSER" in told, "--to m.html" in told)


def script(path: Path, text: str) -> str:
    """Something that takes itself for a browser."""
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_browser_that_fails_is_told_by_its_last_words(tmp_path: Path):
    """And so is one that writes something else."""
    with pytest.raises(browser.BrowserFailed, match="no usable sandbox"):
        browser.pdf("<p>", script(tmp_path / "b", "echo starting >&2; echo no usable sandbox >&2; exit 1"))
    with pytest.raises(browser.BrowserFailed, match="said nothing"):
        browser.pdf("<p>", script(tmp_path / "c", 'for word; do case "$word" in --print-to-pdf=*) echo no >"${word#*=}";; esac; done'))


def test_a_browser_that_hangs_is_ended_with_all_its_processes(tmp_path: Path):
    """Within its time, and nothing goes on behind."""
    begun, behind = time.monotonic(), tmp_path / "behind"
    with pytest.raises(browser.BrowserFailed, match="within 2 s"):
        browser.pdf("<p>", script(tmp_path / "b", f"sleep 120 & echo $! >{behind}; sleep 120"), timeout_s=2)

    assert time.monotonic() - begun < 60
    child = Path("/proc") / behind.read_text("utf-8").strip() / "stat"
    while child.exists() and child.read_text("utf-8").rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() - begun < 60
        time.sleep(0.05)


def test_a_browser_is_told_to_reach_nobody(tmp_path: Path):
    """No host can be looked up, nothing is fetched behind, no window, no header of its own."""
    path = script(tmp_path / "b", f'echo "$@" >{tmp_path}/words; exit 1')
    with pytest.raises(browser.BrowserFailed):
        browser.pdf("<p>", path)
    words = (tmp_path / "words").read_text("utf-8")

    for each in ("--headless", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--no-pdf-header-footer"):
        assert each in words


def pages_of(data: bytes) -> int:
    """How many pages a PDF has, streams of objects included."""
    streams = (zlib.decompressobj().decompress(each) for each in re.findall(rb"FlateDecode.*?stream\r?\n(.*?)endstream", data, re.DOTALL))
    return len(re.findall(rb"/Type\s*/Page\b", b"".join((data, *streams))))


def test_a_real_browser_makes_a_pdf_of_a4_pages():
    """Skipped, and said so, where none is there."""
    try:
        path = browser.found(None)
    except browser.NoBrowser as problem:
        pytest.skip(f"THE PDF OF THE MONTHLY SHEET WAS NOT TESTED: {problem}")
    rows = [row(metric.code, metric.title_ja, code, 7, title) for metric in METRICS for title in ("", *(each.title_ja for each in metric.divisions))
            for code in (WORDS.get(title, ("a", "b")) if title else ("",))]
    made = browser.pdf(paper.page(Answer(rows, replace(PROVENANCE, query={})), "", TOWN), path)

    assert made.startswith(b"%PDF") and 2 <= pages_of(made) <= 24
    assert re.search(rb"/MediaBox\s*\[0 0 59[456][.\d]* 84[123][.\d]*\]", made)
