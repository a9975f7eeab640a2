"""Counting (一つずつ): what one message makes the gate decide is decided one after the other; each decision sees those before it (rules 7, 26).

The log says them in this order too, so a verdict follows from the facts that stand before it there, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested
from services.consent.domain.casefile import CaseFile


def counted(case: CaseFile, events: Iterable[object]) -> CaseFile:
    """The case with these requests and verdicts; whatever else is among the events changes nothing here."""
    for event in events:
        if type(event) is DisclosureDecided:
            case = case.decided(event)
        elif type(event) is DisclosureRequested:
            case = case.asked(event)
    return case
