"""Here: the place of this installation."""

from __future__ import annotations

from kernel.clients import clients
from kernel.settings import Settings
from kernel.topics import Topics
from services.reporting.app import LOGS, ROLE, SERVICE
from services.reporting.rebuild.place import Place
from services.reporting.store import DATABASE


def place(settings: Settings) -> Place:
    """Logs by the service's own account, tables by the projector's. Raises SettingsMissing."""
    topics = Topics(settings.municipality)
    return Place(
        host=settings.database_host, port=settings.database_port, database=DATABASE, user=ROLE, password=settings.password(ROLE),
        clients=clients(settings, SERVICE.name), logs={topics.log(function): str(function) for function in LOGS}, partitions=settings.partitions,
    )
