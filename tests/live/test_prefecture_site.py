"""The prefecture sees two towns, and neither sees the other: a site of its own, into which each town sends what it shares."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.error import HTTPError

import pytest
from confluent_kafka import KafkaError, Producer

from cli import mirror
from cli.day.live import open_stage
from cli.day.player import Day
from cli.mirrored import Progress
from contracts.reporting import FigureCorrected
from deploy.local import access, topic_plan
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.town import Agency
from kernel import serde
from kernel.records import TP
from kernel.topics import Topics
from services.reporting.resource import Role
from tests.installation import Broker
from tests.live import second_town
from tests.live.days import play
from tests.live.prefecture_site import Reader, begin, by_town, figures, lying, mirrored, told, tsunagu, until
from tests.live.second_town import SecondTown
from tests.live.test_access import fetched, operations
from tests.live.test_closing import month
from tests.scenarios.stories import s13_prefecture

PATIENCE_S = 30.0
DESK = (Agency("desk", "PREFECTURE", ""),)
Cells = dict[tuple[str, str, str], int | None]


@dataclass(frozen=True, slots=True)
class Sites:
    """The first town with its services, what the second has written, the prefecture."""

    first: Broker
    second: SecondTown
    prefecture: Broker

    @property
    def own(self) -> str:
        """The first town's code."""
        return self.first.settings.municipality

    def copy(self, town: str) -> mirror.Copy:
        """A town's own way into the prefecture's cluster."""
        secrets = self.prefecture.settings.home / "secrets"
        return mirror.copy(town, self.prefecture.settings.bootstrap, secrets / f"{access.mirror(town)}.password", secrets / "ca.pem")


