"""漏えい等 (R13): what is no breach is refused; any ground opens the duty to tell the Commission and the persons, and special care needs one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import BreachDutiesOpened, BreachReported
from contracts.shared import BreachDuty, BreachKind, DataCategory, RefusalCode
from kernel.testing import AT, Then, given
from services.consent.domain.entries import BreachDays
from services.consent.domain.gate import gate
from tests.services.consent.town import GATE, PACK, TOWN

BASIC, HEALTH, ECONOMIC = DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ECONOMIC
FOUND = date(2026, 5, 1)
LEAK = BreachReported(kind=BreachKind.SPECIAL_CARE, persons=1, found_on=FOUND, notified=(), categories=(HEALTH,))
ORDINANCE = gate({"hash": replace(PACK, deadlines={}, special_care=PACK.special_care | {ECONOMIC}, breach=BreachDays(first_report=3))})
"""A town whose ordinance counts 経済状況 among special care, and that reports in three days."""


def reported(decider: Any = GATE, **changes: Any) -> Then:
    """The privacy desk reports a breach."""
    return given(decider, shared=TOWN).when(LEAK.changed(**changes), agency="municipality", source="intake", at=AT)


def duties(then: Then) -> BreachDutiesOpened:
    """What it is told of its duties."""
    (found,) = (event for event in then.events if isinstance(event, BreachDutiesOpened))
    return found


def test_r13_one_person_of_special_care_is_enough():
    """The desk is told: the Commission in five days and again in thirty, the person at once."""
    assert BreachDutiesOpened(
        recipient="municipality", grounds=(BreachKind.SPECIAL_CARE,), duties=(BreachDuty.REPORT_TO_COMMISSION, BreachDuty.TELL_THE_PERSON),
        first_report_by=date(2026, 5, 6), final_report_by=date(2026, 5, 31),
    ) == duties(reported())


def test_r13_a_wrongful_aim_gives_more_time_for_the_final_report_and_none_for_the_first():
    """60 days."""
    found = duties(reported(kind=BreachKind.WRONGFUL_AIM, categories=(BASIC,)))

    assert (date(2026, 5, 6), date(2026, 6, 30)) == (found.first_report_by, found.final_report_by)


@pytest.mark.parametrize(
    ("changes", "grounds"),
    [
        ({"kind": BreachKind.FINANCIAL_HARM, "categories": (BASIC,)}, (BreachKind.FINANCIAL_HARM,)),
        ({"kind": BreachKind.FINANCIAL_HARM}, (BreachKind.FINANCIAL_HARM, BreachKind.SPECIAL_CARE)),
        ({"kind": BreachKind.FINANCIAL_HARM, "persons": 101}, (BreachKind.FINANCIAL_HARM, BreachKind.SPECIAL_CARE, BreachKind.OVER_100_PERSONS)),
        ({"categories": ()}, (BreachKind.SPECIAL_CARE,)),
    ],
)
def test_r13_every_ground_that_holds_is_told(changes: dict[str, Any], grounds: tuple[BreachKind, ...]):
    """Not only the one that the desk has thought of; whoever states no category is believed."""
    assert grounds == duties(reported(**changes)).grounds


def test_r13_what_an_ordinance_adds_to_special_care_counts():
    """条例要配慮個人情報: in that town it is a breach, elsewhere the same report is none; and its own days count."""
    of_money = {"categories": (ECONOMIC,)}

    reported(**of_money).then_refused(RefusalCode.VALUE_INVALID)
    found = duties(reported(ORDINANCE, **of_money))
    assert ((BreachKind.SPECIAL_CARE,), date(2026, 5, 4)) == (found.grounds, found.first_report_by)
    assert BreachKind.SPECIAL_CARE in duties(reported(ORDINANCE, kind=BreachKind.FINANCIAL_HARM, **of_money)).grounds


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"found_on": date(2027, 5, 1)}, RefusalCode.PERIOD_INVALID), ({"kind": BreachKind.OVER_100_PERSONS, "persons": 100}, RefusalCode.VALUE_INVALID),
        ({"categories": (BASIC,)}, RefusalCode.VALUE_INVALID),
    ],
)
def test_r13_what_cannot_be_is_refused(changes: dict[str, Any], code: RefusalCode):
    """Found tomorrow, a hundred that are more than a hundred, special care of which nothing is."""
    reported(**changes).then_refused(code)
