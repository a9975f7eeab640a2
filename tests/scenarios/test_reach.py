"""Reach (到達): no event type, no refusal code and no transition that no scenario reaches; and no transition that the table does not know."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import pytest

from cli.day import story
from cli.day.player import Day
from contracts.catalogue import CATALOGUE
from contracts.shared import RefusalCode
from tests.scenarios.arrows import ARROWS
from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.observed import Observed
from tests.scenarios.scenes import Scene, scenes
from tests.scenarios.stories import stories

NEVER_SENT = {RefusalCode.UNMAPPED, RefusalCode.PURPOSE_UNKNOWN, RefusalCode.CATEGORY_UNKNOWN}
"""What a reader of an older schema puts in the place of a code that it does not know: no code of its own. What only a pack with codes of its own
refuses, tried offline: the packs in force know all of ours."""


@pytest.fixture(scope="module")
def observed() -> Observed:
    """Everything that the sample day, every story and every scene has shown; each has a town of its own."""
    found, faults = Observed(), list[str]()
    day_and_stories = [Scene("the day", story.play), *(Scene(each.name, each.play) for each in stories())]
    for scene in (*day_and_stories, *scenes()):
        with closing(MemoryStage()) as stage:
            day = Day(stage)
            scene.play(day)
            faults += [f"{scene.name}: {row.agency} {row.type} {row.outcome}: {row.fault}" for row in day.rows if row.fault]
            found.look(stage)
    assert not faults, _listed("not as the scene says", faults)
    return found


def test_every_event_type_of_the_catalogue_is_reached(observed: Observed):
    """In a log or in an inbox."""
    missing = sorted(CATALOGUE.keys() - observed.types)
    assert not missing, _listed("event types that no scenario reaches", missing)


def test_every_refusal_code_is_reached(observed: Observed):
    """In the inbox of the agency that is refused, or on a dead letter."""
    missing = sorted(set(RefusalCode) - observed.codes - NEVER_SENT)
    assert not missing, _listed("refusal codes that no scenario reaches", missing)


def test_every_transition_is_reached(observed: Observed):
    """Each line of the table at least once."""
    missing = [str(arrow) for arrow in ARROWS if not any(map(arrow.covers, observed.moves))]
    assert not missing, _listed("transitions that no scenario reaches", missing)


def test_every_transition_that_happens_is_in_the_table(observed: Observed):
    """A new arrow of a decider is declared, or it is a mistake."""
    missing = [" ".join(move) for move in sorted(observed.moves) if not any(arrow.covers(move) for arrow in ARROWS)]
    assert not missing, _listed("transitions that the table does not know", missing)


def test_the_table_names_real_messages():
    """A renamed type is found here."""
    assert set() == {message for arrow in ARROWS for message in arrow.message.split("/")} - CATALOGUE.keys()


def _listed(title: str, lines: Iterable[str]) -> str:
    """A list that one can read in the output of a test."""
    return "\n".join((f"\n{title}:", *(f"  - {line}" for line in lines)))
