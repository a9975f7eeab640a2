"""The stores of one installation: provisioned as planned, and closed to everybody else."""

from __future__ import annotations

import asyncpg
import pytest

from deploy.local import databases
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.town import agencies
from tests.installation import Broker


def test_a_provisioned_broker_differs_in_nothing_from_the_plan(broker: Broker):
    """After provisioning, a second comparison finds nothing left to do."""
    assert BrokerAdmin(broker.settings, agencies()).differences() == []


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("tsunagu_projector", "tsunagu_keys"),
        ("tsunagu_reader", "tsunagu_keys"),
        ("tsunagu_owner", "tsunagu_keys"),
        ("tsunagu_keys", "tsunagu_reporting"),
        ("tsunagu_keys", "postgres"),
    ],
)
async def test_no_role_may_connect_to_a_database_that_is_not_its_own(broker: Broker, role: str, database: str):
    """The key store is closed to reporting, and reporting to the key store."""
    with pytest.raises(databases.CannotRun, match="permission denied"):
        await databases.connect(broker.settings, role, database)


async def test_a_wrong_password_is_refused_on_loopback_too(broker: Broker):
    """There is no trust on TCP."""
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=broker.settings.database_host, port=broker.settings.database_port, user="postgres", password="wrong", database="postgres"
        )
