"""The participation service in memory: what one key decides reaches the other; nothing of the case arrives at the resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.envelope import CaseAnnounced, DisclosureRequested, MessageRefused
from contracts.participation import CandidatesCounted, OccupancyNoted, TrialStarted
from contracts.shared import Outcome, RefusalCode
from kernel import serde
from kernel.envelope import Envelope
from kernel.memory import MemoryRecord, MemoryTown
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from services.participation.app import SERVICE
from tests.services.participation.firewood import (
    ASKED,
    CANDIDATE,
    CONFIRMED,
    COUNTS,
    ENDED,
    NEED,
    OFFERED,
    RESOURCE,
    TRIAL,
    VERIFIED,
    slice_of,
)
from tests.services.participation.test_function import verdict

TOPICS, PARTITIONS, CASE = Topics("990019"), 3, "a" * 32


@dataclass
class Town:
    """Both functions of the service around a memory log."""

    memory: MemoryTown
    sent: int = 0

    def tell(self, agency: str, key: str, event: Any, source: str = "") -> None:
        """Put a message into the inbox of participation, as the front door does, and let everything follow."""
        self.sent += 1
        attributes = Envelope(id=f"m{self.sent}", source=source or agency, type=serde.type_of(event).full_name, subject=key, agency=agency)
        inbox = TOPICS.inbox("participation")
        self.memory.log.append(inbox, partition_of(key.encode(), PARTITIONS), key.encode(), serde.encode(event), attributes.headers())
        self.memory.pump()

    def events(self, topic: str, kind: type, key: str) -> list[tuple[MemoryRecord, Any]]:
        """The events of one type under one key in a topic."""
        found = [(record, serde.unwrapped(serde.decode(record.value))) for record in self.memory.log.records(topic)]
        return [(record, event) for record, event in found if isinstance(event, kind) and record.key == key.encode()]


@pytest.fixture
def town() -> Iterator[Town]:
    """A case with a gap need, for which coordination has asked the participation operator."""
    memory, telemetry = MemoryTown(), Telemetry(SERVICE.name)
    for function in SERVICE.functions:
        where = Place(SERVICE.name, Routes(TOPICS, PARTITIONS), memory.log, telemetry.meter(function.name))
        memory.add(function.name, {TOPICS.inbox(function.name): PARTITIONS}, lambda function=function, where=where: Processor(function, where))
    found = Town(memory)
    found.tell("participation", CASE, CaseAnnounced(agency="participation"), source="intake")
    found.tell("coordinator", CASE, ASKED, source="tsunagu.coordination")
    found.tell("participation", CASE, NEED)
    yield found
    memory.close()


def test_a_candidate_of_a_case_is_a_number_at_the_resource(town: Town):
    """The host's counts name neither case nor person, and the gate is pointed to their place in the log."""
    town.tell("workshop", RESOURCE, OFFERED)
    town.tell("municipality", RESOURCE, VERIFIED)
    town.tell("participation", CASE, CANDIDATE)

    ((logged, counted),) = town.events(TOPICS.log("participation"), CandidatesCounted, RESOURCE)
    (*_, (asked, request)) = town.events(TOPICS.inbox("consent"), DisclosureRequested, RESOURCE)
    assert slice_of(count=1) == counted.tasks[0] and "workshop" == request.recipient
    assert f"{logged.topic}/{logged.partition}/{logged.offset}".encode() == dict(asked.headers)["position"]
    assert CASE.encode() not in logged.value + asked.value


def test_a_candidate_for_no_resource_comes_back_to_the_agency_of_the_case(town: Town):
    """The refusal is made at the resource, addressed to whoever proposed, and names its message."""
    town.tell("participation", CASE, CANDIDATE)

    ((_, refusal),) = town.events(TOPICS.inbox("consent"), MessageRefused, RESOURCE)
    assert ("participation", f"m{town.sent}", RefusalCode.RESOURCE_NOT_FOUND) == (refusal.agency, refusal.message_id, refusal.code)


def test_a_stranger_to_the_case_hears_that_there_is_none(town: Town):
    """Nobody proposes candidates in a case without a part in it."""
    town.tell("workshop", CASE, CANDIDATE)

    ((_, refusal),) = town.events(TOPICS.inbox("consent"), MessageRefused, CASE)
    assert ("workshop", RefusalCode.CASE_NOT_FOUND) == (refusal.agency, refusal.code)


def test_anybody_may_ask_for_counts_at_a_resource(town: Town):
    """The activity group has no part in the resource and is answered."""
    town.tell("workshop", RESOURCE, OFFERED)
    town.tell("environment", RESOURCE, COUNTS)

    ((_, request),) = town.events(TOPICS.inbox("consent"), DisclosureRequested, RESOURCE)
    assert "environment" == request.recipient


def test_a_match_takes_a_place_at_the_resource_and_its_end_frees_it(town: Town):
    """The case tells the resource a number; the gate's verdict on the trial lies between."""
    town.tell("workshop", RESOURCE, OFFERED)
    town.tell("municipality", RESOURCE, VERIFIED)
    town.tell("participation", CASE, CANDIDATE)
    town.tell("participation", CASE, TRIAL)
    ((logged, _),) = town.events(TOPICS.log("participation"), TrialStarted, CASE)
    town.tell("participation", CASE, verdict(Outcome.REDACT).changed(event_id=dict(logged.headers)["ce_id"].decode()), source="tsunagu.consent")
    town.tell("participation", CASE, CONFIRMED)
    town.tell("workshop", CASE, ENDED)

    noted = [event.taken for _, event in town.events(TOPICS.log("participation"), OccupancyNoted, RESOURCE)]
    assert [1, 0] == noted
