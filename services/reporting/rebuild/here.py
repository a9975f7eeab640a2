"""Here: the place of this installation."""

from __future__ import annotations

from kernel import postgres
from kernel.clients import clients
from kernel.settings import Settings
from services.reporting.app import ROLE, SERVICE, logs_read
from services.reporting.rebuild.place import OF_TOWNS, PROJECTIONS, Place
from services.reporting.store import DATABASE


def place(settings: Settings) -> Place:
    """Logs by the service's own account, tables by the projector's. Raises SettingsMissing."""
    return Place(
        server=postgres.projections(settings), database=DATABASE, user=ROLE, password=settings.password(ROLE),
        clients=clients(settings, SERVICE.name), logs=logs_read(settings), partitions=settings.partitions,
        source=OF_TOWNS if settings.towns else PROJECTIONS,
    )
