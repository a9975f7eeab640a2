"""App: one service as a Faust worker (the only import of faust): life cycle, signals, timer, control agent. It hosts the runners.

The event path does not go through Faust's agents (``docs/decisions``); the control agent follows the rules for flows that do:
raw bytes, manual acknowledgement last, one at a time, a crash instead of a silent loss, nothing declared, no web, no tables.
"""

from __future__ import annotations

import asyncio
import io
import os
from contextlib import AsyncExitStack
from typing import Any

import faust
import mode
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from kernel import control, log
from kernel.clients import HEARTBEAT_MS, HOST, SESSION_MS
from kernel.failures import Unavailable
from kernel.health import HealthServer
from kernel.lifesigns import end_when_sick
from kernel.processor import Processor
from kernel.runner import BatchRunner
from kernel.sender import Sender
from kernel.service import Loop, Service, Site, Worker, site, workers
from kernel.settings import Settings
from kernel.ticks import ticks
from kernel.warmup import collect_seldom

TICK_EVERY_S = 1.0
_ORDER_TIMEOUT_S = 10.0
_RETRY_S = 0.5
DRAIN_S = 15.0
"""Told to end, every runner has so many seconds for its batch and its commit; what is not done then is seen again by whoever comes next."""


class EventPath(mode.Service):
    """The runners of one service, with everything they need, as one Faust service: if one ends in error, the process ends."""

    def __init__(self, definition: Service, where: Site) -> None:
        super().__init__()
        self.definition, self.where = definition, where
        self.stack = AsyncExitStack()
        self.runners: list[Loop] = [*definition.loops(where)] if definition.loops else []
        self.processors: list[Processor] = []
        self.orders: Sender | None = None
        self._at_work: list[asyncio.Task[None]] = []
        self._answers = False

    async def broker(self) -> None:
        """Wait, alive and not ready, until the broker takes our account: Faust would end where it is away at the start."""
        await self.on_start()
        while True:
            client = AIOKafkaClient(**self.where.clients.options(f"{self.definition.name}-first"))
            try:
                await client.bootstrap()
                return
            except KafkaError:
                log.logger().warning("waiting", reason="broker")
                await asyncio.sleep(_RETRY_S)
            finally:
                await client.close()

    async def on_start(self) -> None:
        """Answer ``/livez`` first, so that waiting for a broker shows as "not ready" and not as "dead"."""
        if self._answers:
            return
        self._answers = True
        settings = self.where.settings
        await self.stack.enter_async_context(HealthServer(self.where.telemetry, settings.port(self.definition.name), settings.http_host))

    @mode.Service.task
    async def _work(self) -> None:
        """Start every worker and stay until one of them ends."""
        try:
            async with asyncio.TaskGroup() as group:
                self._at_work += [group.create_task(loop.run()) for loop in self.runners]
                self._at_work += [group.create_task(self._runner(worker).run()) for worker in await self._workers()]
        except* Exception as errors:  # noqa: BLE001 - whatever it is, it ends the process
            for error in errors.exceptions:
                log.logger().critical("stopped", exc_info=error)
            os._exit(1)  # crash only: the supervisor starts us again, the log says what was done

    async def on_stop(self) -> None:
        """Let every runner finish its batch and commit it, for ``DRAIN_S`` at most: after this, what is left is cancelled."""
        for runner in self.runners:
            runner.stop()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=DRAIN_S)

    async def on_shutdown(self) -> None:
        """Close what was opened, in reverse order."""
        await self.stack.aclose()

    async def tick(self, everywhere: bool = False) -> None:
        """Send a tick to the partitions that have something due, or to every one of ours."""
        if self.orders and (due := ticks(self.processors, self.where.topics, everywhere)):
            await self.orders.send(due)

    async def obey(self, order: control.Order) -> None:
        """Carry out an operator's order."""
        log.logger().info("order", reason=order.command)
        match order.command:
            case control.Command.TICK:
                await self.tick(everywhere=True)
            case control.Command.PAUSE:
                for runner in self.runners:
                    runner.pause()
            case control.Command.RESUME:
                for runner in self.runners:
                    runner.resume()

    async def _workers(self) -> list[Worker]:
        while True:
            stack = AsyncExitStack()
            try:
                found = await workers(self.definition, self.where, stack)
                if self.definition.functions:  # an account that may write nothing must not even ask for a producer's id
                    self.orders = Sender(lambda: self.where.clients.producer(f"{self.definition.name}-ticks"))
                    stack.push_async_callback(self.orders.stop)
                    await self.orders.start()
            except Unavailable as error:
                await stack.aclose()
                log.logger().warning("waiting", reason=error.what)
                await asyncio.sleep(_RETRY_S)
            else:
                self.stack.push_async_exit(stack)
                self.processors = [worker.handler for worker in found if isinstance(worker.handler, Processor)]
                return found

    def _runner(self, worker: Worker) -> BatchRunner:
        where, name = self.where, f"{self.definition.name}-{worker.name}"
        runner = BatchRunner(
            worker.handler, worker.topics, where.clients.consumer(f"{where.topics.group(self.definition.name)}.{worker.name}", name),
            Sender(lambda: where.clients.producer(name)), where.telemetry.meter(worker.name), urgent=worker.urgent, max_records=worker.max_records,
            growing=worker.growing,
        )
        self.runners.append(runner)
        return runner


