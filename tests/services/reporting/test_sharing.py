"""What of a town's logs leaves it for the prefecture: what the prefecture's projections are made of, without a value that stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.community import AdviceGiven, CaseStoryApproved, SessionHeld
from contracts.shared import AgeBand, AgeCount, LearningTopic
from kernel import serde
from services.reporting.projections import OF_TOWNS
from services.reporting.sharing import shared
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.test_prefecture import CORRECTED, FIRST, SMALL, STORY

ADVICE = AdviceGiven(to_agency="municipality", topic=LearningTopic.PROGRAMME_START, given_on=date(2026, 5, 1))
SESSION = SessionHeld(held_on=date(2026, 5, 1), attendance=(AgeCount(band=next(iter(AgeBand)), count=2),))
NAMED = STORY.changed(title="山田さん", deidentified=False)
HIDDEN = (SMALL, CORRECTED.changed(hidden=True), NAMED)


def leaves(event: Any, log: str = "") -> Any:
    """The event as it leaves the town; None where it does not."""
    value = shared(log or serde.type_of(event).function, serde.encode(event))
    return None if value is None else serde.decode(value)


@pytest.mark.parametrize("event", [FIRST, CORRECTED, ADVICE, STORY, CaseStoryApproved()], ids=lambda event: type(event).__name__)
def test_what_may_leave_leaves_byte_for_byte(event: Any):
    """As its town has written it."""
    value = serde.encode(event)

    assert value == shared(serde.type_of(event).function, value)


def test_r15_a_count_that_stays_in_the_town_is_not_in_what_leaves_it():
    """Neither in a report nor in a correction, nor its difference or how many events caused it."""
    reported, corrected = leaves(SMALL), leaves(CORRECTED.changed(hidden=True))

    assert (0, True) == (reported.value, reported.hidden)
    assert (0, 0, (), 0, True) == (corrected.value, corrected.difference, corrected.causes, corrected.cause_count, corrected.hidden)


def test_r15_what_a_small_count_could_be_added_up_from_stays_too():
    """Sessions with their attendance keep their place, and no more; nor does anything of a log that is not shared leave."""
    assert leaves(SESSION) is None
    assert leaves(FIRST, log="community") is leaves(ADVICE, log="participation") is None


def test_r15_a_draft_that_may_name_somebody_leaves_without_its_texts():
    """That there is one, and that it names somebody."""
    found = leaves(NAMED)

    assert (False, ()) == (found.deidentified, found.helpers)
    assert not any((found.title, found.reason, found.aim, found.content, found.result, found.mechanism, found.scheme))


@pytest.mark.parametrize("value", [None, b"", b"\x00\x00\x00\x00\x01", b"plain", serde.encode(FIRST)[:-1]])
def test_what_cannot_be_read_does_not_leave(value: bytes | None):
    """Whatever it holds."""
    assert shared("reporting", value) is None


@pytest.mark.parametrize("event", [FIRST, CORRECTED, ADVICE, STORY, *HIDDEN], ids=str)
def test_the_prefectures_rows_are_those_of_the_town(event: Any):
    """Every projection makes of what leaves what it would make of what was written."""
    for projection in OF_TOWNS:
        for table in projection.tables:
            assert rows(projection, table, [fact(event)]) == rows(projection, table, [fact(leaves(event))])
