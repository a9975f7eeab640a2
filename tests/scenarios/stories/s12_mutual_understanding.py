"""S12: mutual understanding (相互理解の促進): liaison desks on both sides, training together, exchange, and a group on the practice-area register."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.community import ExchangeHeld, LiaisonPersonNamed, PracticeAreaCancelled, PracticeAreaRegistered, TrainingHeld
from contracts.shared import CancellationReason, LearningTopic, PracticeKind, RefusalCode, Side

TITLE = "相互理解：連絡調整担当・研修・情報交換"
GROUP_NUMBER = "7990019000017"
"""法人番号 of the activity group; fictional, its check digit is right."""


def play(day: Day) -> None:
    """The whole story."""
    group = pseudonym()
    _desk_of_the_environment(day, group)
    _desk_of_welfare(day)
    _trained_together(day)
    _exchanged(day)
    _registered(day, group)


def _desk_of_the_environment(day: Day, group: str) -> None:
    """The satoyama group says whom to call on its side; a desk that nobody is told of liaises with nobody. Its successor is named alike."""
    desk = LiaisonPersonNamed(side=Side.ENVIRONMENT, desk="木もれ日の会 事務局（連絡調整担当）", partners=())
    day.say("environment", desk, group, refused(RefusalCode.RECIPIENTS_MISSING))
    day.say("environment", desk.changed(partners=("municipality", "community")), group, permit("municipality"), permit("community"))
    day.say("environment", desk.changed(desk="木もれ日の会 作業班（後任）", partners=("municipality",)), group, permit("municipality"))


def _desk_of_welfare(day: Day) -> None:
    """The welfare section names its own, and the two desks know of each other."""
    office = pseudonym()
    day.say("municipality", LiaisonPersonNamed(
        side=Side.WELFARE, desk="福祉課 地域共生推進係", partners=("environment", "community", "coordinator"),
    ), office, permit("environment"), permit("community"), permit("coordinator"))
    assert day.learned("environment", LiaisonPersonNamed, office).event.side is Side.WELFARE


def _trained_together(day: Day) -> None:
    """Foresters hear what withdrawal is, caseworkers how wood is stacked; an occasion is held once."""
    occasion = pseudonym()
    training = TrainingHeld(
        topic=LearningTopic.CIRCULAR_SPHERE, held_on=day.stage.today, attendees=24, partners=("environment", "elder", "disability", "poverty"),
    )
    day.say("municipality", training, occasion, *map(permit, training.partners))
    day.say("municipality", training.changed(attendees=25), occasion, refused(RefusalCode.ALREADY_DONE))


def _exchanged(day: Day) -> None:
    """The community coordinator brings both sides to one table in the community hall."""
    exchange = ExchangeHeld(
        topic=LearningTopic.MUTUAL_UNDERSTANDING, held_on=day.stage.today, attendees=11, partners=("environment", "municipality", "workshop"),
    )
    day.say("community", exchange, pseudonym(), *map(permit, exchange.partners))


def _registered(day: Day, group: str) -> None:
    """The group is entered on the register; a changed application strikes it off; it applies again and is back."""
    entry = PracticeAreaRegistered(name="木もれ日の会", kind=PracticeKind.REGION_GROUP, corporate_number=GROUP_NUMBER, selection_year=2021)
    day.say("environment", PracticeAreaCancelled(reason=CancellationReason.ON_REQUEST), group, refused(RefusalCode.WRONG_STATE))
    day.say("environment", entry, group)
    day.say("environment", entry, group, refused(RefusalCode.ALREADY_DONE))
    day.say("environment", PracticeAreaCancelled(reason=CancellationReason.CHANGED_APPLICATION), group)
    day.say("environment", entry.changed(selection_year=2024), group)
