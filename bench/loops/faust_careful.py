"""A Faust agent by the rules that lose no event: taken in batches without acknowledgement, every send confirmed, acknowledged last."""

from __future__ import annotations

import asyncio
from typing import Any

import mode

from bench.loops import faust_app
from bench.loops.work import Clock, answered, task

BATCH = 500
todo = task()
clock = Clock(todo.count)
app, source, target = faust_app.build(todo, agent_supervisor=mode.CrashingSupervisor, stream_wait_empty=False)


@app.agent(source, concurrency=1)
async def echo(stream: Any) -> None:
    """One answer each."""
    async for events in stream.noack_take(BATCH, within=0.05):
        clock.begin()
        await asyncio.gather(*[await target.send(key=event.key, value=answered(event.value)) for event in events])
        for event in events:
            event.ack()
        clock.done += len(events)
        if clock.done >= clock.count:
            clock.end()


if __name__ == "__main__":
    faust_app.work(app)
