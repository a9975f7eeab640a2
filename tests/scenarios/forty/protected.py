"""Cases 27 to 30: who must be kept from harm, and who may speak for another (支援措置・未成年・代理)."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, redact, refused
from contracts.consent import CapacityDoubted, ProtectionFlagSet, ProxyVerified
from contracts.coordination import CoordinationAccepted, CoordinationReferred, PlanProposed, PlanReviewed, PlanShared
from contracts.shared import DoubtKind, Grantor, PlanKind, ProxyKind, Purpose, RefusalCode
from tests.scenarios.forty.desk import (
    ADDRESS,
    BASIC,
    HALF_A_YEAR,
    Someone,
    at_the_desk,
    consent,
    decided,
    link,
    referral,
    withheld,
)
from tests.scenarios.stories import desk as conference

JUDGEMENT = "5a" * 32


def case_27_the_spouses_agency_follows_the_household(day: Day) -> None:
    """Consented or not, the new address does not go where the flag says."""
    wife = at_the_desk(day, "渡邉 美咲", "child")
    day.say("child", consent(day, wife, (BASIC, ADDRESS), "poverty", purpose=Purpose.CONSULTATION), wife.case)
    day.say("municipality", ProtectionFlagSet(
        flag=pseudonym(), person=wife.person, blocked_agencies=("poverty",), until=day.stage.today + timedelta(days=365),
    ), wife.person)
    day.say("child", link(wife, "poverty", ADDRESS, purpose=Purpose.CONSULTATION), wife.case, redact("poverty", BASIC))
    verdict = decided(day, wife.case, "poverty", "R8", "PROTECTED")
    assert [(wife.person, ADDRESS, "PROTECTED")] == withheld(verdict)


def case_28_a_thirteen_year_old_asks_for_help(day: Day) -> None:
    """The parents know nothing. Her own yes is not enough, so it waits; where the child's upbringing is the ground (W), the school counsellor hears."""
    girl = at_the_desk(day, "桑名 結衣", "child")
    day.say("child", CapacityDoubted(person=girl.person, doubt=DoubtKind.MINOR), girl.case)
    yes = consent(day, girl, (BASIC,), "school", purpose=Purpose.CONSULTATION)
    day.say("child", yes, girl.case, refused(RefusalCode.CAPACITY_IN_DOUBT))
    told = link(girl, "school", purpose=Purpose.CONSULTATION)
    day.say("child", told, girl.case, hold("school"))
    decided(day, girl.case, "school", "R2", "NO_CONSENT")
    day.say("child", told, girl.case, permit("school", BASIC), basis="W")
    decided(day, girl.case, "school", "W")


def case_29_a_relative_without_mandate_signs(day: Day) -> None:
    """He can decide himself, and a nephew signs: that is nobody's consent."""
    someone = at_the_desk(day, "𠮷川 正雄")
    day.say("elder", consent(day, someone, (BASIC,), "coordinator").changed(given_by=Grantor.RELATIVE), someone.case, refused(RefusalCode.PROXY_INVALID))
    day.say("elder", link(someone, "coordinator"), someone.case, deny("coordinator"))
    decided(day, someone.case, "coordinator", "R2", "NO_CONSENT")


def case_30_a_guardian_with_a_document(day: Day) -> None:
    """Within what the court has said the plan is shared; beyond it the guardian's signature is none."""
    someone, guardian = at_the_desk(day, "𠮷川 正雄", complex_case=True), pseudonym()
    day.say("elder", CapacityDoubted(person=someone.person, doubt=DoubtKind.ADULT_CAPACITY), someone.case)
    day.say("elder", ProxyVerified(
        person=someone.person, proxy=guardian, proxy_kind=ProxyKind.GUARDIAN, document_hash=JUDGEMENT, purposes=(Purpose.COORDINATION,),
        valid_from=day.stage.today - timedelta(days=30), valid_to=day.stage.today + timedelta(days=335),
    ), someone.case)
    signed = consent(day, someone, (BASIC,), "coordinator").changed(given_by=Grantor.GUARDIAN, proxy=guardian)
    day.say("elder", signed.changed(consent=pseudonym(), purpose=Purpose.PARTICIPATION), someone.case, refused(RefusalCode.PROXY_INVALID))
    day.say("elder", signed, someone.case)
    day.say("elder", referral(someone), someone.case, permit("coordinator", BASIC))
    case = day.learned("coordinator", CoordinationReferred, someone.case).subject
    day.say("coordinator", CoordinationAccepted(), case, permit("elder"))
    shared = signed.changed(consent=pseudonym(), recipients=("elder", "poverty"))
    day.say("coordinator", shared, case)
    _plan_shared(day, someone)
    decided(day, someone.case, "poverty", "R2")


def _plan_shared(day: Day, someone: Someone) -> None:
    """Proposed, found to fit in a conference, shared."""
    plan, today = pseudonym(), day.stage.today
    period = {"period_from": today, "period_to": today + HALF_A_YEAR}
    day.say("coordinator", PlanProposed(
        person=someone.person, plan=plan, kind=PlanKind.COORDINATION, version=1, applied_on=today, **period,
    ), someone.case)
    sitting, segment = conference.convened(day, ("coordinator", "elder", "poverty"), someone.case)
    day.say("coordinator", PlanReviewed(plan=plan, version=1, fit=True, sitting=sitting), someone.case)
    conference.closed(day, sitting, segment)
    day.say("coordinator", PlanShared(
        person=someone.person, plan=plan, version=1, recipients=("elder", "poverty"), name=someone.name, **period,
    ), someone.case, permit("elder", BASIC), permit("poverty", BASIC))
