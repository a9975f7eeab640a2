"""The firewood workshop (薪づくり) and one case that finds its way there: what the tests of participation speak about."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.consultation import SubjectDied
from contracts.coordination import ParticipationRequested
from contracts.envelope import DisclosureRequested, VerdictNoted
from contracts.participation import (
    CandidateCounted,
    CandidateProposed,
    GapNeedAssessed,
    HandsRequested,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    OccupancyChanged,
    ParticipationRequestNoted,
    ResourceCapacityChanged,
    ResourceGapFound,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceRetired,
    ResourceVerified,
    SettlementSupported,
    TasksSliced,
    TrialStarted,
)
from contracts.shared import (
    AttendancePattern,
    Basis,
    FunctionName,
    HandsWanted,
    MatchEndReason,
    MatchSide,
    NeedKind,
    Outcome,
    Programme,
    Purpose,
    RetirementReason,
    SupportLevel,
    TaskClass,
    TaskSlice,
)
from kernel.testing import Then

SON, MOTHER, RESOURCE, DAY = "50", "82", "firewood", date(2026, 5, 1)
SPLITTING, STACKING = TaskClass.WOOD_SPLITTING, TaskClass.WOOD_STACKING


def slice_of(task: TaskClass = SPLITTING, count: int = 0, level: SupportLevel = SupportLevel.SOME) -> TaskSlice:
    """So many at this class of task."""
    return TaskSlice(task=task, support_level=level, count=count)


OFFERED = ResourceProposed(
    host="workshop", name="薪づくり", tasks=(slice_of(SPLITTING, 3), slice_of(STACKING, 1)), confirmed_at=DAY, capacity=3, reserved=1,
    accepts_outside_target=True, attendance=AttendancePattern.FLEXIBLE,
)
VERIFIED, RECONFIRMED = ResourceVerified(confirmed_on=DAY), ResourceReconfirmed(confirmed_on=DAY)
WIDER = ResourceCapacityChanged(capacity=4)
SLICED = TasksSliced(tasks=(slice_of(TaskClass.KINDLING_MAKING, 2), slice_of(SPLITTING, 1)))
RETIRED = ResourceRetired(reason=RetirementReason.TASK_ENDED)
COUNTED = CandidateCounted(resource=RESOURCE, task=slice_of(count=1))
TAKEN, FREED = OccupancyChanged(resource=RESOURCE, change=1), OccupancyChanged(resource=RESOURCE, change=-1)
COUNTS, NAMES = HandsRequested(wanted=HandsWanted.COUNTS), HandsRequested(wanted=HandsWanted.NAMES)

ASKED = ParticipationRequested(person=SON, to_agency="participation", need_kind=NeedKind.WORK)
REQUESTED = ParticipationRequestNoted(agency="participation")
NEED = GapNeedAssessed(person=SON, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION,))
CANDIDATE = CandidateProposed(resource=RESOURCE, task=slice_of())
TRIAL = TrialStarted(person=SON, resource=RESOURCE, host="workshop")
CONFIRMED = MatchConfirmed(person=SON, resource=RESOURCE, host="workshop", attendance=AttendancePattern.FLEXIBLE)
FOR_HIM = SettlementSupported(person=SON, resource=RESOURCE, side=MatchSide.PERSON)
FOR_THE_HOST = SettlementSupported(person=SON, resource=RESOURCE, side=MatchSide.HOST)
HE_DECLINES = MatchDeclined(resource=RESOURCE, side=MatchSide.PERSON)
HOST_DECLINES = MatchDeclined(resource=RESOURCE, side=MatchSide.HOST)
ENDED = MatchEnded(resource=RESOURCE, reason=MatchEndReason.GOAL_MET)
GAP = ResourceGapFound(need_kind=NeedKind.WORK, area="990019-01")
DIED = SubjectDied(person=SON, died_on=DAY, household_remains=False)


def request(then: Then, **changes: Any) -> DisclosureRequested:
    """A request to the gate about the first event of a decision, from the one who reported, without personal data."""
    usual: dict[str, Any] = {
        "event_id": then.context.event_id(0), "event_type": then.context.message_type, "recipient": "workshop", "agency": then.context.agency,
        "function": FunctionName.PARTICIPATION, "purpose": Purpose.PARTICIPATION, "basis": Basis.B0,
    }
    return DisclosureRequested(**{**usual, **changes})


def trial_request(event_id: str = "trial", recipient: str = "workshop") -> DisclosureRequested:
    """The request that goes with a trial, as the log holds it."""
    return DisclosureRequested(
        event_id=event_id, event_type="TrialStarted", recipient=recipient, agency="participation", function=FunctionName.PARTICIPATION,
        purpose=Purpose.PARTICIPATION, basis=Basis.C,
    )


def verdict(outcome: Outcome, event_id: str = "trial") -> VerdictNoted:
    """The gate's verdict on a trial."""
    return VerdictNoted(request_id="r", event_id=event_id, event_type="TrialStarted", recipient="workshop", outcome=outcome, rule="R2")
