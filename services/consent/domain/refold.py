"""Folding again (畳み直し): case and town, taken from the gate's log record by record, as the gate itself had them. Pure."""

from __future__ import annotations

from kernel.decider import Decider
from services.consent.domain import registry
from services.consent.domain.casefile import CaseFile
from services.consent.domain.findings import DOES_NOT_FOLLOW, Logged
from services.consent.domain.turns import CaseLog


class Refold:
    """One partition of the log, folded up to a record. ``town``: what the registry had said by then."""

    def __init__(self, gate: Decider[CaseFile]) -> None:
        self._gate, self._events, self._facts = gate, frozenset(gate.events), frozenset(registry.DECIDER.events)
        self.town = registry.DECIDER.initial

    def take(self, log: CaseLog, logged: Logged) -> bool:
        """Count a record and fold it into its case and the town; False where it cannot follow what stands before it."""
        log.count(logged)
        kind = type(logged.event)
        try:
            if kind in self._events:
                log.case = self._gate.evolve(log.case, logged.event)
            if kind in self._facts:
                self.town = registry.evolve(self.town, logged.event)
        except DOES_NOT_FOLLOW:
            return False
        return True
