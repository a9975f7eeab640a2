"""The forty decision cases over the memory log; case 5 also in its own night."""

from __future__ import annotations

from contextlib import closing

import pytest

from cli import registry
from cli.day.player import Day
from cli.day.rows import deny, permit
from kernel import serde
from kernel.envelope import Envelope
from tests.scenarios import test_time
from tests.scenarios.forty import Case, cases
from tests.scenarios.forty.desk import BASIC, at_the_desk, consent, link, verdicts
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage


class Stage(MemoryStage):
    """A memory stage on which the registry can put other rules in force."""

    def activate(self, pack: str, digest: str) -> None:
        """State that a pack is in force, everywhere."""
        fact = registry.PolicyActivated(pack=pack, hash=digest)
        attributes = Envelope(id=f"{pack}-{self.log.now}", source="registry", type=serde.type_of(fact).full_name, subject=pack)
        for topic, partition in (*registry.places(TOPICS, PARTITIONS, pack, fact), (TOPICS.registry, 0)):
            self.log.append(topic, partition, pack.encode(), serde.encode(fact), attributes.headers())


def test_there_are_forty():
    """None is left out, none is there twice."""
    assert list(range(1, 41)) == [case.number for case in cases()]


@pytest.mark.parametrize("case", cases(), ids=str)
@pytest.mark.parametrize("batch", [1, 50])
def test_a_case_comes_out_as_the_paper_says(case: Case, batch: int):
    """The verdict in the gate's log and what did or did not arrive; nothing that must follow is missing, nothing stands twice in a log."""
    with closing(Stage(batch)) as stage:
        day = Day(stage)
        case.play(day)

        assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in day.rows if row.fault]
        assert [] == stage.view.twice


def test_case_05_the_night_in_which_a_consent_ends():
    """Its last day counts whole; the next morning the same link is denied, and the verdict says: ask again."""
    with closing(Stage()) as stage:
        day = Day(stage)
        someone = at_the_desk(day, "髙橋 キヨ")
        day.say("elder", consent(day, someone, (BASIC,), "coordinator").changed(valid_to=stage.today), someone.case)
        day.say("elder", link(someone, "coordinator"), someone.case, permit("coordinator", BASIC))
        test_time.nights(day, 1)
        another = link(someone, "coordinator").changed(address="つなぐ町二丁目")
        day.say("elder", another, someone.case, deny("coordinator"))

        assert [] == [(row.type, row.fault) for row in day.rows if row.fault]
        verdict = verdicts(day, someone.case, "coordinator")[-1]
        assert (("CONSENT_EXPIRED",), ("CONSENT_OF_PERSON",)) == (verdict.reasons, verdict.releases_when)
