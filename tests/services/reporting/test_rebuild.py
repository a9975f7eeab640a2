"""Rebuilding on a real Kafka and PostgreSQL: equal to the live one while facts flow, whatever dies on the way; switched there and back."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cli import rebuilding
from kernel.telemetry import Telemetry
from services.reporting.generations import State
from services.reporting.measures import Measuring, Seen
from services.reporting.rebuild import compare, join, ledger, runner, switch
from services.reporting.rebuild.compare import Compared
from services.reporting.store import Connect
from tests.installation import Broker
from tests.services.reporting.rebuilding import NAMES, Yard, yard

pytestmark = pytest.mark.live

ODD = "tests.services.reporting.odd_projections"
PHASES = (State.PLANNED, State.LOADING, State.INDEXING, State.CATCHING_UP, State.VERIFYING)
READY = {name: [State.LIVE, State.READY] for name in NAMES}
SWITCHED = {name: [State.WARM, State.LIVE] for name in NAMES}


@pytest.fixture
async def here(broker: Broker, database: Connect) -> AsyncIterator[Yard]:
    """Logs, tables, nothing at work."""
    async with yard(broker, database) as found:
        yield found


async def compared(here: Yard, names: Sequence[str] = NAMES) -> list[Compared]:
    """Live and beside, in a snapshot of now."""
    connection = await here.place.connect()
    try:
        async with compare.snapshot(connection):
            return [await compare.compare(connection, old, new) for old, new in await compare.pairs(connection, names)]
    finally:
        await connection.close()


async def forth(here: Yard, names: Sequence[str] = NAMES, reason: str = "", source: str = "") -> None:
    """Switch to what was rebuilt."""
    place = replace(here.place, source=source or here.place.source)
    connection = await place.connect()
    try:
        await switch.forth(place, connection, names, reason)
    finally:
        await connection.close()


async def back(here: Yard, names: Sequence[str] = NAMES) -> None:
    """Switch to what was read before."""
    connection = await here.place.connect()
    try:
        await switch.back(here.place, connection, names)
    finally:
        await connection.close()


async def fed(here: Yard) -> dict[str, list[bool]]:
    """Whether the generations of NAMES are fed, in their order."""
    return {name: [each.fed for each in await here.known() if each.projection == name] for name in NAMES}


async def needed(here: Yard, source: str = "") -> None:
    """``tsunagu rebuild --needed``."""
    place = replace(here.place, source=source or here.place.source)
    connection = await place.connect()
    try:
        await rebuilding.do("needed", place, connection, [], "", 2, 0)
    finally:
        await connection.close()


async def counted_otherwise(here: Yard, folder: Path, names: Sequence[str] = NAMES, source: str = "") -> None:
    """A rebuild that stands before the join and has counted an event that the live reader has not."""
    place = replace(here.place, source=source or here.place.source)
    assert -9 == await process(replace(here, place=place), folder, State.CATCHING_UP, names)
    await here.ask("UPDATE reporting.sequences SET seq = seq + 1 WHERE unit LIKE 'rebuild:%' AND key = 'case-7'")


async def measured(here: Yard) -> Seen:
    """What a scrape shows of the database now."""
    connection = await here.connect()
    try:
        return await Measuring(here.connect, NAMES, here.writer(), Telemetry("reporting")).look(connection, 0.0)
    finally:
        await connection.close()


async def process(here: Yard, folder: Path, at: str, names: Sequence[str] = ()) -> int:
    """A rebuild in a process of its own; its exit code."""
    file = folder / "place"
    file.write_bytes(pickle.dumps((here.place, list(names))))
    started = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.services.reporting.rebuild_process", str(file), at)
    return await asyncio.wait_for(started.wait(), 240)


async def test_rebuilt_is_live_and_is_fed_beside_it_while_facts_flow(here: Yard):
    """Equal when it is ready, and at any moment later, since both move in one transaction."""
    await here.write(3_000)
    async with here.living(flowing=True):
        await here.caught_up_to(3_000)
        found = await here.rebuild()
        later = await compared(here)
        await asyncio.sleep(1)
        last = await compared(here)

    assert [True] * 6 == [each.equal for each in (*found, *later, *last)], found
    assert later[1].rows < last[1].rows
    assert await here.states() == READY


async def test_there_and_back_while_facts_flow(here: Yard):
    """What is read changes in one transaction; the other one is fed for the way back."""
    await here.write(500)
    async with here.living(flowing=True):
        await here.caught_up_to(500)
        await here.rebuild()
        await forth(here)
        assert await here.states() == SWITCHED
        assert "rpt_timeline_2" in (await here.ask("SELECT pg_get_viewdef('reporting.timeline')"))[0][0]
        await asyncio.sleep(0.5)
        await back(here)
        assert "rpt_timeline_1" in (await here.ask("SELECT pg_get_viewdef('reporting.timeline')"))[0][0]
        found = await compared(here)

    assert [True, True] == [each.equal for each in found]


@pytest.mark.parametrize("phase", PHASES)
async def test_killed_in_each_phase_and_resumed(here: Yard, tmp_path: Path, phase: State):
    """kill -9 of the runner, and again on the way; nothing is counted twice, nothing is lost."""
    await here.write(9_000)
    async with here.living(flowing=True):
        await here.caught_up_to(9_000)
        assert -9 == await process(here, tmp_path, phase, NAMES)
        assert -9 == await process(here, tmp_path, State.VERIFYING)
        found = await here.resume()

    assert [True, True] == [each.equal for each in found], found
    assert await here.states() == READY


async def test_a_worker_that_dies_is_replaced(here: Yard, tmp_path: Path):
    """What it had not written is read again by another."""
    await here.write(9_000)
    async with here.living():
        await here.caught_up()
        assert 0 == await process(here, tmp_path, "WORKER", NAMES)
        found = await compared(here)

    assert [True, True] == [each.equal for each in found], found


async def test_cancelled_leaves_the_live_one_whole(here: Yard, tmp_path: Path):
    """Half loaded, taken away; nothing of it is left, and what is read is as it was."""
    await here.write(600)
    async with here.living():
        await here.caught_up()
        assert -9 == await process(here, tmp_path, State.INDEXING, NAMES)
        connection = await here.place.connect()
        assert sorted(NAMES) == await switch.cancel(connection, [])
        await connection.close()
        await here.write(10)
        await here.caught_up()

    assert {name: [State.LIVE] for name in NAMES} == await here.states()
    assert [(610,)] == await here.ask("SELECT count(*) FROM reporting.timeline")
    assert [] == await here.ask("SELECT nspname FROM pg_namespace WHERE nspname ~ 'rpt_.*_2'")
    assert [("live",)] == await here.ask("SELECT DISTINCT unit FROM reporting.progress UNION SELECT DISTINCT unit FROM reporting.sequences")


async def test_a_difference_is_a_veto(here: Yard):
    """Rows that nobody has explained are not read; with a reason they are, and the reason is kept."""
    await here.write(600)
    async with here.living():
        await here.caught_up()
        connection = await here.connect()
        await connection.execute("UPDATE rpt_monthly_1.monthly SET value = value + 1")  # somebody has mended a figure by hand
        await connection.close()
        found = await here.rebuild()

        assert {"monthly": False, "timeline": True} == {each.projection: each.equal for each in found}
        with pytest.raises(switch.Vetoed):
            await forth(here)
        assert [State.LIVE, State.VERIFYING] == (await here.states())["monthly"]
        shown = await measured(here)
        await forth(here, reason="the figure was changed by hand")

    assert SWITCHED == await here.states()
    (note,), = await here.ask("SELECT note FROM reporting.rebuilds WHERE phase = 'SWITCHED'")
    assert note.startswith("the figure was changed by hand (monthly: monthly:")
    assert ({"monthly": 4, "timeline": 5}, {"monthly": 1}, 600, {}) == (shown.phases, shown.differences, shown.applied, shown.parked)
    assert shown.events >= 600


async def test_what_is_needed_lifts_no_veto_of_another(here: Yard):
    """The code has not changed, so that it has says nothing about a difference."""
    await here.write(600)
    async with here.living():
        await here.caught_up()
        await here.ask("UPDATE rpt_monthly_1.monthly SET value = value + 1")
        await here.rebuild()
        for _ in range(2):
            with pytest.raises(switch.Vetoed):
                await needed(here)

    assert {"monthly": [State.LIVE, State.VERIFYING], "timeline": [State.LIVE, State.READY]} == await here.states()


async def test_what_is_needed_is_read_at_once_for_the_code_has_changed(here: Yard):
    """What was read before does not follow the log: nothing to compare with, and the reason is kept."""
    await here.write(300)
    async with here.living():
        await here.caught_up()
    async with here.living(place=replace(here.place, source=f"{ODD}:LATER")):
        await here.write(10)
        await here.caught_up()
        await needed(here, f"{ODD}:LATER")

    assert {"monthly": [State.WARM, State.LIVE], "timeline": [State.LIVE]} == await here.states()
    (note,), = await here.ask("SELECT note FROM reporting.rebuilds WHERE phase = 'SWITCHED'")
    assert note.startswith(rebuilding.CHANGED)


async def test_other_events_counted_are_a_veto_that_no_death_and_no_changed_code_lifts(here: Yard, tmp_path: Path):
    """Known from the join on, whoever is killed after it and whoever asks again."""
    await here.write(600)
    async with here.living():
        await here.caught_up()
        await counted_otherwise(here, tmp_path)
        assert -9 == await process(here, tmp_path, State.VERIFYING)
        for found in (await here.resume(), await here.resume(), await compared(here)):
            assert [(compare.MISCOUNTED,)] * 2 == [each.differences for each in found]
        with pytest.raises(switch.Vetoed):
            await forth(here)
        await forth(here, reason="the log was cut")

    assert SWITCHED == await here.states()


async def test_changed_code_does_not_explain_other_events_counted(here: Yard, tmp_path: Path):
    """``--needed`` leaves that to somebody who looks."""
    later = replace(here.place, source=f"{ODD}:LATER")
    await here.write(600)
    async with here.living():
        await here.caught_up()
    async with here.living(place=later):
        await here.write(40)
        await here.caught_up()
        await counted_otherwise(here, tmp_path, ["monthly"], later.source)
        with pytest.raises(switch.Vetoed):
            await needed(here, later.source)

    assert [State.LIVE, State.VERIFYING] == (await here.states())["monthly"]


async def test_an_old_service_that_still_runs_undoes_nothing(here: Yard):
    """Old and new at once: the new one's rebuild joins and is fed on; the old one stands still, and stands still when it is started again."""
    earlier, later = [replace(here.place, source=f"{ODD}:{name}") for name in ("EARLIER", "LATER")]
    await here.write(300)
    async with here.living(place=earlier):
        await here.caught_up()
        async with here.living(place=later, flowing=True):
            async with asyncio.timeout(120):
                while (await fed(here))["monthly"] != [False]:  # until the new one has seen whose tables these are
                    await asyncio.sleep(0.05)
            await needed(here, later.source)
            await asyncio.sleep(1)
            async with here.living(place=earlier):
                await asyncio.sleep(1)
    async with here.living(place=later):
        await here.caught_up()

    assert {"monthly": [False, True], "timeline": [True]} == await fed(here)
    outreach = sum(count for (topic, _), count in here.seqs.items() if topic.endswith("outreach"))
    assert [(outreach,)] == await here.ask(
        "SELECT sum(value)::int FROM reporting.figures WHERE metric = 'outreach_contacts' AND divided = ''")


