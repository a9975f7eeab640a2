"""Places (居場所): where people of every age meet, under which programmes, how often, and how many came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from contracts.catalogue import EventType
from contracts.community import ActivityPlanned, PlaceClosed, PlaceOpened, PlacePaused, SessionHeld, SupplyOffered
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, MAX, Column, Table
from services.reporting.resource import Resource, Role

_LOG = "community"
_READ = frozenset((ActivityPlanned, PlaceClosed, PlaceOpened, PlacePaused, SessionHeld, SupplyOffered))

PLACES = Table("places", (
    Column("place", "text", KEY), Column("agency", "text"), Column("name", "text"), Column("kind", "text"), Column("programmes", "text[]"),
    Column("open_to_all", "boolean"), Column("state", "text"), Column("paused_until", "date"), Column("sessions", "bigint", ADD),
    Column("last_held_on", "date", MAX),
), agency="agency")
ATTENDANCE = Table("place_attendance", (
    Column("place", "text", KEY), Column("period", "text", KEY), Column("age_band", "text", KEY), Column("attendance", "bigint", ADD),
))
"""Heads (延べ) by month of the session and age."""
SUPPLIES = Table("supplies", (
    Column("place", "text", KEY), Column("partition", "integer", KEY), Column("seq", "bigint", KEY), Column("agency", "text"), Column("item", "text"),
    Column("quantity_grams", "bigint"), Column("available_on", "date"),
), each=True, agency="agency")
_WITHOUT_END = date.max
"""Paused until nobody knows when: written, so that the end of an earlier pause does not stay."""
_SHOWN = f"""
    SELECT place, agency, name, kind, programmes, open_to_all, state, sessions, last_held_on,
           CASE WHEN state = 'PAUSED' AND paused_until < '{_WITHOUT_END}' THEN paused_until END AS paused_until
    FROM {{schema}}.places"""
_PROGRAMMES = """
    SELECT programme, count(*) AS places, count(*) FILTER (WHERE state = 'OPEN') AS open, sum(COALESCE(sessions, 0))::bigint AS sessions
    FROM {schema}.places, unnest(programmes) AS programme GROUP BY programme"""

_EVERYBODY = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="places", title_ja="居場所", view="places_shown", projection="places",
        headings={"place": "居場所", "name": "名称", "kind": "種類", "programmes": "事業", "open_to_all": "誰でも", "state": "状態", "paused_until": "休止の終わり",
                  "sessions": "開催（回）", "last_held_on": "最近の開催日", "agency": "運営"},
        order=("place",), filters=("place", "kind", "state", "agency"), roles=_EVERYBODY,
    ),
    Resource(
        name="place-attendance", title_ja="居場所の参加者（延べ）", view="place_attendance", projection="places",
        headings={"place": "居場所", "period": "月", "age_band": "年代", "attendance": "人数"},
        order=("place", "period", "age_band"), filters=("place", "period", "age_band"), roles=frozenset((Role.MUNICIPALITY, Role.AUDITOR)),
    ),
    Resource(
        name="programmes", title_ja="地域づくりの事業", view="programmes", projection="places",
        headings={"programme": "事業", "places": "か所", "open": "開いている", "sessions": "開催（回）"},
        order=("programme",), filters=("programme",), roles=_EVERYBODY,
    ),
    Resource(
        name="supplies", title_ja="食材の提供", view="supplies", projection="places",
        headings={"place": "居場所", "agency": "提供者", "item": "品目", "quantity_grams": "グラム", "available_on": "渡せる日", "partition": "区画", "seq": "番号"},
        order=("place", "partition", "seq"), filters=("place", "agency"), roles=_EVERYBODY,
    ),
)


class Places:
    """Places, who comes, and what is given to them."""

    name, version = "places", 1
    tables = (PLACES, ATTENDANCE, SUPPLIES)
    views: Mapping[str, str] = {"places_shown": _SHOWN, "programmes": _PROGRAMMES}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == _LOG and kind.cls in _READ

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        place, event = fact.envelope.subject, fact.event
        match event:
            case ActivityPlanned():
                yield PLACES, PLACES.row(place=place, agency=fact.envelope.agency, name=event.name, kind=event.kind.value, state="PLANNED")
            case PlaceOpened():
                yield PLACES, PLACES.row(
                    place=place, agency=fact.envelope.agency, name=event.name, kind=event.kind.value, programmes=[each.value for each in event.programmes],
                    open_to_all=event.open_to_all, state="OPEN",
                )
            case SessionHeld():
                yield PLACES, PLACES.row(place=place, sessions=1, last_held_on=event.held_on)
                for age in event.attendance:
                    yield ATTENDANCE, (place, event.held_on.strftime("%Y-%m"), age.band.value, age.count)
            case PlacePaused():
                yield PLACES, PLACES.row(place=place, state="PAUSED", paused_until=event.until or _WITHOUT_END)
            case PlaceClosed():
                yield PLACES, PLACES.row(place=place, state="CLOSED")
            case SupplyOffered():
                yield SUPPLIES, (
                    place, fact.partition, fact.envelope.seq, fact.envelope.agency, event.item, event.quantity_grams, event.available_on,
                )
