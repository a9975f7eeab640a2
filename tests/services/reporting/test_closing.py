"""Closing a month on a real database: reported once, corrected with its causes, and nothing said twice."""

from __future__ import annotations

from typing import Any

import pytest

from cli import closing
from contracts.reporting import FigureCorrected, FigureReported
from contracts.shared import ContactMethod
from kernel.decider import Context
from kernel.records import TP
from services.reporting.domain.figures import DECIDER, State
from services.reporting.projections import PROJECTIONS
from services.reporting.standing import standing
from services.reporting.store import Connect, Store
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import VISIT

pytestmark = pytest.mark.live

TOWN, MONTH, LIMIT = "990019", "2026-05", 5
VISITS, REPORTS = TP(f"{TOWN}.outreach.log", 0), TP(f"{TOWN}.reporting.log", 0)
FUNCTIONS = {VISITS.topic: "outreach", REPORTS.topic: "reporting"}


class Town:
    """Its log of visits, its reporting function and the projections of both."""

    def __init__(self, connect: Connect) -> None:
        self._connect, self._store = connect, Store(PROJECTIONS, connect, lambda code: None)
        self._ends = {VISITS: 0, REPORTS: 0}
        self._states: dict[str, tuple[State, int]] = {}

    async def open(self) -> Town:
        """Ready to write."""
        await self._store.open()
        await self._store.positions([VISITS, REPORTS])
        return self

    async def close(self) -> None:
        """Done."""
        await self._store.close()

    async def visits(self, *cases: tuple[str, int, ContactMethod]) -> list[str]:
        """Log visits by case, its ``seq`` and the method; their ids."""
        records = [record(VISIT.changed(method=method), VISITS.topic, self._ends[VISITS] + n, key=case, seq=seq) for n, (case, seq, method) in enumerate(cases)]
        await self._take(VISITS, records)
        return [f"{case}-outreach-{seq}" for case, seq, _ in cases]

    async def closed(self) -> dict[str, Any]:
        """Close the month: what the reporting function says to it, by figure."""
        reports = await self.reports()
        said, records = {}, []
        for report in reports:
            state, seq = self._states.get(report.key, (State(), 0))
            for event in DECIDER.decide(state, report.fact, _context()):
                said[report.key] = event
                self._states[report.key] = DECIDER.evolve(state, event), seq + 1
                records.append(record(event, REPORTS.topic, self._ends[REPORTS] + len(records), key=report.key, seq=seq + 1))
        await self._take(REPORTS, records)
        return said

    async def reports(self) -> list[closing.Report]:
        """What a closing would report."""
        connection = await self._connect()
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await closing.of_month(connection, MONTH, TOWN, LIMIT)
        finally:
            await connection.close()

    async def _take(self, log: TP, records: list[Any]) -> None:
        if records:
            assert [] == await self._store.apply(records, [(log, self._ends[log], self._ends[log] + len(records))], FUNCTIONS)
            self._ends[log] += len(records)


def _context() -> Context:
    return Context(at=1, key="k", function="reporting", source="reporting", message_id="m", message_type="FigureReported", agency="")


async def test_a_month_is_closed_corrected_with_its_causes_and_closed_again_in_silence(established: Connect):
    """Six cases are visited and the month closed: twice. Two late visits, one by telephone: each figure they touch is corrected and names them."""
    town = await Town(established).open()
    await town.visits(*((case, 1, ContactMethod.VISIT) for case in "abcdef"))

    first = await town.closed()
    assert {FigureReported} == {type(event) for event in first.values()}
    assert (6, "outreach:6") == (first["outreach_visits-2026-05"].value, first["outreach_visits-2026-05"].positions)
    assert {} == await town.closed()

    late = await town.visits(("a", 2, ContactMethod.VISIT), ("g", 1, ContactMethod.PHONE))
    second = await town.closed()

    assert {FigureCorrected} == {type(event) for event in second.values()}
    whole, phone, persons = (second[f"outreach_{key}"] for key in ("visits-2026-05", "visits-2026-05-method-PHONE", "persons-2026-05"))
    assert (8, 2, tuple(late), 2) == (whole.value, whole.difference, whole.causes, whole.cause_count)
    assert (1, 1, (late[1],), True) == (phone.value, phone.difference, phone.causes, phone.hidden)
    assert (7, 1, tuple(late)) == (persons.value, persons.difference, persons.causes)
    assert {} == await town.closed()
    await town.close()


@pytest.mark.parametrize("projection", ["monthly", "figure_events", "reported"])
@pytest.mark.parametrize("wrong, right, said", [
    ("UPDATE reporting.generations SET fed = false WHERE projection = $1", "UPDATE reporting.generations SET fed = true WHERE projection = $1", "waits for its rebuild"),
    ("INSERT INTO reporting.parked VALUES ($1, 1, 'consent.log', 0, 7, '', 'UNDECODABLE')", "DELETE FROM reporting.parked WHERE projection = $1", "lacks 1 log"),
])
async def test_a_month_is_not_closed_on_figures_that_lack_something(established: Connect, projection: str, wrong: str, right: str, said: str):
    """Neither on old figures nor on incomplete ones, nor where causes or what was reported would be; and what stopped says no positions."""
    town = await Town(established).open()
    await town.visits(("a", 1, ContactMethod.VISIT))
    connection = await established()
    await connection.execute(wrong.replace("$1", f"'{projection}'"))
    there = await standing(connection, projection)

    with pytest.raises(closing.Unready, match=f"{projection} {said}"):
        await town.reports()
    assert there.outdated is not bool(there.positions) and there.outdated is ("fed" in wrong)
    await connection.execute(right.replace("$1", f"'{projection}'"))
    assert await town.reports()
    await connection.close()
    await town.close()


async def test_r15_what_is_kept_back_at_the_closing_stays_so(established: Connect):
    """Two telephone calls of nine visits: the calls are kept back and the visits with them; six more calls change nothing of that."""
    town = await Town(established).open()
    await town.visits(*((case, 1, ContactMethod.VISIT) for case in "abcdefg"), ("h", 1, ContactMethod.PHONE), ("i", 1, ContactMethod.PHONE))
    first = await town.closed()
    await town.visits(*((case, 2, ContactMethod.PHONE) for case in "abcdef"))
    second = await town.closed()

    assert {"PHONE": True, "VISIT": True, "": False} == {
        event.dimension: event.hidden for event in first.values() if event.metric == "OUTREACH_VISITS" and event.divided in ("", "method")}
    assert (8, True) == (second["outreach_visits-2026-05-method-PHONE"].value, second["outreach_visits-2026-05-method-PHONE"].hidden)
    await town.close()
