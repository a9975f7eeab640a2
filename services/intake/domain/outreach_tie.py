"""The tie (関係) with the person of one case: how far it has come, and whether what a team reports can be its next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from contracts.outreach import (
    ContactAttempted,
    FirstContactMade,
    OutreachEnded,
    RelationStabilised,
    RelationStepRecorded,
    SignalDismissed,
    SignalVerified,
    SupportAccepted,
)
from contracts.shared import OutreachEndReason, Purpose, RefusalCode, RelationStage
from kernel.decider import Context


class Stage(IntEnum):
    """Where the work stands (domain.md §2.6). Steps lead upward; a refusal (拒否) goes back to the approach and closes nothing."""

    SIGNALLED = 0
    DISMISSED = 1
    ENDED = 2
    APPROACHING = 3
    CONTACTED = 4
    TRUSTING = 5
    ACCEPTING = 6
    """Help is wanted; linked once there is an agency in ``links``."""
    STABLE = 7


REACHED = {
    RelationStage.UNMAPPED: Stage.CONTACTED, RelationStage.CONTACTED: Stage.CONTACTED, RelationStage.TRUSTING: Stage.TRUSTING,
    RelationStage.ACCEPTING: Stage.ACCEPTING,
}
"""How far a tie has come when a team tells of this step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The tie as the reports tell of it. No consent, contact or even name is needed for any of it."""

    stage: Stage = Stage.SIGNALLED
    reached: bool = False
    """The person was met at some time; what the gate is told of that is never taken back."""
    approaching: frozenset[str] = frozenset()
    """Agencies of which the gate was told that they have met nobody yet."""
    met: bool = False
    """… in this course of the work."""
    person: str = ""
    """Whom the team has met."""
    links: frozenset[str] = frozenset()
    """Agencies linked to (つなぎ先), as far as the gate has not refused."""
    planned: frozenset[str] = frozenset()
    """Agencies that have a next visit (次回訪問) to make."""

    @property
    def active(self) -> bool:
        """Whether anybody is at work; otherwise a signal may begin it, or begin it anew."""
        return self.stage >= Stage.APPROACHING


def fault(state: State, message: Any, context: Context) -> RefusalCode | None:
    """Why a report is not the next step: it comes too early, or was taken before."""
    match message:
        case SignalVerified() if state.active:
            return RefusalCode.ALREADY_DONE
        case SignalDismissed():
            return _fault_of_dismissal(state)
        case OutreachEnded() if state.stage is Stage.ENDED:
            return RefusalCode.ALREADY_DONE
        case ContactAttempted() | FirstContactMade() | RelationStepRecorded() | SupportAccepted() | RelationStabilised() | OutreachEnded() \
                if not state.active:
            return RefusalCode.WRONG_STATE
        case FirstContactMade() if state.met:
            return RefusalCode.ALREADY_DONE
        case RelationStepRecorded():
            return _fault_of_step(state, message, context)
        case SupportAccepted():
            return _fault_of_link(state, message, context)
        case RelationStabilised():
            return _fault_of_rest(state, message)
        case OutreachEnded():
            return _fault_of_end(state, message)
        case _:
            return None


def _fault_of_dismissal(state: State) -> RefusalCode | None:
    """A signal is dismissed, or a request found needless, before anybody is met in this course of the work."""
    if state.active and state.met:
        return RefusalCode.WRONG_STATE
    return RefusalCode.ALREADY_DONE if state.stage is Stage.DISMISSED else None


def _fault_of_step(state: State, message: RelationStepRecorded, context: Context) -> RefusalCode | None:
    """A tie needs somebody who was met; the next visit is still to come."""
    if not state.met:
        return RefusalCode.WRONG_STATE
    day = message.next_contact
    return RefusalCode.PERIOD_INVALID if day is not None and day < context.today else None


def _fault_of_link(state: State, message: SupportAccepted, context: Context) -> RefusalCode | None:
    """Help is accepted by somebody who was met, for a purpose, from another agency. A yes at the door is enough, without a step between."""
    if not state.met:
        return RefusalCode.WRONG_STATE
    if message.purpose is Purpose.UNMAPPED:
        return RefusalCode.PURPOSE_MISSING
    return RefusalCode.SAME_AGENCY if message.linked_agency == context.agency else None


def _fault_of_rest(state: State, message: RelationStabilised) -> RefusalCode | None:
    """Ties are steady where there is one: to an agency linked to, and not while the person refuses."""
    if state.stage is Stage.STABLE:
        return RefusalCode.ALREADY_DONE
    linked = message.linked_agency in state.links and state.stage > Stage.APPROACHING
    return None if linked else RefusalCode.WRONG_STATE


def _fault_of_end(state: State, message: OutreachEnded) -> RefusalCode | None:
    """Nobody is given up: the work ends with steady ties, with a link, or because the person is there no more."""
    match message.reason:
        case OutreachEndReason.MOVED_AWAY | OutreachEndReason.DIED:
            return None
        case OutreachEndReason.LINKED_ON:
            return None if state.links else RefusalCode.WRONG_STATE
        case _:
            return None if state.stage is Stage.STABLE else RefusalCode.WRONG_STATE
