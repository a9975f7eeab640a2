"""Resources: what is short in an area is discussed, and gaps become tasks; each rule in a sentence."""

from __future__ import annotations

import pytest

from contracts.coordination import DevelopmentTaskOpened, ResourceSituationDiscussed
from contracts.envelope import DisclosureRequested, PartGiven, Tick
from contracts.participation import ResourceGapFound
from contracts.shared import Basis, CasePart, FunctionName, NeedKind, Purpose, RefusalCode
from kernel.testing import Given, given
from services.coordination.domain.resources import DECIDER

AREA = "990019-07"
DISCUSSED = ResourceSituationDiscussed(sitting="1" * 32, shortage=(NeedKind.WORK,), action="薪割りの作業場を探す")
GAP = ResourceGapFound(need_kind=NeedKind.WORK, area=AREA)
TASK = DevelopmentTaskOpened(need_kind=NeedKind.WORK, count=1)


def area(*events: object) -> Given:
    """The area with this past."""
    return given(DECIDER, *events, key=AREA)


def part(agency: str) -> PartGiven:
    """The part of an agency that discusses the area."""
    return PartGiven(agency=agency, part=CasePart.ROLE)


def told(event_id: str, recipient: str) -> DisclosureRequested:
    """A request to tell an agency what is missing."""
    return DisclosureRequested(
        event_id=event_id, event_type="DevelopmentTaskOpened", recipient=recipient, agency="participation",
        function=FunctionName.COORDINATION, purpose=Purpose.COMMUNITY, basis=Basis.B0, parts=(),
    )


def test_whoever_discusses_an_area_takes_part_in_it() -> None:
    """The first time; later discussions are recorded just so."""
    area().when(DISCUSSED, agency="coordinator").then(DISCUSSED, part("coordinator")) \
        .when(DISCUSSED, agency="coordinator").then(DISCUSSED) \
        .when(DISCUSSED, agency="municipality").then(DISCUSSED, part("municipality"))


@pytest.mark.parametrize("key", ["c" * 32, "990019", "990019-7", "990019-07 "])
def test_an_area_is_no_case(key: str) -> None:
    """Under the id of a case nothing is discussed, and nobody gets a part in it that way."""
    given(DECIDER, key=key).when(DISCUSSED, agency="coordinator").then_refused(RefusalCode.VALUE_INVALID)


def test_a_gap_becomes_a_task_that_nobody_hears_of_where_nobody_works_on_it() -> None:
    """It is counted, and waits for the next discussion."""
    area().when(GAP, agency="participation", source="tsunagu.participation").then(TASK)


def test_gaps_are_counted_by_kind_of_need() -> None:
    """The third place to work that was not found, the first place to be."""
    counted = area(TASK, TASK.changed(count=2))
    counted.when(GAP, agency="participation", source="tsunagu.participation").then(TASK.changed(count=3))
    other = GAP.changed(need_kind=NeedKind.PLACE_TO_BE)
    counted.when(other, agency="participation", source="tsunagu.participation").then(TASK.changed(need_kind=NeedKind.PLACE_TO_BE))


def test_whoever_works_on_the_area_is_told_of_the_task() -> None:
    """In the order in which they began; a number and a kind of need, no case."""
    then = area(DISCUSSED, part("municipality"), DISCUSSED, part("coordinator"), part("municipality")) \
        .when(GAP, agency="participation", source="tsunagu.participation")
    then.then(TASK, told(then.context.event_id(0), "municipality"), told(then.context.event_id(0), "coordinator"))


def test_who_found_the_gap_is_told_of_the_task_too() -> None:
    """It reported a gap in a case; how often there was one in the area it learns only here."""
    then = area(part("participation")).when(GAP, agency="participation", source="tsunagu.participation")
    then.then(TASK, told(then.context.event_id(0), "participation"))


def test_parts_of_another_kind_are_none_in_the_work_on_resources() -> None:
    """Whoever is linked to something under this key does not therefore discuss it."""
    area(PartGiven(agency="elder", part=CasePart.LINKED)).when(GAP, agency="participation", source="tsunagu.participation").then(TASK)


def test_an_unknown_message_is_refused() -> None:
    """What is no matter of resources is said to be so, never ignored."""
    area().when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
