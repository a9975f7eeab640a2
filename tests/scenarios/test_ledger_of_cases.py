"""A person's ledger from the cases that name the person, over the sample day and every story: the same as from the whole log (rule 32)."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from cli.day import story
from cli.day.player import Day
from kernel.days import DAY_MS
from services.consent import packs, redeciding
from services.consent.domain.named import persons_of
from services.consent.ledgers import folded
from tests.scenarios import scenes
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.scenes import Scene
from tests.scenarios.stories import stories
from tests.services.consent.test_named import about, kept

PLAYED = (Scene("the day", story.play), Scene("looked at", scenes.looked_at), *(Scene(each.name, each.play) for each in stories()))


@pytest.mark.parametrize("scene", PLAYED, ids=lambda scene: scene.name)
def test_rule_32_the_cases_that_name_a_person_are_enough_for_the_ledger_of_everybody(scene: Scene):
    """The cases in any order, each in its own; for the person and for somebody who acts for the person, now and later."""
    with closing(MemoryStage(50)) as stage:
        scene.play(Day(stage))
        log = [redeciding.read(record) for number in range(PARTITIONS) for record in stage.log.records(TOPICS.log("consent"), number)]
        known, now, shuffled = packs.load(), stage.log.now, random.Random(scene.name)
    persons = sorted(frozenset[str]().union(*(persons_of(each.event) for each in log)))
    for person in persons:
        whole, own = folded(person, known, kept(log)), folded(person, known, about(person, log, shuffled))
        for at in (now, now + 15 * DAY_MS, now + 400 * DAY_MS):
            assert (whole.lines(at), whole.lines(at, by_proxy=True)) == (own.lines(at), own.lines(at, by_proxy=True))
