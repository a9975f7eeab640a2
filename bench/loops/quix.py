"""Quix Streams, as its documentation writes it: one count for each cell of a key, kept in its state (RocksDB) with its changelog.

Its state belongs to the record's key, so what it counts is finer than Faust's table; to count by cell alone it would send every record through one more topic.
"""

from __future__ import annotations

from typing import Any

from quixstreams import Application
from quixstreams.kafka.configuration import ConnectionConfig

from bench.loops.counting import cell
from bench.loops.work import Clock, task
from kernel import settings

todo = task()
clock = Clock(todo.count)


def count(value: bytes, key: bytes, timestamp: int, headers: Any, state: Any) -> None:
    """One more in its cell."""
    clock.begin()
    where = cell(dict(headers), value)
    state.set(where, state.get(where, 0) + 1)
    clock.done += 1
    if clock.done == clock.count:
        clock.end()


def main() -> None:
    """Run in the foreground until the clock ends the process."""
    found = settings.load()
    account = found.account("admin")
    quiet = {"log_level": account.pop("log_level")}
    app = Application(
        ConnectionConfig.from_librdkafka_dict(account), consumer_group=todo.group, auto_offset_reset="earliest", state_dir=found.home / todo.group,
        consumer_extra_config=quiet, producer_extra_config=quiet, loglevel="ERROR",
    )
    source = app.topic(todo.source, key_deserializer="bytes", value_deserializer="bytes")
    app.dataframe(source).apply(count, stateful=True, metadata=True)
    app.run()


if __name__ == "__main__":
    main()
