"""Fixtures of the whole suite. The stores and the services start once per run, when the first test asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from cli.run import bring_up
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from tests.installation import Broker, with_certificates

hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")  # what is proved is what holds, not how fast a busy machine is


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of this run alone; whatever was started in it is stopped at the end."""
    found = Installation(Layout(tmp_path_factory.mktemp("installation")), tied=True)
    with_certificates(found)
    yield found
    found.down()


@pytest.fixture(scope="session")
def broker(installation: Installation) -> Broker:
    """Kafka and PostgreSQL, provisioned."""
    installation.up_stores(Silent())
    return Broker(installation, installation.settings)


@pytest.fixture(scope="session")
def stack(broker: Broker) -> Broker:
    """The whole system: the same stores, and every service ready."""
    bring_up(broker.installation, Silent())
    return broker
