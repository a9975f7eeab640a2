"""The memory log and the town around it."""

from __future__ import annotations

import asyncio

import pytest

from kernel.memory import MemoryLog, MemoryTown
from kernel.records import MESSAGE, REQUEST, Outgoing, keyed, parse_position, position
from tests.kernel import toys


def test_offsets_and_times_are_given_by_the_log():
    """Each partition counts from 0; the broker's clock moves with every record."""
    log = MemoryLog(now=100)

    offsets = [log.append("a", number, b"k", b"v", []) for number in (0, 1, 0)]

    assert [0, 0, 1] == offsets
    assert [(0, 101), (1, 103), (0, 102)] == [(record.offset, record.timestamp) for record in log.records("a")]


def test_stages_are_appended_in_their_order():
    """As the runner does: a position is known before it is named."""
    log = MemoryLog()
    logged = Outgoing("log", 0, b"k", b"v", [])
    request = Outgoing("gate", 0, b"k", b"v", [("h", b"1")], REQUEST, position_of=logged)

    log.send([request, Outgoing("inbox", 0, b"k", b"v", [], MESSAGE), logged])

    (found,) = log.records("gate")
    assert (("h", b"1"), ("position", b"log/0/0")) == found.headers
    assert ["gate", "inbox", "log"] == log.topics()


def test_records_are_read_by_place():
    """As from the broker: a range, or single offsets."""
    log = MemoryLog()
    for number in range(5):
        log.append("a", 0, b"k", str(number).encode(), [])

    async def read() -> tuple[int, list[bytes | None], list[int]]:
        scanned = [record.value async for records in log.scan("a", 0, 1, 3) for record in records]
        return await log.end("a", 0), scanned, sorted(offset for _, _, offset in await log.fetch({("a", 0, 4), ("a", 0, 0)}))

    assert (5, [b"1", b"2"], [0, 4]) == asyncio.run(read())


def test_a_missing_offset_is_an_error():
    """Never an empty answer."""
    with pytest.raises(LookupError):
        asyncio.run(MemoryLog().fetch({("a", 0, 0)}))


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_the_size_of_the_batches_does_not_matter(batch: int):
    """The log is the same, whatever came together."""
    logs = []
    for size in (1, batch):
        town: MemoryTown = toys.town(batch=size)
        for number in range(9):
            toys.put(town.log, toys.signal(), f"m{number}", key=f"k{number % 2}")
        assert 9 == town.pump()
        logs.append([(record.key, record.value) for record in town.log.records(toys.LOG)])

    assert logs[0] == logs[1]


def test_positions_are_text_and_back():
    """Topic names may contain anything but a slash at their end."""
    assert ("990019.a.log", 3, 17) == parse_position(position("990019.a.log", 3, 17))
    assert 2 == keyed("a", 3, b"k", b"", []).partition or keyed("a", 3, b"k", b"", []).partition in range(3)
