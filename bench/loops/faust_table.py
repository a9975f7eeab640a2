"""A plain Faust table worker, as its documentation writes it: one count for each cell, kept in a table with its changelog."""

from __future__ import annotations

from typing import Any

from bench.loops import faust_app
from bench.loops.counting import cell
from bench.loops.work import Clock, task

todo = task()
clock = Clock(todo.count)
app, source, _ = faust_app.build(todo)
counts = app.Table("counts", default=int, partitions=4)


@app.agent(source)
async def count(stream: Any) -> None:
    """One more in its cell."""
    async for event in stream.events():
        clock.begin()
        counts[cell(event.headers, event.value)] += 1
        clock.done += 1
        if clock.done == clock.count:
            clock.end()


if __name__ == "__main__":
    faust_app.work(app)