async def test_who_goes_back_to_old_code_says_so_by_a_rebuild(here: Yard):
    """The old code's service stands still until a rebuild by its code is begun; started again it feeds."""
    earlier, later = [replace(here.place, source=f"{ODD}:{name}") for name in ("EARLIER", "LATER")]
    await here.write(300)
    async with here.living(place=earlier):
        await here.caught_up()
    async with here.living(place=later):
        await here.caught_up()
        await needed(here, later.source)
    async with here.living(place=earlier):
        await here.write(10)
        await asyncio.sleep(0.5)
        with pytest.raises(join.OtherCode):
            await needed(here, earlier.source)
    async with here.living(place=earlier):
        await here.caught_up()
        await needed(here, earlier.source)

    assert {"monthly": [False, True], "timeline": [True]} == await fed(here)


async def test_other_code_waits_until_the_service_runs_it(here: Yard):
    """A service never feeds what other code has made; after its restart the rebuild joins, and what was read stands where the service ended."""
    later = replace(here.place, source=f"{ODD}:LATER")
    await here.write(600)
    async with here.living():
        await here.caught_up()
        with pytest.raises(join.OtherCode):
            await here.rebuild("monthly", place=later)
    async with here.living(place=later):
        await here.write(50)
        await here.caught_up()
        found = await here.resume(place=later)

        assert [False] == [each.comparable for each in found]
        await forth(here, ["monthly"], "version 2", f"{ODD}:LATER")
        await here.write(50)
        await here.caught_up()
        with pytest.raises(switch.NotThere):
            await back(here, ["monthly"])
    assert [(350,)] == await here.ask("SELECT sum(value)::int FROM reporting.figures WHERE metric = 'outreach_contacts' AND divided = ''")


