"""S11: food that would be lost (地元野菜・フードロス): it is eaten where people meet, and one who is supported runs the place."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.catalogue import BY_CLASS
from contracts.community import PlaceOpened, SessionHeld, SupplyOffered
from contracts.participation import ResourceProposed, ResourceVerified, TrialStarted
from contracts.shared import (
    AgeBand,
    AgeCount,
    AttendancePattern,
    CommunityProgramme,
    NeedKind,
    PlaceKind,
    RefusalCode,
    SupportLevel,
    TaskClass,
)
from tests.scenarios.stories.taken_up import Taken, gap_found, matched, one

TITLE = "地元野菜とフードロス：受け手が担い手になる居場所"
PROGRAMMES = (CommunityProgramme.MUTUAL_AID,)
COOKING = one(TaskClass.COOKING, SupportLevel.SOME)


def play(day: Day) -> None:
    """The whole story."""
    place, kitchen = pseudonym(), pseudonym()
    _too_early(day, place)
    _opened(day, place)
    cook = _supported_and_supporter(day, kitchen)
    _offered(day, place)
    _eaten(day, place)
    _nobody_is_named(day, place, cook)


def _too_early(day: Day, place: str) -> None:
    """Vegetables are offered to a dining room that is not open yet: there is nobody to eat them."""
    day.say("environment", _vegetables(day), place, refused(RefusalCode.WRONG_STATE))


def _opened(day: Day, place: str) -> None:
    """A community dining room, for whoever comes."""
    day.say("community", PlaceOpened(
        name="もったいない食堂", kind=PlaceKind.COMMUNITY_DINING, programmes=PROGRAMMES, open_to_all=True, partners=("poverty", "environment"),
        standards_met=PROGRAMMES,
    ), place, permit("poverty"), permit("environment"))


def _supported_and_supporter(day: Day, kitchen: str) -> Taken:
    """He has been alone for years and is supported; he used to cook. With his yes the dining room takes him in as one of those who run it."""
    cook = gap_found(day, "髙槻 正", "誰かと食卓を囲みたい。", "調理師の免許がある。", NeedKind.PLACE_TO_BE)
    day.say("participation", ResourceProposed(
        host="community", name="もったいない食堂の運営", tasks=(COOKING, one(TaskClass.SALES, SupportLevel.NONE)), confirmed_at=day.stage.today,
        attendance=AttendancePattern.FLEXIBLE,
    ), kitchen, permit("community"))
    day.say("municipality", ResourceVerified(confirmed_on=day.stage.today), kitchen, permit("community"), permit("participation"))
    matched(day, cook, kitchen, COOKING, "人が多い時間は裏方に回る。", host="community")
    assert cook.person == day.learned("community", TrialStarted, cook.case).event.person
    return cook


def _offered(day: Day, place: str) -> None:
    """The growers' group offers what cannot be sold; whoever runs and supports the place learns of it."""
    opened = day.learned("environment", PlaceOpened, place)
    day.say("environment", _vegetables(day), opened.subject, permit("community"), permit("poverty"))
    day.say("community", _vegetables(day).changed(item="前日のパン", quantity_grams=4_200), place, permit("poverty"), permit("environment"))


def _eaten(day: Day, place: str) -> None:
    """Sixty meals. He is at the stove, and one of the heads that are counted by age: nothing tells those who give from those who receive."""
    day.say("community", SessionHeld(held_on=day.stage.today, attendance=(
        AgeCount(band=AgeBand.UNDER_15, count=21), AgeCount(band=AgeBand.AGE_40_64, count=17), AgeCount(band=AgeBand.AGE_65_OVER, count=22),
    )), place, permit("poverty"), permit("environment"))


def _nobody_is_named(day: Day, place: str, cook: Taken) -> None:
    """No fact of the place can carry personal data, and none mentions him, his case or any person."""
    facts = [each.event for each in day.view.logged.values() if each.key == place and each.log == "community"]
    assert {PlaceOpened, SupplyOffered, SessionHeld} <= {type(fact) for fact in facts}
    assert not any(BY_CLASS[type(fact)].personal or cook.person in repr(fact) or cook.case in repr(fact) for fact in facts)


def _vegetables(day: Day) -> SupplyOffered:
    return SupplyOffered(
        item="規格外のトマトとなす", quantity_grams=36_000, available_on=day.stage.today + timedelta(days=1), partners=("community", "poverty"),
    )
