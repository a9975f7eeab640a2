"""The store on a real PostgreSQL: rows and positions together or not at all, each event once, a zombie does no harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from kernel.failures import Unavailable
from kernel.records import TP
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.monthly import MONTHLY, Monthly
from services.reporting.projections.projection import Fact, Projection, Written
from services.reporting.projections.timeline import Timeline
from services.reporting.store import Connect, Store, Superseded, connector
from tests.installation import Broker
from tests.services.reporting.conftest import SCHEMA
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import ELDER, VISIT

pytestmark = pytest.mark.live

LOG = TP("outreach.log", 0)
LOGS = {LOG.topic: "outreach"}


def visits(first: int, last: int, offset: int = 0) -> list[Any]:
    """Visits ``first`` to ``last`` of one case, as log records from ``offset`` on."""
    return [record(VISIT, LOG.topic, offset + seq - first, key="a", seq=seq) for seq in range(first, last + 1)]


async def opened(connect: Connect, *projections: Projection, kind: type[Store] = Store) -> Store:
    """A store that has its place in the log."""
    store = kind(projections or [Monthly()], connect, lambda code: None)
    await store.open()
    await store.positions([LOG])
    return store


async def asked(connect: Connect, question: str) -> list[tuple[Any, ...]]:
    """The rows of a query, on a connection of its own."""
    connection = await connect()
    try:
        return [tuple(row) for row in await connection.fetch(question)]
    finally:
        await connection.close()


async def contacts(connect: Connect) -> int:
    """The figure that every test here is about."""
    rows = await asked(connect, "SELECT value FROM reporting.figures WHERE metric = 'outreach_contacts' AND divided = ''")
    return sum(value for value, in rows)


class Dying(Store):
    """Writes its rows and then loses its connection, as a kill -9 at the worst moment would."""

    async def _note(self, rows: Sequence[tuple[Any, ...]]) -> None:
        await self._open.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_rows_and_position_change_together(database: Connect):
    """After a batch the figures are there and the log is read on behind it."""
    store = await opened(database)

    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)

    assert 3 == await contacts(database)
    assert {LOG: 3} == await store.positions([LOG])
    await store.close()


async def test_a_crash_between_rows_and_commit_leaves_nothing(database: Connect):
    """Neither rows nor position; the next writer counts the same records once."""
    dying = await opened(database, kind=Dying)
    with pytest.raises(Unavailable):
        await dying.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)
    assert 0 == await contacts(database)

    store = await opened(database)
    assert {LOG: 0} == await store.positions([LOG])
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)

    assert 3 == await contacts(database)
    await store.close()


async def test_duplicates_in_the_log_count_once_across_batches_and_restarts(database: Connect):
    """A producer that repeats a send puts the same events into the log twice, at other offsets."""
    store = await opened(database)
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)
    await store.close()

    again = await opened(database)
    await again.apply(visits(2, 4, offset=3), [(LOG, 3, 6)], LOGS)

    assert 4 == await contacts(database)
    assert {LOG: 6} == await again.positions([LOG])
    await again.close()


async def test_a_zombie_aborts_and_its_rows_are_not_there(database: Connect):
    """Two writers took the same batch; the second finds the position moved."""
    live, zombie = await opened(database), await opened(database)
    await live.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)

    with pytest.raises(Superseded):
        await zombie.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)

    assert 3 == await contacts(database)
    await live.close()
    await zombie.close()


async def test_one_wrong_position_among_many_undoes_the_whole_batch(database: Connect):
    """Partitions of one batch stand or fall together."""
    other = TP("outreach.log", 1)
    store = await opened(database)
    await store.positions([LOG, other])

    with pytest.raises(Superseded):
        await store.apply(visits(1, 3), [(LOG, 0, 3), (other, 7, 8)], LOGS)

    assert {LOG: 0, other: 0} == await store.positions([LOG, other])
    assert 0 == await contacts(database)
    await store.close()


async def test_unreadable_records_are_parked_with_the_position(database: Connect):
    """The figures say that they are incomplete, and where."""
    store = await opened(database)
    good, bad = visits(1, 2)
    broken = type(bad)(bad.topic, bad.partition, bad.offset, bad.timestamp, bad.key, b"\x00broken", bad.headers)

    parked = await store.apply([good, broken], [(LOG, 0, 2)], LOGS)

    assert [("outreach.log", 0, 1, "UNKNOWN_SCHEMA")] == [(one.topic, one.partition, one.offset, one.code) for one in parked]
    assert [("monthly", "outreach.log", 0, 1, "a", "UNKNOWN_SCHEMA")] == await asked(
        database, "SELECT projection, topic, partition, log_offset, key, code FROM reporting.parked")
    assert 1 == await contacts(database)
    await store.close()


async def test_projections_are_fed_together_from_equal_positions(database: Connect):
    """One reader, one transaction: figures and timeline never tell of two different days."""
    store = await opened(database, Monthly(), Timeline())
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)

    assert 3 == await contacts(database)
    assert [(1,), (2,), (3,)] == await asked(database, "SELECT seq FROM reporting.timeline ORDER BY seq")
    await store.close()


class Stumbling(Monthly):
    """Cannot apply what a certain case says."""

    def rows(self, fact: Fact) -> Written:
        """Nothing of case b."""
        if (fact.log, fact.envelope.subject, fact.envelope.seq) == ("outreach", "b", 1):
            raise ValueError("a code nobody has foreseen")
        return super().rows(fact)


async def test_what_cannot_be_applied_parks_its_case_and_the_others_go_on(database: Connect):
    """The first by what went wrong, what follows in the case by reference; neighbours are counted, also those of the same batch."""
    store = await opened(database, Stumbling())
    await store.apply([*visits(1, 2), record(VISIT, LOG.topic, 2, key="b", seq=1)], [(LOG, 0, 3)], LOGS)
    await store.apply([record(VISIT, LOG.topic, 3, key="b", seq=2), *visits(3, 3, offset=4)], [(LOG, 3, 5)], LOGS)

    assert [("b", 2, "ValueError"), ("b", 3, "FOLLOWS_PARKED")] == await asked(
        database, "SELECT key, log_offset, code FROM reporting.parked ORDER BY log_offset")
    assert 3 == await contacts(database)
    assert [("monthly", "b")] == await asked(database, "SELECT projection, key FROM reporting.incomplete")
    await store.close()


class Overflowing(Monthly):
    """Says of a certain case what no column holds."""

    def rows(self, fact: Fact) -> Written:
        """Of case b far too much."""
        for table, row in super().rows(fact):
            yield table, (*row[:-1], 1 << 70) if fact.envelope.subject == "b" and table is MONTHLY else row


async def test_what_the_database_does_not_take_parks_its_case_alone(database: Connect):
    """The batch is written case by case then."""
    store = await opened(database, Overflowing())
    await store.apply([*visits(1, 2), *[record(VISIT, LOG.topic, 2 + seq, key="b", seq=seq) for seq in (1, 2)]], [(LOG, 0, 5)], LOGS)

    assert [("b", "DataError"), ("b", "FOLLOWS_PARKED")] == await asked(database, "SELECT key, code FROM reporting.parked ORDER BY log_offset")
    assert 2 == await contacts(database)
    await store.close()


async def test_what_one_projection_cannot_hold_stays_out_of_that_one_alone(database: Connect):
    """The others, moved in the same transaction, have every row."""
    store = await opened(database, Overflowing(), Timeline())
    await store.apply([*visits(1, 2), *[record(VISIT, LOG.topic, 2 + seq, key="b", seq=seq) for seq in (1, 2)]], [(LOG, 0, 5)], LOGS)

    assert [("monthly", "b", "DataError"), ("monthly", "b", "FOLLOWS_PARKED")] == await asked(
        database, "SELECT projection, key, code FROM reporting.parked ORDER BY log_offset")
    assert [("a", 1), ("a", 2), ("b", 1), ("b", 2)] == await asked(database, "SELECT case_id, seq FROM reporting.timeline ORDER BY 1, 2")
    assert 2 == await contacts(database)
    await store.close()


async def questions(store: Store, first: int, last: int) -> int:
    """How often the database is asked for a batch of visits ``first`` to ``last``."""
    asked: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        asked.append(query.query)

    store.connection.add_query_logger(note)
    await store.apply(visits(first, last, offset=first - 1), [(LOG, first - 1, last)], LOGS)
    store.connection.remove_query_logger(note)
    return len(asked)


async def test_a_batch_asks_the_database_as_often_for_one_record_as_for_many(database: Connect):
    """So a batch has its price once, and rows become visible soon without costing more: one statement a table, nothing for a projection without rows."""
    store = await opened(database, *PROJECTIONS)
    await questions(store, 1, 1)

    one, many = await questions(store, 2, 2), await questions(store, 3, 60)

    assert one == many <= 2 * len(PROJECTIONS)
    assert 60 == await contacts(database)
    await store.close()


OTHER = TP("consultation.log", 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_what_another_log_says_of_a_parked_case_goes_on(database: Connect, order: tuple[int, int]):
    """There is no order between two logs: whichever is read first, the same is parked."""
    logs = {**LOGS, OTHER.topic: "consultation"}
    visit = (record(VISIT, LOG.topic, 0, key="b", seq=1), (LOG, 0, 1))
    heard = (record(ELDER, OTHER.topic, 0, key="b", seq=1), (OTHER, 0, 1))
    store = await opened(database, Stumbling())
    await store.positions([LOG, OTHER])
    for each, move in ((visit, heard)[place] for place in order):
        await store.apply([each], [move], logs)

    assert [("outreach.log", "ValueError")] == await asked(database, "SELECT topic, code FROM reporting.parked")
    assert [(1,)] == await asked(database, "SELECT value FROM reporting.figures WHERE metric = 'consultations' AND divided = ''")
    await store.close()


class Late(Monthly):
    """Says of the third fact of case b what no column holds."""

    def rows(self, fact: Fact) -> Written:
        """Of that one far too much."""
        for table, row in super().rows(fact):
            yield table, (*row[:-1], 1 << 70) if (fact.envelope.subject, fact.envelope.seq) == ("b", 3) and table is MONTHLY else row


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
async def test_only_what_does_not_fit_and_what_follows_it_is_parked_however_the_log_is_cut(database: Connect, cut: int):
    """What came before it in the case counts."""
    store = await opened(database, Late())
    records = [record(VISIT, LOG.topic, seq - 1, key="b", seq=seq) for seq in range(1, 5)]
    for first, last in ((0, cut), (cut, 4)):
        if first < last:
            await store.apply(records[first:last], [(LOG, first, last)], LOGS)

    assert [(2, "DataError"), (3, "FOLLOWS_PARKED")] == await asked(database, "SELECT log_offset, code FROM reporting.parked ORDER BY 1")
    assert 2 == await contacts(database)
    await store.close()


class Changed(Monthly):
    """The same tables, counted otherwise."""

    version = 2


async def test_other_code_does_not_write_into_what_it_has_not_made(database: Connect):
    """The rows stay as they were, and it is said that a rebuild is needed."""
    store = await opened(database)
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)
    await store.close()

    other = await opened(database, Changed())
    await other.apply(visits(4, 5, offset=3), [(LOG, 3, 5)], LOGS)

    assert ["monthly"] == await other.outdated()
    assert 3 == await contacts(database)
    await other.close()


async def test_a_projection_that_comes_later_waits_for_its_rebuild(database: Connect):
    """It has no rows of half a log."""
    store = await opened(database)
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)
    await store.close()

    both = await opened(database, Monthly(), Timeline())
    await both.apply(visits(4, 5, offset=3), [(LOG, 3, 5)], LOGS)

    assert ["timeline"] == await both.outdated()
    assert [] == await asked(database, "SELECT * FROM reporting.timeline")
    assert 5 == await contacts(database)
    await both.close()


async def test_a_lost_connection_is_an_outage_and_not_a_fault(database: Connect):
    """The writer waits and connects anew; a query that is wrong would stop it."""
    store = await opened(database)
    await asked(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

    with pytest.raises(Unavailable):
        await store.positions([LOG])
    await store.close()


async def test_the_tables_may_be_made_again(database: Connect):
    """Provisioning runs at every start."""
    store = await opened(database)
    await store.apply(visits(1, 3), [(LOG, 0, 3)], LOGS)
    connection = await database()
    await connection.execute(SCHEMA.read_text("utf-8"))
    await connection.close()

    assert 3 == await contacts(database)
    await store.close()


async def test_the_reader_reads_and_cannot_write(broker: Broker):
    """Figures cannot be touched by the account that shows them; nor can the projector touch what all generations share."""
    service = Store(PROJECTIONS, connector(broker.settings, "tsunagu_projector"), lambda code: None)
    await service.open()
    await service.close()
    reader = await connector(broker.settings, "tsunagu_reader")()
    projector = await connector(broker.settings, "tsunagu_projector")()

    await reader.fetch("SELECT * FROM reporting.figures")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.execute("DELETE FROM reporting.monthly")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await projector.execute("DROP TABLE reporting.progress")
    await reader.close()
    await projector.close()
