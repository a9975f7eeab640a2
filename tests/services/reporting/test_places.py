"""Places: their state, their sessions, who came by age, what was given to them."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.community import ActivityPlanned, PlaceClosed, PlaceOpened, PlacePaused, SessionHeld, SupplyOffered
from contracts.shared import AgeBand, AgeCount, CommunityProgramme, PauseReason, PlaceKind
from services.reporting.projections.places import ATTENDANCE, PLACES, SUPPLIES, Places
from services.reporting.store import Connect
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.shown import shown

PLANNED = ActivityPlanned(name="みんなの食堂", kind=PlaceKind.COMMUNITY_DINING, planned_on=date(2026, 4, 20), partners=())
OPENED = PlaceOpened(name="みんなの食堂", kind=PlaceKind.COMMUNITY_DINING, programmes=(CommunityProgramme.CHILD_BASE,), open_to_all=True, partners=())
BANDS = list(AgeBand)[1:3]


def session(day: date, *counts: int) -> SessionHeld:
    """A session with so many heads of each of the first age bands."""
    return SessionHeld(held_on=day, attendance=tuple(AgeCount(band=band, count=count) for band, count in zip(BANDS, counts, strict=False)))


def place(*said: object) -> dict[str, object]:
    """The row of one place after these facts."""
    (row,) = rows(Places(), PLACES, [fact(event, key="p", seq=seq) for seq, event in enumerate(said, 1)])
    return row


def test_an_open_place_has_its_programmes_and_counts_its_sessions():
    """The latest session is the latest by its day, not by when it was told."""
    row = place(PLANNED, OPENED, session(date(2026, 5, 8), 1), session(date(2026, 5, 1), 1))

    assert ("OPEN", ["CHILD_BASE"], True, 2, date(2026, 5, 8)) == tuple(
        row[name] for name in ("state", "programmes", "open_to_all", "sessions", "last_held_on"))


def test_a_place_that_pauses_and_one_that_closes_say_so():
    """What it is stays."""
    assert ("PAUSED", date(2026, 9, 1)) == tuple(
        place(OPENED, PlacePaused(reason=PauseReason.SEASON, until=date(2026, 9, 1)))[name] for name in ("state", "paused_until"))
    assert "CLOSED" == place(OPENED, PlaceClosed())["state"]


@pytest.mark.live
async def test_the_end_of_a_pause_is_told_only_while_it_lasts(database: Connect):
    """Not of a place that has opened again, nor in a later pause of which nobody knows the end."""
    until, unknown = PlacePaused(reason=PauseReason.SEASON, until=date(2026, 9, 1)), PlacePaused(reason=PauseReason.HANDS_MISSING)
    said = {"a": (OPENED, until), "b": (OPENED, until, OPENED), "c": (OPENED, until, OPENED, unknown), "d": (OPENED, until, PlaceClosed())}
    (found,) = await shown(database, Places(), [fact(event, key=key, seq=seq) for key, each in said.items() for seq, event in enumerate(each, 1)], "places_shown")

    assert {"a": ("PAUSED", date(2026, 9, 1)), "b": ("OPEN", None), "c": ("PAUSED", None), "d": ("CLOSED", None)} == {
        row["place"]: (row["state"], row["paused_until"]) for row in found}


def test_heads_are_counted_by_the_month_of_the_session_and_age():
    """Every head each time (延べ)."""
    said = [session(date(2026, 5, 1), 3, 2), session(date(2026, 5, 8), 4), session(date(2026, 6, 1), 1)]

    assert {("2026-05", BANDS[0].value): 7, ("2026-05", BANDS[1].value): 2, ("2026-06", BANDS[0].value): 1} == {
        (row["period"], row["age_band"]): row["attendance"]
        for row in rows(Places(), ATTENDANCE, [fact(event, key="p", seq=seq) for seq, event in enumerate(said, 1)])}


def test_each_supply_is_a_row():
    """Two of the same are two."""
    offered = SupplyOffered(item="にんじん", quantity_grams=5_000, available_on=date(2026, 5, 2), partners=())

    assert [5_000, 5_000] == [row["quantity_grams"] for row in rows(Places(), SUPPLIES, [fact(offered, key="p"), fact(offered, key="p", seq=2)])]
