"""Community (地域づくり) and its partners: eight duties over one log. No fact here names a person; whoever is named as a partner is told."""

from __future__ import annotations

from typing import Any

from kernel.decider import Decider
from services.participation.domain import contract_end, cooperation, network, notices, places, practice_areas, programme_plan, stories

DECIDERS: tuple[Decider[Any], ...] = (
    places.DECIDER, cooperation.DECIDER, practice_areas.DECIDER, network.DECIDER, stories.DECIDER, notices.DECIDER, programme_plan.DECIDER,
    contract_end.DECIDER,
)
"""The duties (分担) of the function, each with its own messages."""
