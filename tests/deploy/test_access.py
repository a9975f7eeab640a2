"""The access table says what the architecture says: the gate is topology, not a call."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cli import registry
from contracts.catalogue import CATALOGUE
from deploy.local import access, topic_plan
from deploy.local.first_start import DECIDING, OBSERVER
from deploy.local.town import agencies
from kernel.settings import Settings
from kernel.topics import Topics
from services.reporting.api import serving
from services.reporting.app import LOGS_OF_TOWNS

TOPICS = Topics("990019")
TOWN = agencies()
GRANTS = access.grants(TOPICS, TOWN)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of which only the numbers matter."""
    return Settings(
        home=tmp_path, municipality="990019", partitions=12, agency_partitions=1, bootstrap="", security_protocol="", database_host="",
        database_port=0, policy="", schema_window="",
    )


def who(operation: str, topic: str) -> set[str]:
    """The accounts that may do ``operation`` on ``topic``."""
    return {grant.principal for grant in GRANTS if (grant.operation, grant.topic) == (operation, topic)}


def test_rule_22_only_the_gate_writes_an_agencys_inbox_and_only_the_agency_reads_it():
    """No handler can forget to ask."""
    for agency in TOWN:
        assert who("WRITE", TOPICS.agency_inbox(agency.id)) == {"consent"}
        assert who("READ", TOPICS.agency_inbox(agency.id)) == {agency.principal}


def test_only_an_agency_writes_its_outbox_and_only_the_front_door_reads_it():
    """The sender is derived from the topic."""
    for agency in TOWN:
        assert who("WRITE", TOPICS.outbox(agency.id)) == {agency.principal}
        assert who("READ", TOPICS.outbox(agency.id)) == {"intake"}


def test_an_agency_may_touch_its_two_topics_and_nothing_else():
    """Its own outbox and its own inbox, by full name."""
    for agency in TOWN:
        mine = {(grant.operation, grant.topic) for grant in GRANTS if grant.principal == agency.principal}
        assert mine == {("WRITE", TOPICS.outbox(agency.id)), ("READ", TOPICS.agency_inbox(agency.id))}


def test_every_log_has_one_writer():
    """`seq` is gapless because one account alone writes a log."""
    for name in access.LOGS:
        assert len(who("WRITE", TOPICS.named(name))) == 1


def test_the_auditor_writes_nothing():
    """It reads every log."""
    mine = [grant for grant in GRANTS if grant.principal == "auditor"]

    assert {grant.operation for grant in mine} == {"READ"}
    assert {grant.topic for grant in mine} == {TOPICS.named(name) for name in access.LOGS}


def test_reporting_writes_figures_and_nothing_else():
    """It reads every log, and writes only what it reports itself: nobody else may, and nothing reaches an agency's inbox by its hand."""
    own = {TOPICS.inbox("reporting"), TOPICS.log("reporting"), TOPICS.dead_letters("reporting")}
    mine = {operation: {grant.topic for grant in GRANTS if (grant.principal, grant.operation) == ("reporting", operation)} for operation in ("READ", "WRITE")}

    assert mine == {"WRITE": own, "READ": {TOPICS.named(name) for name in access.LOGS} | {TOPICS.control, TOPICS.inbox("reporting")}}
    assert {"reporting"} == who("WRITE", TOPICS.inbox("reporting")) == who("READ", TOPICS.inbox("reporting"))


def test_the_api_writes_who_has_read_and_nothing_else():
    """Whoever reaches it from outside can report nothing and send nothing: its account reads the logs, and only the gate reads what it writes."""
    mine = {(grant.operation, grant.topic) for grant in GRANTS if grant.principal == serving.ACCOUNT}

    assert mine == {("WRITE", TOPICS.reads)} | {("READ", TOPICS.named(name)) for name in access.LOGS}
    assert {"api"} == who("WRITE", TOPICS.reads) and {"consent"} == who("READ", TOPICS.reads)


def test_the_registry_writes_where_its_facts_go_and_nowhere_else():
    """Its own log, the gate and the functions; it reads no more than what it has told."""
    facts = registry.facts("national-2", TOWN)
    needed = {topic for key, fact in facts for topic, _ in registry.places(TOPICS, 12, key, fact)} | {TOPICS.registry}
    mine = {(grant.operation, grant.topic) for grant in GRANTS if grant.principal == registry.PRINCIPAL}

    assert mine == {("WRITE", topic) for topic in needed} | {("READ", TOPICS.registry)}


def test_dead_letters_are_read_by_the_inspector_alone_and_the_inspector_reads_nothing_else():
    """What could not be read may hold anything: one account sees it, and that account sees nothing beside it."""
    for name in access.DEAD_LETTERS:
        assert who("READ", TOPICS.named(name)) == {"inspector"}
    mine = {(grant.operation, grant.topic) for grant in GRANTS if grant.principal == "inspector"}
    assert mine == {("READ", TOPICS.named(name)) for name in access.DEAD_LETTERS}


def test_who_looks_on_sees_every_topic_from_outside_and_opens_none(settings: Settings):
    """How many records there are, and from when: of every topic that is planned. It reads nothing, writes nothing, and sees the services' groups alone."""
    mine = {(grant.operation, grant.topic) for grant in GRANTS if grant.principal == OBSERVER}

    assert mine == {("DESCRIBE", topic.name) for topic in topic_plan.plan(settings, TOWN)}
    assert access.overseen(TOPICS) == {(OBSERVER, f"990019.{service}.") for service in DECIDING}
    assert {OBSERVER} == {grant.principal for grant in GRANTS if grant.operation == "DESCRIBE"}