async def test_a_rebuild_is_not_resumed_by_other_code(here: Yard, tmp_path: Path):
    """Half its rows would be of the old mind."""
    await here.write(300)
    async with here.living():
        await here.caught_up()
        assert -9 == await process(here, tmp_path, State.LOADING, ["monthly"])
        with pytest.raises(runner.Stale):
            await here.resume(place=replace(here.place, source=f"{ODD}:LATER"))
        assert [True] == [each.equal for each in await here.resume()]


async def test_wrong_code_is_noticed(here: Yard):
    """A fault in the new code: the columns that both have differ."""
    wrong = replace(here.place, source=f"{ODD}:WRONG")
    await here.write(600)
    async with here.living():
        await here.caught_up()
    async with here.living(place=wrong):
        await asyncio.sleep(0.5)
        found = await here.rebuild("monthly", place=wrong)
        assert not found[0].equal
        with pytest.raises(switch.Vetoed):
            await forth(here, ["monthly"], source=wrong.source)


async def test_what_the_database_does_not_take_parks_its_case_as_it_does_live(here: Yard):
    """Bulk loading goes back to its last position, and on with care; nobody else's rows are missing."""
    unstorable = replace(here.place, source=f"{ODD}:UNSTORABLE")
    await here.write(600)
    async with here.living(place=unstorable):
        await here.caught_up()
        found = await here.rebuild(place=unstorable)

    assert [True, True] == [each.equal for each in found], found
    counts = await here.ask("SELECT projection, generation, count(*) FROM reporting.parked GROUP BY 1, 2 ORDER BY 1, 2")
    assert [("timeline", 1, 15), ("timeline", 2, 15)] == counts


