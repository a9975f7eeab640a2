"""How often (提供の回数): so many uses within any so many days, as the form says (consent.md rule 1)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import DisclosureDecided, DisclosureReleased
from contracts.envelope import Tick
from contracts.shared import Basis, DataCategory, Outcome, RefusalCode
from kernel.days import DAY_MS, day_in_japan, ordinal_in_japan, start_of
from kernel.testing import AT, Given, given
from services.consent.domain import uses
from services.consent.domain.model import recorded
from tests.services.consent.town import ASKED, CONSENT, GATE, TOWN, consent, part, request

BASIC = DataCategory.BASIC
TODAY = ordinal_in_japan(AT)
WEEKLY = consent(BASIC, use_limit=2, use_period_days=7)
PERMIT, HOLD, DENY = Outcome.PERMIT, Outcome.HOLD, Outcome.DENY


def released(identity: str, days_ago: int) -> DisclosureReleased:
    """The coordinator has received something on the consent, by a verdict of that day."""
    return DisclosureReleased(
        verdict_id="v", decided_at=AT - days_ago * DAY_MS, request_id=identity, event_id="e", event_type="PlanShared", recipient="coordinator",
        basis=Basis.C, consents=(CONSENT,), released=(part(BASIC),),
    )


def outcome(before: Given, at: int = AT, event_type: str = "PlanShared", message_id: str = "new") -> tuple[Outcome, tuple[str, ...]]:
    """Of one more request, which cannot wait unless changed."""
    then = before.when(request(part(BASIC), event_type=event_type), agency="elder", source="coordination", message_id=message_id, at=at)
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found.outcome, found.reasons


@pytest.mark.parametrize(
    ("days_ago", "open_"), [((6, 5), False), ((7, 5), True), ((6, 0), False), ((30, 20, 7, 0), True), ((30, 6, 6), False), ((), True), ((0,), True)],
)
def test_rule_1_so_many_uses_within_any_so_many_days(days_ago: tuple[int, ...], open_: bool):
    """Today is the last day of the period: what was given seven days ago has left a period of seven days."""
    before = given(GATE, WEEKLY, *(released(f"use-{place}", each) for place, each in enumerate(days_ago)), shared=TOWN)
    assert ((PERMIT, ()) if open_ else (DENY, ("USED_UP",))) == outcome(before)


def test_rule_1_a_day_of_use_is_a_day_in_japan():
    """Once a day: by the verdict's own day, not by when it was delivered, and not by 24 hours."""
    daily, midnight = consent(BASIC, use_limit=1, use_period_days=1), start_of(TODAY + 1)
    before = given(GATE, daily, released("first", 0).changed(decided_at=midnight - 1), shared=TOWN)

    assert (DENY, ("USED_UP",)) == outcome(before, midnight - 1)
    assert (PERMIT, ()) == outcome(before, midnight)


def test_rule_1_what_is_under_way_counts_within_the_period_and_the_same_request_once():
    """Two at once do not both get what is left."""
    before = given(GATE, WEEKLY, released("first", 3), shared=TOWN)
    under_way = before.when(request(part(BASIC)), agency="elder", source="coordination", message_id="second").after()

    assert (DENY, ("USED_UP",)) == outcome(under_way)
    assert (PERMIT, ()) == outcome(given(GATE, WEEKLY, released("first", 3), released("new", 2), shared=TOWN))


def test_rule_26_what_waits_wakes_when_the_oldest_use_leaves_the_period():
    """Not before; then one of two goes, and the other waits for the next day on which a use leaves."""
    held = given(GATE, WEEKLY, released("first", 5), released("second", 2), shared=TOWN)
    for identity in ("a", "b"):
        held = held.when(
            request(part(BASIC), event_id=identity), agency="elder", source="coordination", message_id=identity, position=f"log/0/{identity}",
        ).after()
    first, next_ = start_of(TODAY + 2), start_of(TODAY + 5)

    assert {"a", "b"} == held.state.holds.keys()
    assert first == GATE.due(held.state)
    held.when(Tick(), agency="", source="tsunagu.consent", at=first - 1).then_nothing()
    then = held.when(Tick(), agency="", source="tsunagu.consent", at=first)
    assert [("a", PERMIT)] == [(event.request_id, event.outcome) for event in then.events if isinstance(event, DisclosureDecided)]

    assert next_ == GATE.due(then.state)
    then = then.after().when(Tick(), agency="", source="tsunagu.consent", at=next_)
    assert [("b", PERMIT)] == [(event.request_id, event.outcome) for event in then.events if isinstance(event, DisclosureDecided)]


def test_rule_1_without_a_period_no_day_frees_a_use():
    """What is used up in all waits for another yes."""
    form, case = recorded(consent(BASIC, use_limit=1)), given(GATE, released("first", 0), shared=TOWN).state

    assert (form.first_day,) == uses.opens(form, case)
    assert not uses.left(form, TODAY + 1000, "new", case)


@pytest.mark.parametrize(
    ("form", "code"),
    [({"use_period_days": 7}, RefusalCode.CONTRADICTORY), ({"use_limit": 1, "use_period_days": -1}, RefusalCode.VALUE_INVALID)],
)
def test_rule_1_a_period_of_no_number_is_not_recorded(form: dict[str, Any], code: RefusalCode):
    """It would limit nothing."""
    given(GATE, shared=TOWN).when(consent(BASIC, **form)).then_refused(code)


def test_rule_4_more_than_was_asked_is_not_recorded():
    """So many in all were asked for; so many in every week are more."""
    answer = consent(BASIC, consent=ASKED.consent, use_limit=2)
    asked = given(GATE, ASKED.changed(use_limit=2, valid_from=day_in_japan(AT)), shared=TOWN)

    asked.when(answer.changed(use_period_days=7, valid_from=day_in_japan(AT))).then_refused(RefusalCode.VALUE_INVALID)
    assert asked.when(answer.changed(valid_from=day_in_japan(AT))).after().state.consent(ASKED.consent)
