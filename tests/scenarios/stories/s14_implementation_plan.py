"""S14: the implementation plan (実施計画、社会福祉法106条の5): drafted with targets, put to residents, harmonised with other plans, published."""

from __future__ import annotations

from datetime import date, timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.community import ImplementationPlanDrafted, ImplementationPlanPublished, ResidentsHeard
from contracts.shared import PlanTarget, RefusalCode, RelatedPlan, Target

TITLE = "実施計画：目標・住民の意見・公表"
DRAFT = ImplementationPlanDrafted(
    period_from=date(2027, 4, 1), period_to=date(2030, 3, 31),
    targets=(
        Target(metric=PlanTarget.CONSULTATIONS, value=420), Target(metric=PlanTarget.COORDINATION_CASES, value=24),
        Target(metric=PlanTarget.PLACES, value=12), Target(metric=PlanTarget.COOPERATION_PROJECTS, value=3),
    ),
    harmonised=(RelatedPlan.COMMUNITY_WELFARE, RelatedPlan.ELDER_CARE, RelatedPlan.ENVIRONMENT),
)


def play(day: Day) -> None:
    """The whole story."""
    plan = pseudonym()
    _drafted(day, plan)
    _residents_heard(day, plan)
    _published(day, plan)
    _the_next_period(day)


def _drafted(day: Day, plan: str) -> None:
    """A first draft, with what the town wants to reach in three years; it is the municipality's own until it is published."""
    day.say("municipality", DRAFT.changed(period_to=date(2026, 3, 31)), plan, refused(RefusalCode.PERIOD_INVALID))
    day.say("municipality", ImplementationPlanPublished(published_on=day.stage.today, recipients=()), plan,
            refused(RefusalCode.CASE_NOT_FOUND), stranger=True)
    day.say("municipality", DRAFT, plan)


def _residents_heard(day: Day, plan: str) -> None:
    """Two evenings in the community hall; residents want more places, so the draft is amended."""
    day.say("municipality", ResidentsHeard(held_on=day.stage.today + timedelta(days=1), attendees=0), plan, refused(RefusalCode.PERIOD_INVALID))
    for attendees in (31, 18):
        day.say("municipality", ResidentsHeard(held_on=day.stage.today, attendees=attendees), plan)
    places = Target(metric=PlanTarget.PLACES, value=18)
    day.say("municipality", DRAFT.changed(targets=(*DRAFT.targets[:2], places, *DRAFT.targets[3:])), plan)


def _published(day: Day, plan: str) -> None:
    """Published, and told to those who carry it; what is published is not rewritten."""
    told = ("prefecture", "coordinator", "participation", "community", "environment")
    published = ImplementationPlanPublished(published_on=day.stage.today, recipients=told)
    day.say("municipality", published, plan, *map(permit, told))
    day.say("municipality", published, plan, refused(RefusalCode.ALREADY_DONE))
    day.say("municipality", DRAFT, plan, refused(RefusalCode.ALREADY_DONE))
    day.say("municipality", ResidentsHeard(held_on=day.stage.today, attendees=5), plan, refused(RefusalCode.WRONG_STATE))


def _the_next_period(day: Day) -> None:
    """The plan that follows has a key of its own. To hear residents is an effort duty (努力義務): nothing forbids to publish without."""
    following = pseudonym()
    day.say("municipality", DRAFT.changed(period_from=date(2030, 4, 1), period_to=date(2033, 3, 31)), following)
    day.say("municipality", ImplementationPlanPublished(published_on=day.stage.today, recipients=("prefecture",)), following, permit("prefecture"))