def test_every_right_is_on_a_planned_topic(settings: Settings):
    """A misspelt name would be a right on nothing."""
    planned = {topic.name for topic in topic_plan.plan(settings, TOWN)}

    assert {grant.topic for grant in GRANTS} <= planned


def test_every_topic_takes_the_brokers_time_and_logs_are_kept_for_ever(settings: Settings):
    """Time is the broker's append time; the log is the state."""
    for topic in topic_plan.plan(settings, TOWN):
        assert topic.settings["message.timestamp.type"] == "LogAppendTime"
        assert (topic.settings["retention.ms"] == "-1") == topic.name.endswith(".log")


def test_the_urgent_lane_is_partitioned_like_the_gates_inbox(settings: Settings):
    """One case, one partition number in both."""
    partitions = {topic.name: topic.partitions for topic in topic_plan.plan(settings, TOWN)}

    assert partitions[TOPICS.urgent] == partitions[TOPICS.inbox("consent")] == 12


def test_no_account_may_use_anothers_consumer_group():
    """Group rights are prefixes; none may begin another's."""
    groups = [access.group(TOPICS, name) for name in access.principals(TOWN, ("990027", "990035"))]

    assert not [(one, other) for one in groups for other in groups if one != other and other.startswith(one)]


def test_the_sender_is_the_agency_whose_outbox_it_is():
    """An inbox, another municipality's outbox and a function's topic have no sender."""
    assert TOPICS.agency_of("990019.agency.elder.outbox") == "elder"
    assert [TOPICS.agency_of(name) for name in ("990019.agency.elder.inbox", "111111.agency.elder.outbox", "990019.consent.log")] == [None] * 3


@pytest.mark.parametrize("service", ["intake", "coordination", "participation", "consent", "reporting"])
def test_every_service_may_send_on_what_it_decides(service: str):
    """A decided event travels on to the inboxes that its schema names; the table must let it, or the service stops."""
    functions = importlib.import_module(f"services.{service}.app").SERVICE.functions
    decided = {event.__name__ for function in functions for decider in function.deciders for event in decider.events}
    logs = {TOPICS.log(function.name) for function in functions}
    inboxes = {TOPICS.inbox(target) for name in decided for target in CATALOGUE[name].forwards if target != "urgent"}

    mine = {grant.topic for grant in GRANTS if (grant.principal, grant.operation) == (service, "WRITE")}

    assert logs | inboxes <= mine


def test_who_has_ended_keeps_neither_account_nor_right_and_its_topics_stay(settings: Settings):
    """The front door still reads what lies in its outbox, to refuse it; nobody else has lost anything."""
    gone = replace(TOWN[0], ended=date(2026, 11, 25), end_reason="CLOSED")
    town = (*TOWN[1:], gone)
    lost = GRANTS - access.grants(TOPICS, town)

    assert {gone.principal} == {grant.principal for grant in lost} == set(access.principals(TOWN)) - set(access.principals(town))
    assert topic_plan.plan(settings, TOWN) == topic_plan.plan(settings, town)


PREFECTURE = access.grants(Topics("990000"), TOWN, ("990019", "990027"))
SHARED = {f"{town}.{name}.log" for town in ("990019", "990027") for name in ("community", "reporting")}


def test_a_prefectures_site_has_the_logs_that_its_towns_share_in_the_towns_time(settings: Settings):
    """Kept for ever as every log is; its own topics are those of any site, and a town's site has none of other towns."""
    there = topic_plan.plan(replace(settings, municipality="990000", towns=("990019", "990027")), TOWN)
    shared = [topic for topic in there if topic.name in SHARED]

    assert set(access.SHARED) == set(LOGS_OF_TOWNS)
    assert {*there} - {*shared} == {*topic_plan.plan(replace(settings, municipality="990000"), TOWN)}
    assert {("CreateTime", "-1", 12)} == {(each.settings["message.timestamp.type"], each.settings["retention.ms"], each.partitions) for each in shared}
    assert len(SHARED) == len(shared) and {grant.topic for grant in PREFECTURE} == {topic.name for topic in there}


def test_each_town_writes_its_own_shared_logs_and_can_touch_nothing_else_there():
    """Neither sees the other: not even how much there is of it."""
    for town in ("990019", "990027"):
        mine = {(grant.operation, grant.topic) for grant in PREFECTURE if grant.principal == access.mirror(town)}
        assert mine == {(operation, f"{town}.{name}.log") for operation in ("WRITE", "READ") for name in ("community", "reporting")}
        assert town == access.town_of(access.mirror(town)) and "" == access.town_of("reporting")


def test_what_towns_share_is_read_by_the_projections_and_the_auditor_alone():
    """Everybody else's rights are those of a town's site."""
    of_towns = {(grant.principal, grant.operation) for grant in PREFECTURE if grant.topic in SHARED and not access.town_of(grant.principal)}

    assert {("reporting", "READ"), ("auditor", "READ"), (OBSERVER, "DESCRIBE")} == of_towns
    assert access.grants(Topics("990000"), TOWN) == {grant for grant in PREFECTURE if grant.topic not in SHARED}
    assert {"mirror-990019", "mirror-990027"} == {*access.principals(TOWN, ("990019", "990027"))} - {*access.principals(TOWN)}
