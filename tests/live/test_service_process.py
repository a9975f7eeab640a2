"""One service as a process of its own: hosted by its Faust worker, watched by its supervisor, ordered by its operator."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from deploy.local import ports
from kernel import app, control
from kernel import settings as settings_module
from kernel.records import Outgoing
from kernel.service import Service
from tests.installation import Broker
from tests.kernel import toys
from tests.live.runner_site import PARTITIONS, Site, new_site, until
from tests.live.test_runner_behaviour import message
from tests.services.test_metrics import complaints

NAME = "admin"
"""The toy service runs under the administrator's account, since its topics are its own."""
_numbers = itertools.count()


@pytest.fixture
async def site(broker: Broker, tmp_path: Path) -> Site:
    """Fresh topics, and a home whose settings name them."""
    site = new_site(broker.settings, f"9{next(_numbers):05}")
    admin = AdminClient(broker.confluent())
    for future in admin.create_topics([NewTopic(site.topics.control, 1), NewTopic(site.topics.dead_letters(NAME), 1)]).values():
        future.result(30)
    home = tmp_path / "home"
    home.mkdir()
    (home / "secrets").symlink_to(broker.settings.home / "secrets")
    text = (broker.settings.home / settings_module.FILE_NAME).read_text("utf-8")
    text = re.sub(r'code = "\d+"', f'code = "{site.topics.municipality}"', text)
    text = re.sub(r"(?m)^partitions = \d+", f"partitions = {PARTITIONS}", text)
    text = re.sub(r"ports = \{", f"ports = {{ {NAME} = {ports.free_block(1)[0]},", text)
    (home / settings_module.FILE_NAME).write_text(text, "utf-8")
    return replace(site, home=home)


@asynccontextmanager
async def process(site: Site) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service, started; killed at the end if it has not ended by itself."""
    found = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.test_service_process", str(site.home), stdout=asyncio.subprocess.PIPE,
    )
    try:
        await until(lambda: _answers(site, "/readyz"))
        yield found
    finally:
        if found.returncode is None:
            found.kill()
            await found.wait()


async def test_a_signal_ends_it_cleanly(site: Site):
    """Ready within seconds, alive, and gone with code 0 when told to go."""
    async with process(site) as running:
        assert await _answers(site, "/livez")
        running.send_signal(signal.SIGTERM)

        assert 0 == await running.wait()


async def test_a_crash_ends_it_with_a_code(site: Site):
    """The supervisor sees it and starts it again; the message is not committed."""
    async with process(site) as running:
        await site.send(message(site, 1, area="crash"))

        assert 1 == await running.wait()
        last = json.loads((await running.stdout.read()).splitlines()[-1])
        assert ("stopped", "ZeroDivisionError") == (last["event"], last["error"])


async def test_an_operator_can_pause_it_and_let_it_go_on(site: Site):
    """Orders to others are not obeyed; what is no order does no harm."""
    async with process(site) as running:
        await order(site, running, control.Command.PAUSE)
        await site.send(message(site, 1))
        await site.send(Outgoing(site.topics.control, 0, None, b"{", []), _order("other", control.Command.RESUME, site))
        await order(site, running, control.Command.TICK)
        while_paused = await site.read(site.log)

        await order(site, running, control.Command.RESUME)
        await until(lambda: site.read(site.log))

    assert [] == while_paused


async def test_deadlines_pass_by_ticks_of_the_timer(site: Site):
    """A key that is due is asked again, without anybody writing to it."""
    async with process(site):
        await site.send(message(site, 1, area="wait"))

        await until(lambda: _parts_given(site))


async def test_a_live_scrape_is_as_promtool_wants_it(site: Site):
    """What it counted stands there, with the service on everything; nothing in it is of anybody."""
    async with process(site):
        await site.send(*[message(site, number) for number in range(20)])
        await until(lambda: site.read(site.log))
        port = settings_module.load(site.home).http_ports[NAME]
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client, client.get("/metrics") as answer:
            scrape = await answer.read()

    lines = [line for line in scrape.decode().splitlines() if not line.startswith("#")]
    assert [] == complaints(scrape)
    assert all(f'service="{NAME}"' in line for line in lines)
    assert f'tsunagu_assigned_partitions{{service="{NAME}",worker="{toys.NAME}"}} {float(PARTITIONS)}' in lines
    assert "case-1" not in scrape.decode()


async def order(site: Site, running: asyncio.subprocess.Process, command: control.Command) -> None:
    """Send an order, again and again until the service says that it carries it out: before its first start is over it does not listen."""
    obeyed = asyncio.ensure_future(_obeyed(running, command))
    async with asyncio.timeout(30):
        while not obeyed.done():
            await site.send(_order(NAME, command, site))
            await asyncio.wait({obeyed}, timeout=1)


async def _obeyed(running: asyncio.subprocess.Process, command: control.Command) -> None:
    while json.loads(await running.stdout.readline()).get("reason") != command:
        pass


def _order(service: str, command: control.Command, site: Site) -> Outgoing:
    return Outgoing(site.topics.control, 0, None, control.Order(service, command).encode(), [])


async def _answers(site: Site, path: str) -> bool:
    port = settings_module.load(site.home).http_ports[NAME]
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client, client.get(path) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _parts_given(site: Site) -> bool:
    return len(await site.read(site.log)) == 2


if __name__ == "__main__":
    app.run(Service(name=NAME, functions=(toys.FUNCTION,)), settings_module.load(Path(sys.argv[1])))
