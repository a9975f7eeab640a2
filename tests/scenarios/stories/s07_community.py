"""S7: community building (地域づくり事業): the five programmes that exist, each keeping its own standard, opened to all who live here."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.community import ActivityPlanned, PlaceClosed, PlaceOpened, PlacePaused, SessionHeld
from contracts.shared import AgeBand, AgeCount, CommunityProgramme, PauseReason, PlaceKind, RefusalCode

TITLE = "地域づくり：五つの事業を、すべての住民の居場所に"
PLACES = {
    CommunityProgramme.ELDER_PREVENTION: ("公民館の体操とお茶の会", PlaceKind.SALON, "elder"),
    CommunityProgramme.LIVING_SUPPORT: ("助け合いの寄り合い所", PlaceKind.COMMUNITY_CAFE, "elder"),
    CommunityProgramme.ACTIVITY_CENTRE: ("あゆみの木工室", PlaceKind.WORKSHOP, "disability"),
    CommunityProgramme.CHILD_BASE: ("すくすく子育てひろば", PlaceKind.SALON, "child"),
    CommunityProgramme.MUTUAL_AID: ("みんなの畑", PlaceKind.FARM, "poverty"),
}
PLANNERS = ("community", "elder", "child")


def play(day: Day) -> None:
    """The whole story."""
    for programme in PLACES:
        _opened_to_all(day, programme)
    place = pseudonym()
    _planned(day, place)
    _opened(day, place)
    _held(day, place)
    _paused(day, place)
    _resumed(day, place)
    _closed(day, place)


def _opened_to_all(day: Day, programme: CommunityProgramme) -> None:
    """A site of one field opens to everybody. Without its own standard it does not, nor for its old users alone."""
    name, kind, runs_it = PLACES[programme]
    place = pseudonym()
    opening = PlaceOpened(name=name, kind=kind, programmes=(programme,), open_to_all=True, partners=(runs_it,), standards_met=(programme,))
    others = tuple(other for other in PLACES if other is not programme)
    day.say("community", opening.changed(standards_met=()), place, refused(RefusalCode.STANDARD_NOT_MET))
    day.say("community", opening.changed(standards_met=others), place, refused(RefusalCode.STANDARD_NOT_MET))
    day.say("community", opening.changed(open_to_all=False), place, refused(RefusalCode.NOT_OPEN_TO_ALL))
    day.say("community", opening, place, permit(runs_it))


def _planned(day: Day, place: str) -> None:
    """The municipality plans a salon of all generations in a school that closed, with three partners."""
    plan = ActivityPlanned(name="旧桜台小の多世代サロン", kind=PlaceKind.SALON, planned_on=day.stage.today, partners=PLANNERS)
    day.say("municipality", plan, place, *map(permit, PLANNERS))
    day.say("municipality", plan, place, refused(RefusalCode.ALREADY_DONE))


def _opened(day: Day, place: str) -> None:
    """One of the partners opens it; two programmes share the room, each by its own standard. Nothing is held before that."""
    day.say("community", _session(day), place, refused(RefusalCode.WRONG_STATE))
    day.say("community", _opening().changed(standards_met=_opening().standards_met[:1]), place, refused(RefusalCode.STANDARD_NOT_MET))
    day.say("community", _opening(), place, *_everyone())
    day.say("community", _opening(), place, refused(RefusalCode.ALREADY_DONE))


def _held(day: Day, place: str) -> None:
    """Two sessions; who came is known as heads by age only. Nobody records a day that is still to come."""
    day.say("community", _session(day), place, *_everyone())
    day.say("community", _session(day, days=-1), place, *_everyone())
    day.say("community", _session(day, days=1), place, refused(RefusalCode.PERIOD_INVALID))


def _paused(day: Day, place: str) -> None:
    """An infection goes round: the salon rests, and nothing is held meanwhile."""
    resting = PlacePaused(reason=PauseReason.INFECTION, until=day.stage.today + timedelta(days=14))
    day.say("community", resting, place, *_everyone())
    day.say("community", resting, place, refused(RefusalCode.ALREADY_DONE))
    day.say("community", _session(day), place, refused(RefusalCode.WRONG_STATE))


def _resumed(day: Day, place: str) -> None:
    """Opened again as it was; its standards are looked at again."""
    day.say("community", _opening().changed(open_to_all=False), place, refused(RefusalCode.NOT_OPEN_TO_ALL))
    day.say("community", _opening(), place, *_everyone())
    day.say("community", _session(day), place, *_everyone())


def _closed(day: Day, place: str) -> None:
    """The building is torn down: the municipality closes the place for good."""
    day.say("municipality", PlaceClosed(), place, *map(permit, PLANNERS))
    day.say("municipality", PlaceClosed(), place, refused(RefusalCode.ALREADY_DONE))
    day.say("community", _opening(), place, refused(RefusalCode.WRONG_STATE))
    day.say("community", _session(day), place, refused(RefusalCode.WRONG_STATE))


def _opening() -> PlaceOpened:
    shared = (CommunityProgramme.ELDER_PREVENTION, CommunityProgramme.CHILD_BASE)
    return PlaceOpened(
        name="旧桜台小の多世代サロン", kind=PlaceKind.SALON, programmes=shared, open_to_all=True, partners=("elder", "child"), standards_met=shared,
    )


def _session(day: Day, days: int = 0) -> SessionHeld:
    return SessionHeld(held_on=day.stage.today + timedelta(days=days), attendance=(
        AgeCount(band=AgeBand.UNDER_15, count=7), AgeCount(band=AgeBand.AGE_15_39, count=3), AgeCount(band=AgeBand.AGE_65_OVER, count=12),
    ))


def _everyone() -> list:
    """Whoever takes part, but the sender."""
    return [permit(agency) for agency in ("municipality", "elder", "child")]
