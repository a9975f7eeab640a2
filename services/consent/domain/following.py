"""Following (決定の効果): what a decision of the desk or of a reviewer sets going: a recall, the stop of a use."""

from __future__ import annotations

from typing import Any

from contracts.consent import RecallRequested, ReviewClosed, RightsDecided
from contracts.shared import RecallReason, ReviewFinding
from kernel.decider import Context
from services.consent.domain import anew, stopping, telling
from services.consent.domain.casefile import CaseFile
from services.consent.domain.rules import Rules


def following(case: CaseFile, message: Any, context: Context, rules: Rules, before: int) -> tuple[Any, ...]:
    """What follows from an answer that was recorded; ``before`` events of this decision precede it, ``case`` as it was before."""
    match message:
        case ReviewClosed(finding=ReviewFinding.NOT_JUSTIFIED):
            return _recalled(case, message.request_id, context, rules, before)
        case RightsDecided() if stopping.stops_use(case, message):
            return _stopped(case, message, rules)
        case _:
            return ()


def _recalled(case: CaseFile, request: str, context: Context, rules: Rules, before: int) -> tuple[Any, ...]:
    """What ought not to have gone out is asked back, unless it has been already; both sides learn of it (rule 19)."""
    handed = case.aftercare.handed.get(request)
    if handed is None or handed.recalled:
        return ()
    recall = RecallRequested(request_id=request, reason=RecallReason.NOT_JUSTIFIED)
    return (recall, *telling.told(case, context, rules, before + 1, RecallRequested, (handed.recipient, handed.giver), before))


def _stopped(case: CaseFile, decision: RightsDecided, rules: Rules) -> tuple[Any, ...]:
    """Who has received it is told to stop; what is under way and what waits is decided about anew (R12)."""
    notices = telling.with_deadlines(stopping.notices(case, decision), rules)
    return (*notices, *anew.everything(stopping.stopped(case, decision), rules))
