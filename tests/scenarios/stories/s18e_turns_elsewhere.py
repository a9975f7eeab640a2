"""S18, fifth part: turns of places, resources, sittings and releases: closed before it opened, full and free again, a yes that comes too late."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, stopped
from contracts.community import ActivityPlanned, CaseStoryDrafted, PlaceClosed, PlaceOpened, PlacePaused
from contracts.consent import ConsentRefused, ConsentWithdrawn, DisclosureDecided, RecallRequested
from contracts.consultation import CaseClosed, ClosingAwaited, SubjectDied
from contracts.coordination import (
    ConferenceConvened,
    ConferenceScheduled,
    CoordinationReferred,
    MemberAppointed,
    MemberReleased,
    SecrecyAcknowledged,
)
from contracts.participation import (
    CandidateProposed,
    CandidatesCounted,
    MatchDeclined,
    MatchEnded,
    ResourceCapacityChanged,
    ResourceGapFound,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceRetired,
)
from contracts.shared import (
    DataCategory,
    Field,
    LinkReason,
    MatchEndReason,
    MatchSide,
    NeedKind,
    PauseReason,
    PlaceKind,
    Purpose,
    RecallReason,
    ReferralReason,
    RetirementReason,
    ScreeningOutcome,
    SupportLevel,
    TaskClass,
)
from tests.scenarios.stories.desk import consent, linked, received, screened
from tests.scenarios.stories.taken_up import gap_found, matched, offered, one

TITLE = "場・資源・会議・提供の曲がり角"
BASIC = DataCategory.BASIC
PACKING = one(TaskClass.PACKING, SupportLevel.SOME)


def play(day: Day) -> None:
    """The whole story."""
    _places(day)
    _story(day)
    _sitting(day)
    _resource(day)
    _matches(day)
    _gaps(day)
    _no_instead_of_yes(day)
    _recalled(day)


def _places(day: Day) -> None:
    """A salon that never opened, and a farm that did not begin again after the winter."""
    salon, farm = pseudonym(), pseudonym()
    day.say("community", ActivityPlanned(name="朝の体操", kind=PlaceKind.SALON, planned_on=day.stage.today, partners=()), salon)
    day.say("community", PlaceClosed(), salon)
    day.say("community", PlaceOpened(name="みんなの畑", kind=PlaceKind.FARM, programmes=(), open_to_all=True, partners=()), farm)
    day.say("community", PlacePaused(reason=PauseReason.SEASON), farm)
    day.say("community", PlaceClosed(), farm)


def _story(day: Day) -> None:
    """The second wording says more than it may: it goes to nobody."""
    story = pseudonym()
    draft = CaseStoryDrafted(
        title="畑の一年", reason="空き地があった", aim="外に出るきっかけ", content="収穫を皆で分けた。", result="延べ百人", mechanism="鍵は当番が持つ",
        scheme="地域づくり事業", helpers=("municipality",), deidentified=True,
    )
    day.say("community", draft, story, permit("municipality"))
    day.say("community", draft.changed(content="角の家の御主人が毎朝水をまいた。", deidentified=False), story)


def _sitting(day: Day) -> None:
    """Planned, then convened; one member is replaced before taking the oath of secrecy, one changes agency, one comes back."""
    sitting, today = pseudonym(), day.stage.today
    first, second = pseudonym(), pseudonym()
    day.say("municipality", ConferenceScheduled(planned_on=today + timedelta(days=7), place="役場二階", segments=()), sitting)
    day.say("municipality", MemberAppointed(member=first, agency="child", from_date=today), sitting, permit("child"))
    day.say("municipality", MemberReleased(member=first, on_date=today), sitting, permit("child"))
    day.say("municipality", MemberAppointed(member=first, agency="child", from_date=today), sitting, permit("child"))
    day.say("municipality", MemberAppointed(member=second, agency="elder", from_date=today), sitting, permit("elder"))
    day.say("elder", SecrecyAcknowledged(member=second, text_version="2026.1"), sitting, permit("municipality"))
    day.say("municipality", MemberAppointed(member=second, agency="disability", from_date=today), sitting, permit("disability"))
    day.say("municipality", ConferenceConvened(held_on=today, invited=("child", "disability")), sitting, permit("child"), permit("disability"))


def _resource(day: Day) -> None:
    """Looked at again before the day; nothing to do this month; and an offer that was not suitable from the start."""
    resource, unfit = pseudonym(), pseudonym()
    offer = ResourceProposed(host="workshop", name="部品の袋詰め", tasks=(PACKING,), confirmed_at=day.stage.today, capacity=2)
    offered(day, resource, offer)
    day.say("municipality", ResourceReconfirmed(confirmed_on=day.stage.today), resource, permit("workshop"))
    day.say("workshop", ResourceCapacityChanged(capacity=0), resource)
    day.say("workshop", offer, unfit)
    day.say("workshop", ResourceRetired(reason=RetirementReason.NOT_SUITABLE), unfit)


def _matches(day: Day) -> None:
    """The only place is taken; the host cannot go on and it is free again; a proposal comes to nothing; the last one ends with a death."""
    resource = pseudonym()
    offered(day, resource, ResourceProposed(host="workshop", name="箱折り", tasks=(PACKING,), confirmed_at=day.stage.today, capacity=1))
    taken = gap_found(day, "𠮷井 亮", "手を動かしていたい。", "細かい作業が得意。")
    counted = permit("workshop", type=CandidatesCounted.__name__)
    matched(day, taken, resource, PACKING, "午後から")
    day.say("workshop", MatchDeclined(resource=resource, side=MatchSide.HOST), taken.case, permit("participation"))
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), taken.case, recorded(), counted)
    day.say("participation", MatchEnded(resource=resource, reason=MatchEndReason.MOVED_ON), taken.case)
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), taken.case, recorded(), counted)
    others = ("coordinator", "participation", "workshop")
    day.say("poverty", SubjectDied(person=taken.person, died_on=day.stage.today, household_remains=False), taken.case,
            recorded(), permit("participation", type=MatchEnded.__name__), *(permit(each, type=ClosingAwaited.__name__) for each in others),
            *(permit(each, type=CaseClosed.__name__) for each in (*others, "poverty")))


def _gaps(day: Day) -> None:
    """Two persons of one district look for the same: the second is counted with the first."""
    for name in ("𠮷井 円", "𠮷井 望"):
        taken = gap_found(day, name, "居られる場所がほしい。", "本を読むのが好き。", NeedKind.PLACE_TO_BE)
        day.say("participation", ResourceGapFound(need_kind=NeedKind.PLACE_TO_BE, area="990019-61"), taken.case)


def _no_instead_of_yes(day: Day) -> None:
    """What waits for a yes goes nowhere once there is a no; nor once the yes to something else was taken back."""
    for says_no in (True, False):
        case, person = pseudonym(), pseudonym()
        day.say("poverty", received(person, Field.POVERTY, name="髙井 静"), case)
        day.say("poverty", screened(ScreeningOutcome.COMPLEX), case)
        narrow = consent(day, person, Purpose.COORDINATION, (DataCategory.ECONOMIC,), ("coordinator",))
        day.say("poverty", narrow, case)
        day.say("poverty", CoordinationReferred(
            person=person, to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR, name="髙井 静",
        ), case, hold("coordinator"))
        refusal = ConsentRefused(consent=pseudonym(), person=person, purpose=Purpose.COORDINATION)
        answer = refusal if says_no else ConsentWithdrawn(person=person, consents=(narrow.consent,))
        day.say("poverty", answer, case, recorded(), deny("coordinator", type=CoordinationReferred.__name__))


def _recalled(day: Day) -> None:
    """Sent to the wrong desk: called back before anybody there has acknowledged it."""
    case, person = pseudonym(), pseudonym()
    day.say("child", received(person, Field.CHILD, name="髙井 光"), case)
    yes = consent(day, person, Purpose.CONSULTATION, (BASIC,), ("disability",))
    day.say("child", yes, case)
    day.say("child", linked(person, "disability", "髙井 光", LinkReason.FOLLOW_UP), case, permit("disability", BASIC))
    verdict = next(each.event for each in reversed(day.view.heard["child"]) if isinstance(each.event, DisclosureDecided) and each.subject == case)
    day.say("child", RecallRequested(request_id=verdict.request_id, reason=RecallReason.WRONG_RECIPIENT), case, permit("disability"))
    day.say("child", ConsentWithdrawn(person=person, consents=(yes.consent,)), case, recorded(), stopped("disability"))
