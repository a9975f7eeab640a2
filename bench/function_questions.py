"""Questions to every decider beside the gate: the step of its work that gives the most events."""

from __future__ import annotations

from datetime import date

from bench.questions import KEY, Question, question
from contracts.community import PlaceOpened, PracticeAreaCancelled, PracticeAreaRegistered, SessionHeld
from contracts.consultation import CaseContinued, CaseOffered, LinkedToAgency, SignalReceived
from contracts.coordination import (
    ComplexityNoted,
    CoordinationAccepted,
    CoordinationReferred,
    InformationGivenInConference,
    PlanApproved,
    PlanProposed,
    PlanShared,
    RolesAssigned,
    SegmentNoted,
)
from contracts.envelope import PartGiven, PartNoted, Tick
from contracts.outreach import FirstContactMade, SignalVerified, SupportAccepted
from contracts.participation import CandidateProposed, GapNeedAssessed, ParticipationRequestNoted, TrialStarted
from contracts.shared import (
    CancellationReason,
    CasePart,
    Channel,
    ConferenceBasis,
    ContinuationReason,
    Deadline,
    LinkReason,
    NeedKind,
    PlaceKind,
    PlanKind,
    PracticeKind,
    Programme,
    Purpose,
    ReferralReason,
    RelationStage,
    Role,
    SupportLevel,
    SupportTask,
    TaskClass,
    TaskSlice,
)
from kernel.deadlines import DEADLINES, by_day
from kernel.decider import Part
from kernel.parties import PARTIES
from services.coordination.domain import conference, coordination, plan
from services.intake.domain import continuation, links, outreach
from services.participation.domain import match, places, practice_areas

_P, _D, _PAST = "a" * 32, date(2026, 6, 1), date(2026, 5, 1)
_PARTS = tuple(Part(_P, category, False) for category in ("BASIC", "ECONOMIC", "HEALTH"))
_TASK = TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=1)
_ROLES = tuple(
    Role(agency=agency, task=task, due=_D)
    for agency, task in (("elder", SupportTask.LEAD), ("poverty", SupportTask.HOUSEHOLD_BUDGET), ("disability", SupportTask.LEAD))
)
_PARTNERS = ("environment", "workshop", "participation")
_WATCHED = tuple(by_day(Deadline.NEXT_CONTACT, of, "elder", day) for of, day in (("a", _PAST), ("b", _PAST), ("c", _D)))
_MEMBERS = ("elder", "poverty", "municipality")


def questions() -> list[Question]:
    """One question to each decider of the five support functions."""
    return [
        question("parties: a part is noted", PARTIES, (), PartGiven(agency="poverty", part=CasePart.LINKED), agency="elder"),
        question("deadlines: two of three are over", DEADLINES, _WATCHED, Tick(), agency="", function="consultation"),
        question("deadlines: none is over", DEADLINES, _WATCHED[2:], Tick(), agency="", function="consultation"),
        _consultation(), _outreach(), _coordination(), _plan(), _conference(), _participation(), _community(), *_continuation(),
        *_practice_areas(),
    ]


def _consultation() -> Question:
    signal = SignalReceived(person=_P, channel=Channel.RESIDENT, area_code="1")
    link = LinkedToAgency(person=_P, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.UNMAPPED)
    return question("consultation: linked to an agency", links.DECIDER, (signal,), link, agency="elder", parts=_PARTS)


def _outreach() -> Question:
    past = (SignalVerified(source_count=1), FirstContactMade(person=_P, stage=RelationStage.UNMAPPED))
    accepted = SupportAccepted(person=_P, linked_agency="participation", purpose=Purpose.PARTICIPATION)
    return question("outreach: support accepted", outreach.DECIDER, past, accepted, agency="outreach", parts=_PARTS)


def _coordination() -> Question:
    referred = CoordinationReferred(person=_P, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED)
    past = (ComplexityNoted(complex=True), referred, CoordinationAccepted())
    roles = RolesAssigned(person=_P, roles=_ROLES)
    return question("coordination: three roles divided", coordination.DECIDER, past, roles, agency="coordinator", parts=_PARTS)


def _plan() -> Question:
    proposed = PlanProposed(person=_P, plan="p", kind=PlanKind.UNMAPPED, version=1, period_from=_D, period_to=_D)
    referred = CoordinationReferred(person=_P, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED)
    past = (referred, CoordinationAccepted(), proposed, PlanApproved(plan="p", version=1))
    shared = PlanShared(person=_P, plan="p", version=1, recipients=_MEMBERS, period_from=_D, period_to=_D)
    return question("plan: shared with three", plan.DECIDER, past, shared, agency="coordinator", parts=_PARTS)


def _conference() -> Question:
    noted = SegmentNoted(sitting="s", segment="g", basis=ConferenceBasis.SWA106_6, members=_MEMBERS, present=(*_MEMBERS, "tax"), open=True)
    given = InformationGivenInConference(person=_P, segment="g", keep_until=_D)
    return question("conference: told to four in the room", conference.DECIDER, (noted,), given, agency="elder", parts=_PARTS)


def _participation() -> Question:
    past = (
        ParticipationRequestNoted(agency="participation"),
        GapNeedAssessed(person=_P, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION,)),
        CandidateProposed(resource="r", task=_TASK),
    )
    trial = TrialStarted(person=_P, resource="r", host="workshop")
    return question("participation: a trial starts", match.DECIDER, past, trial, agency="participation", parts=_PARTS)


def _community() -> Question:
    opened = PlaceOpened(name="n", kind=PlaceKind.UNMAPPED, programmes=(), open_to_all=True, partners=_PARTNERS)
    held = SessionHeld(held_on=date(2026, 5, 28), attendance=())
    return question("community: a session told to three", places.DECIDER, (opened,), held, agency="community")


def _continuation() -> tuple[Question, Question]:
    """A case is handed on to another, and another is taken over."""
    past = tuple(PartNoted(agency=agency, part=CasePart.LINKED) for agency in _MEMBERS)
    continued = CaseContinued(into_case="b" * 32, reason=ContinuationReason.UNMAPPED)
    offered = CaseOffered(case="b" * 32, into_case=KEY, agencies=("elder", *_PARTNERS))
    return (
        question("continuation: offered to another case", continuation.DECIDER, past, continued, agency="elder"),
        question("continuation: three get a part", continuation.DECIDER, past, offered, agency="elder"),
    )


def _practice_areas() -> tuple[Question, Question]:
    """An organisation (実践地域) is registered, and its registration is cancelled."""
    registered = PracticeAreaRegistered(name="n", kind=PracticeKind.UNMAPPED, corporate_number="1", selection_year=2026)
    past = (registered, *(PartNoted(agency=agency, part=CasePart.LINKED) for agency in _PARTNERS))
    cancelled = PracticeAreaCancelled(reason=CancellationReason.UNMAPPED)
    return (
        question("practice areas: registered", practice_areas.DECIDER, (), registered, agency="prefecture"),
        question("practice areas: cancelled, told to three", practice_areas.DECIDER, past, cancelled, agency="prefecture"),
    )
