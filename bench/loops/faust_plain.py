"""A plain Faust agent, as its documentation writes it: ``async for``, ``await topic.send(...)``, acknowledged and committed by Faust."""

from __future__ import annotations

from typing import Any

from bench.loops import faust_app
from bench.loops.work import Clock, answered, task

todo = task()
clock = Clock(todo.count)
app, source, target = faust_app.build(todo)


@app.agent(source)
async def echo(stream: Any) -> None:
    """One answer each."""
    async for event in stream.events():
        clock.begin()
        sent = await target.send(key=event.key, value=answered(event.value))
        clock.done += 1
        if clock.done == clock.count:
            await sent  # sent in order: the last acknowledgement is the last of all
            clock.end()


if __name__ == "__main__":
    faust_app.work(app)
