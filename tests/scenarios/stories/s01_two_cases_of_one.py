"""S1, the end of it: two desks find that they help the same man; both cases are frozen and go on as a third, and nothing is re-keyed."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused, reviewed, stopped
from contracts.consent import ConsentWithdrawn
from contracts.consultation import CaseContinued, ContactRecorded, EmergencyRaised, LinkAccepted, LinkedToAgency
from contracts.envelope import CaseFrozen
from contracts.shared import (
    ContactMethod,
    ContinuationReason,
    Danger,
    DataCategory,
    EmergencyNeed,
    Field,
    LinkReason,
    Purpose,
    RefusalCode,
    ScreeningOutcome,
)
from tests.scenarios.stories.desk import consent, linked, received, screened

TITLE = "同じ人の二つの事例"
BASIC, ADDRESS, DANGER = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER
NAME = "永井 史朗"


def play(day: Day) -> None:
    """Found out, continued, gone on with."""
    old, other, new, man = (pseudonym() for _ in range(4))
    yes = found_out(day, old, other, man)
    continued(day, old, other, new, man)
    gone_on_with(day, old, other, new, man)
    taken_back(day, other, man, yes)


def found_out(day: Day, old: str, other: str, man: str) -> str:
    """Each desk has a case of its own; the poverty desk links him to the elder centre, which knows the name. His yes to that."""
    day.say("elder", received(man, Field.ELDER, name=NAME, wish="年金の手紙の読み方を教えてほしい。"), old)
    day.say("poverty", received(man, Field.POVERTY, name=NAME, wish="家賃が三か月遅れている。"), other)
    yes = consent(day, man, Purpose.CONSULTATION, (BASIC,), ("elder",))
    day.say("poverty", yes, other)
    day.say("poverty", linked(man, "elder", NAME, LinkReason.JOINT_SUPPORT), other, permit("elder", BASIC))
    day.say("elder", LinkAccepted(method=ContactMethod.COME, next_contact=day.stage.today + timedelta(days=2)),
            day.learned("elder", LinkedToAgency).subject, permit("poverty"))
    return yes.consent


def continued(day: Day, old: str, other: str, new: str, man: str) -> None:
    """The elder centre, with a part in both, opens the third and continues both into it; whoever takes part hears where to write."""
    into = CaseContinued(into_case=new, reason=ContinuationReason.SAME_PERSON)
    day.say("elder", CaseContinued(into_case=old, reason=ContinuationReason.SAME_PERSON), old, refused(RefusalCode.WRONG_STATE))
    day.say("elder", received(man, Field.ELDER, name=NAME), new)
    day.say("elder", into, old, recorded(), permit("elder", type=CaseFrozen.__name__))
    day.say("elder", into, other, recorded(), *(permit(agency, type=CaseFrozen.__name__) for agency in ("elder", "poverty")))


def gone_on_with(day: Day, old: str, other: str, new: str, man: str) -> None:
    """Under the old ids nobody writes any more, danger apart; under the new one both do."""
    call = ContactRecorded(person=man, method=ContactMethod.PHONE, minutes=15, note="大家が待ってくれることになった。")
    for agency, case in (("elder", old), ("poverty", other)):
        day.say(agency, call, case, refused(RefusalCode.CASE_FROZEN))
    day.say("poverty", EmergencyRaised(
        person=man, to_agency="police", danger=Danger.COLLAPSE, need=EmergencyNeed.WELFARE_CHECK, name=NAME, place="つなぐ町浜通四丁目 旭荘一〇一",
        risk="約束の時刻に来ない。窓は開いたまま返事がない。",
    ), other, permit("police", BASIC, ADDRESS, DANGER), reviewed("municipality"))
    day.say("poverty", call, day.learned("poverty", CaseFrozen).event.into_case)
    day.say("elder", screened(ScreeningOutcome.SINGLE_AGENCY), new)


def taken_back(day: Day, other: str, man: str, yes: str) -> None:
    """What he says about his own data is taken in under an old id too: he takes back his yes to the link, and the elder centre is told to stop.

    What was said there stays there: a no under the old id is no yes or no under the new one.
    """
    day.say("poverty", ConsentWithdrawn(person=man, consents=(yes,)), other, recorded(), stopped("elder"))
    day.say("poverty", linked(man, "elder", NAME), other, refused(RefusalCode.CASE_FROZEN))
    day.say("poverty", consent(day, man, Purpose.CONSULTATION, (BASIC,), ("disability",)), other)
