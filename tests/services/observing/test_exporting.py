"""What was seen, as metrics: names, labels, and how many series there are however many agencies there are."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from kernel.topics import Topics
from services.observing.domain.lag import PartitionLag, Place
from services.observing.exporting import Exporter, Sight
from services.observing.reads import GROUPS, LIVE, REPORTING, places

TOPICS = Topics("990019")
NOW = 1_800_000_000.0
MOST_SERIES = 2_000
HERE = {"service": "observer"}


def exported(sight: Sight, now: float = NOW) -> CollectorRegistry:
    """A registry with this sight."""
    registry, exporter = CollectorRegistry(), Exporter("observer", TOPICS.agency_of, lambda: now)
    exporter.sight = sight
    registry.register(exporter)
    return registry


def late(seconds: float, records: int = 1) -> PartitionLag:
    """A place where something has been waiting for so long."""
    since = round((NOW - seconds) * 1000)
    return PartitionLag(40, records, 40, since, since, round(NOW * 1000))


def town(agencies: int) -> dict[Place, PartitionLag]:
    """Every place of a town with so many agencies, each of them late."""
    there = {TOPICS.outbox(f"agency-{number}"): range(1) for number in range(agencies)}
    there |= {TOPICS.named(name): range(12) for reads in GROUPS for name in reads.topics if "*" not in name}
    logs = [Place(REPORTING, LIVE, TOPICS.log(function), number) for function in ("consultation", "consent") for number in range(12)]
    return dict.fromkeys([*(place for reads in GROUPS for place in places(TOPICS, reads, there)), *logs], late(3))


def test_the_worst_partition_speaks_for_its_worker():
    """In seconds; records and offsets are summed."""
    place = Place("consent", "courier", "990019.consent.log", 0)
    registry = exported(Sight(known={place: late(3.0), place._replace(partition=1): late(61.5, 7)}))
    courier = HERE | {"group_service": "consent", "worker": "courier"}
    names = ("consumer_lag_seconds", "consumer_lag_records", "commit_age_seconds", "committed_offset")

    assert [61.5, 8.0, 61.5, 80.0] == [registry.get_sample_value(f"tsunagu_{name}", courier) for name in names]
    assert 3.0 == registry.get_sample_value("tsunagu_partition_lag_seconds", courier | {"topic": "990019.consent.log", "partition": "0"})


def test_seconds_go_on_between_two_looks():
    """A scrape does not see a clock that stands."""
    place = Place("consent", "courier", "990019.consent.log", 0)
    worker = HERE | {"group_service": "consent", "worker": "courier"}

    assert 13.0 == exported(Sight(known={place: late(3.0)}), NOW + 10).get_sample_value("tsunagu_consumer_lag_seconds", worker)


def test_no_agency_has_a_series_of_its_own():
    """All outboxes speak through the front door; with 200 agencies there are as many series as with one."""
    one, many = (generate_latest(exported(Sight(known=town(count)))).decode().splitlines() for count in (1, 200))
    series = [[line for line in lines if not line.startswith("#")] for lines in (one, many)]

    assert len(series[0]) == len(series[1]) < MOST_SERIES
    assert not [line for line in many if "agency-" in line]


def test_what_is_not_known_has_no_series():
    """Neither 0 nor NaN: before the first look, and while a store does not answer."""
    registry = exported(Sight())
    names = ("under_replicated_partitions", "database_connections", "database_locks_waiting")

    assert [0.0] * 3 == [registry.get_sample_value("tsunagu_broker_up", HERE), *(
        registry.get_sample_value("tsunagu_database_up", HERE | {"store": store}) for store in ("projections", "keys"))]
    assert [None] * 3 == [registry.get_sample_value(f"tsunagu_{name}", HERE) for name in names]
    assert b"NaN" not in generate_latest(registry)


def test_what_lies_beside_the_workers_is_told():
    """Stores, disks, certificates, and when it was last looked."""
    registry = exported(Sight(
        members={("consent", "courier"): 2}, broker_up=True, under_replicated=3, database_up=True, keys_up=False, connections=9, waiting=1, free={"kafka": 10},
        certificates={"ca": NOW + 86_400}, at=NOW,
    ))

    assert 2.0 == registry.get_sample_value("tsunagu_group_members", HERE | {"group_service": "consent", "worker": "courier"})
    assert 3.0 == registry.get_sample_value("tsunagu_under_replicated_partitions", HERE)
    assert [1.0, 0.0] == [registry.get_sample_value("tsunagu_database_up", HERE | {"store": store}) for store in ("projections", "keys")]
    assert 9.0 == registry.get_sample_value("tsunagu_database_connections", HERE)
    assert 10.0 == registry.get_sample_value("tsunagu_disk_free_bytes", HERE | {"mount": "kafka"})
    assert NOW + 86_400 == registry.get_sample_value("tsunagu_certificate_expiry_timestamp_seconds", HERE | {"certificate": "ca"})
    assert NOW == registry.get_sample_value("tsunagu_observer_last_round_timestamp_seconds", HERE)
