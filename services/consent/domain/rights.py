"""Rights of the person (本人の権利): access, correction and stop of use, from the request to the appeal (domain.md §2.8, R12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from contracts.consent import (
    AccessRequested,
    AppealFiled,
    CorrectionMade,
    CorrectionRequested,
    IdentityVerified,
    RightsDecided,
    RightsDelivered,
    UseStopRequested,
)
from contracts.envelope import DeadlineSet
from contracts.record import Record
from contracts.shared import DataCategory, RefusalCode, RightsOutcome

Requested = AccessRequested | CorrectionRequested | UseStopRequested
Step = IdentityVerified | RightsDecided | RightsDelivered | AppealFiled | CorrectionMade
Event = Requested | Step


class Claim(Record, frozen=True, kw_only=True):
    """One request of a person and how far it has come: Received → IdentityVerified → Decided → Delivered, or Appealed."""

    person: str
    correction: bool
    access: bool = False
    use_stop: bool = False
    verified: bool = False
    outcome: RightsOutcome | None = None
    withheld: frozenset[DataCategory] = frozenset()
    """Categories that the decision keeps back."""
    delivered: bool = False
    appealed: bool = False
    corrected: bool = False
    desk: str = ""
    """Who answers the person by a day of the pack; empty where the pack has none."""

    @property
    def open_access(self) -> bool:
        """Access that was granted, and not delivered yet."""
        return self.access and not self.delivered and self.outcome in (RightsOutcome.GRANTED, RightsOutcome.PARTIAL)


Claims = Mapping[str, Claim]
"""By request."""


def fault(claims: Claims, message: Event) -> RefusalCode | None:
    """Why this step cannot be recorded, or None."""
    claim = claims.get(message.request)
    if isinstance(message, Requested):
        return RefusalCode.ALREADY_DONE if claim else None
    if claim is None:
        return RefusalCode.WRONG_STATE
    match message:
        case IdentityVerified():
            return RefusalCode.ALREADY_DONE if claim.verified else None
        case RightsDecided():
            return _of_decision(claim, message)
        case RightsDelivered():
            return _of_end(claim.outcome in (RightsOutcome.GRANTED, RightsOutcome.PARTIAL), claim.delivered)
        case AppealFiled():
            return _of_end(claim.outcome in (RightsOutcome.PARTIAL, RightsOutcome.REFUSED), claim.appealed)
        case CorrectionMade():
            if message.person != claim.person:
                return RefusalCode.VALUE_INVALID
            return _of_end(claim.correction and claim.outcome in (RightsOutcome.GRANTED, RightsOutcome.PARTIAL), claim.corrected)


def _of_end(open_to_it: bool, done: bool) -> RefusalCode | None:
    return RefusalCode.WRONG_STATE if not open_to_it else RefusalCode.ALREADY_DONE if done else None


def _of_decision(claim: Claim, decision: RightsDecided) -> RefusalCode | None:
    """Nothing is decided before it is clear who asks; what is not granted in full has its reasons in writing, a grant has none."""
    if not claim.verified:
        return RefusalCode.IDENTITY_NOT_VERIFIED
    if claim.outcome is not None:
        return RefusalCode.ALREADY_DONE
    if decision.outcome is RightsOutcome.GRANTED:
        return RefusalCode.VALUE_INVALID if decision.reasons or decision.withheld else None
    return None if decision.reasons else RefusalCode.REASON_MISSING


def evolve(claims: Claims, event: Event) -> dict[str, Claim]:
    """The requests of a case after ``event``."""
    return {**claims, event.request: _after(claims.get(event.request), event)}


def answered_by(claims: Claims, deadline: DeadlineSet) -> dict[str, Claim]:
    """The requests of a case after the desk that took one in was given the day by which to answer."""
    claim = claims.get(deadline.of)
    return dict(claims) if claim is None else {**claims, deadline.of: claim.changed(desk=deadline.agency)}


def _after(claim: Claim | None, event: Event) -> Claim:
    if isinstance(event, Requested):
        return Claim(
            person=event.person, correction=isinstance(event, CorrectionRequested), access=isinstance(event, AccessRequested),
            use_stop=isinstance(event, UseStopRequested),
        )
    assert claim is not None, "a step follows its request in the log"
    match event:
        case IdentityVerified():
            return claim.changed(verified=True)
        case RightsDecided():
            return claim.changed(outcome=event.outcome, withheld=frozenset(event.withheld))
        case RightsDelivered():
            return claim.changed(delivered=True)
        case AppealFiled():
            return claim.changed(appealed=True)
        case CorrectionMade():
            return claim.changed(corrected=True)
        case _:
            assert_never(event)
