"""Steps 1 to 4, 7 and 13: the 8050 household (八〇五〇世帯), seen from the desks that look after the mother."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, redact, stopped
from contracts.consent import ConsentGranted, ConsentWithdrawn
from contracts.consultation import ConsultationReceived, ConsultationScreened, SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    CoordinationAccepted,
    CoordinationReferred,
    LeadAgencyNamed,
    PlanApproved,
    PlanProposed,
    PlanReviewed,
    PlanShared,
    RolesAssigned,
    SegmentClosed,
    SegmentOpened,
    TaskAssigned,
)
from contracts.shared import (
    Channel,
    ConferenceBasis,
    ConsentMedium,
    DataCategory,
    Field,
    PlanKind,
    Purpose,
    ReferralReason,
    Role,
    ScreeningOutcome,
    SupportTask,
    Urgency,
    VisitorRelation,
)

BASIC, ECONOMIC, HEALTH, WELFARE_USE = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.WELFARE_USE
HALF_A_YEAR = timedelta(days=180)


@dataclass(slots=True)
class Household:
    """What the elder centre (case, persons, first consent) and the coordinator (the rest) have made ids for."""

    case: str
    mother: str
    son: str
    first_consent: str
    roles_consent: str
    elder_consent: str
    plan: str


def household() -> Household:
    """A household nobody has spoken of yet."""
    return Household(*(pseudonym() for _ in range(7)))


def noticed(day: Day, home: Household) -> None:
    """A neighbour's signal; then the elder centre receives the consultation. Nothing crosses."""
    day.say("elder", SignalReceived(
        person=home.mother, channel=Channel.RESIDENT, area_code="990019-03", reporter_person=pseudonym(),
        summary=cast.SIGNAL_8050, reporter=cast.NEIGHBOUR,
    ), home.case)
    day.say("elder", ConsultationReceived(
        person=home.mother, field=Field.ELDER, visitor_relation=VisitorRelation.NEIGHBOUR, wish=cast.WISH_MOTHER, name=cast.MOTHER,
        items=cast.intake_items(home.mother, home.son),
    ), home.case)


def referred_before_asking(day: Day, home: Household) -> None:
    """Screened complex, and referred to the coordinator before anyone has asked the mother: it waits."""
    day.say("elder", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE), home.case)
    day.say("elder", CoordinationReferred(
        person=home.mother, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=cast.MOTHER, wish=cast.WISH_MOTHER,
        items=cast.referral_items(home.mother, home.son),
    ), home.case, hold("coordinator"))


def mother_consents(day: Day, home: Household) -> None:
    """The mother consents at home; what waited is released by itself, without health and without anything of the son."""
    day.say("elder", _consent(day, home, home.first_consent, (BASIC, ECONOMIC), ("coordinator",)), home.case,
            recorded(), redact("coordinator", BASIC, ECONOMIC, type=CoordinationReferred.__name__))


def roles_divided(day: Day, home: Household) -> None:
    """The coordinator accepts, records the mother's consent for three agencies, names the lead and divides the roles."""
    referral = day.learned("coordinator", CoordinationReferred, home.case)
    case, mother = referral.subject, referral.event.person
    three = ("elder", "poverty", "outreach")
    day.say("coordinator", CoordinationAccepted(), case, permit("elder"))
    day.say("coordinator", _consent(day, home, home.roles_consent, (BASIC, ECONOMIC, WELFARE_USE), three), case)
    day.say("coordinator", LeadAgencyNamed(agency="elder", from_date=day.stage.today), case, permit("elder"))
    due = day.stage.today + timedelta(days=30)
    tasks = (SupportTask.WATCH_OVER, SupportTask.HOUSEHOLD_BUDGET, SupportTask.OUTREACH)
    day.say("coordinator", RolesAssigned(
        person=mother, name=referral.event.name,
        roles=tuple(Role(agency=agency, task=task, due=due) for agency, task in zip(three, tasks)),
    ), case, recorded(), *(permit(agency, BASIC, type=TaskAssigned.__name__) for agency in three))


def plan_shared(day: Day, home: Household) -> None:
    """The plan is proposed, reviewed in a conference that sits with consent, and shared: each recipient by its own consent."""
    referral = day.learned("coordinator", CoordinationReferred, home.case)
    case, mother, today = referral.subject, referral.event.person, day.stage.today
    sitting, segment = pseudonym(), pseudonym()
    present = ("coordinator", "elder", "poverty", "outreach")
    day.say("coordinator", PlanProposed(
        person=mother, plan=home.plan, kind=PlanKind.COORDINATION, version=1, period_from=today, period_to=today + HALF_A_YEAR,
        items=cast.plan_items(mother), applied_on=today,
    ), case)
    day.say("coordinator", ConferenceConvened(held_on=today, invited=present), sitting, *(permit(agency) for agency in present[1:]))
    day.say("coordinator", SegmentOpened(
        segment=segment, basis=ConferenceBasis.NON_STATUTORY, cases=(case,), members=present, present=present,
    ), sitting)
    day.say("coordinator", PlanReviewed(plan=home.plan, version=1, fit=True, sitting=sitting), case,
            recorded(), *(permit(agency, type=PlanApproved.__name__) for agency in present[1:]))
    day.say("coordinator", SegmentClosed(segment=segment), sitting)
    everything = (BASIC, ECONOMIC, WELFARE_USE, HEALTH)
    day.say("coordinator", _consent(day, home, home.elder_consent, everything, ("elder",)), case)
    day.say("coordinator", _sharing(day, home, mother, "elder", "poverty", "disability"), case,
            permit("elder", *everything), redact("poverty", BASIC, ECONOMIC, WELFARE_USE), deny("disability"))


def mother_withdraws(day: Day, home: Household) -> None:
    """The mother takes her consents back; every past recipient is told to stop, and the next sharing is denied."""
    referral = day.learned("coordinator", CoordinationReferred, home.case)
    day.say("elder", ConsentWithdrawn(person=home.mother, consents=(home.first_consent,)), home.case, recorded(), stopped("coordinator"))
    day.say("coordinator", ConsentWithdrawn(
        person=referral.event.person, consents=(home.roles_consent, home.elder_consent),
    ), referral.subject, recorded(), *(stopped(agency) for agency in ("elder", "poverty", "outreach")))
    day.say("coordinator", _sharing(day, home, referral.event.person, "elder", "poverty"), referral.subject, deny("elder"), deny("poverty"))


def _sharing(day: Day, home: Household, mother: str, *recipients: str) -> PlanShared:
    return PlanShared(
        person=mother, plan=home.plan, version=1, recipients=recipients, period_from=day.stage.today,
        period_to=day.stage.today + HALF_A_YEAR, name=cast.MOTHER, items=cast.plan_items(mother),
    )


def _consent(
    day: Day, home: Household, consent: str, categories: tuple[DataCategory, ...], recipients: tuple[str, ...],
) -> ConsentGranted:
    """The mother's consent on paper, for coordination, for half a year; what the desk wrote down before she signed is meant too (相談開始以降の記録)."""
    return ConsentGranted(
        consent=consent, person=home.mother, purpose=Purpose.COORDINATION, categories=categories, recipients=recipients,
        valid_from=day.stage.today, valid_to=day.stage.today + HALF_A_YEAR, medium=ConsentMedium.PAPER,
        authored_from=day.stage.today - timedelta(days=30),
    )
