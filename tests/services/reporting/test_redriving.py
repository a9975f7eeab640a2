"""Parked cases on a real PostgreSQL: applied again in their order, they leave the rows of a case that was never parked."""

from __future__ import annotations

import pytest

from contracts.shared import RefusalCode
from kernel.memory import MemoryLog
from kernel.records import TP
from services.reporting import redriving
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.projection import Fact, Written
from services.reporting.store import Connect, Store
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import VISIT
from tests.services.reporting.test_store import LOG, LOGS, asked, contacts

pytestmark = pytest.mark.live


class Mended(Monthly):
    """Cannot apply what case b says first, until somebody has mended what it meets."""

    broken = True

    def rows(self, fact: Fact) -> Written:
        """Nothing of the first fact of case b while it is broken."""
        if self.broken and fact.envelope.subject == "b" and fact.envelope.seq == 1:
            raise KeyError(RefusalCode.UNKNOWN_TYPE)
        return super().rows(fact)


def log(*seqs: tuple[str, int]) -> MemoryLog:
    """A log of visits by case and number."""
    found = MemoryLog()
    for key, seq in seqs:
        visit = record(VISIT, LOG.topic, key=key, seq=seq)
        found.append(LOG.topic, 0, visit.key, visit.value, visit.headers)
    return found


async def fed(connect: Connect, projection: Monthly, reader: MemoryLog) -> Store:
    """A store that has taken all of the log, in batches of two."""
    store = Store([projection], connect, lambda code: None)
    await store.open()
    await store.positions([TP(*LOG)])
    records = reader.records(LOG.topic, 0)
    for first in range(0, len(records), 2):
        batch = records[first : first + 2]
        await store.apply(batch, [(LOG, first, first + len(batch))], LOGS)
    return store


async def test_a_parked_case_is_listed_with_what_went_wrong_first_and_how_much_waits(database: Connect):
    """One line a case, whatever came after it."""
    store = await fed(database, Mended(), log(("a", 1), ("b", 1), ("b", 2), ("a", 2), ("b", 3)))
    connection = await database()

    assert [("monthly", 1, "b", 3, "KeyError", "outreach.log/0/1")] == [
        tuple(row[name] for name in ("projection", "generation", "key", "records", "code", "first")) for row in await redriving.listed(connection)]
    await connection.close()
    await store.close()


async def test_a_redriven_case_is_as_if_it_had_never_been_parked(database: Connect):
    """Rows are there, nothing waits, and what comes after is counted as it comes."""
    projection, reader = Mended(), log(("a", 1), ("b", 1), ("b", 2), ("a", 2), ("b", 3))
    store = await fed(database, projection, reader)
    connection = await database()
    projection.broken = False

    done = await redriving.redrive(connection, [projection], reader, LOGS)

    assert [("b", 3, 0)] == [(each.key, each.records, each.left) for each in done]
    assert [] == await asked(database, "SELECT * FROM reporting.parked")
    assert 5 == await contacts(database)
    await store.apply([record(VISIT, LOG.topic, 5, key="b", seq=4)], [(LOG, 5, 6)], LOGS)
    assert 6 == await contacts(database)
    await connection.close()
    await store.close()


async def test_what_still_cannot_be_applied_stays_parked_whole(database: Connect):
    """Nothing of the case is there by halves."""
    projection, reader = Mended(), log(("b", 1), ("b", 2), ("a", 1))
    store = await fed(database, projection, reader)
    connection = await database()

    done = await redriving.redrive(connection, [projection], reader, LOGS)

    assert [("b", 2, 2)] == [(each.key, each.records, each.left) for each in done]
    assert [(0, "KeyError"), (1, "FOLLOWS_PARKED")] == await asked(database, "SELECT log_offset, code FROM reporting.parked ORDER BY 1")
    assert 1 == await contacts(database)
    await connection.close()
    await store.close()


async def test_another_case_is_left_alone(database: Connect):
    """Who names a case redrives that one."""
    projection, reader = Mended(), log(("b", 1))
    store = await fed(database, projection, reader)
    connection = await database()
    projection.broken = False

    assert [] == await redriving.redrive(connection, [projection], reader, LOGS, key="c")
    assert 0 == await contacts(database)
    await connection.close()
    await store.close()
