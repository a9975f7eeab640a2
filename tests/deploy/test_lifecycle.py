"""Starting: one first start however many ask for it, and one sentence about what did not start."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from deploy.local import broker_admin, certificates, control, databases, enrolled
from deploy.local.layout import CannotRun, Layout
from deploy.local.lifecycle import START_OR_STOP, DidNotStart, Installation
from deploy.local.process import Process
from deploy.local.progress import Silent
from deploy.local.supervisor import serve
from deploy.local.town import agencies
from deploy.local.turns import turn
from tests.deploy.conftest import eventually

SPAWN = multiprocessing.get_context("spawn")
LIMIT_S = 90.0


class Told(Silent):
    """Tells of the first step that is shown."""

    def __init__(self, shown: Event | threading.Event) -> None:
        self.shown = shown

    @contextmanager
    def step(self, title: str) -> Iterator[Told]:
        """Note that a step was begun."""
        self.shown.set()
        yield self


def prepared(home: Path) -> bytes:
    """The settings as one of several first starts at once finds them, from a process of its own."""
    with turn(Layout(home), "start", Silent()):
        Installation(Layout(home)).prepare()
    return (home / "tsunagu.toml").read_bytes() + (home / "secrets" / "kek").read_bytes()


def second(home: Path, waits: Event, order: Path) -> None:
    """Takes the second turn and writes so."""
    with turn(Layout(home), "day", Told(waits)), order.open("a") as file:
        file.write("second\n")


def test_first_starts_at_once_come_to_the_same_ports_and_secrets(tmp_path: Path):
    """Whoever is second finds what the first has made, whole."""
    with ProcessPoolExecutor(4, mp_context=SPAWN) as together:
        found = set(together.map(prepared, [tmp_path / "home"] * 4))

    assert 1 == len(found)


def test_a_second_turn_waits_for_the_first_and_shows_it(tmp_path: Path):
    """Nobody sits before a screen that says nothing."""
    waits, order = SPAWN.Event(), tmp_path / "order"
    other = SPAWN.Process(target=second, args=(tmp_path, waits, order))
    with turn(Layout(tmp_path), "day", Silent()):
        other.start()
        assert waits.wait(LIMIT_S)
        order.write_text("first\n")
    other.join(LIMIT_S)

    assert (0, ["first", "second"]) == (other.exitcode, order.read_text().split())


@pytest.fixture
async def running(tmp_path: Path, process: Callable[..., Process]) -> AsyncIterator[Installation]:
    """A supervisor that runs one process which never becomes ready."""
    found = Installation(Layout(tmp_path / "home"))
    found.layout.create()
    serving = asyncio.create_task(serve(found.layout, {"one": process("one", "wait()")}.__getitem__))
    await eventually((found.layout.run / control.NAME).exists)
    yield found
    await asyncio.to_thread(found.down)
    await serving


async def started(found: Installation) -> asyncio.Task[None]:
    """Somebody who waits until the process is ready."""
    waiting = asyncio.create_task(asyncio.to_thread(found.start, "one", progress=Silent()))
    while not any(row["pid"] for row in await asyncio.to_thread(found.status)):
        await asyncio.sleep(0.01)
    return waiting


async def test_who_waits_for_a_start_is_told_when_the_supervisor_ends(running: Installation):
    """Nothing can become ready any more: one sentence, and no waiting for ever."""
    waiting = await started(running)

    await asyncio.to_thread(running.down)

    async with asyncio.timeout(LIMIT_S):
        with pytest.raises(CannotRun, match="the supervisor ended before one became ready; see .*supervisor.log"):
            await waiting


async def test_a_stop_waits_for_the_start_that_is_under_way(running: Installation):
    """It would stop the half of it; the wait is shown."""
    shown = threading.Event()
    waiting = await started(running)
    with turn(running.layout, START_OR_STOP, Silent()):
        stop = asyncio.create_task(asyncio.to_thread(running.down, Told(shown)))
        assert await asyncio.to_thread(shown.wait, LIMIT_S)
        assert ["starting"] == [row["state"] for row in await asyncio.to_thread(running.status)]

    assert await stop
    with pytest.raises(CannotRun):
        await waiting


def test_a_stop_where_nothing_has_ever_been_makes_nothing(tmp_path: Path):
    """Not even a folder."""
    assert not Installation(Layout(tmp_path / "home")).down()
    assert [] == list(tmp_path.iterdir())


def test_what_did_not_start_is_told_as_it_is_through_a_step(tmp_path: Path):
    """An exception that passes a context manager is written to; one that cannot be would be hidden by a TypeError."""
    log = tmp_path / "intake.log"
    log.write_text("first\nthe port is taken\n")

    with pytest.raises(DidNotStart, match=r"intake did not become ready; .*last line: the port is taken") as caught, Silent().step("starting"):
        raise DidNotStart("intake", log)

    assert "TypeError" not in "".join(traceback.format_exception(caught.value))


def test_an_agency_that_has_ended_gets_no_password_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever looks into secrets/ would think that its account lives. One that the town's file names for the first time gets one."""
    found = Installation(Layout(tmp_path))
    settings = found.prepare()
    gone, new, *others = agencies()
    for each in (gone, new):
        (tmp_path / "secrets" / f"{each.principal}.password").unlink()
    monkeypatch.setattr(enrolled, "known", lambda settings: {each.id: each for each in (replace(gone, ended=date(2026, 4, 1)), *others)})
    monkeypatch.setattr(broker_admin.BrokerAdmin, "reach", lambda self, within: None)
    monkeypatch.setattr(broker_admin.BrokerAdmin, "apply", lambda self, advance: [])
    monkeypatch.setattr(certificates, "take_up", lambda layout, settings: None)
    monkeypatch.setattr(databases, "apply", lambda settings: asyncio.sleep(0))

    found.prepare()
    found._provision(settings, Silent())

    assert (False, True) == tuple((tmp_path / "secrets" / f"{each.principal}.password").exists() for each in (gone, new))
