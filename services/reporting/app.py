"""The reporting service: one writer that feeds all projections together; and the function that keeps what was reported."""

from __future__ import annotations

import os

from contracts.topics import SUPPORT_FUNCTIONS, Function
from kernel import app
from kernel.decider import Function as Deciding
from kernel.records import TP
from kernel.service import Loop, Service, Site
from kernel.settings import Settings
from kernel.topics import Topics
from services.reporting.domain import figures
from services.reporting.generations import LIVE_UNIT
from services.reporting.logs import Logs
from services.reporting.measures import Measuring
from services.reporting.projections import OF_TOWNS, PROJECTIONS
from services.reporting.store import Store, connector
from services.reporting.writer import Writer

LOGS = (*SUPPORT_FUNCTIONS, Function.CONSENT, Function.REPORTING)
"""Functions whose logs are read; what the registry says stands in every partition of the gate's."""
LOGS_OF_TOWNS = (Function.COMMUNITY, Function.REPORTING)
"""Functions whose logs a prefecture's site reads of each of its towns."""
ROLE = "tsunagu_projector"
YIELD = 5
"""How much niceness is added: nobody waits for a projection, but for an event."""


def writers(site: Site) -> list[Loop]:
    """The writer of all projections that are fed, and what measures them. Raises SettingsMissing."""
    meter, functions = site.telemetry.meter(LIVE_UNIT), logs_read(site.settings)
    partitions = [TP(topic, number) for topic in sorted(functions) for number in range(site.settings.partitions)]
    logs = Logs(partitions, lambda: site.clients.follower(f"{site.service}-{LIVE_UNIT}"))
    projections, connect = OF_TOWNS if site.settings.towns else PROJECTIONS, connector(site.settings, ROLE)
    writer = Writer(LIVE_UNIT, Store(projections, connect, meter.alarm), logs, functions, meter)
    return [writer, Measuring(connect, [each.name for each in projections], writer, site.telemetry)]


def logs_read(settings: Settings) -> dict[str, str]:
    """The function of each log that is read: all of the own town, or what is shared of the towns of a prefecture."""
    if settings.towns:
        return {Topics(town).log(function): str(function) for town in settings.towns for function in LOGS_OF_TOWNS}
    return {Topics(settings.municipality).log(function): str(function) for function in LOGS}


REPORTING = Deciding(Function.REPORTING, (figures.DECIDER,))
SERVICE = Service(name="reporting", functions=(REPORTING,), loops=writers)


def run(settings: Settings) -> None:
    """Run in the foreground until a signal; where processors are scarce, what somebody waits for goes first. Raises SettingsMissing."""
    os.nice(YIELD)
    app.run(SERVICE, settings)