async def test_two_runners_are_one_too_many(here: Yard):
    """The second one ends with a sentence."""
    one, other = await here.place.connect(), await here.place.connect()
    await ledger.hold(one)
    with pytest.raises(ledger.AnotherRuns):
        await ledger.hold(other)
    await one.close()
    await other.close()


async def test_a_zombie_of_the_live_reader_changes_nothing(here: Yard):
    """Two writers at once while a rebuild joins: each event is counted once in old and new."""
    await here.write(600)
    async with here.living(flowing=True), here.living():
        await here.caught_up_to(600)
        found = await here.rebuild()
        await here.write(100)
    async with here.living():
        await here.caught_up()
        last = await compared(here)

    assert [True] * 4 == [each.equal for each in (*found, *last)]
    assert [(sum(here.seqs.values()),)] == await here.ask("SELECT count(*) FROM rpt_timeline_2.timeline")


async def test_without_a_service_it_stands_where_the_live_one_stood(here: Yard):
    """What was written since is read by the service when it starts, into both."""
    await here.write(300)
    async with here.living():
        await here.caught_up()
    await here.write(100)
    found = await here.rebuild()
    assert [True, True] == [each.equal for each in found]

    async with here.living():
        await here.caught_up()
    assert [400, 400] == [each.rows for each in await compared(here) if each.projection == "timeline"] * 2
