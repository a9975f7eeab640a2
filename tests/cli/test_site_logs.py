"""The site of a prefecture: what is parked there and what stood there is read from the logs of its towns, which are all that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import parked
from cli.audit.logs import Place
from cli.main import command
from deploy.local.first_start import prepare
from deploy.local.layout import Layout
from kernel import settings

LOGS = {f"{town}.{function}.log" for town in ("990019", "990027") for function in ("community", "reporting")}


@pytest.fixture
def prefecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The settings of a site with two towns; the topics that somebody reads there."""
    prepare(Layout(tmp_path), ("reporting",))
    path = tmp_path / settings.FILE_NAME
    path.write_text(path.read_text("utf-8").replace("[municipality]", '[municipality]\ntowns = ["990019", "990027"]').replace("ca =", "# ca ="), "utf-8")
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    read: set[str] = set()

    class Nothing(nullcontext[Any]):
        def bounds(self, place: Place) -> tuple[int, int]:
            read.add(place.topic)
            return 0, 0

        def records(self, place: Place, start: int, end: int) -> Iterator[Any]:
            return iter(())

        def __enter__(self) -> Any:
            return self

    monkeypatch.setattr("cli.audit.logs.Logs", lambda settings: Nothing())
    return read


async def test_what_is_parked_is_read_from_the_logs_of_the_towns(prefecture: set[str], monkeypatch: pytest.MonkeyPatch):
    """Each with its function."""

    class Reader:
        def __init__(self, connection: Any) -> None: ...
        async def start(self) -> None: ...
        async def stop(self) -> None: ...

    monkeypatch.setattr("kernel.logreader.KafkaLogReader", Reader)

    async with parked._reader() as (_, logs):
        assert LOGS == set(logs) and {"community", "reporting"} == set(logs.values())


def asked(*words: str) -> Any:
    """``tsunagu audit asof`` with these words."""
    return CliRunner().invoke(command(["audit"]), ["audit", "asof", *words])


def test_a_projection_as_it_stood_is_folded_from_the_logs_of_the_towns(prefecture: set[str]):
    """From all of them."""
    done = asked("shared", "2026-05-31")

    assert (0, LOGS) == (done.exit_code, prefecture), done.output


def test_a_projection_that_the_site_has_not_is_none(prefecture: set[str]):
    """A town's own figures cannot follow from what is shared of it: no empty table is shown for them."""
    assert (2, set()) == (asked("monthly", "2026-05-31").exit_code, prefecture)


def test_positions_of_several_towns_are_not_guessed(prefecture: set[str]):
    """They name functions, and each town has the same."""
    assert (2, set()) == (asked("shared", "--positions", "reporting:0,1").exit_code, prefecture)
