"""However the logs are cut into batches, in whatever order of partitions, with repeats and kills: the tables hold what one slow fold gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest

from cli.day import story
from cli.day.player import Day
from kernel.failures import Unavailable
from kernel.memory import MemoryRecord
from kernel.records import TP
from services.reporting import facts
from services.reporting.folding import fold
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.projection import Projection
from services.reporting.store import Connect, Store
from tests.scenarios.memory_stage import LOGS, PARTITIONS, MemoryStage

pytestmark = pytest.mark.live

Logs = dict[TP, list[MemoryRecord]]
Tables = dict[str, list[tuple[Any, ...]]]


class Dying(Store):
    """Loses its connection after all rows of a batch are written and before the commit, now and then."""

    random = Random(0)

    async def _note(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if self.random.random() < 0.15:
            await self._open.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        await super()._note(rows)


@pytest.fixture(scope="module")
def day() -> Iterator[Logs]:
    """The logs of the sample day."""
    stage = MemoryStage()
    story.play(Day(stage))
    yield {TP(topic, number): stage.log.records(topic, number) for topic in LOGS for number in range(PARTITIONS)}
    stage.close()


def repeated(logs: Logs, random: Random) -> Logs:
    """The logs with some of their last records once more at the end, as after a repeated send."""
    return {
        tp: [*records, *[MemoryRecord(*tp, len(records) + number, again.timestamp, again.key, again.value, again.headers)
                         for number, again in enumerate(records[-random.randrange(1, 4):])]]
        for tp, records in logs.items()
    }


def reference(logs: Logs, projection: Projection) -> Tables:
    """One slow fold, log after log."""
    reading = facts.read((record for records in logs.values() for record in records), LOGS)
    fresh, _ = facts.fresh(reading, {}, lambda code: None, {})
    rows, parked = fold(projection, fresh, ())
    assert [] == parked
    found: Tables = {table.name: [] for table in projection.tables}
    return found | {table.name: sorted(kept, key=repr) for table, kept in rows.sorted()}


async def take(store: Store, logs: Logs, random: Random) -> bool:
    """Apply one random batch from where the database says; False when all is read. A kill is followed by a start."""
    try:
        positions = await store.positions(list(logs))
        open_ = [tp for tp in logs if positions[tp] < len(logs[tp])]
        if not open_:
            return False
        moves, batch = [], []
        for tp in sorted(random.sample(open_, random.randint(1, len(open_)))):
            following = min(len(logs[tp]), positions[tp] + random.randint(1, 40))
            moves.append((tp, positions[tp], following))
            batch += logs[tp][positions[tp] : following]
        await store.apply(batch, moves, LOGS)
    except Unavailable:
        await store.open()
    return True


@pytest.mark.parametrize("seed", range(2))
async def test_the_tables_hold_what_one_slow_fold_gives(day: Logs, established: Connect, seed: int):
    """Every table of every projection, row by row."""
    random = Random(seed)
    Dying.random, logs = Random(seed), repeated(day, random)
    store = Dying(PROJECTIONS, established, lambda code: None)
    await store.open()
    while await take(store, logs, random):
        pass
    await store.close()

    connection = await established()
    for projection in PROJECTIONS:
        wanted = reference(day, projection)
        for table in projection.tables:
            rows = [tuple(row) for row in await connection.fetch(f"SELECT {', '.join(table.names)} FROM reporting.{table.name}")]
            assert wanted[table.name] == sorted(rows, key=repr), table.name
    assert 0 == await connection.fetchval("SELECT count(*) FROM reporting.parked")
    await connection.close()
