"""S6: participation support (参加支援): asked for by coordination, a number before a name, a trial, a match that lasts, and what is missing."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, refused
from contracts.coordination import (
    DevelopmentTaskOpened,
    ParticipationRequested,
    ResourceSituationDiscussed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.participation import (
    CandidateProposed,
    CandidatesCounted,
    GapNeedAssessed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    ResourceGapFound,
    ResourceProposed,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import (
    AttendancePattern,
    DataCategory,
    MatchEndReason,
    MatchSide,
    NeedKind,
    Programme,
    Purpose,
    RefusalCode,
    Role,
    SupportLevel,
    SupportTask,
    TaskClass,
)
from tests.scenarios.stories.taken_up import Taken, consent, gap_found, offered, one, participation_asked, taken_up

TITLE = "参加支援：人数から名前へ、体験から定着へ"
BASIC, CONTACT, CONSIDERATION = DataCategory.BASIC, DataCategory.CONTACT, DataCategory.CONSIDERATION
AREA = "990019-66"
"""An area that no other story speaks of: whoever discusses one is told of every gap in it."""
PACKING = one(TaskClass.PACKING, SupportLevel.SOME)


def play(day: Day) -> None:
    """The whole story."""
    resource = pseudonym()
    person = _taken_up(day)
    _not_asked_for(day, person)
    _assessed(day, person)
    _offered(day, resource)
    _a_number_first(day, person, resource)
    _the_name_by_consent(day, person, resource)
    _matched_and_settled(day, person, resource)
    _ended(day, person, resource)
    _nobody_asked_her(day, resource)
    _the_host_declines(day, resource)
    _nothing_fits(day)


def _taken_up(day: Day) -> Taken:
    """Coordination has taken up a man who left his job years ago; a role in his support falls to participation support."""
    person = taken_up(day, "𠮷田 亮", "人と話すのは苦手だが、何か手を動かしたい。")
    role = Role(agency="participation", task=SupportTask.PARTICIPATION, due=day.stage.today + timedelta(days=30))
    day.say("coordinator", RolesAssigned(person=person.person, roles=(role,), name=person.name), person.case,
            recorded(), permit("participation", BASIC, type=TaskAssigned.__name__))
    return person


def _not_asked_for(day: Day, person: Taken) -> None:
    """Participation support works only where coordination has asked for it."""
    task = day.learned("participation", TaskAssigned, person.case)
    day.say("participation", _need(task.event.person), task.subject, refused(RefusalCode.NOT_REQUESTED))


def _assessed(day: Day, person: Taken) -> None:
    """Asked for (図 a7): the need is a gap only where something that exists has been tried; before that nobody is proposed anywhere."""
    participation_asked(day, person, NeedKind.WORK)
    case = day.learned("participation", ParticipationRequested, person.case).subject
    day.say("participation", _need(person.person).changed(tried=()), case, refused(RefusalCode.NOTHING_DONE))
    day.say("participation", CandidateProposed(resource=pseudonym(), task=PACKING), case, refused(RefusalCode.WRONG_STATE))
    day.say("participation", _need(person.person), case)


def _offered(day: Day, resource: str) -> None:
    """The wood workshop offers two places; the municipality looks at them."""
    offered(day, resource, ResourceProposed(
        host="workshop", name="髙砂木工　木の玩具の袋詰め", tasks=(PACKING,), confirmed_at=day.stage.today, capacity=2, accepts_outside_target=True,
    ))


def _a_number_first(day: Day, person: Taken, resource: str) -> None:
    """The workshop learns that there is one more who would pack with some support, and nothing else."""
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), person.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), person.case, refused(RefusalCode.ALREADY_DONE))


def _the_name_by_consent(day: Day, person: Taken, resource: str) -> None:
    """He agrees that the workshop knows what to consider, not yet his name: the trial waits, and so does the match, until he agrees."""
    first = consent(day, person.person, Purpose.PARTICIPATION, (CONTACT, CONSIDERATION), "workshop")
    day.say("participation", first, person.case)
    day.say("participation", _trial(person, resource), person.case, hold("workshop"))
    day.say("participation", _match(person, resource), person.case, refused(RefusalCode.AWAITING_CONSENT))
    more = consent(day, person.person, Purpose.PARTICIPATION, (BASIC, CONTACT, CONSIDERATION), "workshop")
    day.say("participation", more.changed(supersedes=(first.consent,)), person.case,
            recorded(), permit("workshop", BASIC, CONTACT, CONSIDERATION, type=TrialStarted.__name__))
    day.say("participation", _trial(person, resource), person.case, refused(RefusalCode.ALREADY_DONE))


def _matched_and_settled(day: Day, person: Taken, resource: str) -> None:
    """Both agree. What is done for him stays in the case; what helps the host (受入先支援) is told to the host."""
    settled = SettlementSupported(person=person.person, resource=resource, side=MatchSide.PERSON, note="終わりに十分だけ話を聞く。")
    day.say("participation", settled, person.case, refused(RefusalCode.WRONG_STATE))
    day.say("participation", _match(person, resource), person.case, permit("workshop", BASIC))
    day.say("participation", settled, person.case)
    day.say("participation", settled.changed(side=MatchSide.HOST, note="指示は一度に一つ。急がせない。"), person.case, permit("workshop", CONSIDERATION))


def _ended(day: Day, person: Taken, resource: str) -> None:
    """Half a year later he moves on to a job of his own; the host is told, by codes."""
    day.say("participation", MatchEnded(resource=resource, reason=MatchEndReason.MOVED_ON), person.case, permit("workshop"))
    day.say("participation", MatchEnded(resource=resource, reason=MatchEndReason.MOVED_ON), person.case, refused(RefusalCode.WRONG_STATE))


def _nobody_asked_her(day: Day, resource: str) -> None:
    """A trial of somebody who has not agreed is denied, and no match can follow. She lets it be and gives no reason: no host hears of her."""
    her = gap_found(day, "髙木 若菜", "家の外に居場所がほしい。", "細かい作業が好き。")
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), her.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", _trial(her, resource), her.case, deny("workshop"))
    day.say("participation", _match(her, resource), her.case, refused(RefusalCode.WRONG_STATE))
    day.say("participation", MatchDeclined(resource=resource, side=MatchSide.PERSON), her.case)


def _the_host_declines(day: Day, resource: str) -> None:
    """After a trial the workshop declines, for itself and without a reason; it does not speak for the person."""
    third = gap_found(day, "邉\U000e0102見 翔", "働いてみたい。", "力仕事ならできる。")
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), third.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", consent(day, third.person, Purpose.PARTICIPATION, (BASIC, CONTACT, CONSIDERATION), "workshop"), third.case)
    day.say("participation", _trial(third, resource), third.case, permit("workshop", BASIC, CONTACT, CONSIDERATION))
    case = day.learned("workshop", TrialStarted, third.case).subject
    day.say("workshop", MatchDeclined(resource=resource, side=MatchSide.PERSON), case, refused(RefusalCode.VALUE_INVALID))
    day.say("workshop", MatchDeclined(resource=resource, side=MatchSide.HOST), case, permit("participation"))


def _nothing_fits(day: Day) -> None:
    """No resource fits: what is missing becomes a task of the conference's fourth role (図 a11), told as a kind of need and a number."""
    day.say("coordinator", ResourceSituationDiscussed(
        sitting=pseudonym(), shortage=(NeedKind.WATCHING_HOUSING,), action="空き家の持ち主と、見守りのある貸し方を話し合う。",
    ), AREA)
    fourth = gap_found(day, "桑\U000e0100名 節子", "保証人がなく、部屋が借りられない。", "家事はひととおりできる。", NeedKind.WATCHING_HOUSING)
    day.say("participation", ResourceGapFound(need_kind=NeedKind.LEARNING, area=AREA), fourth.case, refused(RefusalCode.WRONG_STATE))
    rows = day.say("participation", ResourceGapFound(need_kind=NeedKind.WATCHING_HOUSING, area=AREA), fourth.case,
                   recorded(), permit("coordinator", type=DevelopmentTaskOpened.__name__))
    assert not any(receipt.categories for row in rows for receipt in row.recipients)


def _need(person: str) -> GapNeedAssessed:
    return GapNeedAssessed(
        person=person, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION, Programme.SUPPORTED_EMPLOYMENT_B), abilities="数を数える作業が得意。",
    )


def _trial(person: Taken, resource: str) -> TrialStarted:
    return TrialStarted(
        person=person.person, resource=resource, host="workshop", name=person.name, contact="〇五〇‐〇〇〇〇‐七七七七",
        consideration="初めての場所では、しばらく見ているだけにしたい。",
    )


def _match(person: Taken, resource: str) -> MatchConfirmed:
    return MatchConfirmed(person=person.person, resource=resource, host="workshop", attendance=AttendancePattern.FIXED, name=person.name)
