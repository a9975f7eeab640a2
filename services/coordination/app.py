"""The coordination service: one function, its deciders over one log, nothing else."""

from __future__ import annotations

from kernel import app
from kernel.deadlines import DEADLINES, TERMS
from kernel.decider import Function
from kernel.parties import PARTIES
from kernel.service import Service
from kernel.settings import Settings
from services.coordination.domain import conference, coordination, execution, plan, resources, sitting

COORDINATION = Function(
    "coordination",
    (
        PARTIES, DEADLINES, coordination.DECIDER, plan.DECIDER, execution.DECIDER,
        conference.DECIDER, sitting.DECIDER, resources.DECIDER,
    ),
    TERMS,
)
SERVICE = Service(name="coordination", functions=(COORDINATION,))


def run(settings: Settings) -> None:
    """Run in the foreground until a signal. Raises SettingsMissing."""
    app.run(SERVICE, settings)
