"""A Faust app for the loops: default acks and commits, our event loop, and none of what would need more rights or ports."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import faust
import uvloop

from bench.loops.work import Task
from kernel import settings
from kernel.clients import clients


def build(todo: Task, **options: Any) -> tuple[faust.App, Any, Any]:
    """The app, its source and its target."""
    where = settings.load()
    account = clients(where, "admin")
    app = faust.App(
        todo.group, broker=f"kafka://{account.bootstrap}", store="memory://", datadir=str(where.home / todo.group),
        broker_credentials=faust.SASLCredentials(
            username=account.principal, password=account.password, mechanism=account.mechanism, ssl_context=account.tls(),
        ),
        topic_disable_leader=True, topic_allow_declare=False, web_enabled=False, autodiscover=False, consumer_auto_offset_reset="earliest",
        worker_redirect_stdouts=False, **options,
    )
    source, target = (
        app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw") for name in (todo.source, todo.target)
    )
    return app, source, target


def work(app: faust.App) -> None:
    """Run in the foreground until the clock ends the process."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    faust.Worker(app, loop=loop, quiet=True, stdout=io.StringIO(), redirect_stdouts=False, override_logging=False).execute_from_commandline()
