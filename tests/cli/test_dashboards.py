"""``tsunagu dashboards preview``: says that it is not Grafana, shows what Prometheus answers, and what is wrong in one sentence."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import dashboards
from deploy.observability import reading
from deploy.observability.preview import picturing, serving
from deploy.observability.preview.asking import Unanswered
from deploy.observability.preview.filling import Look, filled

NOBODY = "http://127.0.0.1:9"


class Answering:
    """A Prometheus that answers everything with one series of 1."""

    def now(self, expression: str, at: float) -> list[dict[str, Any]]:
        """One series."""
        return [{"metric": {}, "value": [at, "1"]}]

    def during(self, expression: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """One series with one point."""
        return [{"metric": {}, "values": [[start, "1"]]}]

    def values(self, selector: str, label: str) -> list[str]:
        """Two services."""
        return ["consent", "intake"]

    def scraped_every(self) -> int:
        """15 s."""
        return 15


class Mute(Answering):
    """One that ends while it is asked."""

    def scraped_every(self) -> int:
        """Nobody answers."""
        raise Unanswered("no Prometheus answers")


def asked(address: str) -> bytes:
    """What a GET brings."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read()


def preview(*words: str):
    """The command with these options."""
    return CliRunner().invoke(dashboards.app, ["preview", *words])


def test_the_page_says_that_it_is_a_preview():
    """On the page and in its title."""
    with serving.served(Answering(), Look(3600)) as address:
        page = asked(f"{address}/").decode()

        assert 2 == page.count("下見(Grafanaではない)")
        assert b"uPlot" in asked(f"{address}/uplot/uPlot.iife.min.js")
        assert 7 == len(json.loads(asked(f"{address}/boards")))
        assert "全体の様子" == json.loads(asked(f"{address}/boards/tsunagu-overview"))["title"]


@pytest.mark.parametrize("path", ["/boards/none", "/../pyproject.toml", "/uplot/LICENSE", "/etc/passwd"])
def test_nothing_else_is_served(path: str):
    """Not found."""
    with serving.served(Answering(), Look(3600)) as address, pytest.raises(urllib.error.HTTPError) as refused:
        asked(f"{address}{path}")

    assert 404 == refused.value.code


def test_a_prometheus_that_ends_is_told_on_the_page():
    """502, with what is wrong."""
    with serving.served(Mute(), Look(3600)) as address, pytest.raises(urllib.error.HTTPError) as refused:
        asked(f"{address}/boards/tsunagu-overview")

    assert (502, b"no Prometheus answers") == (refused.value.code, refused.value.read())


def test_a_chosen_service_is_the_only_one_of_its_row():
    """And its name is in the row's heading."""
    (path,) = (each for each in reading.files() if each.stem == "services")
    shown = filled(reading.board(path), Answering(), Look(3600, {"service": "intake"}, until=7200.0))

    assert ["部品：intake"] == [panel["title"] for panel in shown["panels"] if panel["title"].startswith("部品：")]
    assert (3600.0, 7200.0) == (shown["start"], shown["end"])


def test_without_a_prometheus_it_says_how_to_get_one():
    """Exit code 3."""
    done = preview("--prometheus", NOBODY)

    assert 3 == done.exit_code
    assert f"no Prometheus answers at {NOBODY}" in done.stderr and "--prometheus URL" in done.stderr


@pytest.mark.parametrize(("words", "said"), [(("--span", "soon"), "give a number and m, h or d"), (("--span", "0h"), "give a number"), (("--until", "noon"), "give a day and a time"), (("--choose", "town=x"), "there is no variable 'town'")])
def test_wrong_words_are_named(words: tuple[str, str], said: str):
    """Exit code 2."""
    done = preview(*words)

    assert 2 == done.exit_code and said in done.stderr


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """No picture, no traceback."""
    monkeypatch.setattr(picturing, "BROWSERS", ())

    with pytest.raises(picturing.NoBrowser, match="apt-get install chromium fonts-noto-cjk"):
        picturing.picture("http://127.0.0.1:9", 10, tmp_path / "x.png")


def test_what_is_vendored_has_its_licence_beside_it():
    """uPlot 1.6.32, MIT."""
    assert "MIT" in (serving.PAGE / "uplot" / "LICENSE").read_text("utf-8")
