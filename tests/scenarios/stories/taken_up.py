"""What several stories begin with: coordination has taken a person up (多機関協働の受け止め), and a place to take part is on offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded
from contracts.consent import ConsentGranted
from contracts.consultation import ConsultationReceived, ConsultationScreened
from contracts.coordination import CoordinationAccepted, CoordinationReferred, ParticipationRequested
from contracts.participation import (
    CandidateProposed,
    CandidatesCounted,
    GapNeedAssessed,
    MatchConfirmed,
    ResourceProposed,
    ResourceVerified,
    TrialStarted,
)
from contracts.shared import (
    AttendancePattern,
    ConsentMedium,
    DataCategory,
    Field,
    NeedKind,
    Programme,
    Purpose,
    ReferralReason,
    ScreeningOutcome,
    SupportLevel,
    TaskClass,
    TaskSlice,
    Urgency,
    VisitorRelation,
)

BASIC, CONSIDERATION = DataCategory.BASIC, DataCategory.CONSIDERATION


@dataclass(frozen=True, slots=True)
class Taken:
    """A person whom coordination has taken up."""

    case: str
    person: str
    name: str


def one(task: TaskClass, level: SupportLevel) -> TaskSlice:
    """One person's place at a task."""
    return TaskSlice(task=task, support_level=level, count=1)


def consent(day: Day, person: str, purpose: Purpose, categories: tuple[DataCategory, ...], *recipients: str) -> ConsentGranted:
    """A yes on paper, for half a year."""
    return ConsentGranted(
        consent=pseudonym(), person=person, purpose=purpose, categories=categories, recipients=recipients, valid_from=day.stage.today,
        valid_to=day.stage.today + timedelta(days=180), medium=ConsentMedium.PAPER,
    )


def taken_up(day: Day, name: str, wish: str) -> Taken:
    """The poverty desk hears a complex case, asks for the yes and refers it; the coordinator accepts."""
    case, person = pseudonym(), pseudonym()
    day.say("poverty", ConsultationReceived(
        person=person, field=Field.POVERTY, visitor_relation=VisitorRelation.SELF, name=name, wish=wish,
    ), case)
    day.say("poverty", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW), case)
    day.say("poverty", consent(day, person, Purpose.COORDINATION, (BASIC,), "coordinator", "participation", "outreach"), case)
    day.say("poverty", CoordinationReferred(
        person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=name,
    ), case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), day.learned("coordinator", CoordinationReferred, case).subject, permit("poverty"))
    return Taken(case, person, name)


def participation_asked(day: Day, taken: Taken, need: NeedKind) -> None:
    """With the person's yes the coordinator asks for participation support (図 a7)."""
    day.say("coordinator", consent(day, taken.person, Purpose.PARTICIPATION, (BASIC,), "participation"), taken.case)
    day.say("coordinator", ParticipationRequested(
        person=taken.person, to_agency="participation", need_kind=need, name=taken.name,
    ), taken.case, permit("participation", BASIC))


def gap_found(day: Day, name: str, wish: str, abilities: str, need: NeedKind = NeedKind.WORK) -> Taken:
    """Taken up, asked for, and assessed: no existing programme meets the need (狭間のニーズ)."""
    taken = taken_up(day, name, wish)
    participation_asked(day, taken, need)
    asked = day.learned("participation", ParticipationRequested, taken.case)
    day.say("participation", GapNeedAssessed(
        person=asked.event.person, need_kind=need, tried=(Programme.WORK_PREPARATION,), abilities=abilities,
    ), asked.subject)
    return taken


def offered(day: Day, resource: str, proposed: ResourceProposed) -> None:
    """The workshop offers a place to take part; the municipality looks at it, and it can be offered."""
    day.say("workshop", proposed, resource)
    day.say("municipality", ResourceVerified(confirmed_on=day.stage.today), resource, permit("workshop"))


def matched(day: Day, taken: Taken, resource: str, task: TaskSlice, consideration: str, host: str = "workshop") -> None:
    """A number first; with the person's yes the name and what to consider; then the match, to come as one likes."""
    day.say("participation", CandidateProposed(resource=resource, task=task), taken.case, recorded(), permit(host, type=CandidatesCounted.__name__))
    day.say("participation", consent(day, taken.person, Purpose.PARTICIPATION, (BASIC, CONSIDERATION), host), taken.case)
    day.say("participation", TrialStarted(
        person=taken.person, resource=resource, host=host, name=taken.name, consideration=consideration,
    ), taken.case, permit(host, BASIC, CONSIDERATION))
    day.say("participation", MatchConfirmed(
        person=taken.person, resource=resource, host=host, attendance=AttendancePattern.FLEXIBLE, name=taken.name,
    ), taken.case, permit(host, BASIC))
