"""Exclusions (rules 1 and 11): by recipient, category, author, days and item; what a replacing consent leaves out stops with its recipients."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import DisclosureDecided, DisclosureReleased, StopNoticeIssued
from contracts.shared import Basis, DataCategory, Exclusion, Outcome
from kernel.testing import AT, Given, given
from tests.services.consent.town import CONSENT, GATE, TOWN, consent, part, request

BASIC, ECONOMIC, HEALTH = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH
DENY, PERMIT, REDACT = Outcome.DENY, Outcome.PERMIT, Outcome.REDACT
NEXT = "e" * 32
ITEM = "00000000-0000-8000-8000-00000000000a"
MAY = date(2026, 5, 10)


def case(*events: Any) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=TOWN)


def ask(before: Given, *parts: Any, **changes: Any) -> DisclosureDecided:
    """The verdict on what the elder centre wrote on 10 May."""
    asked = request(*(parts or (part(BASIC), part(HEALTH))), **{"event_type": "PlanShared", "authored": MAY, "event_id": ITEM, **changes})
    (found,) = (each for each in before.when(asked, source="coordination").events if isinstance(each, DisclosureDecided))
    return found


@pytest.mark.parametrize(
    ("exclusion", "changes", "outcome"),
    [
        ({"author": "elder"}, {}, REDACT), ({"author": "child"}, {}, PERMIT), ({"author": "child"}, {"agency": ""}, REDACT),
        ({"written_from": MAY}, {}, REDACT), ({"written_from": date(2026, 5, 11)}, {}, PERMIT), ({"written_to": MAY}, {}, REDACT),
        ({"written_to": date(2026, 5, 9)}, {}, PERMIT), ({"written_to": date(2026, 5, 9)}, {"authored": None}, REDACT),
        ({"item": ITEM}, {}, REDACT), ({"item": ITEM[:-1] + "b"}, {}, PERMIT), ({"item": ITEM[:-1] + "b"}, {"event_id": ""}, REDACT),
        ({"recipient": "poverty", "author": "elder"}, {}, PERMIT), ({"author": "elder", "written_to": date(2026, 5, 9)}, {}, PERMIT),
    ],
)
def test_rule_1_what_an_author_wrote_some_days_or_one_item_may_be_left_out(exclusion: dict[str, Any], changes: dict[str, Any], outcome: Outcome):
    """All that an exclusion names must meet; what the request does not say may be just what is left out."""
    excluding = case(consent(BASIC, HEALTH, exclusions=(Exclusion(category=HEALTH, **exclusion),)))

    assert outcome is ask(excluding, **changes).outcome


def test_rule_11_an_author_of_whom_nothing_goes_is_closed_altogether():
    """Whatever the category, to whomever, also where the event has no sealed part; what others wrote goes."""
    excluding = case(consent(BASIC, exclusions=(Exclusion(author="elder"),)))

    assert (DENY, ("EXCLUDED",)) == ((found := ask(excluding, part(BASIC))).outcome, found.reasons)
    assert PERMIT is ask(excluding, part(BASIC), agency="child").outcome


def received(*categories: DataCategory) -> DisclosureReleased:
    """The coordinator has received these on the consent."""
    return DisclosureReleased(verdict_id="v", decided_at=AT, request_id="r", event_id="e", event_type="PlanShared", recipient="coordinator",
                              basis=Basis.C, consents=(CONSENT,), released=tuple(part(each) for each in categories))


@pytest.mark.parametrize(
    ("exclusions", "stopped"),
    [
        ((), []), ((Exclusion(category=HEALTH),), [(HEALTH,)]), ((Exclusion(recipient="coordinator", category=HEALTH),), [(HEALTH,)]),
        ((Exclusion(recipient="poverty", category=HEALTH),), []), ((Exclusion(category=ECONOMIC),), []),
        ((Exclusion(category=HEALTH, author="child"),), [(HEALTH,)]), ((Exclusion(written_to=date(2026, 4, 30)),), [(BASIC, HEALTH)]),
    ],
)
def test_rule_27_what_a_replacing_consent_leaves_out_is_to_be_used_no_more(exclusions: tuple[Exclusion, ...], stopped: list[tuple[DataCategory, ...]]):
    """By whoever has received it; who wrote that, and when, the gate does not remember: it may be meant."""
    replacing = consent(BASIC, HEALTH, consent=NEXT, supersedes=(CONSENT,), exclusions=exclusions)
    then = case(consent(BASIC, HEALTH), received(BASIC, HEALTH)).when(replacing)

    assert stopped == [each.categories for each in then.events if isinstance(each, StopNoticeIssued)]


def test_rule_27_a_delivery_that_comes_after_the_replacement_is_stopped_too():
    """It had left before."""
    replacing = consent(BASIC, HEALTH, consent=NEXT, supersedes=(CONSENT,), exclusions=(Exclusion(category=HEALTH),))
    then = case(consent(BASIC, HEALTH), replacing).when(received(BASIC, HEALTH), source="consent")

    assert [(HEALTH,)] == [each.categories for each in then.events if isinstance(each, StopNoticeIssued)]