def run(service: Service, settings: Settings) -> None:
    """Run one service in the foreground until a signal; exits with a code other than 0 after a crash. Raises SettingsMissing."""
    log.configure(service.name)
    collect_seldom()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    path = EventPath(service, site(service, settings))
    end_when_sick(path.where.telemetry)
    loop.run_until_complete(path.broker())
    worker = faust.Worker(
        build(path), path, loop=loop, quiet=True, stdout=io.StringIO(), redirect_stdouts=False, override_logging=False, workdir=settings.home,
    )
    worker.execute_from_commandline()


def build(path: EventPath) -> faust.App:
    """The Faust app around an event path: its timer and its control agent. Nothing is started."""
    where = path.where
    app = faust.App(f"{where.topics.group(where.service)}.control.{HOST}", **_options(where))  # a group of its own: each replica obeys
    orders = app.topic(where.topics.control, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.timer(TICK_EVERY_S)
    async def let_deadlines_pass() -> None:
        await path.tick()

    @app.agent(orders, concurrency=1, name=f"{where.service}.control")
    async def control_agent(stream: Any) -> None:
        async for event in stream.noack().events():
            await _carry_out(event.value, path)
            event.ack()

    return app


async def _carry_out(value: bytes, path: EventPath) -> None:
    try:
        order = control.read(value)
    except ValueError:
        log.logger().warning("not an order", reason="UNDECODABLE")
        return
    if order.service == path.where.service:
        async with asyncio.timeout(_ORDER_TIMEOUT_S):
            await path.obey(order)


def _options(where: Site) -> dict[str, Any]:
    clients, settings = where.clients, where.settings
    credentials = faust.SASLCredentials(username=clients.principal, password=clients.password, mechanism=clients.mechanism, ssl_context=clients.tls())
    return {
        "broker": f"kafka://{clients.bootstrap}",
        "broker_credentials": credentials if clients.security_protocol.startswith("SASL") else None,
        "broker_session_timeout": SESSION_MS / 1000,
        "broker_heartbeat_interval": HEARTBEAT_MS / 1000,
        "broker_max_poll_records": 500,
        "producer_request_timeout": 30.0,
        "consumer_group_instance_id": f"{where.service}-control-{HOST}",
        "consumer_auto_offset_reset": "latest",
        "agent_supervisor": mode.CrashingSupervisor,
        "stream_wait_empty": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
        "store": "memory://",
        "datadir": str(settings.home / f"faust-{where.service}"),
        "autodiscover": False,
        "worker_redirect_stdouts": False,
    }