@pytest.fixture(scope="module")
def sites(stack: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Both towns have lived and closed their month; each has sent what it shares."""
    with pytest.MonkeyPatch.context() as patch:
        second = second_town.lived(patch)
    with open_stage(stack.settings) as stage:
        s13_prefecture.play(Day(stage))
    if not figures(stack, month()):
        play(stack.settings)
        closed = told(stack, "report", "close", month(), "--early")["rows"]
        assert until(lambda: len(figures(stack, month()).get(stack.settings.municipality, {})) == len(closed))
    folder = tmp_path_factory.mktemp("prefecture")
    with pytest.MonkeyPatch.context() as patch:
        try:
            prefecture = begin(folder, (stack.settings.municipality, second_town.CODE), patch)
            found = Sites(stack, second, prefecture)
            assert mirrored(stack, prefecture) != "tsunagu: 0 records sent"
            copy = found.copy(second_town.CODE)
            for log, records in (("community", second.community), ("reporting", second.reporting)):
                assert len(records) == copy.send(log, records)
            yield found
        finally:
            Installation(Layout(folder), tied=True).down()


def expected(second: SecondTown) -> Cells:
    """What the second town's prefecture may see."""
    return {cell: None if cell in second.hidden else value for cell, value in second.figures.items()}


def test_the_prefecture_sees_the_figures_of_both_towns_without_the_small_ones(sites: Sites):
    """Through its API and by its command: what the first town itself says that leaves it, and what the second has reported."""
    reader = Reader(sites.prefecture, Role.PREFECTURE)
    wanted = {**figures(sites.first, month()), second_town.CODE: expected(sites.second)}
    assert until(lambda: by_town(reader.rows("prefecture-figures", period=month())) == wanted)

    assert wanted == figures(sites.prefecture, month())
    assert {town: cells for town, cells in wanted.items() if town == sites.own} == figures(sites.prefecture, month(), "--town", sites.own)
    assert all(None in cells.values() and any(cells.values()) for cells in wanted.values())
    for resource in ("prefecture-support", "case-library"):
        assert {sites.own, second_town.CODE} == {row["municipality"] for row in reader.rows(resource)}


def test_r15_no_small_count_lies_in_the_prefectures_cluster(sites: Sites):
    """In no record of what the towns have sent there is a value that is kept back, or what it could be counted from."""
    for town in (sites.own, second_town.CODE):
        events = [serde.decode(each.value) for each in lying(sites.prefecture, Topics(town).log("reporting")) if each.value]
        hidden = [each for each in events if each.hidden]
        assert hidden and not any(each.value or (isinstance(each, FigureCorrected) and each.difference) for each in hidden)
        said = {serde.event_type(each.value).cls.__name__ for each in lying(sites.prefecture, Topics(town).log("community")) if each.value}
        assert {"AdviceGiven", "CaseStoryApproved"} <= said <= {"AdviceGiven", "TrainingHeld", "ExchangeHeld", "NoticeRelayed", "CaseStoryDrafted", "CaseStoryApproved"}


def test_neither_town_sees_the_other(sites: Sites):
    """At its own site there is nothing of the other; in the prefecture's cluster its account sees its own logs, and the other's not even from outside."""
    for role in (Role.PREFECTURE, Role.MUNICIPALITY):
        reader = Reader(sites.first, role)
        assert {sites.own} == {row["municipality"] for row in reader.rows("prefecture-figures")}
        assert [] == reader.rows("prefecture-figures", municipality=second_town.CODE) == reader.rows("case-library", municipality=second_town.CODE)
    assert {} == figures(sites.first, month(), "--town", second_town.CODE)
    assert [] == Reader(sites.prefecture, Role.MUNICIPALITY).rows("prefecture-figures")  # the prefecture itself is no town
    with pytest.raises(HTTPError, match="404"):
        Reader(sites.prefecture, Role.MUNICIPALITY).ask("/v1/timeline")


async def test_a_towns_account_can_write_its_own_shared_logs_and_nothing_else(sites: Sites):
    """By the broker's word for every topic; and by a real attempt to write and to read each."""
    topics = [topic.name for topic in topic_plan.plan(sites.prefecture.settings, DESK)]
    for town in (sites.own, second_town.CODE):
        own, account = {Topics(town).log(name) for name in access.SHARED}, access.mirror(town)
        assert {topic: {"READ", "WRITE", "DESCRIBE"} if topic in own else set() for topic in topics} == operations(sites.prefecture, account, topics)
        refused = {topic: KafkaError.TOPIC_AUTHORIZATION_FAILED for topic in topics if topic not in own}
        assert refused == {topic: code for topic, code in (await fetched(sites.prefecture, account, topics)).items() if code}
        assert refused == written(sites.prefecture, account, refused)


def test_who_is_named_no_more_loses_account_and_rights(sites: Sites):
    """As it is, nothing differs from the plan; without the second town in the settings its account goes, and every right on what it has sent."""
    settings = sites.prefecture.settings
    assert [] == BrokerAdmin(settings, DESK).differences()

    changes = BrokerAdmin(replace(settings, towns=(sites.own,)), DESK).differences()

    gone = access.mirror(second_town.CODE)
    assert {"surplus"} == {each.detail for each in changes} and [gone] == [each.name for each in changes if each.kind == "account"]
    rules = [each.name.split() for each in changes if each.kind == "rule"]
    assert {f"User:{gone}", "User:reporting", "User:auditor", "User:observer"} == {principal for principal, *_ in rules}
    assert all(second_town.CODE in name for *_, name in rules)


def written(site: Broker, principal: str, topics: dict[str, int]) -> dict[str, int | None]:
    """What the broker answers to a record in each of these topics."""
    outcomes: dict[str, int | None] = {}
    producer = Producer({**site.confluent(principal), "acks": "all"})
    for topic in topics:
        producer.produce(topic, b"forbidden", on_delivery=lambda error, message: outcomes.update({message.topic(): error.code() if error else None}))
    producer.flush(PATIENCE_S)
    return outcomes


def test_the_copy_has_each_record_once_in_its_place_and_time(sites: Sites):
    """Sent again there is nothing to send; what comes later follows. A second copy of a record changes nothing that is seen."""
    assert "tsunagu: 0 records sent" == mirrored(sites.first, sites.prefecture)
    for topic in map(Topics(sites.own).log, access.SHARED):
        here, there = lying(sites.first, topic), lying(sites.prefecture, topic)
        assert [(each.partition, each.offset, each.timestamp, each.key, list(each.headers)) for each in here] == [
            (each.partition, each.offset, each.timestamp, each.key, list(each.headers)[:-1]) for each in there]

    reader, known = Reader(sites.prefecture, Role.PREFECTURE), figures(sites.prefecture, month())
    with open_stage(sites.first.settings) as stage:
        s13_prefecture._advised(Day(stage))
    before = len(reader.rows("prefecture-support", municipality=sites.own))
    assert 0 < int(mirrored(sites.first, sites.prefecture).split()[1])
    sites.copy(second_town.CODE).send("reporting", sites.second.reporting[:20])
    assert until(lambda: len(reader.rows("prefecture-support", municipality=sites.own)) == before + 2)
    assert known == figures(sites.prefecture, month())


def test_a_mirror_that_runs_on_tells_that_all_is_there(sites: Sites):
    """What came while nobody sent, and then that nothing waits: so that somebody is called when it stands still (MirrorStale)."""

    class Enough(Exception):
        """All is there."""

    class Watched(Progress):
        def due(self) -> bool:
            if self.onlooker.registry.get_sample_value("tsunagu_mirror_caught_up_timestamp_seconds", {"service": "mirror"}):
                raise Enough
            return super().due() or True

    with open_stage(sites.first.settings) as stage:
        s13_prefecture._advised(Day(stage))
    progress, began = Watched(), time.time()
    with pytest.raises(Enough):
        mirror.follow(sites.first.settings, sites.copy(sites.own), once=False, progress=progress)

    found = {name: progress.onlooker.registry.get_sample_value(f"tsunagu_mirror_{name}", {"service": "mirror"}) for name in ("caught_up_timestamp_seconds", "last_copied_timestamp_seconds", "lag_records", "records_total")}
    assert began <= found["last_copied_timestamp_seconds"] <= found["caught_up_timestamp_seconds"]
    assert 0 == found["lag_records"] and 0 < found["records_total"]


def test_where_the_copy_is_not_of_this_log_nothing_is_sent(sites: Sites):
    """The town's logs were made anew, so the copy goes further than they do; or the copy is another town's."""

    class Further(mirror.Copy):
        def next(self, places: Iterable[TP]) -> dict[TP, int]:
            return dict.fromkeys(places, 1_000_000)

    with pytest.raises(mirror.OtherLog, match=sites.own):
        mirror.follow(sites.first.settings, Further({}, ""), once=True)
    with pytest.raises(mirror.NotAccepted, match="AUTHORIZATION|UNKNOWN"):
        mirror.follow(sites.first.settings, sites.copy(second_town.CODE), once=True)


def test_what_stood_there_what_is_parked_and_a_rebuild_work_at_the_prefecture(sites: Sites):
    """From the logs of the towns alone: as of now, rebuilt and switched; what cannot be read parks its figure and nothing else."""
    known = figures(sites.prefecture, month())
    rows = [row for row in told(sites.prefecture, "audit", "asof", "shared", "--table", "shared_figures") if row["period"] == month()]
    assert known == by_town({**row, "value": None if row["value"] == -1 else row["value"]} for row in rows)
    assert [] == told(sites.prefecture, "audit", "asof", "shared", "2020-01-01", "--table", "shared_figures") == told(sites.prefecture, "parked", "list")

    assert {("shared", True), ("prefecture", True)} == {(row["projection"], row["equal"]) for row in told(sites.prefecture, "rebuild", "all")}
    told(sites.prefecture, "rebuild", "all", "--switch")
    assert known == figures(sites.prefecture, month())

    last = sites.second.reporting[-1]
    broken = type(last)(last.topic, last.partition, last.offset + 1, int(time.time() * 1000), last.key, b"broken", tuple(
        (name, b"2" if name == "ce_seq" else b"broken" if name == "ce_id" else value) for name, value in last.headers))
    sites.copy(second_town.CODE).send("reporting", [broken])
    assert until(lambda: tsunagu(sites.prefecture, "parked", "list").exit_code == 1)
    parked = json.loads(tsunagu(sites.prefecture, "parked", "show", "--output", "json").stdout)
    assert {("shared", last.topic, last.key.decode())} == {(each["projection"], each["topic"], each["case"]) for each in parked}
    shown = tsunagu(sites.prefecture, "report", "prefecture", "figures", "--month", month(), "--output", "json")
    assert (1, known) == (shown.exit_code, by_town(json.loads(shown.stdout)["rows"])) and "incomplete" in shown.stderr
