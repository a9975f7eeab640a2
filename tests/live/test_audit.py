"""The auditor's commands on the running system, after the sample day: through an account that can read the logs and write nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import KafkaError, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from contracts.consultation import ConsultationReceived
from deploy.local.town import agencies
from kernel.topics import Topics
from tests.installation import Broker
from tests.live.days import Played, play

TIMEOUT_S = 30


@pytest.fixture(scope="module")
def day(stack: Broker) -> Played:
    """A day, so that there is something to check."""
    return play(stack.settings)


@pytest.fixture
def inboxes(stack: Broker) -> Iterator[list[str]]:
    """For one audit the account may read the inboxes too: a right that the table of the installation does not give."""
    topics, client = [Topics(stack.settings.municipality).agency_inbox(agency.id) for agency in agencies()], AdminClient(stack.confluent())
    rule = (ResourcePatternType.LITERAL, "User:auditor", "*", AclOperation.READ, AclPermissionType.ALLOW)
    for future in client.create_acls([AclBinding(ResourceType.TOPIC, topic, *rule) for topic in topics]).values():
        future.result(TIMEOUT_S)
    yield topics
    for future in client.delete_acls([AclBindingFilter(ResourceType.TOPIC, topic, *rule) for topic in topics]).values():
        future.result(TIMEOUT_S)


def audit(stack: Broker, *words: str) -> tuple[int, Any, str]:
    """Exit code, result and the last sentences of one command."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    command = [sys.executable, "-P", "-m", "cli.main", "audit", *words, "--output", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_logs_of_the_running_system_fit_together(stack: Broker, day: Played):
    """No finding, exit code 0; the inboxes, which the account may not read, are named as not checked."""
    code, result, said = audit(stack, "verify")

    assert (0, True, []) == (code, result["ok"], result["findings"]), said
    assert result["records"] > 500 and result["verdicts"] > 50
    assert {agency.id for agency in agencies()} <= set(result["inboxes_not_read"])
    assert "were not checked" in said


def test_whatever_lies_in_the_inboxes_was_granted(stack: Broker, day: Played, inboxes: list[str]):
    """Where a town gives its auditor the right for the time of an audit."""
    code, result, said = audit(stack, "verify")

    assert (0, []) == (code, result["findings"]), said
    assert result["inbox_records"] > 50
    assert {agency.id for agency in agencies()}.isdisjoint(result["inboxes_not_read"])
    assert len(inboxes) == len(result["inboxes_read"])


def test_the_auditor_cannot_write(stack: Broker, day: Played):
    """Into no log, and into no inbox."""
    topics = Topics(stack.settings.municipality)
    refused: dict[str, int] = {}
    producer = Producer({**stack.confluent("auditor"), "acks": "all"})
    for topic in (topics.log("consent"), topics.registry, topics.inbox("consent"), topics.agency_inbox("elder")):
        producer.produce(topic, b"forged", on_delivery=lambda error, message: refused.update({message.topic(): error.code() if error else 0}))
    producer.flush(TIMEOUT_S)

    assert {KafkaError.TOPIC_AUTHORIZATION_FAILED} == set(refused.values())
    assert 4 == len(refused)


def test_the_rules_in_force_tried_on_the_past_change_nothing(stack: Broker, day: Played):
    """``whatif`` by the pack that decided: exit code 0."""
    code, result, said = audit(stack, "whatif", "--policy", stack.settings.policy)

    assert (0, 0) == (code, result["would_change"]), said
    assert result["decisions"] > 50


def test_each_step_of_a_case_is_told_with_its_place(stack: Broker, day: Played):
    """``audit trace``."""
    case = next(each.key for each in day.view.logged.values() if isinstance(each.event, ConsultationReceived))
    code, rows, said = audit(stack, "trace", case)

    assert 0 == code, said
    assert all(row["topic"].endswith(".log") and row["offset"] >= 0 for row in rows)
