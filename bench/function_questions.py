"""Questions to every decider beside the gate: the step of its work that gives the most events."""

from __future__ import annotations

from datetime import date

from bench.questions import Question, question
from contracts.community import PlaceOpened, SessionHeld
from contracts.consultation import LinkedToAgency, SignalReceived
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
from contracts.envelope import PartGiven
from contracts.outreach import FirstContactMade, SignalVerified, SupportAccepted
from contracts.participation import CandidateProposed, GapNeedAssessed, ParticipationRequestNoted, TrialStarted
from contracts.shared import (
    CasePart,
    Channel,
    ConferenceBasis,
    LinkReason,
    NeedKind,
    PlaceKind,
    PlanKind,
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
from kernel.decider import Part
from kernel.parties import PARTIES
from services.coordination.domain import conference, coordination, plan
from services.intake.domain import links, outreach
from services.participation.domain import match, places

_P, _D = "a" * 32, date(2026, 6, 1)
_PARTS = tuple(Part(_P, category, False) for category in ("BASIC", "ECONOMIC", "HEALTH"))
_TASK = TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=1)
_ROLES = tuple(
    Role(agency=agency, task=task, due=_D)
    for agency, task in (("elder", SupportTask.LEAD), ("poverty", SupportTask.HOUSEHOLD_BUDGET), ("disability", SupportTask.LEAD))
)
_PARTNERS = ("environment", "workshop", "participation")
_MEMBERS = ("elder", "poverty", "municipality")


def questions() -> list[Question]:
    """One question to each decider of the five support functions."""
    return [
        question("parties: a part is noted", PARTIES, (), PartGiven(agency="poverty", part=CasePart.LINKED), agency="elder"),
        _consultation(), _outreach(), _coordination(), _plan(), _conference(), _participation(), _community(),
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
