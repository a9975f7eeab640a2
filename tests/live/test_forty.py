"""The forty decision cases on the real broker, database and services, through the agencies' own accounts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from confluent_kafka import KafkaError

from cli import registry, stating
from cli.day.live import LiveStage
from cli.day.player import Day
from contracts.registry import PolicyActivated
from deploy.local import access
from deploy.local.town import agencies
from kernel.topics import Topics
from tests.installation import Broker
from tests.live.test_access import fetched
from tests.scenarios.forty import Case, cases
from tests.scenarios.forty.outside import WATCHERS


class Stage(LiveStage):
    """The running town, in which the registry can put other rules in force."""

    def activate(self, pack: str, digest: str) -> None:
        """State that a pack is in force, as ``tsunagu run up`` does."""
        settings = self.settings
        topics = Topics(settings.municipality)
        news = registry.News(pack, PolicyActivated(pack=pack, hash=digest), time.time_ns())
        stating.send(settings, registry.PRINCIPAL, [(*place, news) for place in registry.places(topics, settings.partitions, pack, news.fact)])
        stating.send(settings, registry.PRINCIPAL, [(topics.registry, 0, news)])


@pytest.fixture(scope="module")
def stage(stack: Broker) -> Iterator[Stage]:
    """The running town, for all cases one after the other."""
    with closing(Stage(stack.settings)) as opened:
        yield opened


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_case_comes_out_as_the_paper_says(stage: Stage, case: Case):
    """The same verdicts as in memory, and the same in every inbox; nothing that must follow is missing, nothing stands twice in a log."""
    day = Day(stage)
    case.play(day)

    assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in day.rows if row.fault]
    assert [] == stage.view.twice


@pytest.mark.parametrize("watcher", [*WATCHERS, "agency-elder"])
async def test_case_38_the_broker_itself_shows_no_payload_to_who_watches(broker: Broker, watcher: str):
    """A real fetch from every inbox of an agency and every log: refused, but for one's own inbox and the registry's facts."""
    topics = Topics(broker.settings.municipality)
    own = {"agency-elder": {topics.agency_inbox("elder")}, "registry": {topics.named("registry.log")}}.get(watcher, set())
    names = [*(topics.agency_inbox(agency.id) for agency in agencies()), *(topics.named(name) for name in access.LOGS)]

    codes = await fetched(broker, watcher, names)

    assert own == {name for name, code in codes.items() if code != KafkaError.TOPIC_AUTHORIZATION_FAILED}
