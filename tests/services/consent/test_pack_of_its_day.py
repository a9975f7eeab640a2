"""The pack of its day: an event is judged by what was in force at its place in the order, on its day, for ever."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.consent import DisclosureDecided
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import Tick
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Outcome, Purpose
from kernel.days import DAY_MS, start_of
from kernel.decider import Decider, fold
from kernel.testing import AT, Then, given
from services.consent import packs
from services.consent.domain import overlay, pack, registry
from services.consent.domain.gate import gate
from services.consent.domain.pack import PolicyPack
from services.consent.domain.registry import Registry
from tests.services.consent.test_pack_format import NATIONAL
from tests.services.consent.test_pack_overlay import BASE, HEAD
from tests.services.consent.town import KINDS, SON, consent, part, request

BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH
EVE = start_of(date(2027, 4, 1).toordinal())
"""When the new pack's first day begins in Japan."""


def drafted(name: str, first_day: date, **changes: Any) -> PolicyPack:
    """A national pack known by its name."""
    return pack.read({**copy.deepcopy(NATIONAL), "name": name, "effective_from": first_day, **changes}, name)


ORDINANCES = drafted(
    "ordinances-2022", date(2022, 4, 1), bases={basis: NATIONAL["bases"][basis] for basis in ("B0", "C", "K", "V")}, holds={"days": 14, "types": {}},
)
"""個人情報保護条例 of before 2023-04-01, with its own short list of bases: nothing of it waited, no 支援会議 in it."""
TODAY = drafted("today", date(2023, 4, 1))
TOMORROW = drafted("tomorrow", date(2027, 4, 1), holds={"days": 14, "types": {}})
GATE = gate({each.hash: each for each in (ORDINANCES, TODAY, TOMORROW)})


def town(*activated: str) -> Registry:
    """The town in which these packs were activated, one after the other."""
    agencies = (AgencyRegistered(agency=name, kind=kind, name=name, emergency_right=name == "outreach") for name, kind in KINDS.items())
    return fold(registry.DECIDER, (*agencies, *(PolicyActivated(pack=name, hash=name) for name in activated)))


def asked(*activated: str, at: int = AT, gate: Decider[Any] = GATE, facts: tuple[Any, ...] = (), parts: tuple[Any, ...] = (part(BASIC),), **changes: Any) -> Then:
    """A request, by default a referral without consent."""
    question = request(*parts, **changes)
    return given(gate, *facts, shared=town(*activated)).when(question, agency=question.agency, source="coordination", at=at)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def told(then: Then) -> tuple[Outcome, str]:
    """Outcome, and the pack that it was judged by."""
    return verdict(then).outcome, verdict(then).policy


@pytest.mark.parametrize(("at", "expected"), [(EVE - 1, (Outcome.HOLD, "today")), (EVE, (Outcome.DENY, "tomorrow"))])
def test_rule_34_a_pack_is_applied_from_its_first_day_on(at: int, expected: tuple[Outcome, str]):
    """Activated before: at midnight in Japan, exactly one change."""
    assert expected == told(asked("today", "tomorrow", at=at))


def test_rule_34_a_pack_that_is_activated_late_holds_from_its_place_on():
    """Its day is long past; what was decided before it stays as it was."""
    assert (Outcome.HOLD, "today") == told(asked("today", at=EVE + 1))
    assert (Outcome.DENY, "tomorrow") == told(asked("today", "tomorrow", at=EVE + 1))


def test_rule_34_a_pack_can_be_put_back():
    """A, B, A: the last word counts."""
    assert (Outcome.HOLD, "today") == told(asked("today", "tomorrow", "today", at=EVE))
    assert ("today", ("tomorrow",)) == ((found := town("today", "tomorrow", "today")).policy, found.earlier)


def test_r16_before_the_day_of_the_first_pack_nothing_is_decided():
    """There is no pack of that day."""
    found = verdict(asked("tomorrow", at=EVE - 1))

    assert (Outcome.HOLD, ("POLICY_UNKNOWN",), "") == (found.outcome, found.reasons, found.policy)


@pytest.mark.parametrize("activated", [("unknown",), ("today", "unknown"), ("unknown", "tomorrow")])
def test_r16_an_unknown_pack_holds(activated: tuple[str, ...]):
    """Nobody here can say what it says, nor from when."""
    assert ("POLICY_UNKNOWN",) == verdict(asked(*activated)).reasons


def test_rule_16_help_in_an_unknown_time_goes_by_a_pack_whose_day_has_come():
    """V goes on by the newest known pack, and that is no draft for next year."""
    changes = {"agency": "outreach", "recipient": "police", "event_type": "EmergencyRaised", "basis": Basis.V, "purpose": Purpose.EMERGENCY}

    assert (Outcome.PERMIT, "today") == told(asked("unknown", **changes))


def test_section_4_4_an_event_of_before_2023_is_judged_by_the_ordinance_of_its_day():
    """The log is decided again years later: by the packs that were activated at its place, to the same bytes."""
    then = start_of(date(2022, 10, 1).toordinal())
    meeting = {"facts": conference("municipality"), "parts": (part(HEALTH, SON),), **TOLD}

    assert (Outcome.DENY, "ordinances-2022") == told(asked("ordinances-2022", at=then))
    assert ("BASIS_NOT_AVAILABLE",) == verdict(asked("ordinances-2022", at=then, **meeting)).reasons
    assert (Outcome.PERMIT, "today") == told(asked("ordinances-2022", "today", **meeting))
    assert asked("ordinances-2022", at=then).events == asked("ordinances-2022", at=then, gate=gate({ORDINANCES.hash: ORDINANCES})).events
    assert (Outcome.DENY, "ordinances-2022") == told(asked("ordinances-2022", "today", at=then))


