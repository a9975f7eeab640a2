"""The table of who reads what says what the services do."""

from __future__ import annotations

from kernel.topics import Topics
from services.consent import app as consent
from services.consent import courier, destroyer, visitors
from services.coordination import app as coordination
from services.intake import app as intake
from services.observing.reads import GROUPS, LIVE, Reads, group, places
from services.participation import app as participation
from services.reporting import app as reporting
from services.reporting.generations import LIVE_UNIT

TOPICS = Topics("990019")
SERVICES = (intake.SERVICE, coordination.SERVICE, participation.SERVICE, consent.SERVICE, reporting.SERVICE)
BUILT = {("intake", intake.NAME), *(("consent", each.NAME) for each in (courier, destroyer, visitors))}


def test_every_worker_of_every_service_is_looked_at():
    """Those of the functions, and those that a service builds itself; and the writer of the projections, by its name in the database."""
    functions = {(service.name, function.name): function.name in service.urgent for service in SERVICES for function in service.functions}

    assert functions.keys() | BUILT == {(each.service, each.worker) for each in GROUPS}
    for name, urgent in functions.items():
        (reads,) = [each for each in GROUPS if (each.service, each.worker) == name]
        assert {f"{name[1]}.inbox", *(["consent.urgent"] if urgent else [])} == set(reads.topics)
    assert LIVE_UNIT == LIVE


def test_a_group_is_named_as_the_kernel_names_it():
    """By its service and its worker."""
    assert "990019.consent.courier" == group(TOPICS, Reads("consent", "courier", ()))


def test_a_worker_is_looked_at_in_every_partition_that_there_is():
    """The front door in every outbox that the broker has, the others in their own topics; what is not there yet is passed over."""
    there = {"990019.agency.elder.outbox": [0], "990019.agency.elder.inbox": [0], "990019.agency.child.outbox": [0, 1], "990019.consent.inbox": [0, 1]}
    door, gate = ([each for each in GROUPS if each.worker == worker] for worker in ("front-door", "consent"))

    assert [("990019.agency.elder.outbox", 0), ("990019.agency.child.outbox", 0), ("990019.agency.child.outbox", 1)] == [each[2:] for each in places(TOPICS, door[0], there)]
    assert [("990019.consent.inbox", 0), ("990019.consent.inbox", 1)] == [each[2:] for each in places(TOPICS, gate[0], there)]
