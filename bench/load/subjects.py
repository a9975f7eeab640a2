"""Places and cases whose events the gate permits: what the agencies of the load speak of, and what they say of it again and again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cli.agency.client import AgencyClient
from cli.agency.message import Draft, draft
from contracts.community import PlaceOpened, SessionHeld
from contracts.consent import ConsentGranted
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.shared import (
    AgeBand,
    AgeCount,
    Channel,
    ConsentMedium,
    DataCategory,
    LinkReason,
    PlaceKind,
    Purpose,
)
from kernel.settings import Settings

LISTENERS = ("environment", "poverty")
SPEAKERS = ("community", "elder", "community", "disability", "community", "child")
"""Who speaks in turn: as many events without personal data as with sealed parts."""
SUBJECTS = 24
"""Places, and cases of each agency: enough to reach every partition."""
_COUNTS = (AgeCount(band=AgeBand.AGE_65_OVER, count=12), AgeCount(band=AgeBand.UNDER_15, count=5))


@dataclass(frozen=True, slots=True)
class Subject:
    """A place or a case, and what is said about it."""

    key: str
    say: Callable[[], Any]


def prepare(settings: Settings) -> dict[str, list[Subject]]:
    """Open places and cases, with the consents that let links through; by speaker. Raises NotAccepted."""
    found = {}
    for agency in dict.fromkeys(SPEAKERS):
        make = _place if agency == "community" else _case
        made = [make(agency) for _ in range(SUBJECTS)]
        client = AgencyClient(settings, agency)
        client.send(*[each for _, opening in made for each in opening])
        client.close()
        found[agency] = [subject for subject, _ in made]
    return found


def _place(agency: str) -> tuple[Subject, list[Draft]]:
    """A place (居場所) with the environmental group as its partner: its sessions are told to the group, basis B0."""
    key = uuid.uuid4().hex
    opened = PlaceOpened(
        name="えんがわ", kind=PlaceKind.SALON, programmes=(), open_to_all=True, partners=("environment",),
    )
    held = SessionHeld(held_on=date.today(), attendance=_COUNTS)
    return Subject(key, lambda: held), [draft(agency, opened, key)]


def _case(agency: str) -> tuple[Subject, list[Draft]]:
    """A case whose person consents to being linked (つなぎ) to the poverty agency with name and address, basis C."""
    key, person, today = uuid.uuid4().hex, uuid.uuid4().hex, date.today()
    consent = ConsentGranted(
        consent=uuid.uuid4().hex, person=person, purpose=Purpose.CONSULTATION, categories=(DataCategory.BASIC, DataCategory.ADDRESS),
        recipients=("poverty",), valid_from=today - timedelta(days=1), valid_to=today + timedelta(days=180), medium=ConsentMedium.PAPER,
        signed_on=today - timedelta(days=1),
    )
    link = LinkedToAgency(
        person=person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT,
        name="髙橋 花子", address="つなぐ町一丁目二番三号",
    )
    return Subject(key, lambda: link), [
        draft(agency, SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), key), draft(agency, consent, key),
    ]
