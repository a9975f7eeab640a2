"""An event is judged by the pack of its day (domain.md 4.4(e)): by the ordinance before 2023-04-01, by the Act since; offline, with the packs of the build."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.consent import decisions
from cli.consent.policy import named
from services.consent.domain.pack import PolicyPack

ORDINANCE, ACT = named("ordinance-2022"), named("national")
GRANTED = {
    "type": "ConsentGranted", "consent": "c1", "person": "p1", "purpose": "COORDINATION", "categories": ["BASIC"], "recipients": ["coordinator"],
    "valid_from": "2021-04-01", "valid_to": "2022-03-31", "medium": "PAPER", "signed_on": "2021-04-01", "from": "elder",
}
REFERRAL = {"from": "elder", "to": "coordinator", "to_kind": "COORDINATOR", "purpose": "COORDINATION", "basis": "C", "event_type": "CoordinationReferred"}
WITHIN = {"from": "town", "from_kind": "MUNICIPALITY", "to": "welfare", "to_kind": "MUNICIPALITY", "purpose": "STATUTORY_WORK", "basis": "G",
          "event_type": "LinkedToAgency"}
DANGER = {"from": "outreach", "to": "police", "to_kind": "POLICE", "purpose": "EMERGENCY", "basis": "V", "event_type": "EmergencyRaised"}
RIGHT = {"type": "AgencyRegistered", "agency": "outreach", "kind": "OUTREACH", "name": "outreach", "emergency_right": True}


def asked(day: str, request: dict[str, Any], *facts: dict[str, Any], category: str = "BASIC") -> tuple[str, list[str], str]:
    """Outcome, reasons and pack of a request at noon of a day."""
    facts = tuple({"at": f"{day}T09:00:00", **fact} for fact in facts)
    line = {"id": "one", "at": f"{day}T12:00:00", "facts": facts, "request": {**request, "parts": [{"person": "p1", "category": category}]}}
    ((answer, _),) = decisions(iter((json.dumps(line).encode(),)))
    found = json.loads(answer)
    return found["outcome"], found["reasons"], found["policy"]


@pytest.mark.parametrize(("day", "pack"), [("2021-04-01", ORDINANCE), ("2023-03-31", ORDINANCE), ("2023-04-01", ACT)])
def test_an_event_is_judged_by_the_pack_of_its_day(day: str, pack: PolicyPack):
    """To the last day of the ordinance, and from the first of the Act."""
    assert ("HOLD", ["NO_CONSENT"], pack.hash) == asked(day, REFERRAL)


def test_a_consent_counted_under_the_ordinance_as_it_does_now():
    """本人の同意."""
    assert ("PERMIT", [], ORDINANCE.hash) == asked("2021-10-01", REFERRAL, GRANTED)


def test_what_a_council_had_to_be_heard_about_is_open_only_since_the_act():
    """相当の理由による内部利用 is a way of the Act; no logged fact shows what a council has said."""
    assert ("DENY", "BASIS_NOT_AVAILABLE", ORDINANCE.hash) == (*(found := asked("2022-10-01", WITHIN))[:1], found[1][0], found[2])
    assert ("PERMIT", [], ACT.hash) == asked("2023-10-01", WITHIN)


@pytest.mark.parametrize(("day", "pack"), [("2022-10-01", ORDINANCE), ("2026-01-10", ACT)])
def test_danger_to_life_was_told_in_those_days_too(day: str, pack: PolicyPack):
    """生命・身体・財産の保護."""
    assert ("PERMIT", [], pack.hash) == asked(day, DANGER, RIGHT, category="DANGER")


def test_what_must_not_wait_goes_by_no_pack_whose_day_has_not_come():
    """V of 2022 where nobody knows the pack in force: by the newest of then (R16)."""
    unknown = {"type": "PolicyActivated", "pack": "another", "hash": "0" * 64}

    assert ("PERMIT", [], ORDINANCE.hash) == asked("2022-10-01", DANGER, RIGHT, unknown, category="DANGER")


def test_before_the_programme_there_is_no_pack():
    """Nothing of it is older than 2021-04-01: a human decides (R16)."""
    assert ("HOLD", ["POLICY_UNKNOWN"], "") == asked("2021-03-31", REFERRAL)


def test_the_closed_meetings_of_later_laws_are_not_among_those_of_the_ordinance():
    """支援会議 is of 2021; 孤独・孤立対策地域協議会 came in 2024, 生活保護の調整会議 in 2025."""
    (meetings, later) = ({meeting for rule in pack.bases.values() for meeting in rule.conferences} for pack in (ORDINANCE, ACT))

    assert {"LIA15", "PAA27_3"} == later - meetings
    assert "SWA106_6" in meetings
