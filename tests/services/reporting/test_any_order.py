"""Any order: however the logs, their partitions and the batches come, every projection has the same rows in the end, and nothing stays out.

Over the sample day, the stories and a small town's year, with all that they make the functions write.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.reporting.folding import fold
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Row, Rows, Table

BATCHES = (1, 2, 7, 50, 2_000)
Tables = list[tuple[Table, list[Row]]]

each_projection = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)


@pytest.fixture(scope="module")
def day(lived: list[list[Fact]]) -> list[Fact]:
    """The logs of the sample day."""
    return lived[0]


def interleaved(found: Iterable[Fact], chance: random.Random) -> list[Fact]:
    """The facts of all partitions of all logs, each partition in its order, mixed as chance will have it; some run far ahead of others."""
    waiting: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for fact in found:
        waiting[fact.topic, fact.partition].append(fact)
    queues = [iter(queue) for _, queue in sorted(waiting.items())]
    mixed: list[Fact] = []
    while queues:
        queue = chance.choice(queues)
        some_more = [*islice(queue, chance.choice((1, 3, 40)))]
        mixed += some_more
        if not some_more:
            queues.remove(queue)
    return mixed


def tables(projection: Projection, mixed: Sequence[Fact], sizes: Iterable[int]) -> Tables:
    """The rows in the end, where each batch is added up in memory first and then to the rows that are there, as the store does it."""
    there, rest = Rows(), list(mixed)
    for size in sizes:
        batch, rest = rest[:size], rest[size:]
        _add(there, projection, batch)
    _add(there, projection, rest)
    return there.sorted()


def _add(there: Rows, projection: Projection, batch: Sequence[Fact]) -> None:
    rows, parked = fold(projection, batch, ())
    assert [] == parked
    for table, found in rows.sorted():
        there.add((table, row) for row in found)


@each_projection
def test_nothing_stays_out(projection: Projection, lived: list[list[Fact]]):
    """No fact that the functions write is one that a projection cannot apply; and of what it looks into it has the event."""
    for found in lived:
        assert [] == fold(projection, found, ())[1]


@each_projection
def test_a_fact_of_which_nothing_is_wanted_needs_no_look(projection: Projection, lived: list[list[Fact]]):
    """Where ``wants`` says no, the rows are the same without the event."""
    for found in lived:
        seen = [fact if projection.wants(fact.log, fact.kind) else unread(fact) for fact in found]

        assert tables(projection, found, ()) == tables(projection, seen, ())


def unread(fact: Fact) -> Fact:
    """The same fact, its event not looked into."""
    return Fact(fact.log, fact.partition, fact.envelope, fact.kind, None, fact.topic, fact.offset, fact.value)


@each_projection
def test_any_interleaving_and_any_batches_give_the_same_rows(projection: Projection, lived: list[list[Fact]]):
    """Ten of each town."""
    for found in lived:
        expected = tables(projection, found, ())
        for seed in range(10):
            chance = random.Random(seed)
            sizes = [chance.choice(BATCHES) for _ in range(len(found) // 20)]

            assert expected == tables(projection, interleaved(found, chance), sizes)


@each_projection
@settings(max_examples=25, deadline=None)
@given(chance=some.randoms(use_true_random=False), sizes=some.lists(some.integers(0, 60), max_size=40))
def test_whatever_order_anybody_thinks_of_gives_the_same_rows(projection: Projection, day: list[Fact], chance: random.Random, sizes: list[int]):
    """Of the sample day."""
    assert tables(projection, day, ()) == tables(projection, interleaved(day, chance), sizes)


@each_projection
def test_rows_that_are_only_inserted_never_meet(projection: Projection, lived: list[list[Fact]]):
    """Where a table says that each fact has rows of its own, no key comes twice; the store would fail there."""
    for found in lived:
        keys: dict[str, set[Row]] = defaultdict(set)
        for table, row in (each for fact in found for each in projection.rows(fact) if each[0].each):
            key = row[: len(table.key)]
            assert key not in keys[table.name]
            keys[table.name].add(key)


@each_projection
def test_every_row_fits_its_table(projection: Projection, lived: list[list[Fact]]):
    """As many values as columns, a key that is whole, and no table that the projection does not name."""
    for table, row in (each for found in lived for fact in found for each in projection.rows(fact)):
        assert table in projection.tables and len(row) == len(table.columns)
        assert None not in row[: len(table.key)]
