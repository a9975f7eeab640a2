"""The front door and its deciders under any input: they answer, always, and alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.envelope import CaseAnnounced, MessageRefused, PartGiven
from contracts.shared import CasePart, RefusalCode
from kernel import serde
from kernel.decider import Decider, Function
from kernel.memory import MemoryRecord
from kernel.properties import Said, check
from kernel.testing import given
from services.intake.app import CONSULTATION, OUTREACH
from services.intake.domain import consultation, outreach
from services.intake.domain.front_door import Admitted, Rejected, examine
from tests.kernel.courses import courses
from tests.services.intake import test_consultation, test_outreach
from tests.services.intake.outbox import LISTED, RECEIVED, TOPICS, record

FRAMED = serde.encode(RECEIVED)
COURSES: dict[str, tuple[Decider[Any], tuple[Any, ...]]] = {
    "consultation": (
        consultation.DECIDER,
        (
            test_consultation.SIGNAL, test_consultation.RECEIVED, test_consultation.SCREENED, test_consultation.LINKED,
            test_consultation.EMERGENCY, test_consultation.QUESTION,
        ),
    ),
    "outreach": (outreach.DECIDER, test_outreach.REPORTS),
}
CASES, AGENCIES = ("c" * 32, "d" * 32), ("elder", "outreach", "tax")
TOLD = (
    CaseAnnounced(agency="elder"), CaseAnnounced(agency="outreach", persons=(test_outreach.SON,)), PartGiven(agency="tax", part=CasePart.LINKED),
)


@settings(max_examples=300, deadline=None)
@for_all(
    key=some.none() | some.binary(max_size=40), value=some.none() | some.binary(max_size=80),
    headers=some.lists(some.tuples(some.sampled_from(["ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "x"]), some.binary(max_size=40))),
)
def test_any_record_is_judged(key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    """No bytes make the door fail; what is no event is rejected with a code."""
    found = examine(MemoryRecord(TOPICS.outbox("elder"), 0, 0, 0, key, value, headers), "elder", LISTED)
    assert isinstance(found, Rejected)
    assert isinstance(found.error.code, RefusalCode)


@settings(max_examples=300, deadline=None)
@for_all(place=some.integers(min_value=0, max_value=len(FRAMED) - 1), byte=some.integers(min_value=0, max_value=255))
def test_a_good_record_with_one_wrong_byte_is_judged(place: int, byte: int) -> None:
    """Damage is either found or makes another well-formed event; it never makes the door fail."""
    value = FRAMED[:place] + bytes((byte,)) + FRAMED[place + 1:]
    assert isinstance(examine(record(value=value), "elder", LISTED), Admitted | Rejected)


@pytest.mark.parametrize("name", COURSES)
@settings(max_examples=200, deadline=None)
@for_all(data=some.data())
def test_any_course_of_a_case_is_answered_and_always_alike(name: str, data: some.DataObject) -> None:
    """Whatever the agencies report, in whatever order: each report is recorded or refused, and the same twice over."""
    decider, reports = COURSES[name]
    case = given(decider)
    for message in data.draw(some.lists(some.sampled_from(reports), max_size=12)):
        then = case.when(message)
        assert then.events == case.when(message).events
        assert type(then.events[0]) in (type(message), MessageRefused)
        case = then.after()


@pytest.mark.parametrize("function", [CONSULTATION, OUTREACH], ids=lambda function: function.name)
@settings(max_examples=60, deadline=None)
@for_all(data=some.data())
def test_a_function_is_sound_under_any_course(function: Function, data: some.DataObject) -> None:
    """Two cases, two openers and a stranger, in whatever order: every property of a function holds."""
    reports = COURSES[function.name][1]
    opened = Said(TOLD[0], CASES[0], "elder", "tsunagu.intake")
    usual = (opened, *(Said(report, CASES[0], "elder") for report in reports))
    told = (*TOLD, *test_outreach.TOLD) if function is OUTREACH else TOLD
    check(function, data.draw(courses(usual, reports, told, keys=CASES, agencies=AGENCIES)))