def test_rule_26_what_waits_is_decided_anew_when_a_pack_is_activated():
    """By the new one."""
    held = asked("today").after()
    assert held.state.holds
    again = given(GATE, *held.past, shared=town("today", "tomorrow")).when(PolicyActivated(pack="tomorrow", hash="tomorrow"), source="registry", at=EVE)

    assert (Outcome.DENY, "tomorrow") == told(again)


def test_rule_26_a_hold_that_ends_names_the_pack_in_force():
    """Not one whose day has not come."""
    held = asked("today").after()
    deadline = next(iter(held.state.holds.values())).deadline
    late = given(GATE, *held.past, shared=town("today", "tomorrow")).when(Tick(), at=deadline)

    assert (Outcome.DENY, "today") == told(late)


def test_rule_34_what_waits_is_decided_anew_when_the_day_of_a_pack_begins():
    """With no other message in the case: the gate's own clock wakes it at midnight in Japan, and not a moment before."""
    held = asked("today", "tomorrow", at=EVE - DAY_MS).after()
    assert EVE == GATE.due(held.state)
    early, late = (given(GATE, *held.past, shared=town("today", "tomorrow")).when(Tick(), at=at) for at in (EVE - 1, EVE))

    assert () == early.events
    assert (Outcome.DENY, "tomorrow") == told(late)
    assert None is GATE.due(late.after().state)


def test_rule_34_where_the_day_changes_nothing_the_hold_stays_with_its_deadline():
    """Recorded once, so that it does not wake again; a pack that was never activated changes nothing."""
    held = asked("today", at=EVE - DAY_MS).after()
    deadline = next(iter(held.state.holds.values())).deadline
    woken = given(GATE, *held.past, shared=town("today")).when(Tick(), at=EVE)

    assert ((Outcome.HOLD, "today"), deadline) == (told(woken), verdict(woken).deadline)
    assert deadline == GATE.due(woken.after().state)
    given(GATE, *woken.after().past, shared=town("today")).when(Tick(), at=EVE + 1).then_nothing()


TOLD = {
    "agency": "child", "recipient": "poverty", "event_type": "InformationGivenInConference", "basis": Basis.M, "segment": "seg",
    "purpose": Purpose.SUPPORT_CONFERENCE,
}


def conference(convener: str) -> tuple[Any, ...]:
    """An open 支援会議 about this case, convened by somebody, in which health was asked for."""
    noted = SegmentNoted(
        sitting="s", segment="seg", basis=ConferenceBasis.SWA106_6, members=("child", "poverty"), present=(), open=True, convener=convener,
    )
    return noted, InformationRequestedInConference(segment="seg", to_agency="child", wanted=(HEALTH,))


def _convened_by(*kinds: str) -> Mapping[str, Any]:
    bases = copy.deepcopy(NATIONAL["bases"])
    bases["M"]["conferences"]["SWA106_6"]["conveners"] = list(kinds)
    return bases


def test_reform_support_conferences_for_all_municipalities_are_a_change_of_data():
    """Before, nobody may convene one in a town outside the programme; after, the municipality may. Only ``conveners`` has changed."""
    before = drafted("before", date(2026, 4, 1), bases=_convened_by())
    after = drafted("after", date(2027, 4, 1), bases=_convened_by("MUNICIPALITY"))
    reform = gate({each.hash: each for each in (before, after)})
    question = {"gate": reform, "facts": conference("municipality"), "parts": (part(HEALTH, SON),), **TOLD}

    refused = verdict(asked("before", "after", at=EVE - 1, **question))
    assert (Outcome.DENY, ("CONVENER_KIND",), "before") == (refused.outcome, refused.reasons, refused.policy)
    assert (Outcome.PERMIT, "after") == told(asked("before", "after", at=EVE, **question))


def test_reform_a_municipality_lets_its_contractor_convene_by_an_overlay():
    """Additional conveners are a municipal setting, too."""
    machi = overlay.read({**HEAD, "conveners": {"SWA106_6": ["COORDINATOR"]}}, "machi", BASE)
    local = gate({each.hash: each for each in (replace(BASE, hash="base"), machi)})
    question = {"gate": local, "facts": conference("coordinator"), "parts": (part(HEALTH, SON),), **TOLD}

    assert ("CONVENER_KIND",) == verdict(asked("base", **question)).reasons
    assert (Outcome.PERMIT, "machi") == told(asked("base", "machi", **question))


def test_a_broken_pack_beside_it_leaves_the_one_in_force_in_force(tmp_path: Path):
    """The service starts with what is sound, and judges by it."""
    (tmp_path / "national.yaml").write_bytes((packs.FOLDER / "national.yaml").read_bytes())
    (tmp_path / "draft.yaml").write_text(yaml.safe_dump({**NATIONAL, "fee": 300}), "utf-8")
    found = packs.load(tmp_path)
    (running,) = found

    assert Outcome.PERMIT is verdict(asked(running, gate=gate(found), facts=(consent(BASIC),))).outcome
    assert AgencyKind.MUNICIPALITY is found[running].reviewer
