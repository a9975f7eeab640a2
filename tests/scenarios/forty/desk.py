"""What every case begins and ends with: somebody at a desk, a consent, a link or a referral; the verdict in the gate's log, and the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.view import GATE
from contracts.consent import ConsentGranted, DisclosureDecided
from contracts.consultation import ConsultationReceived, ConsultationScreened, LinkedToAgency
from contracts.coordination import CoordinationReferred
from contracts.shared import (
    ConsentMedium,
    DataCategory,
    Field,
    LinkReason,
    Outcome,
    PersonalItem,
    Purpose,
    ReferralReason,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)

BASIC, ADDRESS, CONTACT, HOUSEHOLD = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.CONTACT, DataCategory.HOUSEHOLD
HEALTH, ECONOMIC, SCHOOLING, WELFARE_USE = DataCategory.HEALTH, DataCategory.ECONOMIC, DataCategory.SCHOOLING, DataCategory.WELFARE_USE
LIFE_HISTORY, CONSIDERATION, ABUSE = DataCategory.LIFE_HISTORY, DataCategory.CONSIDERATION, DataCategory.ABUSE
DANGER, REPORTER = DataCategory.DANGER, DataCategory.REPORTER
HALF_A_YEAR = timedelta(days=180)
_FIELDS = {"elder": Field.ELDER, "child": Field.CHILD, "poverty": Field.POVERTY, "disability": Field.DISABILITY}
_TEXTS = {
    BASIC: "昭和二十三年生まれ。", ADDRESS: "つなぐ町𠮷田三丁目五番地。", HEALTH: "診断は中等度のうつ。服薬中。", ECONOMIC: "年金は月七万円ほど。",
    HOUSEHOLD: "長男と二人暮らし。", SCHOOLING: "今月は一日も登校していない。", WELFARE_USE: "訪問介護を週二回。", LIFE_HISTORY: "二十年前に退職。",
    CONSIDERATION: "大きな音が苦手。", ABUSE: "腕と背中に新しいあざがある。", DANGER: "昨夜、家を出て帰っていない。", REPORTER: "担任の教員からの話。",
}


@dataclass(frozen=True, slots=True)
class Someone:
    """A person, and the case about that person."""

    case: str
    person: str
    name: str


def at_the_desk(day: Day, name: str, desk: str = "elder", complex_case: bool = False) -> Someone:
    """Somebody comes to a desk (相談受付)."""
    someone = Someone(pseudonym(), pseudonym(), name)
    day.say(desk, ConsultationReceived(person=someone.person, field=_FIELDS[desk], visitor_relation=VisitorRelation.SELF, name=name), someone.case)
    if complex_case:
        day.say(desk, ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE), someone.case)
    return someone


def consent(day: Day, someone: Someone, categories: tuple[DataCategory, ...], *recipients: str, purpose: Purpose = Purpose.COORDINATION) -> ConsentGranted:
    """A signed consent for half a year."""
    return ConsentGranted(
        consent=pseudonym(), person=someone.person, purpose=purpose, categories=categories, recipients=recipients,
        valid_from=day.stage.today, valid_to=day.stage.today + HALF_A_YEAR, medium=ConsentMedium.PAPER,
    )


def items(person: str, *categories: DataCategory) -> tuple[PersonalItem, ...]:
    """One item of each category about a person."""
    return tuple(PersonalItem(person=person, category=category, code="note", text=_TEXTS[category]) for category in categories)


def referral(someone: Someone, *categories: DataCategory) -> CoordinationReferred:
    """A referral to the coordinator (多機関協働への紹介), with name and items."""
    return CoordinationReferred(
        person=someone.person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=someone.name,
        items=items(someone.person, *categories),
    )


def link(someone: Someone, to: str, *categories: DataCategory, purpose: Purpose = Purpose.COORDINATION) -> LinkedToAgency:
    """A link (つなぎ) with name and items."""
    return LinkedToAgency(
        person=someone.person, to_agency=to, purpose=purpose, reason=LinkReason.JOINT_SUPPORT, name=someone.name,
        items=items(someone.person, *categories),
    )


def verdicts(day: Day, case: str, to: str) -> list[DisclosureDecided]:
    """Every verdict of the gate's log about an agency in a case, in their order."""
    logged = (each.event for each in day.view.logged.values() if each.log == GATE and each.key == case)
    return [event for event in logged if isinstance(event, DisclosureDecided) and event.recipient == to]


def decided(day: Day, case: str, to: str, rule: str, *reasons: str) -> DisclosureDecided:
    """The last of them was decided by this rule, for these reasons; where it gives nothing, nothing of that event has arrived."""
    verdict = verdicts(day, case, to)[-1]
    assert (rule, reasons) == (verdict.rule, verdict.reasons)
    if verdict.outcome in (Outcome.HOLD, Outcome.DENY):
        assert not heard(day, to, case, verdict.event_type)
    return verdict


def withheld(verdict: DisclosureDecided) -> list[tuple[str, DataCategory, str]]:
    """What a verdict keeps back, and why."""
    return [(part.person, part.category, part.reason) for part in verdict.withheld]


def heard(day: Day, agency: str, case: str, kind: str) -> bool:
    """Whether an event of this type about this case has reached an agency."""
    return any(each.subject == case and each.type == kind for each in day.view.heard[agency])
