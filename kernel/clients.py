"""Clients: how every consumer and producer of ours is set up. One place, so that no service can forget acks or idempotence."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from kernel.settings import MECHANISM, Settings

HOST = socket.gethostname()
"""Distinguishes the replicas of one service, and stays the same when one of them is started again."""
SESSION_MS = 12_000
"""A member that has not been heard for this long has lost its partitions; one with a static id may be back before."""
HEARTBEAT_MS = 3_000
ALONE_S = (SESSION_MS - HEARTBEAT_MS) / 1000
"""So long after it was last awake a member's partitions are its own for sure; later, another may be at work on them."""
REBALANCE_MS = 30_000
FETCH_WAIT_MS = 250
"""How long the broker holds an empty fetch. New records end the wait at once."""
BUSY_BYTES, BUSY_WAIT_MS = 10_000, 8
"""While much comes, the broker gathers so many bytes for a fetch, or for so long: a request costs it and us more than an event."""
GATHER_BYTES, GATHER_MS = 1_048_576, 200
"""What the broker gathers for whoever writes many tables at once: most of what lies between a record and its rows, so less than half of what is promised for that."""
MAX_BATCH = 1_000_000
"""Most bytes in one record batch; every topic of ours takes 1 MiB."""
MAX_FETCH = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Clients:
    """The account of one process at the broker."""

    bootstrap: str
    security_protocol: str
    principal: str
    password: str
    mechanism: str = MECHANISM
    ca: str | None = None
    """File of the authorities to trust; None: this machine's own."""

    def tls(self) -> ssl.SSLContext | None:
        """How the broker's certificate is verified, its name included; None where nothing is encrypted."""
        return ssl.create_default_context(cafile=self.ca) if self.security_protocol.endswith("SSL") else None

    def options(self, name: str) -> dict[str, Any]:
        """What every aiokafka client needs; ``name`` shows up in the broker's logs and quotas."""
        sasl = {
            "sasl_mechanism": self.mechanism, "sasl_plain_username": self.principal, "sasl_plain_password": self.password,
        }
        return {
            "bootstrap_servers": self.bootstrap, "security_protocol": self.security_protocol, "client_id": name, "ssl_context": self.tls(),
            **(sasl if self.security_protocol.startswith("SASL") else {}),
        }

    def consumer(self, group: str, member: str) -> AIOKafkaConsumer:
        """A group member that commits by hand. ``member`` and the host make its static id: after kill -9 it is back at once.

        The range assignor gives partition n of every topic to the same member, which co-partitioned topics need.
        """
        return AIOKafkaConsumer(
            **self.options(member), group_id=group, group_instance_id=f"{member}-{HOST}", enable_auto_commit=False, auto_offset_reset="earliest",
            partition_assignment_strategy=[RangePartitionAssignor], fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=MAX_FETCH, session_timeout_ms=SESSION_MS, heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_MS,
        )

    def reader(self, name: str) -> AIOKafkaConsumer:
        """A consumer outside any group."""
        return AIOKafkaConsumer(**self.options(name), enable_auto_commit=False)

    def follower(self, name: str) -> AIOKafkaConsumer:
        """A consumer outside any group that nobody waits for: the broker gathers for it, and is asked five times a second instead of always."""
        return AIOKafkaConsumer(
            **self.options(name), enable_auto_commit=False, fetch_min_bytes=GATHER_BYTES, fetch_max_wait_ms=GATHER_MS,
        )

    def producer(self, name: str) -> AIOKafkaProducer:
        """Idempotent, acknowledged by all replicas in sync; batches are made by ``sender.py``, so nothing lingers."""
        return AIOKafkaProducer(**self.options(name), acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=MAX_BATCH)


def gather(consumer: AIOKafkaConsumer, much: bool) -> None:
    """Let the broker gather for the next fetches, or answer at once. aiokafka reads these two for each fetch; the version is pinned."""
    fetcher = consumer._fetcher
    fetcher._fetch_min_bytes, fetcher._fetch_max_wait_ms = (BUSY_BYTES, BUSY_WAIT_MS) if much else (1, FETCH_WAIT_MS)


def clients(settings: Settings, principal: str) -> Clients:
    """The account ``principal`` of an installation. Raises SettingsMissing."""
    return Clients(settings.bootstrap, settings.security_protocol, principal, *settings.credential(principal), settings.authorities())
