"""The participation service: two functions, their deciders, nothing else."""

from __future__ import annotations

from kernel import app
from kernel.deadlines import DEADLINES, TERMS
from kernel.decider import Function
from kernel.parties import PARTIES
from kernel.service import Service
from kernel.settings import Settings
from services.participation.domain import community, match, resource

SERVICE = Service(
    name="participation",
    functions=(
        Function("participation", (PARTIES, DEADLINES, resource.DECIDER, match.DECIDER), TERMS),
        Function("community", (PARTIES, DEADLINES, community.DECIDER), TERMS),
    ),
)


def run(settings: Settings) -> None:
    """Run in the foreground until a signal. Raises SettingsMissing."""
    app.run(SERVICE, settings)
